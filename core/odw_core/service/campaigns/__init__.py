"""What a campaign of ours says of itself and of its runs, read from private folders."""
