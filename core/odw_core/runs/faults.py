"""Faults: where a test stops a supervisor dead. Off unless a supervisor that begins finds one variable asking for it.

Never looks at anything else.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "ODW_TUI_FAULT"
_COUNT, _HOLD = "count:", "hold:"


class Points:
    """The points that this process passes, counted from 1."""

    def __init__(self, wish: str) -> None:
        """``wish`` is a number (this process ends itself there, as a kill from outside does), ``hold:`` and a number
        (it stops there until somebody continues it), ``count:FILE`` (the name of each point becomes a line of that
        file) or anything else for nothing."""
        number = wish.removeprefix(_HOLD)
        self._at = int(number) if number.isascii() and number.isdigit() else 0
        self._signal = signal.SIGSTOP if number != wish else signal.SIGKILL
        self._file = wish.removeprefix(_COUNT) if wish.startswith(_COUNT) else ""
        self._passed = 0

    def pass_one(self, name: str) -> None:
        """Count it; die here if this is the one."""
        self._passed += 1
        if self._passed == self._at:
            os.kill(os.getpid(), self._signal)
        if self._file:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.write(descriptor, name.encode("utf-8", "backslashreplace").replace(b"\n", b" ") + b"\n")
            os.close(descriptor)


_points: Points | None = None


def arm() -> None:
    """Take the wish out of the environment: it is about this process alone, not about whoever started it, nor about
    the runs that it starts."""
    global _points
    wish = os.environ.pop(VARIABLE, "")
    _points = Points(wish) if wish else None


def point(name: str) -> None:
    """A place between two effects; ``name`` says which, for the count."""
    if _points is not None:
        _points.pass_one(name)
