"""Consumed contracts: the HTTP paths and GraphQL operations that source code names in its strings; comments and prose
name nothing. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.contracts import MOST_BYTES, Use

_SUFFIXES = (
    ".py", ".ts", ".tsx", ".js", ".jsx", ".go", ".java", ".kt", ".rb", ".php", ".cs", ".rs", ".swift",
    ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".kts", ".ex", ".exs", ".scala", ".dart",
)  # fmt: skip
_LINE = 200
_MOST = 5_000
"""Uses of one file."""


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
        if len(found) >= _MOST:
            break
        for contract, at in _ids(quoted):
            number, shown = starts.at(quoted.start + at)
            found.setdefault((contract, number), Use(contract, path, number, masked(shown)))
    return tuple(found.values())


class _Lines:
    """Counts lines of one text, forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._number, self._start, self._end = 1, 0, self._end_of(0)

    def at(self, place: int) -> tuple[int, str]:
        """(line from 1, that line) of a place; asked for in the order of the text it costs one pass."""
        if place < self._start:
            self._number, self._start, self._end = 1, 0, self._end_of(0)
        if place > self._end:
            self._number += self._text.count("\n", self._start, place)
            self._start = self._text.rfind("\n", 0, place) + 1
            self._end = self._end_of(place)
        return self._number, self._text[self._start : min(self._end, self._start + 2_000)].strip()[:_LINE]

    def _end_of(self, place: int) -> int:
        end = self._text.find("\n", place)
        return len(self._text) if end < 0 else end


_FILLED = r"\$\{(?:[^{}]|\{[^{}]*\})*\}|#\{[^{}]*\}|\{[^{}]*\}|\\\([^()]*\)"
"""A place in a string that its language fills in."""
_PATH = re.compile(
    rf"(?:{_FILLED})?(/api/(?:{_FILLED}|<[^<>\s]*>|[^\s\"'`<>|\\^*()\[\],;{{}}])*)\Z",
)
_PLACEHOLDER = re.compile(rf"{_FILLED}|<[^<>]*>|%[sd]|\$[A-Za-z_]\w*|^:[A-Za-z_]\w*$")
_KEYWORD = r"(query|mutation|subscription)[ \t]+([A-Za-z_]\w*)[ \t\r\n]*"
_HAS_OPERATION = re.compile(_KEYWORD)
_OPERATION = re.compile(
    rf"(?:\A|(?<=\n)|(?<=\}}))[ \t]*{_KEYWORD}"
    r"(?:\([ \t\r\n]*\$[^)]{0,2000}\)[ \t\r\n]*)?(?:@[^{]{0,500})?(\{\{?)"
)
_BODY = 2_000
_VERSION = re.compile(r"/api(?:/v\d+)?/?")
"""What every path of an API begins with: no path of its own. One that ends in ``$`` is a pattern and none either."""


def _ids(quoted: Quoted) -> Iterator[tuple[str, int]]:
    """(id, its place in the string)."""
    value = quoted.value
    if len(value) <= _BODY and "/api/" in value and (match := _PATH.match(value)) is not None:
        path = normal_path(match[1])
        if _VERSION.fullmatch(path) is None and not path.endswith("$"):
            yield f"http:path:{path}", match.start(1)
    for match in _OPERATION.finditer(value):
        if _is_selection(value, match.end(), quoted.is_template):
            yield f"graphql:operation:{match[2]}", match.start(1)


def _is_selection(value: str, at: int, is_template: bool) -> bool:
    """Whether what follows an opening brace are fields, not a word that is filled in: ``query failed {reason}``."""
    if is_template and value[at - 2 : at] != "{{":
        return False
    inside = value[at : at + _BODY].partition("}")[0]
    return (inside[:1].isspace() and bool(inside.strip())) or "{" in inside or "(" in inside


def normal_path(path: str) -> str:
    """The normal form of a consumed path: no query and no fragment, ``{id}`` for what is filled in, for numbers and for
    long hexadecimal words. What is glued to the end of a word, as ``/orders${query}``, is taken for a query."""
    path = path if path.startswith("/") else f"/{path}"
    path = re.sub(rf"(?<=[A-Za-z0-9])(?:{_FILLED})\Z", "", path)
    path = re.split(r"[?#]", _PLACEHOLDER.sub("{id}", path), maxsplit=1)[0]
    return "/".join(_segment(one) for one in path.split("/"))


