"""Opens files of a workspace that is read but not believed: regular files only, never a link, pipe or device, and
nothing that may hold credentials."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY

_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


_CREDENTIALS = frozenset(("auth.json", ".credentials.json", ".netrc"))


class NotRegular(OSError):
    """What has that path is not read here. ``reason`` says why, as a sentence."""

    def __init__(self, path: str, kind: str, but: str = "only regular files are") -> None:
        self.reason = f"{kind} is not read here; {but}"
        super().__init__(errno.EINVAL, self.reason, path)


def _refuse_unless_regular(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((words for matches, words in _KINDS if matches(mode)), "something unknown")
        raise NotRegular(path, kind)


def open_regular(path: str | Path) -> int:
    """A descriptor for reading the regular file at ``path``; the caller closes it.

    Raises ``NotRegular`` for everything else and for what may hold credentials, and never waits. Other failures are the
    usual ``OSError``.
    """
    name = os.fspath(path)
    if name.rpartition("/")[2] in _CREDENTIALS:
        raise NotRegular(name, "a file that may hold credentials", "it is never opened")
    # Opening alone can already act on a pipe or device (it lets a waiting writer go on), so look before opening;
    # then look again at what was opened, since it may have been exchanged in between.
    _refuse_unless_regular(name, os.lstat(name).st_mode)
    try:
        descriptor = os.open(name, _FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise NotRegular(name, "a symbolic link") from error
        raise
    try:
        _refuse_unless_regular(name, os.fstat(descriptor).st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: str | Path, limit: int) -> bytes:
    """The first ``limit`` bytes of the regular file at ``path`` (all of it when it is shorter)."""
    descriptor = open_regular(path)
    try:
        chunks: list[bytes] = []
        missing = limit
        while missing > 0 and (chunk := os.read(descriptor, min(missing, 1 << 20))):
            chunks.append(chunk)
            missing -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)
