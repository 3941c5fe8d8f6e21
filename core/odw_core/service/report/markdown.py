"""A report as Markdown. Foreign text stays text: no markup, link, mention, HTML or fence of it can act. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from odw_core.service.report.blocks import (
    Block,
    Bullets,
    Code,
    Graph,
    Heading,
    Line,
    Paragraph,
    Piece,
    Style,
    Table,
    shown,
)

FIRST_LINE = "<!-- odw-tui report -->"

_ACTIVE = re.compile(r"[\\`*_\[\]|~#$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})
_LINKS = re.compile(r"(?<=[A-Za-z])(:)(?=//)|\b(www)(\.)", re.IGNORECASE)
_BLOCK_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
_TICKS = re.compile(r"`+")


def markdown(blocks: Sequence[Block]) -> str:
    """The whole document."""
    return "\n\n".join((FIRST_LINE, *("\n".join(_block(block)) for block in blocks))) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_line(text)}"
        case Paragraph(text):
            yield _line(text)
        case Bullets(lines, is_ordered):
            for number, text in enumerate(lines, 1):
                yield f"{f'{number}.' if is_ordered else '-'} {_line(text)}"
        case Table(head, rows):
            yield f"| {' | '.join(head)} |"
            yield f"| {' | '.join('---' for _ in head)} |"
            for row in rows:
                yield f"| {' | '.join(_line(cell, in_table=True) for cell in row)} |"
        case Code(text):
            yield from _fenced(shown(text), "text")
        case Graph(source, told):
            yield from _fenced(source, "mermaid")
            yield ""
            yield from _block(told)


def _fenced(text: str, kind: str) -> Iterator[str]:
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{kind}"
    yield text.rstrip("\n")
    yield fence


def _line(pieces: Line, *, in_table: bool = False) -> str:
    text = "".join(_piece(piece, in_table=in_table) for piece in pieces)
    # What stands first in a line could begin a list, a rule or a title.
    return _BLOCK_START.sub(_harmless_start, text.lstrip())


def _harmless_start(match: re.Match[str]) -> str:
    return f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}"


def _piece(piece: Piece, *, in_table: bool) -> str:
    text = " ".join(shown(piece.text).split("\n"))
    # In a table a bar ends its cell even inside code, and its escape is read differently by different renderers.
    if piece.style is Style.CODE and not (in_table and "|" in text):
        return _code(text)
    escaped = _ACTIVE.sub(lambda one: "\\" + one[0], text).translate(_ENTITIES)
    # Some renderers make links of bare addresses.
    escaped = _LINKS.sub(lambda match: "&#58;" if match[1] else f"{match[2]}&#46;", escaped)
    is_strong = piece.style is Style.STRONG and escaped.strip()
    return f"**{escaped.strip()}**" if is_strong else escaped


def _code(text: str) -> str:
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    if not text.strip():
        return ""
    inside = f" {text} " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else text
    return f"{ticks}{inside}{ticks}"
