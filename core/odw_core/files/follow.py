"""Follows files by looking: what grew, was replaced or vanished since the last look becomes Evidence. Never waits."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from odw_core.files.safe_open import NotRegular, open_regular
from odw_core.files.stamps import is_fresh
from odw_core.model.evidence import Appended, Cursor, Gone, Replaced

MAX_LINE = 256 << 20
"""Bytes of one unfinished line that are held; a longer one is skipped and reported."""
MAX_RECORD = 256 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought. ``is_reset``: all that was said of this file before is void."""

    evidence: Appended | Replaced | Gone | None = None
    is_reset: bool = False
    has_more: bool = False
    problem: str | None = None


_NOTHING = Look()


class JournalFollower:
    """A file that only grows. Hands out whole lines once each; what has no end yet is kept until it has one."""

    __slots__ = ("_is_skipping", "_rest", "_rest_size", "cursor", "name", "path", "written_ns")

    def __init__(self, path: str, name: str, cursor: Cursor | None = None) -> None:
        self.path, self.name, self.cursor = path, name, cursor
        self.written_ns = 0
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._is_skipping = False

    def is_current(self) -> bool:
        """Whether a stat alone says that nothing new is there."""
        return _is_same(self.path, self.cursor)

    def look(self, limit: int) -> Look:
        """Read at most ``limit`` new bytes."""
        try:
            status = os.lstat(self.path)
        except OSError as error:
            return self._vanished(error)
        except ValueError:
            return _NOTHING
        self.written_ns = status.st_mtime_ns
        if self.cursor is not None and _matches(self.cursor, status):
            return _NOTHING
        try:
            descriptor = open_regular(self.path)
        except NotRegular as refusal:
            return self._refused(status, refusal.reason)
        except OSError as error:
            return self._refused(status, error.strerror or "cannot be opened")
        try:
            return self._read(descriptor, os.fstat(descriptor), limit)
        except OSError as error:
            return self._refused(status, error.strerror or "cannot be read")
        finally:
            os.close(descriptor)

    def _read(self, descriptor: int, status: os.stat_result, limit: int) -> Look:
        cursor = self.cursor
        if cursor is not None and not self._continues(descriptor, status, cursor):
            self.forget()
            return Look(is_reset=True, has_more=True)
        offset = cursor.offset if cursor is not None else 0
        position = offset + self._rest_size
        data = os.pread(descriptor, min(limit, max(0, status.st_size - position)), position)
        position += len(data)
        whole = self._take_whole(data)
        problem = None
        if self._rest_size > MAX_LINE:
            problem = f"a line is longer than {MAX_LINE >> 20} MiB and was skipped"
            self._is_skipping = True
        if self._is_skipping:
            # The bytes are passed over, but the cursor still names the last whole line.
            self._rest, self._rest_size = [], 0
            offset = position
        has_more = position < status.st_size
        # An append always shows in the size, so even a fresh stamp may be trusted here.
        self.cursor = Cursor(status.st_ino, position, status.st_mtime_ns, offset + len(whole))
        evidence = Appended(self.name, offset, whole, self._rest_size > 0 and not has_more)
        return Look(evidence, has_more=has_more, problem=problem)

    def _take_whole(self, data: bytes) -> bytes:
        cut = data.rfind(b"\n") + 1
        if not cut:
            if data:
                self._rest.append(data)
                self._rest_size += len(data)
            return b""
        whole = b"".join((*self._rest, data[:cut]))
        self._rest = [data[cut:]] if cut < len(data) else []
        self._rest_size = len(data) - cut
        if self._is_skipping:
            self._is_skipping = False
            whole = whole[whole.find(b"\n") + 1 :]
        return whole

    def _continues(self, descriptor: int, status: os.stat_result, cursor: Cursor) -> bool:
        """Whether the file still begins with what was read: same inode, not shorter, and the last byte is in place."""
        position = cursor.offset + self._rest_size
        if status.st_ino != cursor.inode or status.st_size < position:
            return False
        if position == 0 or self._is_skipping:
            return True
        before = self._rest[-1][-1:] if self._rest else b"\n"
        return os.pread(descriptor, 1, position - 1) == before

    def forget(self) -> None:
        """Begin at zero again."""
        self.cursor = None
        self._rest, self._rest_size, self._is_skipping = [], 0, False

    def _vanished(self, error: OSError) -> Look:
        if self.cursor is None:
            return (
                _NOTHING if isinstance(error, FileNotFoundError | NotADirectoryError) else Look(problem=_words(error))
            )
        self.forget()
        return Look(Gone(self.name))

    def _refused(self, status: os.stat_result, reason: str) -> Look:
        # Remembered as seen, so that it is neither opened nor reported again until it changes.
        self.cursor = Cursor(status.st_ino, status.st_size, status.st_mtime_ns, 0)
        return Look(problem=reason)


class RecordFollower:
    """A small file that is rewritten as a whole, in place or by renaming."""

    __slots__ = ("cursor", "name", "path", "written_ns")

    def __init__(self, path: str, name: str, cursor: Cursor | None = None) -> None:
        self.path, self.name, self.cursor = path, name, cursor
        self.written_ns = 0

    def is_current(self) -> bool:
        """Whether a stat alone says that nothing new is there."""
        return _is_same(self.path, self.cursor)

    def look(self) -> Look:
        """Read it if it changed."""
        try:
            status = os.lstat(self.path)
        except OSError as error:
            if self.cursor is None:
                missing = isinstance(error, FileNotFoundError | NotADirectoryError)
                return _NOTHING if missing else Look(problem=_words(error))
            self.cursor = None
            return Look(Gone(self.name))
        except ValueError:
            return _NOTHING
        self.written_ns = status.st_mtime_ns
        if self.cursor is not None and _matches(self.cursor, status):
            return _NOTHING
        try:
            data, status = _read_whole(self.path)
        except NotRegular as refusal:
            problem = refusal.reason
        except OSError as error:
            problem = _words(error)
        else:
            self.cursor = _cursor(status, status.st_size, len(data))
            return Look(Replaced(self.name, data))
        self.cursor = Cursor(status.st_ino, status.st_size, status.st_mtime_ns, 0)
        return Look(problem=problem)

    def look_again(self) -> None:
        """What was read was torn: the next look reads it again even if its stamp stays."""
        if self.cursor is not None:
            self.cursor = Cursor(self.cursor.inode, self.cursor.size, 0, self.cursor.offset)


def _read_whole(path: str) -> tuple[bytes, os.stat_result]:
    descriptor = open_regular(path)
    try:
        status = os.fstat(descriptor)
        chunks: list[bytes] = []
        room = MAX_RECORD
        while room > 0 and (chunk := os.read(descriptor, min(room, 1 << 20))):
            chunks.append(chunk)
            room -= len(chunk)
        return b"".join(chunks), status
    finally:
        os.close(descriptor)


def _cursor(status: os.stat_result, size: int, offset: int) -> Cursor:
    written_ns = status.st_mtime_ns
    return Cursor(status.st_ino, size, 0 if is_fresh(written_ns) else written_ns, offset)


def _matches(cursor: Cursor, status: os.stat_result) -> bool:
    return cursor.size == status.st_size and cursor.mtime_ns == status.st_mtime_ns and cursor.inode == status.st_ino


def _is_same(path: str, cursor: Cursor | None) -> bool:
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return cursor is None
    return cursor is not None and _matches(cursor, status) and stat.S_IFMT(status.st_mode) != 0


def _words(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or 'unknown reason').lower()}"
