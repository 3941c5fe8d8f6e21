"""The folders that a batch writes below its root: reached step by step, never through a link, never left.

It clears the content of one folder, and knows what a file looked like before somebody wrote it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from odw_core.errors import OdwError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
KEPT = frozenset((".gitkeep", ".gitignore"))
"""They keep an empty folder in git, and are no output."""
_MOST = 100_000


class NoFolder(OdwError):
    """A folder that cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a regular file looked."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def opened(root: str, path: str, *, makes: bool = False) -> int:
    """A descriptor of the folder ``path`` below ``root``; the caller closes it. Raises ``NoFolder``."""
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise NoFolder(f"{root} cannot be opened: {(error.strerror or '').lower()}.") from error
    walked = PurePosixPath()
    for name in PurePosixPath(path).parts:
        walked /= name
        try:
            below = _entered(here, name, makes=makes)
        except FileNotFoundError as error:
            raise NoFolder(f"{walked}/ is not there.") from error
        except OSError as error:
            raise NoFolder(f"{walked} {_why(here, name, error)}.") from error
        finally:
            os.close(here)
        here = below
    return here


def _entered(here: int, name: str, *, makes: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except FileNotFoundError:
        if not makes:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=here)
    return os.open(name, _FOLDER, dir_fd=here)


def _why(here: int, name: str, error: OSError) -> str:
    with suppress(OSError):
        mode = os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            return "is a link, which is not followed"
        if not stat.S_ISDIR(mode):
            return "is no folder"
    return f"cannot be used: {(error.strerror or 'unknown reason').lower()}"


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
            below = os.open(name, _FOLDER, dir_fd=folder)
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
