"""Shell commands taken apart and judged. Nothing here runs, expands or opens anything."""
