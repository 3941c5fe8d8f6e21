"""What is wrong with a configuration, in words: in which line, what would be right, what was meant. Reads no file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from odw_core.errors import ConfigError
from odw_core.text.nearest import near, nearest


class Mistake(NamedTuple):
    """One thing that is wrong in a configuration, or beside it. Its sentence is what a ``ConfigError`` says."""

    file: str
    line: int
    """From 1; 0 when the whole file is meant."""
    key: str
    """``theme``, ``keys.open``; empty when no key is meant."""
    reason: str
    """What is wrong with the key, and what would be right."""
    nearest: str | None = None
    """The valid name that was probably meant."""

    @property
    def sentence(self) -> str:
        """One line for people."""
        said = f"{self.key!r} {self.reason}" if self.key else self.reason
        meant = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        end = "" if (said + meant).endswith(("?", ".")) else "."
        return f"{self.file}{f':{self.line}:' if self.line else ''} {said}{meant}{end}"


class WrongConfig(ConfigError):
    """A file that cannot be used because of one mistake."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


def misnamed(file: Path, text: str, key: tuple[str, ...], said: str, name: str, known: Iterable[str]) -> Mistake:
    """A ``name`` that only the screen can judge, such as a theme; ``said`` is the verdict on ``key`` in ``text``."""
    choices = sorted(known)
    close = near(name, choices)
    reason = said if close else f"{said}{nearest(name, choices)}"
    return Mistake(str(file), line_of(text, key), ".".join(key), reason, close)


def line_of(text: str, key: tuple[str, ...]) -> int:
    """The line, from 1, that sets ``key`` (or the nearest key above it); 1 when it cannot be told."""
    section: tuple[str, ...] = ()
    best = (0, 1)
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            section = path = _split_key(header[1])
        elif assignment := re.match(r"""\s*((?:[\w.\s-]|"[^"]*"|'[^']*')+?)\s*=""", line):
            path = (*section, *_split_key(assignment[1]))
        else:
            continue
        if path == key[: len(path)] and len(path) > best[0]:
            best = (len(path), number)
    return best[1]


def _split_key(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.]+)""", dotted))
