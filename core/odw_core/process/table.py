"""The processes of this machine as ``/proc`` lists them: who started what, where, when. Looks only, never signals."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_MOST = 65_536
"""More entries than this are not looked at."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process that has a command line; kernel threads and zombies have none."""

    pid: int
    parent: int
    user: int
    """Its user id."""
    command: tuple[str, ...]
    """Its words, as it was started. Foreign text; may hold secrets, so it is never shown as a whole."""
    name: str
    """The short name the kernel knows it by."""
    started_at: float | None
    """Unix seconds."""
    folder: str | None
    """Its working folder; None when the system does not tell us."""


def processes(proc: Path = PROC) -> tuple[Process, ...] | None:
    """Every process that can be read, by pid; None on a system without ``/proc``."""
    try:
        pids = sorted(int(one.name) for one in proc.iterdir() if one.name.isdecimal() and one.name.isascii())
    except OSError:
        return None
    booted_at = _booted_at(proc)
    found = (_process(proc, pid, booted_at) for pid in pids[:_MOST])
    table = tuple(one for one in found if one is not None)
    return table or None


def _process(proc: Path, pid: int, booted_at: float | None) -> Process | None:
    folder = proc / str(pid)
    try:
        command = (folder / "cmdline").read_bytes().split(b"\0")[:-1]
        stat = (folder / "stat").read_bytes()
        user = folder.stat().st_uid
    except OSError:
        # It ended while it was looked at.
        return None
    # The name in brackets may hold anything, brackets too.
    head, _, tail = stat.rpartition(b")")
    fields = tail.split()
    if not command or len(fields) < 20:
        return None
    try:
        parent, ticks = int(fields[1]), int(fields[19])
    except ValueError:
        return None
    try:
        works_in: str | None = str((folder / "cwd").readlink())
    except OSError:
        works_in = None
    return Process(
        pid=pid,
        parent=parent,
        user=user,
        command=tuple(word.decode("utf-8", "replace") for word in command),
        name=head.partition(b"(")[2].decode("utf-8", "replace"),
        started_at=None if booted_at is None else booted_at + ticks / os.sysconf("SC_CLK_TCK"),
        folder=works_in,
    )


def _booted_at(proc: Path) -> float | None:
    """Unix seconds at which the machine started, that of every start time in the table."""
    try:
        for line in (proc / "stat").read_bytes().splitlines():
            if line.startswith(b"btime "):
                return float(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return None
