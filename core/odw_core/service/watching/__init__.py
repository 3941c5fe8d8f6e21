"""What a room knows and how it comes to know it: who is there, what may have happened, which unit is read next."""
