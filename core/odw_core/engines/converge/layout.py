"""Where Converge keeps things below a workspace: run folders, databases, logs that somebody saved. Looks at names,
kinds and stamps; follows no link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from odw_core.engines.converge.names import run_address
from odw_core.model.evidence import Unit

ROOT = ".converge"
RUNS = ".converge/runs"
QUEUE = "converge.db"
"""Where a queue lies when nobody says otherwise."""
DATABASES = (QUEUE, "checkpoints.db", "sqlite:/converge.db")
"""Relative to the place, in the order in which they are asked."""
LOG_FOLDERS = ("", ".converge", ".converge/logs", "logs")
"""Relative to the place; logs end in ``.log`` there."""
LOGS_BESIDE = ("stdout.log", "worker.log", "converge.log")
"""Logs that are taken from the folder above the place: only by these names."""

_MOST_LOGS = 200


def is_place(place: str) -> bool:
    """Whether the folder holds anything of Converge: a queue alone is there before its first run."""
    return is_folder(f"{place}/{ROOT}") or is_regular(f"{place}/{QUEUE}")


def watched_folders(place: str) -> tuple[str, ...]:
    """Folders whose entries say that runs came or went, and the databases whose rows are tasks.

    The place itself is one of them: a database comes to lie there.
    """
    there = [path for found in databases(place) for path in (found, f"{found}-wal") if is_regular(path)]
    return (place, f"{place}/{ROOT}", f"{place}/{RUNS}", *there)


def runs(place: str) -> Iterator[Unit]:
    """Every run folder of a place."""
    for name in run_names(place):
        yield Unit(run_address(name), place, f"{place}/{RUNS}/{name}")


def run_names(place: str) -> list[str]:
    """Names of the run folders, sorted. What cannot be listed is left out; the sweep looks again."""
    if not (is_folder(f"{place}/{ROOT}") and is_folder(f"{place}/{RUNS}")):
        return []
    return sorted(
        entry.name
        for entry in _entries(f"{place}/{RUNS}")
        if not entry.name.startswith((".", "task-")) and _is_real_folder(entry)
    )


def databases(place: str) -> list[str]:
    """Absolute paths of what is named like a database of Converge and is a regular file."""
    found = []
    for name in DATABASES:
        folder, _, _ = name.rpartition("/")
        if (not folder or is_folder(f"{place}/{folder}")) and is_regular(f"{place}/{name}"):
            found.append(f"{place}/{name}")
    return found


def logs(place: str) -> list[str]:
    """Absolute paths of the files that may be saved logs: regular files only, a limited number."""
    found: list[str] = []
    for below in LOG_FOLDERS:
        folder = f"{place}/{below}".rstrip("/")
        # The place itself may be reached through a link; nothing below it may.
        if below and not all(is_folder(f"{place}/{step}") for step in _steps(below)):
            continue
        names = sorted(entry.name for entry in _entries(folder) if entry.name.endswith(".log") and _is_file(entry))
        found += [f"{folder}/{name}" for name in names[:_MOST_LOGS]]
    above = place.rpartition("/")[0]
    return found + [path for name in LOGS_BESIDE if above and is_regular(path := f"{above}/{name}")]


def _steps(below: str) -> list[str]:
    parts = below.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def is_folder(path: str) -> bool:
    """Whether a real folder, and no link to one, has that path."""
    return _has_kind(path, stat.S_ISDIR)


def is_regular(path: str) -> bool:
    """Whether a regular file, and no link to one, has that path."""
    return _has_kind(path, stat.S_ISREG)


def _has_kind(path: str, matches: object) -> bool:
    assert callable(matches)
    try:
        return bool(matches(os.lstat(path).st_mode))
    except (OSError, ValueError):
        return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [*entries]
    except (OSError, ValueError):
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
