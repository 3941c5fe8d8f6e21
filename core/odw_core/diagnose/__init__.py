"""Why something failed: one classifier for commands, cards and rows."""
