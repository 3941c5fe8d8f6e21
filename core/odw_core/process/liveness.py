"""Whether a process that a file names still lives and is who the file says. Looks only; never signals."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

_SLACK_S = 5.0
"""A process starts before it writes its id down; clocks of files and of the kernel differ a little."""


def is_alive(pid: int, names: tuple[str, ...], named_at: float | None) -> bool | None:
    """True if ``pid`` runs a program with one of ``names`` that was started before ``named_at`` (Unix seconds).

    A process that began later took over a number that was free again. None where the system cannot tell (no ``/proc``).
    """
    if pid <= 0:
        return False
    folder = Path(f"/proc/{pid}")
    if not sys.platform.startswith("linux") or not Path("/proc/self/stat").exists():
        return _answers(pid)
    try:
        command = (folder / "cmdline").read_bytes().split(b"\0")
        started_at = _started_at((folder / "stat").read_bytes())
    except OSError:
        return False
    if not any(os.path.basename(word).decode("utf-8", "replace") in names for word in command[:3]):  # noqa: PTH119
        return False
    return named_at is None or started_at is None or started_at <= named_at + _SLACK_S


def _answers(pid: int) -> bool | None:
    """Without /proc a dead process is certain, a living one only likely."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return None
    return None


def _started_at(stat: bytes) -> float | None:
    """Unix seconds of field 22 of ``/proc/<pid>/stat``; the program's name in field 2 may hold anything."""
    try:
        ticks = int(stat.rpartition(b")")[2].split()[19])
    except (IndexError, ValueError):
        return None
    booted = _booted_at()
    return None if booted is None else booted + ticks / os.sysconf("SC_CLK_TCK")


@cache
def _booted_at() -> float | None:
    try:
        for line in Path("/proc/stat").read_bytes().splitlines():
            if line.startswith(b"btime "):
                return float(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return None
