"""Follows the folder with raw responses beside a run log: which files lie there, never what is in them."""

from __future__ import annotations

import os
import re
import stat

from odw_core.files.follow import Look
from odw_core.model.evidence import Cursor, Gone, Replaced

_RAW = re.compile(r"^\d{1,9}-raw\.jsonl$")
_NAMES_KEPT = 10_000


class RawFolder:
    """Implements ``Follower``: hands out the sorted names, one a line. A link is no such folder."""

    def __init__(self, path: str, name: str, cursor: Cursor | None = None) -> None:
        self.path, self.name, self.cursor = path, name, cursor
        self.written_ns = 0

    def is_current(self) -> bool:
        """Whether a stat alone says that nothing came or went."""
        return self._stamp() == self.cursor

    def look(self) -> Look:
        """List it if it changed."""
        stamp = self._stamp()
        if stamp == self.cursor:
            return Look()
        self.cursor = stamp
        if stamp is None:
            return Look(Gone(self.name))
        self.written_ns = stamp.mtime_ns
        try:
            with os.scandir(self.path) as entries:
                names = sorted(entry.name for entry in entries if _RAW.match(entry.name))
        except OSError as error:
            return Look(problem=f"cannot be listed: {(error.strerror or 'unknown reason').lower()}")
        return Look(Replaced(self.name, "\n".join(names[:_NAMES_KEPT]).encode()))

    def look_again(self) -> None:
        """A listing is never torn."""

    def _stamp(self) -> Cursor | None:
        try:
            status = os.lstat(self.path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISDIR(status.st_mode):
            return None
        return Cursor(status.st_ino, status.st_size, status.st_mtime_ns, 0)
