"""Where Codex keeps sessions below a CODEX_HOME, and which are there. Names alone; never follows a link."""

from __future__ import annotations

import os
from collections.abc import Iterator

from odw_core.engines.codex.names import ARCHIVE, LOCKS, SESSIONS, thread_id_of
from odw_core.model.address import Address
from odw_core.model.evidence import Unit


def is_home(place: str) -> bool:
    """Whether the folder is a CODEX_HOME with sessions."""
    return _is_folder(f"{place}/{SESSIONS}") or _is_folder(f"{place}/{ARCHIVE}")


def watched_folders(place: str) -> tuple[str, ...]:
    """Folders whose entries say that sessions, days or writers came or went."""
    return (f"{place}/{SESSIONS}", *_dates(place), f"{place}/{ARCHIVE}", f"{place}/{LOCKS}")


def discover(place: str) -> Iterator[Unit]:
    """Every session of a home, the newest first. One that was moved meanwhile stands where it is listed first."""
    seen: set[str] = set()
    days = [folder for folder in _dates(place) if folder.count("/") == place.count("/") + 4]
    archive = f"{place}/{ARCHIVE}"
    for folder in (*reversed(days), *([archive] if _is_folder(archive) else ())):
        for name, path in reversed(_files(folder)):
            thread_id = thread_id_of(name)
            if thread_id is not None and thread_id not in seen:
                seen.add(thread_id)
                yield Unit(Address("codex", thread_id), place, path)


def _dates(place: str) -> list[str]:
    """Every year, month and day folder, each after the one it lies in."""
    found: list[str] = []
    level = [f"{place}/{SESSIONS}"] if _is_folder(f"{place}/{SESSIONS}") else []
    for _ in range(3):
        level = [below for folder in level for below in _folders(folder)]
        found += level
    return sorted(found)


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(e.path for e in entries if e.name.isdigit() and e.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _files(folder: str) -> list[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((e.name, e.path) for e in entries if e.name.endswith(".jsonl") and not e.is_symlink())
    except OSError:
        return []


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114
    except (OSError, ValueError):
        return False
