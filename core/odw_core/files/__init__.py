"""What lies on disk: opened safely, followed as it grows, cut into lines. Knows no dialect."""
