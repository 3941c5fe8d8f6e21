"""Symbols: which names a captured diff defines, and which a task's prompt ties to its own files. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from odw_core.text.diff import DiffReader, Kind
from odw_core.text.finding import code_names

TIED_CHARS = 260
"""How far before its path a name in a prompt still belongs to it."""
_SHORTEST = 3
_MOST_LINE = 2_000
_MOST_DIFF = 4_000_000
_NAME = r"([A-Za-z_$][\w$]*)"
_FUNCTION = re.compile(rf"\bfunction\b[ \t*]{{1,8}}{_NAME}")
_VARIABLE = re.compile(rf"\b(?:const|let|var)[ \t]{{1,8}}{_NAME}")
# Languages that have other words for it; Go puts whose method it is before the name.
_OTHER = re.compile(
    rf"\b(?:def|fn|fun|class|struct|trait|interface|enum|func(?:[ \t]\([^)]{{0,80}}\))?)[ \t]{{1,8}}{_NAME}"
)
_IN_OTHER = re.compile(r"\.(?:pyi?|rs|go|rb|java|kts?|swift|php|cs|scala|c|cc|cpp|h|hpp)\Z", re.IGNORECASE)
# Where people write prose, "the function that" defines nothing.
_PROSE = re.compile(r"\.(?:md|markdown|rst|txt|adoc)\Z", re.IGNORECASE)


def defined_symbols(diff: str) -> frozenset[str]:
    """Names of functions, constants and variables on added and context lines."""
    lines = diff[:_MOST_DIFF].split("\n")
    reader = DiffReader()
    reader.take(lines)
    found: set[str] = set()
    for file in reader.files():
        if _PROSE.search(file.path):
            continue
        patterns = (_FUNCTION, _VARIABLE, _OTHER) if _IN_OTHER.search(file.path) else (_FUNCTION, _VARIABLE)
        for at in range(file.body, min(file.stop, len(lines))):
            if reader.kinds[at] in (Kind.ADDED, Kind.CONTEXT):
                found.update(_matched(lines[at][1:_MOST_LINE], patterns))
    return frozenset(found)


def _matched(line: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    return (match[1] for pattern in patterns for match in pattern.finditer(line) if len(match[1]) >= _SHORTEST)


def prompted_symbols(prompt: str, files: Sequence[str]) -> frozenset[str]:
    """Names that stand at most ``TIED_CHARS`` before one of the task's own paths in its prompt."""
    found: set[str] = set()
    for path in files:
        at = prompt.find(path) if path else -1
        while at >= 0:
            found.update(code_names(prompt[max(0, at - TIED_CHARS) : at]))
            at = prompt.find(path, at + len(path))
    return frozenset(found)
