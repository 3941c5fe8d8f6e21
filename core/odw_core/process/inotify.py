"""How many folder watches the kernel grants a user, and how many that user's processes hold. Looks only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from odw_core.process.table import PROC

_MOST_DESCRIPTORS = 50_000


class Watches(NamedTuple):
    """Instances and watches of one user."""

    instances: int
    watches: int


def watch_limits(proc: Path = PROC) -> Watches | None:
    """What the kernel grants each user; None where it does not tell."""
    try:
        folder = proc / "sys" / "fs" / "inotify"
        return Watches(int((folder / "max_user_instances").read_text()), int((folder / "max_user_watches").read_text()))
    except (OSError, ValueError):
        return None


def watches_in_use(user: int, proc: Path = PROC) -> Watches:
    """What the processes of ``user`` hold, as far as they let themselves be looked at: at least so many."""
    instances = watches = looked_at = 0
    for folder in _processes_of(user, proc):
        try:
            descriptors = [one.name for one in (folder / "fd").iterdir()]
        except OSError:
            continue
        looked_at += len(descriptors)
        if looked_at > _MOST_DESCRIPTORS:
            break
        for name in descriptors:
            held = _watches_of(folder, name)
            if held is not None:
                instances, watches = instances + 1, watches + held
    return Watches(instances, watches)


def _processes_of(user: int, proc: Path) -> list[Path]:
    try:
        with os.scandir(proc) as entries:
            return [Path(one.path) for one in entries if one.name.isdecimal() and _user_of(one) == user]
    except OSError:
        return []


def _user_of(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_uid
    except OSError:
        return None


def _watches_of(folder: Path, descriptor: str) -> int | None:
    """How many watches a descriptor holds; None when it is none of inotify."""
    try:
        if (folder / "fd" / descriptor).readlink() != Path("anon_inode:inotify"):
            return None
        lines = (folder / "fdinfo" / descriptor).read_bytes().splitlines()
    except OSError:
        return None
    return sum(line.startswith(b"inotify ") for line in lines)
