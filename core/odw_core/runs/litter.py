"""Litter: folders in which a supervisor worked something out aside and was killed. Found and taken away here.

Only names of our own, only real folders; what waited in one of them is kept among the run's blobs before it goes.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from odw_core.files.safe_open import read_regular
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder
from odw_core.runs.tree import CONTENT, read_entry

GUARD, PREPARING, STAGE = "guard-", "preparing-", ".odw-guard-"
STAGE_FILE = "stage"
"""In the private folder of a guard: the path of the folder beside the tree in which files wait."""
_OWN = re.compile(rf"(?:{GUARD}|{PREPARING})[0-9a-f]{{16}}")
_FOREIGN = re.compile(r"\.odw-guard-(?P<token>[0-9a-f]{16})")
_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAX_PATH = 1 << 16


def litter(folder: RunFolder) -> list[Path]:
    """What lies about of one run. Says nothing about whether somebody still works there: its lock does."""
    found: list[Path] = []
    for path in _own(folder):
        # What is beside the tree first: the private folder is what tells of it.
        if (stage := _stage_of(path)) is not None and is_real(stage):
            found.append(stage)
        found.append(path)
    return found


def stages_in(directory: Path) -> dict[str, Path]:
    """Token to folder: every guard's folder beside a tree, in git's own folder, whoever left it there."""
    with suppress(OSError), os.scandir(directory) as entries:
        return {
            match["token"]: Path(entry.path)
            for entry in entries
            if (match := _FOREIGN.fullmatch(entry.name)) and entry.is_dir(follow_symlinks=False)
        }
    return {}


def tokens(folder: RunFolder) -> set[str]:
    """Of the guards that a run began and did not end."""
    return {path.name.removeprefix(GUARD) for path in _own(folder) if path.name.startswith(GUARD)}


def take_away(paths: Iterable[Path], blobs: Blobs | None = None) -> None:
    """Remove these folders with all that lies in them, through no link. What waited in a stage goes into ``blobs``.

    Raises ``OSError``, also when that cannot be kept: then it stays.
    """
    for path in paths:
        with suppress(FileNotFoundError):
            above = os.open(path.parent, _STEP)
            try:
                if blobs is not None and path.name.startswith(STAGE):
                    _keep(above, path.name, blobs)
                shutil.rmtree(path.name, dir_fd=above)
            finally:
                os.close(above)


def is_real(path: Path) -> bool:
    """Whether it is a folder itself, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _own(folder: RunFolder) -> list[Path]:
    with suppress(OSError), os.scandir(folder.root) as entries:
        named = [one for one in entries if _OWN.fullmatch(one.name)]
        return sorted(Path(one.path) for one in named if one.is_dir(follow_symlinks=False))
    return []


def _stage_of(path: Path) -> Path | None:
    """Written by the guard itself, in a folder that no agent reaches; believed only with the name it must have."""
    try:
        said = Path(os.fsdecode(read_regular(path / STAGE_FILE, _MAX_PATH)))
    except OSError:
        return None
    wanted = f"{STAGE}{path.name.removeprefix(GUARD)}"
    return said if said.is_absolute() and said.name == wanted else None


def _keep(above: int, name: str, blobs: Blobs) -> None:
    stage = os.open(name, _STEP, dir_fd=above)
    try:
        with os.scandir(stage) as entries:
            waiting = [entry.name for entry in entries]
        for slot in waiting:
            found = read_entry(stage, slot)
            if found.mode in CONTENT:
                blobs.put(found.data)
    finally:
        os.close(stage)
