"""Evidence: where a blocker's prose names a path or a word, and how much around it speaks for a cause. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FOLLOWS_CHARS = 220
"""How far behind a place a phrase of a cause still belongs to it."""
_NEAR_CHARS = 120
_TEST_NEAR_CHARS = 220
_CAUSE, _WORD, _TEST = 100, 20, -70
_LONGEST = 20_000

_CAUSE_PHRASE = re.compile(
    r"\b(?:(?:does|do|did|is|are|has|have|was|were|will|would|should|must)(?:\s+not\b|n['’]t\b)"
    r"|(?:fails?|failed|failing)\s+to\b|cannot\b|can['’]t\b|never\b|returns?\b|returning\b|drops?\b|dropped\b"
    r"|dropping\b|omits?\b|omitted\b|omitting\b|ignores?\b|ignored\b|lacks?\b|lacking\b|missing\b|must\b|should\b"
    r"|wrong\b|wrongly\b|incorrect\b|incorrectly\b|throws?\b|instead\s+of\b|mismatch\w*)",
    re.IGNORECASE,
)
_CAUSE_WORD = re.compile(
    r"\b(?:root[\s-]?cause\w*|because|caused?\s+by|violat(?:es?|ed|ing|ion)|due\s+to)\b", re.IGNORECASE
)
_TEST_EVIDENCE = re.compile(
    r"\b(?:assert(?:ion)?(?:error|s)?\w*|exit(?:s|ed)?\s+(?:with\s+)?(?:code|status)?\s*\d+"
    r"|exit(?:s|ed)?\s+with\s+(?:a\s+)?(?:non-?zero|code|status)|exit\s+(?:code|status)"
    r"|fail(?:s|ed|ing|ures?)?\b(?!\s+to\b)|(?:npm|node)\s+(?:run\s+|--)?test"
    r"|pytest|test\s+run)\b",
    re.IGNORECASE,
)
_SYMPTOM = re.compile(
    r"\bsymptom\w*|\bcallers?\b|\bcall-?sites?\b|\bcall\s+sites?\b|\bstack\s*-?traces?\b", re.IGNORECASE
)
_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e)/|(?:[._-](?:test|spec)s?|_test)\.\w+$|(?:^|/)test_[^/]*$"
)
_WORD_AT = re.compile(r"[A-Za-z_$][\w$]*")
_TOKEN = re.compile(r"[\w@./-]+")
_ENDING = re.compile(r"[\w@./-]*[\w@-]\.(?P<ending>[A-Za-z]\w{0,7})[./-]*\Z")
_OF_CODE = re.compile(
    r"(?:[cm]?[jt]sx?|py|rs|go|rb|java|kt|swift|c|cc|cpp|h|hpp|cs|php|sh|md|json|toml|ya?ml|html|css)\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A declared path in a text, from ``start`` to ``stop``."""

    task: str
    path: str
    start: int
    stop: int


def mentions(text: str, paths: Sequence[tuple[str, str]]) -> Iterator[Mention]:
    """Every occurrence of the (task, path) pairs, in the order of the text; the longest path wins where several fit."""
    text = text[:_LONGEST]
    found = [Mention(task, path, start, start + len(path)) for task, path in paths for start in _starts(text, path)]
    found.sort(key=lambda at: (at.start, -at.stop))
    end = -1
    for index, at in enumerate(found):
        is_same = index > 0 and (at.start, at.stop) == (found[index - 1].start, found[index - 1].stop)
        # README.md within docs/README.md names the other file.
        if at.start >= end or is_same:
            end = max(end, at.stop)
            yield at


def _starts(text: str, path: str) -> Iterator[int]:
    at = text.find(path)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(path) : at + len(path) + 2]
        if not _is_in_name(before) and not _is_in_name(after[:1]) and not re.match(r"[.-]\w", after):
            yield at
        at = text.find(path, at + len(path))


def _is_in_name(char: str) -> bool:
    return char.isalnum() or char == "_"


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
    return _SYMPTOM.search(text[:_LONGEST]) is not None


def is_test_path(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return _TEST_PATH.search(path) is not None


def without_paths(text: str, paths: Sequence[Mention]) -> str:
    """The text with blanks in place of files, every other character where it was: names of files are no symbols."""
    chars = list(text[:_LONGEST])
    for at in paths:
        chars[at.start : at.stop] = " " * (at.stop - at.start)
    return _TOKEN.sub(lambda match: " " * len(match[0]) if _is_file(match[0]) else match[0], "".join(chars))


def _is_file(token: str) -> bool:
    """Whether a word is a file that no task declares: a folder before it, or an ending that only files have."""
    name = _ENDING.match(token)
    return name is not None and ("/" in token or _OF_CODE.match(name["ending"]) is not None)


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word that could be a symbol, with where it stands."""
    return ((match[0], match.start(), match.end()) for match in _WORD_AT.finditer(text))