def _segment(segment: str) -> str:
    is_long = len(segment) >= 16 and re.fullmatch(r"[0-9a-fA-F-]+", segment) is not None
    is_filled = is_long or (segment.isascii() and segment.isdigit()) or _PLACEHOLDER.search(segment) is not None
    return "{id}" if is_filled else segment


def strings(path: str, text: str) -> Iterator[Quoted]:
    """The strings of a source text, in order; comments and the strings that document Python or Elixir are left out."""
    documented = -1
    for match in _grammar_of(path).finditer(text):
        group = next((name for name in ("words", "lines", "raw") if match[name] is not None), None)
        if group is None:
            continue
        if group == "lines" and match["long"] != "`":
            # What goes on with another string right behind is still the same statement.
            goes_on = (
                0 <= documented <= match.start() <= documented + 400 and not text[documented : match.start()].strip()
            )
            if goes_on or _is_documentation(text, match.start()):
                documented = match.end()
                continue
        prefix = (match["prefix"] or "").lower()
        yield Quoted(match[group], match.start(group), is_template="f" in prefix or "$" in prefix)


_DOCUMENTS = ("@doc", "@moduledoc", "@typedoc")


def _is_documentation(text: str, start: int) -> bool:
    """Whether a string of many lines is a statement of its own: nothing before it uses it."""
    before = text[max(0, start - 400) : start].rstrip(" \t")
    if before.endswith(_DOCUMENTS):
        return True
    if before and not before.endswith("\n"):
        return False
    return before.rstrip()[-1:] not in ("=", "(", "[", "{", ",", "+", "\\", ">")


_TRIPLE = "\"\"\"|'''"
_SLASHED = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_HASHED = r"\#[^\n]*"
_TAGGED = r"<!--.*?(?:-->|\Z)"
_LETTER = r"'(?:\\[^'\n]{1,8}|[^'\\\n])'"
"""A character in languages that have them: no string, and its quote opens none."""
_NONE = "(?!)"
_EMPTY = r"(?!)(?P<raw>)"


def _grammar(comments: str, short: str, long: str = _NONE, *, prefix: str = "", raw: str = _EMPTY) -> re.Pattern[str]:
    """Comments, or a string. A ``short`` quote whose string does not end on its line opens none; ``long`` ones go over
    lines. A backslash outside of strings takes what follows it, so that no run of them is looked at twice."""
    return re.compile(
        rf"(?:{comments})|\\.|(?P<prefix>{prefix})(?:"
        rf"(?P<long>{long})(?P<lines>(?:\\.|(?!(?P=long))[^\\])*)(?:(?P=long)|\Z)"
        rf"|(?P<short>{short})(?P<words>(?:\\.|(?!(?P=short))[^\\\n])*)(?P=short)"
        rf"|{raw})",
        re.DOTALL,
    )


_RAW = r"r(?P<hashes>\#+)\"(?P<raw>.*?)\"(?P=hashes)"
_PYTHON = _grammar(_HASHED, "[\"']", _TRIPLE, prefix=r"(?<!\w)[rbfuRBFU]{0,2}")
_SCRIPT = _grammar(_SLASHED, "[\"']", "`")
_TEMPLATE = _grammar(f"{_SLASHED}|{_TAGGED}", "[\"']", "`")
_TYPED = _grammar(f"{_SLASHED}|{_LETTER}", '"', '"""|`', prefix=r"\$?")
_RUST = _grammar(f"{_SLASHED}|{_LETTER}", _NONE, '"', raw=_RAW)
_PHP = _grammar(rf"{_SLASHED}|(?<!\S)\#[^\n]*", "'", '"')
_BLOCK = r"(?<![^\n])=begin\b.*?(?:\n=end\b|\Z)"
_RUBY = _grammar(rf"{_BLOCK}|(?<!\S)\#[^\n]*", "'", f'{_TRIPLE}|"|`')
_GRAMMARS = {
    "py": _PYTHON,
    "vue": _TEMPLATE,
    "svelte": _TEMPLATE,
    "rs": _RUST,
    "php": _PHP,
    "rb": _RUBY,
    "ex": _RUBY,
    "exs": _RUBY,
    **dict.fromkeys(("go", "java", "kt", "kts", "cs", "swift", "scala"), _TYPED),
}


def _grammar_of(path: str) -> re.Pattern[str]:
    return _GRAMMARS.get(path.rpartition(".")[2].lower(), _SCRIPT)
