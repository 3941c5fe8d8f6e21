"""What a report consists of, before anybody chose Markdown or HTML. Values alone; all text in them may be foreign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.text.ansi import plain


class Style(StrEnum):
    """How a piece of a line stands out."""

    PLAIN = "plain"
    CODE = "code"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line. A newline in it is a space."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    lines: tuple[Line, ...]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    """Empty strings where the columns speak for themselves."""
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is shown letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A Mermaid graph (its labels are safe already), and what it says for those who see it undrawn."""

    source: str
    told: Bullets


Block = Heading | Paragraph | Bullets | Table | Code | Graph


def line(*pieces: str | Piece) -> Line:
    """A line of pieces; what is empty is left out."""
    found = (piece if isinstance(piece, Piece) else Piece(piece) for piece in pieces)
    return tuple(piece for piece in found if piece.text)


def code(text: str) -> Piece:
    """A name, path or command."""
    return Piece(text, Style.CODE)


def strong(text: str) -> Piece:
    """What the eye should find."""
    return Piece(text, Style.STRONG)


def shown(text: str) -> str:
    """Foreign text as it may stand in a report: no control character acts, no secret of a known shape is readable."""
    return plain(text)
