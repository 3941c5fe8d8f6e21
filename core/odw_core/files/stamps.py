"""Stamps: what tells that a file or folder changed, and when that proves nothing yet. Reads no content."""

from __future__ import annotations

import os
import time

FolderStamp = tuple[int, int]

_TICK_NS = 20_000_000
"""Two changes within one tick of a file system's clock leave the same time."""


def is_fresh(changed_ns: int) -> bool:
    """Whether what changed at ``changed_ns`` may change once more without another time."""
    return time.time_ns() - changed_ns < _TICK_NS


def folder_stamp(folder: str) -> FolderStamp | None:
    """Inode and change time of a folder: another one whenever an entry comes or goes. Follows no link.

    (0, 0) when it is not there, None when it is too fresh to prove anything. The modification time will not do:
    whoever copies or unpacks a tree sets it back to what it was elsewhere.
    """
    try:
        status = os.lstat(folder)
    except (OSError, ValueError):
        return (0, 0)
    return None if is_fresh(status.st_ctime_ns) else (status.st_ino, status.st_ctime_ns)
