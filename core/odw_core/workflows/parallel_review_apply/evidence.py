"""Evidence: where a blocker's prose names a path or a word, and how much around it speaks for a cause. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odw_core.text.finding import IN_NAME, MOST_READ, occurrences, without_files

FOLLOWS_CHARS = 220
"""How far behind a place a phrase of a cause still belongs to it."""
_NEAR_CHARS = 120
_TEST_NEAR_CHARS = 220
_CAUSE, _WORD, _TEST = 100, 20, -70

# ASCII: where no blanks part them, a word ends where another script begins.
_PLAIN = re.IGNORECASE | re.ASCII
_CAUSE_PHRASE = re.compile(
    r"\b(?:(?:does|do|did|is|are|has|have|was|were|will|would|should|must)(?:\s+not\b|n['’]t\b)"
    r"|(?:fails?|failed|failing)\s+to\b|cannot\b|can['’]t\b|never\b|returns?\b|returning\b|drops?\b|dropped\b"
    r"|dropping\b|omits?\b|omitted\b|omitting\b|ignores?\b|ignored\b|lacks?\b|lacking\b|missing\b|must\b|should\b"
    r"|wrong\b|wrongly\b|incorrect\b|incorrectly\b|throws?\b|instead\s+of\b|mismatch\w*)",
    _PLAIN,
)
_CAUSE_WORD = re.compile(r"\b(?:root[\s-]?cause\w*|because|caused?\s+by|violat(?:es?|ed|ing|ion)|due\s+to)\b", _PLAIN)
_TEST_EVIDENCE = re.compile(
    r"\b(?:assert(?:ion)?(?:error|s)?\w*|exit(?:s|ed)?\s+(?:with\s+)?(?:code|status)?\s*\d+"
    r"|exit(?:s|ed)?\s+with\s+(?:a\s+)?(?:non-?zero|code|status)|exit\s+(?:code|status)"
    r"|fail(?:s|ed|ing|ures?)?\b(?!\s+to\b)|(?:npm|node)\s+(?:run\s+|--)?test"
    r"|pytest|test\s+run)\b",
    _PLAIN,
)
_SYMPTOM = re.compile(r"\bsymptom\w*|\bcallers?\b|\bcall-?sites?\b|\bcall\s+sites?\b|\bstack\s*-?traces?\b", _PLAIN)
_TEST_PATH = re.compile(
    r"(?:^|/)(?:[Tt]ests?|__tests__|specs?|e2e)/|(?:^|/)test_[^/]*$"
    r"|(?:[._-](?:test|spec)|(?:^|/)test|[a-z0-9](?:Test|Spec))s?\.\w+$"
)
_WORD_AT = re.compile(rf"[A-Za-z_$][{IN_NAME}$]*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A declared path in a text, from ``start`` to ``stop``."""

    task: str
    path: str
    start: int
    stop: int


def mentions(text: str, paths: Sequence[tuple[str, str]]) -> tuple[Mention, ...]:
    """Every occurrence of the (task, path) pairs, in the order of the text; the longest path wins where several fit.

    Where none stands as a word of its own, those within other words count: every literal occurrence is one.
    """
    tasks: dict[str, list[str]] = {}
    for task, path in paths:
        tasks.setdefault(path, []).append(task)
    found = occurrences(text, tasks) or occurrences(text, tasks, within_words=True)
    return tuple(Mention(task, at.path, at.start, at.stop) for at in found for task in tasks[at.path])


def score(text: str, start: int, stop: int, *, is_test: bool) -> int:
    """What stands around ``text[start:stop]``: 100 where the phrase of a cause follows, 20 where words of one are near,
    -70 where a test's file is named as evidence of a failure."""
    points = 0
    if _CAUSE_PHRASE.search(text, stop, min(len(text), stop + FOLLOWS_CHARS)):
        points += _CAUSE
    if _CAUSE_WORD.search(text, max(0, start - _NEAR_CHARS), stop + _NEAR_CHARS):
        points += _WORD
    if is_test and _TEST_EVIDENCE.search(text, max(0, start - _TEST_NEAR_CHARS), stop + _TEST_NEAR_CHARS):
        points += _TEST
    return points


def speaks_of_symptom(text: str) -> bool:
    """Whether the text says that what it names is where the fault shows, not where it is."""
    return _SYMPTOM.search(text[:MOST_READ]) is not None


def is_test_path(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return _TEST_PATH.search(path) is not None


def without_paths(text: str, paths: Sequence[Mention]) -> str:
    """The text with blanks in place of files, declared or not: names of files are no symbols."""
    return without_files(text, ((at.start, at.stop) for at in paths))


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word that could be a symbol, with where it stands."""
    return ((match[0], match.start(), match.end()) for match in _WORD_AT.finditer(text))
