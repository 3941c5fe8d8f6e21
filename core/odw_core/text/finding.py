"""Where a reviewer's sentence points: at a path, a line, a name that is written as code. Pure, never raises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

MOST_READ = 20_000
"""Characters of a sentence that are looked at."""
_BEFORE_CHARS = 60
_SHORTEST_NAME = 3
# Letters of scripts that part words by blanks; in others a name ends where the prose begins, as in a.js中的parse.
_LETTERS = "0-9A-Za-zÀ-ɏͰ-ԯ"
IN_NAME = f"{_LETTERS}_"
"""Characters of a name, for a class in a pattern."""
_LINES = r"(?:lines?|ln\.?)"
# Behind a path people put :12, :12:5, :L12, #L12, (12), (12,5), (line 12), - lines 12-14, at line 12, L12, 第12行.
_LINE_AFTER = re.compile(
    rf"""["'`*_\]]{{0,4}}(?:[:：](?-i:L)?|\#(?-i:L)?|[(（](?=\d+[,)，）])|\([^()\s]{{1,400}}(?::|\#L)
    |\s{{0,3}}[,，:：(（的中]?第(?=\d+行)
    |\s{{0,3}}[,:;@(\[–—-]?\s{{0,3}}(?:(?:at|on|in|near|from)\s+)?(?:{_LINES}\s*|(?-i:L)(?=\d)))
    (\d{{1,7}})(?![{IN_NAME}%])""",
    re.IGNORECASE | re.VERBOSE,
)
_LINE_BEFORE = re.compile(
    rf"""\b{_LINES}\s*(\d{{1,7}})(?:\s*(?:-|–|,|to|and)\s*\d{{1,7}})?\s+(?:of|in|at)\s+(?:the\s+)?(?:file\s+)?["'`*\[(]{{0,4}}\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_TOKEN = re.compile(rf"[{IN_NAME}@+./-]{{2,400}}")
_ENDING = re.compile(rf"[{IN_NAME}@+-]\.(?P<ending>[A-Za-z]\w{{0,9}})\Z")
_CODE = "[cm]?[jt]sx?|py|rs|go|rb|java|kt|swift|c|cc|cpp|h|hpp|cs|php|sh|md|json|toml|ya?ml|html|css"
_OF_CODE = re.compile(rf"(?:{_CODE})\Z", re.IGNORECASE)
# After a dot these are names of methods as well.
_OF_FILES = re.compile(
    rf"(?:{_CODE}|pyi|kts|scala|pl|lua|exs?|erl|hs|ml|bash|ps1|markdown|rst|txt|adoc|xml|ini|cfg|conf|lock|csv|sql"
    r"|proto|htm|scss|vue|svelte)\Z",
    re.IGNORECASE,
)
_NAME = rf"([A-Za-z_$][{IN_NAME}$]*)"
# Every word is English until it looks like code: in ticks, called, or written as no word is.
_TICKED = re.compile(rf"`{_NAME}(?:\(\))?`")
_WRITTEN = re.compile(rf"(?<![{IN_NAME}$])([A-Za-z_$][{IN_NAME}$]{{2,79}})(?![{IN_NAME}$])(\()?")
# What is a part of a longer name. Underscores with no letter beyond them only stress what they stand around.
_JOINS_BEFORE = re.compile(rf"[{_LETTERS}]_{{0,2}}\Z")
_JOINS_AFTER = re.compile(rf"_{{0,2}}[{_LETTERS}]|[.-][{IN_NAME}]")
_HUMPED = re.compile(r"[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]|\$")


def finding_id(reviewer: str | None, text: str) -> str:
    """The same for the same finding of the same reviewer in any round."""
    return hashlib.sha256(f"{reviewer}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Occurrence(NamedTuple):
    """A known path in a text, from ``start`` to ``stop``."""

    start: int
    stop: int
    path: str


def occurrences(text: str, paths: Collection[str], *, within_words: bool = False) -> tuple[Occurrence, ...]:
    """Where the paths stand in a text, in its order; the longest wins where several fit.

    ``within_words`` takes every literal occurrence, also one that is a part of another name.
    """
    text = text[:MOST_READ]
    starts = ((start, path) for path in dict.fromkeys(paths) if path for start in _starts(text, path, within_words))
    found = sorted(
        (Occurrence(start, start + len(path), path) for start, path in starts), key=lambda one: (one.start, -one.stop)
    )
    kept: list[Occurrence] = []
    for one in found:
        # README.md within docs/README.md names the other file.
        if not kept or one.start >= kept[-1].stop:
            kept.append(one)
    return tuple(kept)


def _starts(text: str, path: str, within_words: bool) -> Iterator[int]:
    at = text.find(path)
    while at >= 0:
        is_part = _JOINS_BEFORE.search(text[max(0, at - 3) : at]) or _JOINS_AFTER.match(text, at + len(path))
        if within_words or not is_part:
            yield at
        at = text.find(path, at + len(path))


def line_at(text: str, start: int, stop: int) -> int | None:
    """The line that is said of the path at ``text[start:stop]``, behind it or before it."""
    after = _LINE_AFTER.match(text, stop)
    if after is None:
        after = _LINE_BEFORE.search(text[max(0, start - _BEFORE_CHARS) : start])
    return int(after[1]) if after else None


def place_of(text: str, known: Collection[str]) -> tuple[str | None, int | None]:
    """(path, line): the first of the ``known`` paths that has a line, else the first; where none stands in the text,
    the first other file that has a line, else the first that can be nothing else."""
    text = text[:MOST_READ]
    found = [(one.path, line_at(text, one.start, one.stop)) for one in occurrences(text, known)]
    found = found or [(path, line_at(text, start, start + len(path))) for start, path in _files(text)]
    return next((one for one in found if one[1] is not None), found[0] if found else (None, None))


def _files(text: str) -> Iterator[tuple[int, str]]:
    """Words that are files, whoever owns them. A host, a version or the name of a program is none."""
    for match in _TOKEN.finditer(text):
        token = match[0].rstrip("./-")
        ending = _ENDING.search(token)
        if ending is None or token.startswith("//"):
            continue
        has_folder, is_usual = "/" in token, _OF_FILES.match(ending["ending"]) is not None
        # Node.js is no file; lib/node.js and node.js:3 are.
        has_line = line_at(text, match.start(), match.start() + len(token)) is not None
        if has_folder + is_usual + has_line >= 2:
            yield match.start(), token


def _is_file(token: str) -> bool:
    """Whether a word can be nothing but a file: a folder before it, or an ending that only files have."""
    ending = _ENDING.search(token.rstrip("./-"))
    return ending is not None and ("/" in token or _OF_CODE.match(ending["ending"]) is not None)


def code_names(text: str) -> Iterator[str]:
    """Words of a prose that are written as code."""
    for match in _TICKED.finditer(text):
        if len(match[1]) >= _SHORTEST_NAME:
            yield match[1]
    for match in _WRITTEN.finditer(text):
        if match[2] or _HUMPED.search(match[1]):
            yield match[1]


def without_files(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in place of files, those at ``spans`` and whatever else is one; every other character stays
    where it was: names of files are no symbols."""
    chars = list(text[:MOST_READ])
    for start, stop in spans:
        chars[start:stop] = " " * (stop - start)
    return _TOKEN.sub(lambda match: " " * len(match[0]) if _is_file(match[0]) else match[0], "".join(chars))
