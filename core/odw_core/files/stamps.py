"""Stamps: what tells that a file or folder changed, and when that proves nothing yet. Reads no content."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping

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


class Stamps:
    """What watched folders and files were when they were last looked at, and which of that was written down."""

    def __init__(self) -> None:
        self._seen: dict[str, FolderStamp] = {}
        self._kept: dict[str, FolderStamp] = {}

    def load(self, kept: Mapping[str, FolderStamp]) -> None:
        """Begin with what was written down."""
        self._seen.update(kept)
        self._kept = dict(kept)

    def is_same(self, path: str) -> bool:
        """Whether it is what it was at the last look; from now on this is the last look."""
        stamp = folder_stamp(path)
        if stamp is None:
            self._seen.pop(path, None)
            return False
        if self._seen.get(path) == stamp:
            return True
        self._seen[path] = stamp
        return False

    def forget(self, path: str) -> None:
        """It counts as changed at the next look."""
        self._seen.pop(path, None)

    def to_keep(self, *, but: Collection[str]) -> dict[str, FolderStamp]:
        """What is to be written down, since it is another one by now; not what is in ``but``."""
        new = {path: stamp for path, stamp in self._seen.items() if path not in but and self._kept.get(path) != stamp}
        self._kept.update(new)
        return new
