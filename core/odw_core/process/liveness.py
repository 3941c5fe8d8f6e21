"""Whether the owner of a unit still lives and is who the files say. Looks only; never signals, never takes a lock."""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from odw_core.model.evidence import CommandOwner, LockOwner, Owner, ProcessOwner
from odw_core.process.command_line import runs
from odw_core.process.locks import inode_of, lock_holders

_SLACK_S = 5.0
"""A process starts before it writes its id down; clocks of files and of the kernel differ a little."""
_LISTING_S = 0.5
"""How long a listing of locks or processes is good for: one sweep asks for many owners at once."""


class Life(NamedTuple):
    """The word of the operating system on one owner."""

    alive: bool | None
    """None where it cannot tell."""
    pid: int | None = None


class _Process(NamedTuple):
    pid: int
    command: list[str]
    started_at: float | None


class Liveness:
    """Asks for owners. Holds the listings of locks and processes for a moment."""

    def __init__(self) -> None:
        self._holders: dict[int, int] | None = None
        self._processes: list[_Process] | None = None
        self._holders_at = self._processes_at = float("-inf")

    def forget(self) -> None:
        """What was listed is not true any more: a process just ended, or somebody wants to know exactly."""
        self._holders_at = self._processes_at = float("-inf")

    def of(self, owner: Owner | None) -> Life:
        """Whether that owner lives, and its process id."""
        match owner:
            case ProcessOwner():
                alive = is_alive(owner.pid, owner.names, owner.started_at)
                return Life(alive, owner.pid if alive else None)
            case LockOwner():
                return self._of_lock(owner)
            case CommandOwner():
                return self._of_command(owner)
            case None:
                return Life(None)

    def _of_lock(self, owner: LockOwner) -> Life:
        inode = inode_of(owner.path)
        if inode is None:
            return Life(False if inode_of(owner.folder) is not None else None)
        if time.monotonic() - self._holders_at > _LISTING_S:
            self._holders, self._holders_at = lock_holders(), time.monotonic()
        if self._holders is None:
            return Life(None)
        pid = self._holders.get(inode)
        return Life(pid is not None, pid)

    def _of_command(self, owner: CommandOwner) -> Life:
        if time.monotonic() - self._processes_at > _LISTING_S:
            self._processes, self._processes_at = _processes(), time.monotonic()
        if self._processes is None:
            return Life(None)
        for process in self._processes:
            is_in_time = process.started_at is None or (
                owner.began_after - _SLACK_S <= process.started_at <= owner.began_before + _SLACK_S
            )
            if is_in_time and runs(process.command, owner.words) and _works_in(process.pid, owner.folder):
                return Life(True, process.pid)
        return Life(False)


def _processes() -> list[_Process] | None:
    """Every process whose command line can be read; None without ``/proc``."""
    found: list[_Process] = []
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return None
    for name in names:
        try:
            command = Path("/proc", name, "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            started_at = _started_at(Path("/proc", name, "stat").read_bytes())
        except OSError:
            continue
        found.append(_Process(int(name), command[:-1], started_at))
    return found if names else None


def _works_in(pid: int, folder: str) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", folder)  # noqa: PTH121
    except (OSError, ValueError):
        return False


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
