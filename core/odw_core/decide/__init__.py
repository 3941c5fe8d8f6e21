"""Decisions: what binds one to what was shown. Used by screen, command line and supervisor alike."""
