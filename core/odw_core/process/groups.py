"""Ends what was started, group by group: asked, told, made to. Signals no process but the one that was recorded."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from odw_core.process.spawn import Child, started_mark

_LOOK_S = 0.03
_LADDER = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


class _Process(NamedTuple):
    pid: int
    group: int


def _processes() -> list[_Process]:
    """Every process that is no corpse; empty without ``/proc``."""
    found: list[_Process] = []
    try:
        names = [name for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208
    except OSError:
        return found
    for name in names:
        try:
            words = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            if words[0] not in (b"Z", b"X"):
                found.append(_Process(int(name), int(words[2])))
        except (OSError, ValueError, IndexError):
            continue
    return found


def _environs() -> Iterator[tuple[int, list[bytes]]]:
    """What every other process of this user was started with, each as ``NAME=value``."""
    for process in _processes():
        if process.pid == os.getpid():
            continue
        try:
            environ = Path(f"/proc/{process.pid}/environ").read_bytes()
        except OSError:
            continue
        yield process.pid, environ.split(b"\0")


def bearers(marker: str) -> list[int]:
    """Processes of this user, other than this one, whose environment holds ``NAME=value``."""
    sought = marker.encode()
    return [pid for pid, environ in _environs() if sought in environ]


def marked(name: str) -> dict[str, list[int]]:
    """Processes of this user, other than this one, by what the variable ``name`` of their environment says."""
    sought = name.encode() + b"="
    found: dict[str, list[int]] = {}
    for pid, environ in _environs():
        for pair in environ:
            if pair.startswith(sought):
                found.setdefault(os.fsdecode(pair[len(sought) :]), []).append(pid)
    return found


def is_there(child: Child) -> bool:
    """Whether the recorded process itself still runs. False where the system does not tell when it began."""
    return child.started is not None and started_mark(child.pid) == child.started and not _is_corpse(child.pid)


def _is_corpse(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except (OSError, IndexError):
        return True


def members(child: Child, marker: str) -> list[int]:
    """Who of the recorded group still runs. When its leader is gone, only who carries ``marker`` proves whose it is."""
    if child.group <= 1 or child.group == os.getpgrp() or not _has_members(child.group):
        return []
    group = [process.pid for process in _processes() if process.group == child.group]
    if not group:
        return []
    now = started_mark(child.pid)
    if now is not None and child.pid in group:
        return group if now == child.started else []
    carrying = set(bearers(marker))
    return group if any(pid in carrying for pid in group) else []


def _has_members(group: int) -> bool:
    """Whether the kernel knows the group at all: asking costs nothing, a look at every process does."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def signal_group(child: Child, marker: str, number: int) -> bool:
    """Signal the whole recorded group; False when nobody of it is there."""
    if not members(child, marker):
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.group, number)
    return True


async def end_groups(children: Sequence[Child], marker: str, *, patience_s: float, is_polite: bool = True) -> int:
    """End these groups and everything else that carries ``marker``: INT, TERM, KILL, with so much time after each.

    Returns how many processes there were. ``is_polite`` False begins with TERM.
    """
    return await _end(lambda: _remaining(children, marker, everybody=True), children, marker, patience_s, is_polite)


async def end_group(child: Child, marker: str, *, patience_s: float, is_polite: bool = True) -> int:
    """End one recorded group and nobody else."""
    return await _end(lambda: _remaining((child,), marker, everybody=False), (child,), marker, patience_s, is_polite)


def _remaining(children: Iterable[Child], marker: str, *, everybody: bool) -> set[int]:
    found = {pid for child in children for pid in members(child, marker)}
    return found | set(bearers(marker)) if everybody else found


async def _end(
    remaining: Callable[[], set[int]], children: Sequence[Child], marker: str, patience_s: float, is_polite: bool
) -> int:
    loop = asyncio.get_running_loop()
    at_first = len(remaining())
    for number in _LADDER if is_polite else _LADDER[1:]:
        left = remaining()
        if not left:
            break
        in_groups = set[int]()
        for child in children:
            in_groups |= set(members(child, marker))
            signal_group(child, marker, number)
        for pid in left - in_groups:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        until = loop.time() + patience_s
        # Nobody tells when the last of somebody else's children is gone.
        while remaining() and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
    return at_first
