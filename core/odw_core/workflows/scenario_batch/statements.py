"""The scenarios of a Markdown list: bytes to numbered statements. Pure, never raises; fenced code is never a list."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import NamedTuple

_TAB = 4
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ ]+(.*))?\Z", re.DOTALL)
_CLOSING = re.compile(r"(?:\A|[ ]+)#+[ ]*\Z")
_ORDERED = re.compile(r"( {0,3}\d{1,9}[.)])([ ]+|\Z)(.*)\Z", re.DOTALL)
_BULLET = re.compile(r"( {0,3}[-*+])([ ]+|\Z)(.*)\Z", re.DOTALL)
_RULE = re.compile(r" {0,3}([-*_])(?:[ ]*\1){2,}[ ]*\Z")
_FENCE = re.compile(r" *(`{3,}|~{3,})(.*)\Z", re.DOTALL)
_TASK = re.compile(r"\[[ xX]\](?:[ ]+|\Z)")
_MARKS = (
    (re.compile(r"!?\[([^\[\]]{0,500})\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,200}\])"), r"\1"),
    (re.compile(r"<(?:https?|mailto):([^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]{0,500}>"), ""),
    (re.compile(r"(\*\*|__|~~)(?=\S)([^*_~]{1,2000}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=[^\s_])([^_]{1,2000}?)(?<=[^\s_])_(?![\w_])"), r"\1"),
)
_CODE = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HELD = re.compile("\x00(\\d+)\x00")
_LONGEST = 20_000
"""Characters of a line that are looked at for marks; no title is as long."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One scenario."""

    index: int
    """From 1, without gaps, in the order of the file; never a number that stands in it."""
    title: str
    body: str
    """The lines up to the next scenario, without empty ones at both ends."""
    line: int
    """Where its title stands, from 1."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything that a list says."""

    found: tuple[Statement, ...]
    warnings: tuple[str, ...] = ()
    """What was passed over, each with its line."""


class _Item(NamedTuple):
    """A heading or a list item of the outermost level."""

    line: int
    """Of the lines, from 0."""
    level: int
    """1 to 6 for a heading, ``_ORDER`` or ``_DOT`` for an item."""
    text: str


_ORDER, _DOT = 7, 8


def read_statements(data: bytes) -> Statements:
    """The scenarios in the bytes of a file."""
    text, warnings = _decoded(data)
    lines = text.split("\n")
    items = list(_items(lines))
    level = _level_of(items)
    chosen = [one for one in items if one.level == level]
    # A heading further up begins another part of the list; it belongs to no scenario.
    ends = sorted(one.line for one in items if one.level <= level) if level < _ORDER else [one.line for one in chosen]
    statements: list[Statement] = []
    for item in chosen:
        title = plain_title(item.text)
        if not title:
            what = "heading" if level < _ORDER else "list item"
            warnings.append(f"line {item.line + 1}: a {what} without a title is no scenario")
            continue
        after = bisect_right(ends, item.line)
        end = ends[after] if after < len(ends) else len(lines)
        body = dedent("\n".join(lines[item.line + 1 : end]).expandtabs(_TAB)).strip("\n").rstrip()
        statements.append(Statement(len(statements) + 1, title, body, item.line + 1))
    return Statements(tuple(statements), tuple(warnings))


def _decoded(data: bytes) -> tuple[str, list[str]]:
    warnings: list[str] = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        data = data.removeprefix(b"\xef\xbb\xbf")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            warnings.append(f"line {line}: it is no UTF-8, and what cannot be read is shown as a mark")
            text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def _level_of(items: Sequence[_Item]) -> int:
    """Headings of the deepest level that repeats, else ordered items, else bullets."""
    levels = [one.level for one in items]
    repeated = [level for level in range(1, _ORDER) if levels.count(level) > 1]
    if repeated:
        return max(repeated)
    return _ORDER if _ORDER in levels else _DOT


def _items(lines: Sequence[str]) -> Iterator[_Item]:
    """Everything of the outermost level that could be a scenario."""
    fence, is_comment = "", False
    inside, is_after_blank = 0, True
    for number, raw in enumerate(lines):
        line = raw.expandtabs(_TAB) if "\t" in raw else raw
        if fence:
            fence = "" if _closes(fence, line) else fence
            continue
        if is_comment:
            is_comment = "-->" not in line
            continue
        if not line.strip():
            is_after_blank = True
            continue
        if opened := _FENCE.match(line):
            # A backtick in what follows makes it code within a line.
            if opened[1][0] == "~" or "`" not in opened[2]:
                fence = opened[1]
                continue
        elif line.lstrip(" ").startswith("<!--"):
            is_comment = "-->" not in line
            continue
        indent = len(line) - len(line.lstrip(" "))
        if indent >= inside > 0:
            # It belongs to the item above it, nested lists too.
            is_after_blank = False
            continue
        if heading := _HEADING.match(line):
            inside = 0
            yield _Item(number, len(heading[1]), _CLOSING.sub("", heading[2] or ""))
        elif (found := _ORDERED.match(line) or _BULLET.match(line)) and not _RULE.match(line):
            gap = len(found[2])
            # More than four is code in the item; its text begins right behind its sign.
            inside = len(found[1]) + (gap if 1 <= gap <= _TAB else 1)
            is_ordered = found[1].lstrip(" ")[0].isdigit()
            yield _Item(number, _ORDER if is_ordered else _DOT, _TASK.sub("", found[3], count=1))
        elif is_after_blank or _RULE.match(line):
            inside = 0
        is_after_blank = False


def _closes(fence: str, line: str) -> bool:
    stripped = line.strip(" ")
    return len(stripped) >= len(fence) and not stripped.strip(fence[0])


def plain_title(text: str) -> str:
    """A title without Markdown marks and control characters; empty when nothing is left."""
    text = _NO_TEXT.sub(" ", text[:_LONGEST])
    kept: list[str] = []

    def hold(said: str) -> str:
        kept.append(said)
        return f"\x00{len(kept) - 1}\x00"

    # What stands in code or behind a backslash is no mark.
    text = _CODE.sub(lambda match: hold(match[2].strip()), text)
    text = _ESCAPED.sub(lambda match: hold(match[1]), text)
    # Marks stand within marks of any other kind.
    for _ in range(3):
        for pattern, instead in _MARKS:
            text = pattern.sub(instead, text)
    for _ in range(2):
        text = _HELD.sub(lambda match: kept[int(match[1])], text)
    return " ".join(text.split())
