"""What a scenario batch of ours left, printed, and how it is run once more."""
