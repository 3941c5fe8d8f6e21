"""Consumed contracts: the HTTP paths and GraphQL operations that source code names in its strings; comments and prose
name nothing. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from odw_core.workflows.coordinate.contracts import MOST_BYTES, Use

_SUFFIXES = (
    ".py", ".ts", ".tsx", ".js", ".jsx", ".go", ".java", ".kt", ".rb", ".php", ".cs", ".rs", ".swift",
    ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".kts", ".ex", ".exs", ".scala", ".dart",
)  # fmt: skip
_HASHED = (".py", ".rb", ".ex", ".exs")
"""Sources whose comments begin with ``#`` and with nothing else; those of PHP begin with either."""
_LINE = 200


@dataclass(frozen=True, slots=True)
class Quoted:
    """One string of a source file."""

    value: str
    start: int
    """Where its content begins in the text."""
    is_template: bool = False
    """Braces in it are filled in by its language."""


def is_source(path: str) -> bool:
    """Whether a file is source code by its name."""
    return path.lower().endswith(_SUFFIXES)


def consumed(path: str, data: bytes) -> tuple[Use, ...]:
    """What a source file consumes, in the order of its lines; nothing of what is too large or no UTF-8."""
    if len(data) > MOST_BYTES or not is_source(path):
        return ()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ()
    if "/api/" not in text and _HAS_OPERATION.search(text) is None:
        return ()
    found: dict[tuple[str, int], Use] = {}
    starts = _Lines(text)
    for quoted in strings(path, text):
        for contract, at in _ids(quoted):
            number, shown = starts.at(quoted.start + at)
            found.setdefault((contract, number), Use(contract, path, number, shown))
    return tuple(found.values())


class _Lines:
    """Counts lines of one text forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._number = 1

    def at(self, place: int) -> tuple[int, str]:
        """(line from 1, that line) of a place that is not before the one asked for last, but for the same string."""
        if place < self._at:
            self._at, self._number = 0, 1
        self._number += self._text.count("\n", self._at, place)
        self._at = place
        start = self._text.rfind("\n", 0, place) + 1
        end = self._text.find("\n", place)
        return self._number, self._text[start : min(len(self._text) if end < 0 else end, start + 2_000)].strip()[:_LINE]


_PATH = re.compile(r"(?:\$\{[^{}]*\}|\{[^{}]*\}|#\{[^{}]*\})?(/api/[^\s\"'`<>|\\^]*)\Z")
_PLACEHOLDER = re.compile(
    r"\$\{[^{}]*\}|#\{[^{}]*\}|\{[^{}]*\}|\\\([^()]*\)|<[^<>]*>|%[sd]|\$[A-Za-z_]\w*|^:[A-Za-z_]\w*$"
)
_KEYWORD = r"(query|mutation|subscription)[ \t]+([A-Za-z_]\w*)[ \t\r\n]*"
_HAS_OPERATION = re.compile(_KEYWORD)
_OPERATION = re.compile(
    r"(?:^|(?<=\n)|(?<=\}))[ \t]*" + _KEYWORD + r"(?:\([ \t\r\n]*\$[^)]*\)[ \t\r\n]*)?(?:@[^{]*)?(\{\{?)", re.DOTALL
)
_VARIABLE = re.compile(r"(?:number|integer)")


def _ids(quoted: Quoted) -> Iterator[tuple[str, int]]:
    """(id, its place in the string)."""
    value = quoted.value
    if "/api/" in value and (match := _PATH.match(value)) is not None:
        yield f"http:path:{normal_path(match[1])}", match.start(1)
    for match in _OPERATION.finditer(value):
        if _is_selection(value, match.end(), quoted.is_template):
            yield f"graphql:operation:{match[2]}", match.start(1)


def _is_selection(value: str, at: int, is_template: bool) -> bool:
    """Whether what follows an opening brace are fields, not a word that is filled in: ``query failed {reason}``."""
    if is_template and value[at - 2 : at] != "{{":
        return False
    inside = value[at:].partition("}")[0]
    return (inside[:1].isspace() and bool(inside.strip())) or "{" in inside or "(" in inside


def normal_path(path: str) -> str:
    """The normal form of a consumed path: no query and no fragment, ``{id}`` for what is filled in, for numbers and for
    long hexadecimal words."""
    path = re.split(r"[?#](?![{])", path, maxsplit=1)[0]
    path = path if path.startswith("/") else f"/{path}"
    return "/".join(_segment(one) for one in path.split("/"))


def _segment(segment: str) -> str:
    is_long = len(segment) >= 16 and re.fullmatch(r"[0-9a-fA-F-]+", segment) is not None
    if is_long or (segment.isascii() and segment.isdigit()) or _PLACEHOLDER.search(segment) is not None:
        return "{id}"
    return segment


_SINGLE = r"(?P<quote>[\"'`])"


def strings(path: str, text: str) -> Iterator[Quoted]:
    """The strings of a source text, in order; comments and the documenting strings of Python are left out."""
    name = path.lower()
    pattern = (
        _PYTHON if name.endswith(".py") else _RUBY if name.endswith(_HASHED) else _PHP if name.endswith(".php") else _C
    )
    for match in pattern.finditer(text):
        if match["string"] is None:
            continue
        prefix = match["prefix"] or ""
        mark = match["mark"]
        if mark == "'" and pattern is _C and name.endswith((".rs", ".go", ".java", ".kt", ".kts", ".cs", ".swift")):
            continue
        if len(mark) == 3 and pattern is _PYTHON and _is_documentation(text, match.start()):
            continue
        start = match.start("string") + len(mark)
        end = match.end("string")
        value = text[start : end - len(mark) if text.endswith(mark, start, end) else end]
        yield Quoted(value, start, is_template="f" in prefix.lower() or "$" in prefix)


def _is_documentation(text: str, start: int) -> bool:
    """Whether a string is a statement of its own: nothing before it uses it."""
    before = text[max(0, start - 400) : start].rstrip(" \t")
    if before and not before.endswith("\n"):
        return False
    return before.rstrip()[-1:] not in ("=", "(", "[", "{", ",", "+", "\\")


def _grammar(comments: str, marks: str, prefixes: str = "") -> re.Pattern[str]:
    return re.compile(
        rf"(?P<comment>{comments})|(?P<prefix>{prefixes})(?P<string>(?P<mark>{marks})(?:\\.|(?!(?P=mark))[^\\])*(?:(?P=mark)|\Z))",
        re.DOTALL,
    )


_TRIPLE = r'"""|\'\'\''
_SLASHED = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_PYTHON = _grammar(r"\#[^\n]*", rf"{_TRIPLE}|\"|'", r"(?<!\w)[rbfuRBFU]{0,2}")
_RUBY = _grammar(r"(?:(?<=\s)|\A)\#[^\n]*", rf'{_TRIPLE}|"|\'|`')
_PHP = _grammar(rf"{_SLASHED}|(?<=\s)\#[^\n]*", r"\"|'|`")
_C = _grammar(_SLASHED, rf'{_TRIPLE}|"|\'|`', r"\$?")
