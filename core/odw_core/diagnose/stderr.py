"""Which lines of a log or a stderr count as said by the program itself. Pure, line by line, never raises.

Prompts, messages and command output of a transcript for people do not count, whatever they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from odw_core.diagnose.signatures import STARTUP_ERRORS


class Level(Enum):
    """How loud a line is."""

    ERROR = "error"
    WARNING = "warning"
    QUIET = "quiet"
    """A log line that says nothing is wrong."""


_TRACED = re.compile(r"\[?\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?\]?\s+(ERROR|WARN|INFO|DEBUG|TRACE)\b")
_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? - \S+ - (ERROR|CRITICAL|WARNING|INFO|DEBUG) - ")
_STAMP = re.compile(r"\[\d{4}-\d\d-\d\dT[\d:.]+Z?\] ")
_LEVELS = {"ERROR": Level.ERROR, "CRITICAL": Level.ERROR, "WARN": Level.WARNING, "WARNING": Level.WARNING}
_BEGINNINGS = (
    (("ERROR", "Error", "error:", *STARTUP_ERRORS), Level.ERROR),
    (("warning:", "WARN"), Level.WARNING),
)


def level_of(line: str) -> Level | None:
    """The level of a plain line; None when it is no line of a log at all."""
    if line[:1].isdigit() or line[:1] == "[":
        if match := _TRACED.match(line) or _LOGGED.match(line):
            return _LEVELS.get(match[1], Level.QUIET)
        if stamp := _STAMP.match(line):
            line = line[stamp.end() :]
    return next((level for words, level in _BEGINNINGS if line.startswith(words)), None)


def is_traced(line: str) -> bool:
    """Whether a log wrote this line, with time and level, rather than a person's words that begin alike."""
    return _TRACED.match(line) is not None


def continues(line: str) -> bool:
    """Whether a line belongs to the error before it."""
    return line.startswith((" ", "\t", "Caused by", "Stack backtrace", "/", "|")) or not line.strip()


BANNER = "OpenAI Codex v"
"""Begins the transcript that ``codex exec`` writes for people."""

_HEADINGS = frozenset({"user", "codex", "exec", "thinking", "tokens used", "apply patch", "file update", "apply_patch"})
_THOUGHT = re.compile(r"\*\*[^*]+\*\*")
"""How a summary of thoughts begins, which has no heading."""


@dataclass(slots=True)
class Line:
    """A line that counts; ``number`` is from 1."""

    number: int
    text: str
    level: Level
    more: list[str] = field(default_factory=list)
    """The lines after it that belong to it."""


MOST_MORE = 12


def transcript_lines(lines: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """The lines of a transcript that count.

    Log lines count wherever no command has just printed them. ``ERROR:`` counts in the last words of the transcript,
    ``warning:`` in the last words of a section, since before that both may be a quotation.
    """
    section, last_words = "", list[Line]()
    was_blank = True
    for number, text in lines:
        if text in _HEADINGS or _THOUGHT.fullmatch(text):
            yield from (line for line in last_words if line.level is Level.WARNING or is_traced(line.text))
            section, last_words, was_blank = text, [], False
            continue
        level = level_of(text)
        if level in (Level.ERROR, Level.WARNING):
            line = Line(number, text, level)
            is_printed = section == "exec" and not (was_blank or last_words)
            if is_traced(text) and section != "exec":
                yield line
            elif not is_printed:
                last_words.append(line)
        elif last_words and not continues(text):
            last_words = []
        elif last_words and len(last_words[-1].more) < MOST_MORE:
            last_words[-1].more.append(text)
        was_blank = not text.strip()
    yield from last_words
