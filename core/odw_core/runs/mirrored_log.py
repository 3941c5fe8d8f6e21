"""MirroredLog: a text file below a root that only grows, with a private copy that tells what we wrote.

Agents can write below the root, so what lies there is never believed; it is never cut or changed either.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.runs.below import opened
from odw_core.runs.faults import point

_MOST = 1 << 31
_WRITE = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class MirroredLog:
    """``folder/name`` below ``root``. Belongs to the supervisor of its run."""

    def __init__(self, root: str, folder: str, name: str, mirror: Path) -> None:
        """What a killed supervisor left unfinished is finished. Raises ``NoFolder``, ``OSError``."""
        self._name, self._mirror_path = name, mirror
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._mirror = os.open(mirror, flags, 0o600)
        data = self.data()
        if data and not data.endswith(b"\n"):
            os.ftruncate(self._mirror, data.rfind(b"\n") + 1)
        self._folder = opened(root, folder, makes=True)
        self._copy = -1
        self.trouble = ""
        """Why the file below the root could not be written; the private one goes on."""
        if data:
            with suppress(OSError, OdwError):
                self._catch_up()

    def data(self) -> bytes:
        """Everything that was written so far."""
        return os.pread(self._mirror, os.fstat(self._mirror).st_size, 0)

    def append(self, line: bytes) -> None:
        """One whole line with its end, at once. Raises ``OSError`` when the private folder does not take it."""
        size = os.fstat(self._mirror).st_size
        point("before a record of the log")
        if os.write(self._mirror, line) < len(line):
            # Half a record would swallow the next one.
            os.ftruncate(self._mirror, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._mirror_path))
        point("between the record and the log")
        try:
            if self._is_as_we_left_it(size):
                self._write_copy(line)
            else:
                self._catch_up()
        except (OSError, OdwError) as error:
            self.trouble = str(error)
            self._forget_copy()
        point("after a record of the log")

    def close(self) -> None:
        """Let go of everything."""
        self._forget_copy()
        os.close(self._folder)
        os.close(self._mirror)

    def _is_as_we_left_it(self, size: int) -> bool:
        """Whether the log is still the file that we write, with nothing but our ``size`` bytes in it."""
        if self._copy < 0:
            return False
        found, ours = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False), os.fstat(self._copy)
        return (found.st_ino, found.st_dev, found.st_size) == (ours.st_ino, ours.st_dev, size)

    def _write_copy(self, line: bytes) -> None:
        if os.write(self._copy, line) < len(line):
            self._forget_copy()

    def _forget_copy(self) -> None:
        if self._copy >= 0:
            os.close(self._copy)
        self._copy = -1

    def _catch_up(self) -> None:
        """What the file misses is written to its end, the rest of a torn line first."""
        self._forget_copy()
        self._copy = os.open(self._name, _WRITE | os.O_CREAT, 0o644, dir_fd=self._folder)
        if not stat.S_ISREG(os.fstat(self._copy).st_mode):
            self._forget_copy()
            raise OdwError(f"{self._name} is no plain file")
        ours, theirs = self.data(), self._theirs()
        if ours.startswith(theirs):
            self._write_copy(ours[len(theirs) :])
            return
        # Somebody else wrote into it: that stays, what is missing follows.
        there = {*theirs.split(b"\n")}
        missing = b"".join(line + b"\n" for line in ours.split(b"\n") if line and line not in there)
        if missing:
            self._write_copy((b"" if theirs.endswith(b"\n") else b"\n") + missing)

    def _theirs(self) -> bytes:
        reading = os.open(self._name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folder)
        try:
            return os.pread(reading, min(os.fstat(reading).st_size, _MOST), 0)
        finally:
            os.close(reading)


def is_ours(root: str, folder: str, name: str, mirror: Path) -> bool:
    """Whether the file of that name may be gone on with: ours by what it holds, or still to be made."""
    try:
        ours = read_regular(mirror, _MOST)
    except OSError:
        ours = b""
    try:
        theirs = read_regular(Path(root, folder, name), _MOST)
    except FileNotFoundError:
        return bool(ours)
    except (OSError, ValueError):
        return False
    # Without a line of our own, only an empty file is sure to be ours.
    return bool(ours) or not theirs


def reserve(folder: int, name: str) -> bool:
    """Make an empty file of that name; False when the name is taken."""
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(name, flags, 0o644, dir_fd=folder))
    except FileExistsError:
        return False
    return True
