"""What stdin, stdout and stderr are just now: a terminal or a pipe, how wide, which letters, who reads. No writing."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Callable

_MOMENT_MS = 100


def has_terminal() -> bool:
    """Whether a screen could be drawn and used; the toolkit reads from stdin and writes to stderr."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def shows_to_person() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


def has_colour() -> bool:
    """Whether colour is welcome on stdout."""
    return shows_to_person() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def has_letters() -> bool:
    """Whether stdout takes more than ASCII."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().startswith("utf")


def width() -> int | None:
    """Cells in a line of the terminal; None when stdout is none, and nothing may be cut."""
    if not shows_to_person():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def screen_size() -> tuple[int, int] | None:
    """Columns and rows of the terminal that a screen would have; None when there is none."""
    if not has_terminal():
        return None
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return None
    return columns, rows


def waiting_for_more() -> Callable[[], bool]:
    """A function that flushes stdout, waits a moment, and is False as soon as nobody reads what is printed."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)

    def wait() -> bool:
        sys.stdout.flush()
        return not reader.poll(_MOMENT_MS)

    return wait


def pipe_to_reader() -> int | None:
    """The descriptor of stdout if it is a pipe, whose reader may go away."""
    descriptor = sys.stdout.fileno()
    return descriptor if stat.S_ISFIFO(os.fstat(descriptor).st_mode) else None
