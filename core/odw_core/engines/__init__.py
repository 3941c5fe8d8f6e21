"""One folder per dialect, all of one shape: layout (where), records (decode and encode), fold (records to item and detail)."""
