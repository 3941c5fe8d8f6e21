"""Told: which questions somebody has told already, an empty file for each in the state folder. Forgets after weeks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from odw_core.attention.notice import Call
from odw_core.clock import Clock, SystemClock
from odw_core.errors import OdwError
from odw_core.runs.folders import private_chain

FOLDER = "told"
_KEPT_S = 60 * 86_400.0
_MANY = 500


class Told:
    """The memory that every room, supervisor and watcher of one person shares."""

    def __init__(self, state: Path, clock: Clock | None = None) -> None:
        self._state, self._clock = state, clock or SystemClock()

    def claim(self, calls: Iterable[Call]) -> tuple[Call, ...]:
        """Those that nobody claimed before; from now on nobody else gets them.

        Where nothing can be remembered, everything is told: twice is better than never.
        """
        try:
            folder = private_chain(self._state, FOLDER)
        except (OSError, OdwError):
            return tuple(calls)
        fresh = tuple(call for call in calls if _is_first(folder / _name(call.question)))
        if fresh:
            with suppress(OSError):
                self._forget(folder)
        return fresh

    def _forget(self, folder: Path) -> None:
        with os.scandir(folder) as entries:
            names = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
        if len(names) < _MANY:
            return
        oldest = self._clock.now() - _KEPT_S
        for entry in names:
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                Path(entry.path).unlink(missing_ok=True)


def _name(question: str) -> str:
    """A question's id may come from a file of somebody else's, so it never becomes a name."""
    return hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_first(path: Path) -> bool:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        os.close(os.open(path, flags, 0o600))
    except FileExistsError:
        return False
    except OSError:
        return True
    return True
