"""The outputs of a batch: what lies there, what is newer, clearing it, and how a file looked before it was written.

Works on descriptors of real folders; a link is taken away itself, never followed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from odw_core.runs.below import FOLDER, NoFolder, opened

KEPT = frozenset((".gitkeep", ".gitignore"))
"""They keep an empty folder in git, and are no output."""
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a regular file looked."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def probe(folder: int) -> None:
    """Write a file there and take it away again. Raises ``OSError``."""
    name = f".odw-tui-probe-{secrets.token_hex(4)}"
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder))
    os.unlink(name, dir_fd=folder)


def content(folder: int) -> list[str]:
    """What lies in it and would be cleared, in order."""
    return sorted(name for name in os.listdir(folder) if name not in KEPT)


def newer_files(folder: int, than_ns: int, prefix: str = "") -> Iterator[str]:
    """Files below the folder that were written after that moment (nanoseconds since 1970), as paths from it."""
    for number, (path, found) in enumerate(_files(folder, prefix)):
        if number >= _MOST:
            return
        if found.st_mtime_ns > than_ns:
            yield path


def _files(folder: int, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    for name in content(folder):
        with suppress(OSError):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISDIR(found.st_mode):
                yield f"{prefix}{name}", found
                continue
            below = os.open(name, FOLDER, dir_fd=folder)
            try:
                yield from _files(below, f"{prefix}{name}/")
            finally:
                os.close(below)


def clear(folder: int, names: list[str]) -> None:
    """Take these away, folders with all they hold; links themselves, never what they lead to. Raises ``OSError``."""
    for name in names:
        with suppress(FileNotFoundError):
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                shutil.rmtree(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)


def stamp_of(root: str, folder: str, name: str) -> Stamp | None:
    """How the regular file looks now; None for anything else, a link too."""
    try:
        here = opened(root, folder)
    except NoFolder:
        return None
    try:
        found = os.stat(name, dir_fd=here, follow_symlinks=False)
    except OSError:
        return None
    finally:
        os.close(here)
    if not stat.S_ISREG(found.st_mode):
        return None
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
