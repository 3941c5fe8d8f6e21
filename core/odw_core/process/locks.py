"""Who holds the advisory lock on a file, as the kernel lists it. Looks only: taking a lock could shut its owner out."""

from __future__ import annotations

import os
from pathlib import Path

LISTING = Path("/proc/locks")


def lock_holders(listing: Path = LISTING) -> dict[int, int] | None:
    """Process id by inode of every locked file; None where the system does not tell."""
    try:
        lines = listing.read_bytes().splitlines()
    except OSError:
        return None
    holders: dict[int, int] = {}
    for line in lines:
        words = line.split()
        # "12: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF"; one that only waits has "->" after its number.
        if len(words) < 6 or words[1] == b"->":
            continue
        try:
            holders[int(words[5].rpartition(b":")[2])] = int(words[4])
        except ValueError:
            continue
    return holders


def inode_of(path: str) -> int | None:
    """Inode of a file that is there; a link is taken for what it is."""
    try:
        return os.lstat(path).st_ino
    except (OSError, ValueError):
        return None
