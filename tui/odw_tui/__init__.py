"""The terminal screen and the command line of odw-tui."""
