"""Where a rollout holds what a person answered to a secret question. Tells no answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from odw_core.engines.codex import records
from odw_core.engines.codex.names import QUESTION_TOOL
from odw_core.engines.codex.telling import answers
from odw_core.engines.loose import flag, objects, text
from odw_core.files.confidences import Confidences, is_escaped

_ANSWER = b'"output":'
_KEPT = re.compile(rb'"answer":')
_RETOLD = (b'"retained_context"', b'"compacted"')
_NOTE = "user_note: "
"""Stands before an answer in a person's own words."""


class SecretAnswers(Confidences):
    """The secret answers in the rollout at ``path``, as far as it was looked through."""

    asks = b"isSecret"

    def ask(self, line: bytes) -> None:
        """A call of the tool that asks; calls are named by an id that is used once."""
        read = records.read_line(line)
        if read is None or text(read.payload, "name") != QUESTION_TOOL:
            return
        asked = objects(records.arguments_of(read.payload), "questions")
        secrets = tuple(text(question, "id") for question in asked if flag(question, "isSecret"))
        if secrets and (call_id := text(read.payload, "call_id")):
            self.calls[json.dumps(call_id).encode()] = secrets

    def answered(self, line: bytes) -> Iterator[tuple[int, int]]:
        """The answers to all questions of a call: which of them is the secret one cannot be told by a range."""
        is_retold = self.is_retold(line)
        for call_id, secrets in self.calls.items():
            if call_id not in line:
                continue
            if is_retold:
                # What Codex keeps of an answer it writes before the answer itself.
                yield from (_value_at(line, found.end()) for found in _KEPT.finditer(line))
            elif (begin := line.find(_ANSWER)) >= 0:
                self._learn_from(line, secrets)
                yield _value_at(line, begin + len(_ANSWER))

    def is_retold(self, line: bytes) -> bool:
        """What a compaction kept tells answers again."""
        return any(mark in line[:200] for mark in _RETOLD)

    def _learn_from(self, line: bytes, secrets: tuple[str, ...]) -> None:
        read = records.read_line(line)
        for name, answer in () if read is None else answers(read.payload, ()):
            for value in (answer, *answer.split("; ")) if name in secrets else ():
                self.learn(value.removeprefix(_NOTE))


def _value_at(line: bytes, begin: int) -> tuple[int, int]:
    """The inside of the string that begins there; whatever is no string, up to the end of the line."""
    begin += len(line) - begin - len(line[begin:].lstrip(b" "))
    if line[begin : begin + 1] != b'"':
        return begin, len(line)
    end = line.find(b'"', begin + 1)
    while end >= 0 and is_escaped(line, end):
        end = line.find(b'"', end + 1)
    return begin + 1, len(line) if end < 0 else end
