"""How the doctor looks at folders and files: by their status and names, following no link below what it was given."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from odw_core.diagnose.doctor.world import World
from odw_core.files.safe_open import read_regular

_MOST_ENTRIES = 100_000
_WRITE_BITS = 0o222


class Reach(Enum):
    """What one can do with a folder."""

    WRITABLE = auto()
    MISSING = auto()
    NO_FOLDER = auto()
    """A file has that path."""
    CLOSED = auto()
    """Not writable for us."""
    READ_ONLY_DISK = auto()
    LOCKED = auto()
    """Its mode lets nobody write; only the superuser's power still does."""
    FOREIGN = auto()
    """Somebody else's folder, in which we can write all the same."""


class Size(NamedTuple):
    """Bytes below a folder. ``is_whole`` is False when there was too much to count."""

    bytes: int
    is_whole: bool


def reach(path: str, world: World) -> Reach:
    """Whether programs of this user can write in the folder at ``path``. Tries nothing: a trial would be a change."""
    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return Reach.MISSING
    except OSError as error:
        return Reach.MISSING if error.errno == errno.ELOOP else Reach.CLOSED
    if not stat.S_ISDIR(status.st_mode):
        return Reach.NO_FOLDER
    if is_read_only_disk(path):
        return Reach.READ_ONLY_DISK
    if not status.st_mode & _WRITE_BITS:
        return Reach.LOCKED
    if not world.may(path, os.W_OK | os.X_OK):
        return Reach.CLOSED
    return Reach.WRITABLE if status.st_uid == world.user else Reach.FOREIGN


def is_read_only_disk(path: str) -> bool:
    """Whether the file system below ``path`` was mounted for reading only."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def is_mine(path: str, world: World) -> bool:
    """Whether ``path`` belongs to this user; what is not there belongs to nobody."""
    try:
        return Path(path).stat().st_uid == world.user
    except OSError:
        return False


def is_folder(path: str) -> bool:
    """Whether a real folder is there; a link could lead anywhere."""
    return _kind(path, stat.S_ISDIR)


def is_file(path: str) -> bool:
    """Whether a regular file is there, and no link to one."""
    return _kind(path, stat.S_ISREG)


def is_there(path: str) -> bool:
    """Whether anything has that path, a dead link too."""
    return _kind(path, lambda mode: True)


def is_chain(base: str, below: str) -> bool:
    """Whether every step from ``base`` down is a real folder."""
    path = base
    for name in below.split("/"):
        path = f"{path}/{name}"
        if not is_folder(path):
            return False
    return True


def names_in(folder: str) -> list[str]:
    """The names in a folder in order; none when it cannot be listed."""
    try:
        return sorted(one.name for one in Path(folder).iterdir())
    except (OSError, ValueError):
        return []


def folders_in(folder: str) -> list[str]:
    """The names of the real folders in a folder, in order."""
    try:
        with os.scandir(folder) as entries:
            return sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))
    except (OSError, ValueError):
        return []


def size_below(folder: str) -> Size:
    """How many bytes the files below a folder hold; a link counts as itself."""
    total = entries_seen = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    entries_seen += 1
                    if entries_seen > _MOST_ENTRIES:
                        return Size(total, is_whole=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return Size(total, is_whole=True)


def small_text(path: str, limit: int = 1 << 20) -> str | None:
    """The beginning of a small file; None when it is not there or not to be read."""
    try:
        return read_regular(path, limit).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


def changed_at(path: str) -> float | None:
    """When something was last written, Unix seconds; None when nothing is there."""
    try:
        return os.lstat(path).st_mtime
    except (OSError, ValueError):
        return None


def nearest_there(path: str) -> str:
    """The path itself, or the nearest folder above it that is there."""
    while path not in ("", "/") and not os.path.lexists(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _kind(path: str, fits: Callable[[int], bool]) -> bool:
    try:
        return fits(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
