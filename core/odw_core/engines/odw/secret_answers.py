"""Where the protocol trace of a PandaCode session holds what a person answered in confidence. Tells no answer.

A trace writes every message of the app server: ``{dir, ms, msg}``, a line each (ODW reference §1.4). Ids of messages
begin anew with each turn's server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from odw_core.engines.loose import Json, flag, mapping, objects, parse_object, text, texts
from odw_core.engines.odw import layout
from odw_core.files.confidences import Confidences, ConfidingFile
from odw_core.files.safe_open import read_regular
from odw_core.text.hidden import Ranges

_QUESTION = "item/tool/requestUserInput"
_ANSWERS, _INPUT = b'"answers"', b'"input"'
_MAX_RECORD = 1 << 26
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)("|\Z|\\\Z)', re.DOTALL)
_RESUMING = b'"turn/start"'
"""A turn that begins while a question is open carries its answer (ODW reference §5.3, resume_turn)."""


class SecretAnswers(Confidences):
    """The secret answers in the trace at ``path``, as far as it was looked through."""

    asks = b"requestUserInput"

    def ask(self, line: bytes) -> None:
        """A request of the server. One with an id that was used before takes the place of that one."""
        message = _message(line)
        if text(message, "method") != _QUESTION:
            return
        asked = objects(mapping(message, "params"), "questions")
        secrets = tuple(text(question, "id") for question in asked if flag(question, "isSecret"))
        self.calls.pop(call := _named(message), None)
        if secrets:
            self.calls[call] = secrets

    def answered(self, line: bytes) -> Iterator[tuple[int, int]]:
        """The answers to all questions of a request, and the words of a turn that answers one."""
        if _RESUMING in line:
            yield from _strings(line, _INPUT, line.rfind(b'"threadId"'))
            return
        if _ANSWERS in line and any(call in line for call in self.calls):
            self._learn_from(line)
            yield from _strings(line, _ANSWERS, len(line))

    def close(self, line: bytes) -> None:
        """A turn ends what was asked before it."""
        if _RESUMING in line:
            self.calls.clear()
        elif _ANSWERS in line and "result" in (message := _message(line)):
            self.calls.pop(_named(message), None)

    def is_retold(self, line: bytes) -> bool:
        """Nothing in a trace says that it repeats answers."""
        return False

    def _learn_from(self, line: bytes) -> None:
        message = _message(line)
        secrets = self.calls.get(_named(message), ())
        given = mapping(mapping(message, "result"), "answers")
        for name in secrets:
            for value in texts(mapping(given, name), "answers"):
                self.learn(value)


class TraceFile(ConfidingFile):
    """A protocol trace with stars in the place of secret answers."""

    def confided(self) -> Confidences:
        """The answers to questions that the agent marked as secret."""
        return SecretAnswers(self.path)


def echoes(data: bytes, trace: str) -> Ranges:
    """Where bytes of another file say again what was confided in a trace."""
    confidences = SecretAnswers(trace)
    confidences.echoes()
    return tuple(confidences.repeated(data))


def hidden_of_body(path: str) -> Ranges:
    """Of one of the files of a session: its trace, or its record."""
    if path.endswith(".jsonl"):
        return SecretAnswers(path).ranges()
    place, _, name = path.rpartition("/.pandacode/sessions/")
    runtime, _, session = name.removesuffix(".json").partition("/")
    if not session or (trace := layout.session_log(place, runtime, session)) is None:
        return ()
    try:
        return echoes(read_regular(path, _MAX_RECORD), trace)
    except (OSError, ValueError):
        return ()


def _message(line: bytes) -> Json:
    return mapping(parse_object(line) or {}, "msg")


def _named(message: Json) -> bytes:
    return json.dumps(message.get("id")).encode()


def _strings(line: bytes, after: bytes, end: int) -> Iterator[tuple[int, int]]:
    """The inside of every string behind a key: the line stays one of JSON."""
    begin = line.find(after)
    if begin < 0:
        return
    end = end if end > begin else len(line)
    for match in _STRING.finditer(line, begin + len(after)):
        if match.start() >= end:
            return
        if match.start(1) < match.end(1):
            yield match.span(1)
