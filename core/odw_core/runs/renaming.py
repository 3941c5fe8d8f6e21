"""Renaming between two open folders so that nothing is ever lost: two names exchanged, or a name given only if free.

Python knows neither; both are one call of the kernel, with a careful way where a file system cannot do it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cache

_ONLY_IF_FREE, _EXCHANGE = 1, 2
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


@cache
def _call() -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def _renamed(source: int, name: str, target: int, new: str, flag: int) -> bool:
    """False where this system or file system has no such call."""
    call = _call()
    if call is None:
        return False
    if call(source, os.fsencode(name), target, os.fsencode(new), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), new)


def exchange(one: int, name: str, other: int, other_name: str) -> None:
    """Both names must exist, each in the folder of its descriptor; afterwards each stands for what the other did.

    Where the file system cannot exchange, ``name`` is replaced in one step after its file got a second name, so the
    other name stands for what was there a moment before. Raises ``OSError``.
    """
    if _renamed(one, name, other, other_name, _EXCHANGE):
        return
    kept = f"{other_name}.{secrets.token_hex(4)}"
    os.link(name, kept, src_dir_fd=one, dst_dir_fd=other, follow_symlinks=False)
    try:
        os.rename(other_name, name, src_dir_fd=other, dst_dir_fd=one)
    except OSError:
        with suppress(OSError):
            os.unlink(kept, dir_fd=other)
        raise
    os.rename(kept, other_name, src_dir_fd=other, dst_dir_fd=other)


def move(source: int, name: str, target: int, new: str) -> None:
    """Move it to a name that must be free. Raises ``FileExistsError`` where it is not, other ``OSError``."""
    if _renamed(source, name, target, new, _ONLY_IF_FREE):
        return
    os.link(name, new, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    os.unlink(name, dir_fd=source)
