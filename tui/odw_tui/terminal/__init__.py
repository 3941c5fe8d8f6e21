"""All that is said to a terminal in its own language. Nobody else writes an escape sequence."""
