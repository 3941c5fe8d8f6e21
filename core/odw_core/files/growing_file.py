"""GrowingFile: one regular file held open, and what became of it since the last look. Knows nothing of lines."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

from odw_core.files.safe_open import open_regular

_SEAM = 64
_SMALL = 64 * 1024


class Growth(Enum):
    """What a look at the file brought."""

    NONE = "none"
    GROWN = "grown"
    """Bytes follow those that were known."""
    REPLACED = "replaced"
    """What was known is no longer true: truncated, rewritten, or another file has the path."""


class GrowingFile:
    """The file at ``path`` as large as it was at the last ``refresh``; ``read`` gives nothing beyond.

    Stays readable when the path goes away. When another regular file takes the path, that one is followed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = os.fspath(path)
        self._descriptor = open_regular(self.path)
        self._note(os.fstat(self._descriptor))

    def _note(self, status: os.stat_result) -> None:
        self._identity = (status.st_dev, status.st_ino)
        self._mtime_ns = status.st_mtime_ns
        self.size = status.st_size
        # A file that was cut and has grown beyond its old size again looks like growth; its bytes just before the
        # old end give it away.
        self._seam = self._read_seam()

    def _read_seam(self) -> bytes:
        start = max(0, self.size - _SEAM)
        return self._as_it_is(start, self.size - start)

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer when the disk fails or the file has just been cut."""
        return self._as_it_is(offset, length)

    def _as_it_is(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        try:
            return os.pread(self._descriptor, length, offset)
        except OSError:
            return b""

    def refresh(self) -> Growth:
        """Look again. Reads a few bytes at most, whatever the size."""
        if self._follow_path():
            return Growth.REPLACED
        status = os.fstat(self._descriptor)
        if status.st_size == self.size and status.st_mtime_ns == self._mtime_ns:
            return Growth.NONE
        is_rewritten = status.st_size < self.size or self._read_seam() != self._seam
        if status.st_size == self.size:
            is_rewritten = is_rewritten or self.size <= _SMALL
        has_grown = status.st_size > self.size
        self._note(status)
        if is_rewritten:
            return Growth.REPLACED
        return Growth.GROWN if has_grown else Growth.NONE

    def _follow_path(self) -> bool:
        """Open what has the path now, if that is another regular file."""
        try:
            status = os.lstat(self.path)
            if (status.st_dev, status.st_ino) == self._identity:
                return False
            descriptor = open_regular(self.path)
        except OSError:
            return False
        os.close(self._descriptor)
        self._descriptor = descriptor
        self._note(os.fstat(descriptor))
        return True

    def close(self) -> None:
        """Give the descriptor back; reading afterwards gives nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self.size = 0
