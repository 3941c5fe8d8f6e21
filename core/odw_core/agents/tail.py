"""Tail: what a file of ours grew by since it was looked at last. Opens regular files only."""

from __future__ import annotations

import os
from pathlib import Path

from odw_core.files.safe_open import open_regular

_CHUNK = 1 << 20
_RECENT = 64 * 1024


class Tail:
    """Reads one file that only grows."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self.offset = offset
        self.recent = b""
        """The last bytes that were read."""

    @property
    def size(self) -> int:
        """Bytes of it so far; 0 while the file is not there."""
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return 0
        try:
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def new(self) -> bytes:
        """What is new, at most a megabyte at once; nothing while the file is not there."""
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return b""
        try:
            data = os.pread(descriptor, _CHUNK, self.offset)
        finally:
            os.close(descriptor)
        self.offset += len(data)
        self.recent = (self.recent + data)[-_RECENT:]
        return data
