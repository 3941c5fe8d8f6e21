"""Journal: the one writer of a run's ``events.jsonl``, with a mirror that nobody in the workspace can reach.

The mirror is the truth. Whatever else appears in the workspace's copy is kept as evidence and taken out again.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from odw_core.clock import Clock
from odw_core.engines.loose import Json, text
from odw_core.engines.odw.names import JOURNAL
from odw_core.engines.odw.records import JournalLine, decode_line, encode_line, script_stream
from odw_core.files.safe_open import open_regular, read_regular
from odw_core.runs.blobs import sync_folder
from odw_core.runs.faults import point
from odw_core.runs.folders import RunFolder
from odw_core.runs.workspace import RunPlace, write_whole
from odw_core.text.ansi import one_line
from odw_core.text.lines import whole_lines
from odw_core.text.secrets import masked

_MAX_MIRROR = 1 << 30
_MAX_FOREIGN = 16 << 20
_TAIL = 64 * 1024
_AFTER_THE_END = ("committed", "journal_restored")


def is_over(folder: RunFolder) -> bool:
    """Whether the run's own journal ends with its exit; what was done with its landing later stands behind that."""
    try:
        descriptor = open_regular(folder.mirror)
    except OSError:
        return False
    try:
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, _TAIL, max(0, size - _TAIL))
    finally:
        os.close(descriptor)
    for data in reversed(tail.rstrip(b"\n").split(b"\n")):
        line = decode_line(data)
        if line is None or text(line.event or {}, "type") not in _AFTER_THE_END:
            return line is not None and line.type == "exit"
    return False


