"""Markdown as lines with a meaning: enough to read a plan or a report. Pure; never raises, opens and fetches nothing.

HTML stays the text it is, a link becomes its words with its address beside them, an image its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from odw_core.text.ansi import plain

_LONGEST = 4_000
"""Characters of one line that are looked at for emphasis; what follows stays as it is."""
_DEEPEST = 24
"""Cells that an item of a list is indented by at most."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ ]+(.*?))??(?:[ ]+#+)?[ ]*\Z")
_ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)])[ ]+(.*)\Z")
_TASK = re.compile(r"\[([ xX])\][ ]+")
_QUOTE = re.compile(r" {0,3}((?:>[ ]?)+)(.*)\Z")
_FENCE = re.compile(r" {0,3}(```+|~~~+)([^`]*)\Z")
_RULE = re.compile(r" {0,3}([-*_])(?:[ ]*\1){2,}[ ]*\Z")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ ]*\Z")
_INLINE = re.compile(
    r"(?P<code>`+)(?P<coded>[^`]+)(?P=code)(?!`)"
    r"|!?\[(?P<words>[^\[\]]{0,500})\]\((?P<address>[^()\s]{0,1000})(?:[ ]\"[^\"]{0,200}\")?\)"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<loud>[^*_`\[]{1,1000}?)(?<=\S)(?P=strong)"
    r"|(?<![\w*])\*(?=[^\s*])(?P<soft>[^*`\[]{1,1000}?)(?<=[^\s*])\*(?![\w*])"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
)


class Role(StrEnum):
    """What a line is."""

    TITLE = "title"
    """A heading of the first or second level."""
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    RULE = "rule"
    BLANK = "blank"


class Accent(StrEnum):
    """How a piece of a line is said."""

    NONE = ""
    STRONG = "strong"
    CODE = "code"
    ASIDE = "aside"
    """The address of a link."""


@dataclass(frozen=True, slots=True)
class MarkdownLine:
    """One line to show. ``indent`` is in cells; ``sign`` stands before an item (``-``, ``3.``, ``[x]``)."""

    role: Role
    pieces: tuple[tuple[str, Accent], ...] = ()
    indent: int = 0
    sign: str = ""

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self.pieces)


def read_markdown(text: str) -> Iterator[MarkdownLine]:
    """``text``, made plain, line by line: where its writer began a new line, there is one."""
    lines = plain(text).split("\n")
    fence = ""
    margin = 0
    """Where the text of the item that is open stands."""
    is_underline = False
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        words = line.strip()
        if fence:
            if words.startswith(fence) and not words.strip(fence[0]):
                fence = ""
            else:
                yield MarkdownLine(Role.CODE, ((line, Accent.CODE),), margin)
        elif is_underline:
            is_underline = False
        elif not words:
            yield MarkdownLine(Role.BLANK)
        elif found := _FENCE.match(line):
            fence = found[1]
            margin = margin if line.startswith(" ") else 0
        elif found := _HEADING.match(line):
            margin = 0
            yield MarkdownLine(Role.TITLE if len(found[1]) < 3 else Role.HEADING, _pieces(found[2] or ""))
        elif _RULE.match(line):
            margin = 0
            yield MarkdownLine(Role.RULE)
        elif found := _ITEM.match(line):
            item = _item(found)
            margin = item.indent + len(item.sign) + 1
            yield item
        elif found := _QUOTE.match(line):
            yield MarkdownLine(Role.QUOTE, _pieces(found[2].strip()), 2 * (min(found[1].count(">"), 8) - 1))
        elif words.startswith("|"):
            # The columns of a table stand as their writer set them.
            margin = margin if line.startswith(" ") else 0
            yield MarkdownLine(Role.CODE, ((words, Accent.NONE),), margin)
        elif line.startswith("    ") and margin == 0:
            yield MarkdownLine(Role.CODE, ((line[4:], Accent.CODE),))
        else:
            margin = margin if line.startswith(" ") else 0
            is_underline = margin == 0 and _UNDERLINE.match(after) is not None
            role = Role.TITLE if is_underline else Role.TEXT
            yield MarkdownLine(role, _pieces(words.removesuffix("\\")), margin)


def _item(found: re.Match[str]) -> MarkdownLine:
    indent, sign, words = min(len(found[1]), _DEEPEST), found[2], found[3]
    if task := _TASK.match(words):
        sign, words = f"[{task[1].lower()}]", words[task.end() :]
    return MarkdownLine(Role.ITEM, _pieces(words), indent, "-" if sign in "*+" else sign)


def _pieces(text: str) -> tuple[tuple[str, Accent], ...]:
    """``text`` with its emphasis as accents."""
    pieces: list[tuple[str, Accent]] = []
    position = 0
    for found in _INLINE.finditer(text, 0, _LONGEST):
        if found.start() > position:
            pieces.append((text[position : found.start()], Accent.NONE))
        position = found.end()
        pieces += _piece(found)
    if position < len(text):
        pieces.append((text[position:], Accent.NONE))
    return tuple(pieces)


def _piece(found: re.Match[str]) -> list[tuple[str, Accent]]:
    groups = found.groupdict()
    if groups["coded"] is not None:
        return [(groups["coded"], Accent.CODE)]
    if groups["words"] is not None:
        words, address = groups["words"], groups["address"]
        aside = [(f" ({address})", Accent.ASIDE)] if address and address != words else []
        return [(words or address, Accent.NONE), *aside] if words or address else []
    if groups["loud"] is not None:
        return [(groups["loud"], Accent.STRONG)]
    if groups["soft"] is not None:
        return [(groups["soft"], Accent.STRONG)]
    return [(groups["escaped"], Accent.NONE)]
