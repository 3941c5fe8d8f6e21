"""The headless core of odw-tui: reads what coding agents leave on disk and says what it means."""

__version__ = "0.1.0"