class _Seen(NamedTuple):
    """How the workspace's copy looked after our own last write."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def _seen(found: os.stat_result) -> _Seen:
    return _Seen(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Journal:
    """One line is one write. Belongs to the supervisor that holds the run's lock."""

    def __init__(self, place: RunPlace, mirror: Path, clock: Clock) -> None:
        """Opens what is there; nothing is written yet. Raises ``OSError`` when the mirror cannot be opened."""
        self._place, self._mirror_path, self._clock = place, mirror, clock
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._mirror = os.open(mirror, flags, 0o600)
        self._cut_torn_end()
        self._size = os.fstat(self._mirror).st_size
        self._last: _Seen | None = None
        self._foreign = 0
        self._copy = -1
        self._is_named = False

    def _cut_torn_end(self) -> None:
        """A supervisor that was killed while it wrote leaves half a line."""
        data = _whole(self._mirror)
        if data and not data.endswith(b"\n"):
            os.ftruncate(self._mirror, data.rfind(b"\n") + 1)

    @property
    def size(self) -> int:
        """Bytes of everything that was written."""
        return self._size

    def lines(self, after: int = 0) -> Iterator[JournalLine]:
        """Everything that was written behind the byte ``after``, from the mirror."""
        for _, line in whole_lines(_whole(self._mirror, after))[0]:
            decoded = decode_line(line)
            if decoded is not None:
                yield decoded

    def emit(self, event: Json, summary: str = "") -> None:
        """One event of the runner, with the time put to it."""
        self.check()
        self._put(self._line(event, summary))

    def emit_durably(self, event: Json, summary: str = "") -> None:
        """The same, and the mirror has it also after a loss of power. Raises ``OSError`` when that cannot be said:
        what was to be written ahead must not be done then."""
        self.emit(event, summary)
        os.fsync(self._mirror)
        if not self._is_named:
            sync_folder(self._mirror_path.parent)
            self._is_named = True

    def write(self, line: JournalLine) -> None:
        """One whole line: into the mirror first, then into the workspace."""
        self.check()
        self._put(encode_line(line))

    def check(self, *, is_thorough: bool = False) -> int:
        """Look whether somebody else wrote into the workspace's copy; if so, keep what they wrote, and put ours back.

        ``is_thorough`` compares every byte even where nothing seems to have changed. Returns how many were foreign.
        """
        if not is_thorough and self._last is not None and self._last == self._look():
            return 0
        return self._restore()

    def complete(self) -> None:
        """Give the workspace's copy what it lacks. No line says so where it lacks but the end: nobody else wrote there,
        whoever did was killed between a line and its copy."""
        ours, theirs = _whole(self._mirror), self._theirs()
        if theirs is None or theirs == ours or not ours.startswith(theirs):
            self.check(is_thorough=True)
            return
        folder = self._place.open()
        try:
            write_whole(folder, JOURNAL, ours)
        finally:
            os.close(folder)

    def _put(self, data: bytes) -> None:
        point("before a line of the journal")
        written = os.write(self._mirror, data)
        if written < len(data):
            # A full disk took part of it. Half a line would swallow the next one.
            os.ftruncate(self._mirror, self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._mirror_path))
        self._size += len(data)
        point("between the line and its copy")
        try:
            self._append(data)
        except OSError:
            # A full disk or a folder that was taken away: the mirror has it, the next look puts it right.
            self._forget_copy()
        point("after a line of the journal")

    def close(self) -> None:
        """Let go of both files."""
        self._forget_copy()
        os.close(self._mirror)

    def _look(self) -> _Seen | None:
        """The workspace's copy as its name says now; None when it is not there or is no plain file."""
        try:
            found = (self._place.path / JOURNAL).lstat()
        except OSError:
            return None
        return _seen(found) if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 else None

    def _append(self, data: bytes) -> None:
        if self._copy < 0:
            folder = self._place.open()
            try:
                flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
                self._copy = os.open(JOURNAL, flags, dir_fd=folder)
            finally:
                os.close(folder)
        os.write(self._copy, data)
        now = _seen(os.fstat(self._copy))
        # Larger than ours: somebody wrote between the look and the line. The next look finds it.
        self._last = now if now.size == self._size else None

    def _restore(self) -> int:
        """Make the workspace's copy what the mirror is. Raises nothing: what cannot be done now is done at the next
        look."""
        ours, theirs = _whole(self._mirror), self._theirs()
        if theirs == ours and self._look() is not None:
            self._last = self._look()
            return 0
        self._forget_copy()
        foreign = b""
        if theirs is not None and not ours.startswith(theirs):
            foreign = theirs.removeprefix(ours)
        try:
            folder = self._place.open()
            try:
                write_whole(folder, JOURNAL, ours)
            finally:
                os.close(folder)
        except OSError:
            return 0
        self._last = self._look()
        if foreign:
            self._keep(foreign)
        if ours:
            event = {"type": "journal_restored", "bytes": len(foreign)}
            self._put(self._line(event, "somebody else wrote into this journal; it was put right"))
        return len(foreign)

    def _line(self, event: Json, summary: str) -> bytes:
        at = self._clock.now()
        moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        stamped = {**unreadable(event), "ts": moment.replace("+00:00", "Z")}
        said = one_line(masked(summary), 400) or str(event.get("type", ""))
        return encode_line(script_stream(stamped, said, int(at * 1000)))

    def _theirs(self) -> bytes | None:
        try:
            return read_regular(self._place.path / JOURNAL, _MAX_MIRROR)
        except (OSError, ValueError):
            return None

    def _keep(self, foreign: bytes) -> None:
        while (path := self._mirror_path.with_name(f"foreign-{self._foreign + 1}")).exists():
            self._foreign += 1
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(masked(foreign[:_MAX_FOREIGN].decode("latin-1")).encode("latin-1"))

    def _forget_copy(self) -> None:
        if self._copy >= 0:
            os.close(self._copy)
        self._copy, self._last = -1, None


def unreadable(fields: Json) -> dict[str, object]:
    """The same, with secrets of known shapes masked in every text, however deep: as the journal has it."""
    return {key: _masked_value(value) for key, value in fields.items()}


def _masked_value(value: object) -> object:
    match value:
        case str():
            return masked(value)
        case dict():
            return unreadable(value)
        case list() | tuple():
            return [_masked_value(one) for one in value]
        case _:
            return value


def _whole(descriptor: int, at: int = 0) -> bytes:
    size = os.fstat(descriptor).st_size
    parts: list[bytes] = []
    while at < size and (part := os.pread(descriptor, size - at, at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)
