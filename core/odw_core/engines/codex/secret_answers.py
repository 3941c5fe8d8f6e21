"""Where a rollout holds what a person answered to a secret question, and where that was said again. Tells no answer.

Looks on from where it stopped: an answer is written before anything repeats it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from odw_core.engines.codex import records
from odw_core.engines.codex.names import QUESTION_TOOL
from odw_core.engines.codex.telling import answers
from odw_core.engines.loose import flag, objects, text
from odw_core.files.safe_open import open_regular
from odw_core.text.hidden import Ranges

_BLOCK = 1 << 20
_ASKED = b"isSecret"
_ANSWER = b'"output":'
_RETOLD = (b'"retained_context"', b'"compacted"')
_NOTE = "user_note: "
"""Stands before an answer in a person's own words."""
_TELLING = 6
"""Bytes from which an answer is hidden wherever it stands; a shorter one only where answers are told."""
_TIMES = 4
"""How often a text may be escaped: a word of a command, in its arguments, on a line."""


class SecretAnswers:
    """The secret answers in the rollout at ``path``, as far as it was looked through."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._forget()

    def _forget(self) -> None:
        self._looked_at = 0
        self._rest = bytearray()
        """The line that has no end yet: one of many megabytes is read once."""
        self._answers: list[tuple[int, int]] = []
        self._echoes: list[tuple[int, int]] = []
        self._calls: dict[bytes, tuple[str, ...]] = {}
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
        if not self._calls or not rest:
            return tuple(self._echoes)
        # Half a line may be half an answer, and nobody could read it anyway.
        self._unfinished = tuple(self._answered(self._looked_at, rest))
        return (*self._echoes, *self._repeated(self._looked_at, rest))

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
        return bytes(self._rest) if self._calls else b""

    def _take(self, lines: bytes) -> None:
        if not self._calls and _ASKED not in lines:
            return
        offset = self._looked_at
        for line in lines.split(b"\n"):
            if _ASKED in line:
                self._ask(line)
            if self._calls:
                self._answers += self._answered(offset, line)
                self._echoes += self._repeated(offset, line)
            offset += len(line) + 1

    def _ask(self, line: bytes) -> None:
        read = records.read_line(line)
        if read is None or text(read.payload, "name") != QUESTION_TOOL:
            return
        asked = objects(records.arguments_of(read.payload), "questions")
        secrets = tuple(text(question, "id") for question in asked if flag(question, "isSecret"))
        if secrets and (call_id := text(read.payload, "call_id")):
            self._calls[json.dumps(call_id).encode()] = secrets

    def _answered(self, offset: int, line: bytes) -> Iterator[tuple[int, int]]:
        """The answers to all questions of a call: which of them is the secret one cannot be told by a range."""
        if _is_retold(line):
            return
        for call_id, secrets in self._calls.items():
            begin = line.find(_ANSWER) if call_id in line else -1
            if begin >= 0:
                self._learn(line, secrets)
                yield _value_at(line, begin + len(_ANSWER), offset)

    def _repeated(self, offset: int, line: bytes) -> Iterator[tuple[int, int]]:
        is_retold = _is_retold(line)
        for value in self._values:
            place = line.find(value) if is_retold or len(value) >= _TELLING else -1
            while place >= 0:
                # Half an escape would leave a line that nobody can read.
                start = place - _is_escaped(line, place)
                yield (offset + start, offset + place + len(value))
                place = line.find(value, place + len(value))

    def _learn(self, line: bytes, secrets: tuple[str, ...]) -> None:
        read = records.read_line(line)
        for name, answer in () if read is None else answers(read.payload, ()):
            for value in (answer, *answer.split("; ")) if name in secrets else ():
                self._keep(value.removeprefix(_NOTE))

    def _keep(self, value: str) -> None:
        """As it would stand on another line: escaped once, or more often inside of other texts."""
        for is_ascii in (False, True):
            written = value
            for _ in range(_TIMES):
                if written.strip():
                    self._values.add(written.encode("utf-8", "surrogatepass"))
                written = json.dumps(written, ensure_ascii=is_ascii)[1:-1]


def _is_retold(line: bytes) -> bool:
    return any(mark in line[:200] for mark in _RETOLD)


def _is_escaped(line: bytes, place: int) -> bool:
    before = line[:place]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def _value_at(line: bytes, begin: int, offset: int) -> tuple[int, int]:
    """The inside of the string that begins there; whatever is no string, up to the end of the line."""
    begin += len(line) - begin - len(line[begin:].lstrip(b" "))
    if line[begin : begin + 1] != b'"':
        return offset + begin, offset + len(line)
    end = line.find(b'"', begin + 1)
    while end >= 0 and _is_escaped(line, end):
        end = line.find(b'"', end + 1)
    return offset + begin + 1, offset + (len(line) if end < 0 else end)
