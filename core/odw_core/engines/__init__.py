"""One folder per dialect, all of one shape: layout (where), records (decode, encode), fold (to items and details)."""
