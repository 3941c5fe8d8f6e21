"""Folders below a root that others can write: reached step by step, never through a link, and left as they are."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import PurePosixPath

from odw_core.errors import OdwError

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""Flags with which a folder is opened, and nothing but a folder."""


class NoFolder(OdwError):
    """A folder that cannot be used; the message is a sentence."""


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
        return os.open(name, FOLDER, dir_fd=here)
    except FileNotFoundError:
        if not makes:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=here)
    return os.open(name, FOLDER, dir_fd=here)


def _why(here: int, name: str, error: OSError) -> str:
    with suppress(OSError):
        mode = os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            return "is a link, which is not followed"
        if not stat.S_ISDIR(mode):
            return "is no folder"
    return f"cannot be used: {(error.strerror or 'unknown reason').lower()}"
