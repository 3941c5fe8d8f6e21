"""Where a growing file of lines holds what was said in confidence, and where that was said again. Tells none of it.

Looks on from where it stopped: an answer is written before anything repeats it. A dialect says what asks and what
answers; nothing here knows one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from odw_core.files.growing_file import GrowingFile, Growth
from odw_core.files.safe_open import open_regular
from odw_core.text.hidden import Ranges, blanked

_BLOCK = 1 << 20
_TELLING = 6
"""Bytes from which an answer is hidden wherever it stands; a shorter one only where answers are told."""
_TIMES = 4
"""How often a text may be escaped: a word of a command, in its arguments, on a line."""


class Confidences:
    """What is confided in the file at ``path``, as far as it was looked through. A dialect fills the hooks."""

    asks: bytes
    """Stands on every line that asks for something in confidence."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._forget()

    def ask(self, line: bytes) -> None:
        """Note in ``calls`` what the line asks for in confidence."""
        raise NotImplementedError

    def answered(self, line: bytes) -> Iterator[tuple[int, int]]:
        """Where the line holds an answer to one of ``calls``; what was said goes to ``learn``."""
        raise NotImplementedError

    def close(self, line: bytes) -> None:
        """Take from ``calls`` what the whole line has answered, where a later line could be mistaken for an answer."""

    def is_retold(self, line: bytes) -> bool:
        """Whether even the shortest answer is hidden on the line, since it tells answers again."""
        raise NotImplementedError

    def _forget(self) -> None:
        self._looked_at = 0
        self._rest = bytearray()
        """The line that has no end yet: one of many megabytes is read once."""
        self._answers: list[tuple[int, int]] = []
        self._echoes: list[tuple[int, int]] = []
        self.calls: dict[bytes, tuple[str, ...]] = {}
        """Those that asked in confidence: how each is named on a line, to the questions that are secret."""
        self._values: set[bytes] = set()
        self._unfinished: Ranges = ()

    def ranges(self, upto: int | None = None) -> Ranges:
        """Every range that begins before the byte ``upto``, else in the whole file. A file that is gone has none."""
        return (*self.echoes(upto), *self._answers, *self._unfinished)

    def echoes(self, upto: int | None = None) -> Ranges:
        """The same without the answers themselves: where an agent, or the program, says one again."""
        self._unfinished = ()
        try:
            descriptor = open_regular(self._path)
        except (OSError, ValueError):
            return tuple(self._echoes)
        try:
            rest = self._look(descriptor, upto)
        except OSError:
            rest = b""
        finally:
            os.close(descriptor)
        if not rest:
            return tuple(self._echoes)
        # Half a line may be half an answer, and nobody could read it anyway.
        self._unfinished = tuple(_moved(self.answered(rest), self._looked_at))
        return (*self._echoes, *_moved(self.repeated(rest), self._looked_at))

    def _look(self, descriptor: int, upto: int | None) -> bytes:
        """Take in whole lines; the value is what follows the last one."""
        size = os.fstat(descriptor).st_size
        if size < self._looked_at + len(self._rest):
            self._forget()
        end = size if upto is None else upto
        while (at := self._looked_at + len(self._rest)) < end:
            data = os.pread(descriptor, _BLOCK, at)
            if not data:
                break
            last = data.rfind(b"\n")
            if last < 0:
                self._rest += data
                continue
            whole = bytes(self._rest) + data[:last]
            self._rest = bytearray(data[last + 1 :])
            self._take(whole)
            self._looked_at += len(whole) + 1
        return bytes(self._rest) if self.calls or self._values else b""

    def _take(self, lines: bytes) -> None:
        if not self.calls and not self._values and self.asks not in lines:
            return
        offset = self._looked_at
        for line in lines.split(b"\n"):
            if self.asks in line:
                self.ask(line)
            if self.calls:
                self._answers += _moved(self.answered(line), offset)
                self.close(line)
            if self._values:
                self._echoes += _moved(self.repeated(line), offset)
            offset += len(line) + 1

    def repeated(self, line: bytes) -> Iterator[tuple[int, int]]:
        """Where any one line, also of another file, says again what was confided here."""
        is_retold = self.is_retold(line)
        for value in self._values:
            place = line.find(value) if is_retold or len(value) >= _TELLING else -1
            while place >= 0:
                # Half an escape would leave a line that nobody can read.
                yield (place - is_escaped(line, place), place + len(value))
                place = line.find(value, place + len(value))

    def learn(self, value: str) -> None:
        """As it would stand on another line: escaped once, or more often inside of other texts."""
        for is_ascii in (False, True):
            written = value
            for _ in range(_TIMES):
                if written.strip():
                    self._values.add(written.encode("utf-8", "surrogatepass"))
                written = json.dumps(written, ensure_ascii=is_ascii)[1:-1]


class ConfidingFile(GrowingFile):
    """A file as it is, but for what was said in confidence: stars stand in its place, nothing moves.

    Reads no more of the file for that than what was read of it by then. A dialect fills ``confided``.
    """

    _confidences: Confidences | None = None
    _known_to = 0
    _ranges: Ranges = ()

    def confided(self) -> Confidences:
        """What looks through the file; made anew when another file takes the path."""
        raise NotImplementedError

    def hidden(self, confidences: Confidences, upto: int) -> Ranges:
        """Which of it is out of sight."""
        return confidences.ranges(upto)

    def read(self, offset: int, length: int) -> bytes:
        data = super().read(offset, length)
        if offset + len(data) > self._known_to:
            self._confidences = self._confidences or self.confided()
            self._known_to = offset + len(data)
            self._ranges = self.hidden(self._confidences, self._known_to)
        return blanked(data, offset, self._ranges) if self._ranges else data

    def refresh(self) -> Growth:
        growth = super().refresh()
        if growth is Growth.REPLACED:
            self._known_to, self._confidences = 0, None
        return growth


def is_escaped(line: bytes, place: int) -> bool:
    """Whether what stands there in a string of JSON belongs to the backslash before it."""
    before = line[:place]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def _moved(ranges: Iterator[tuple[int, int]], offset: int) -> Iterator[tuple[int, int]]:
    return ((offset + first, offset + last) for first, last in ranges)
