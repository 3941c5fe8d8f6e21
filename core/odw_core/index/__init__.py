"""The index: a cache of items and checkpoints between starts. Deletable at any time; never the truth."""
