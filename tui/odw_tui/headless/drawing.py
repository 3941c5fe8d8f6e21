"""How the lines of a command are drawn: spans with a tone, aligned columns, cut only to a terminal. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Span, Spans, cells, cut, left, right, wrap

STRONG = "strong"
QUIET = "quiet"

BLANK: Spans = ()

_GAP = 2
_MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Look:
    """What the reader of the output can see."""

    glyphs: Glyphs
    now: float
    home: str
    width: int | None
    """Cells in a line of the terminal; None when nobody looks, and nothing is cut."""
    paint: Callable[[str, str], str]
    """Puts a tone on a text."""
    own_names: Mapping[str, str] = field(default_factory=dict)
    """What the reader calls some places, by their paths."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, and how it gives way to a narrow terminal."""

    title: str
    is_number: bool = False
    least: int | None = None
    """How far it may shrink; None: not at all."""
    leaves: int = 0
    """Its turn to be left out, the lowest first; 0: never."""


def words(text: str, tone: str = "") -> Spans:
    """A line of one span."""
    return (Span(text, tone),)


def draw(lines: Iterable[Spans], look: Look) -> Iterator[str]:
    """``lines`` as they are written, without line ends."""
    for line in lines:
        kept = line if look.width is None else cut(line, look.width, look.glyphs.ellipsis)
        yield "".join(look.paint(text, tone) if tone and text.strip() else text for text, tone in kept).rstrip(" ")


def table(columns: Sequence[Column], rows: Sequence[Spans], look: Look, *, indent: int = 0) -> Iterator[Spans]:
    """``rows`` under their titles, each column as wide as its widest cell; without titles, when all are empty."""
    titles = tuple(Span(column.title, QUIET) for column in columns)
    shown = [titles, *rows] if any(column.title for column in columns) else list(rows)
    widths = [max(cells(row[place].text) for row in shown) for place in range(len(columns))]
    if look.width is not None:
        widths = _fitted(columns, widths, look.width - indent)
    for row in shown:
        fields = [
            Span((right if column.is_number else left)(text, width, look.glyphs.ellipsis), tone)
            for (text, tone), column, width in zip(row, columns, widths, strict=True)
            if width > 0
        ]
        *apart, (last, tone) = fields
        spaced = chain.from_iterable((field, Span(" " * _GAP)) for field in apart)
        # Without the spaces at its end the last field is only cut where words would be lost.
        yield (Span(" " * indent), *spaced, Span(last.rstrip(" "), tone))


def flow(line: Spans, look: Look, *, hang: int = 0) -> Iterable[Spans]:
    """A sentence, whole: wrapped on a terminal, its further rows ``hang`` cells in."""
    if look.width is None:
        return (line,)
    return wrap(line, max(look.width, hang + 1), _MOST_ROWS, hang, look.glyphs.ellipsis)


def facts(pairs: Iterable[tuple[str, str]], *, indent: int = 0, look: Look | None = None) -> Iterator[Spans]:
    """``name  value`` for every value that is not empty, the values aligned, their further lines hung in.

    With a ``look`` long values are wrapped to its terminal instead of cut.
    """
    known = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in known), default=0) + _GAP
    for name, value in known:
        for number, text in enumerate(value.split("\n")):
            line = (Span(" " * indent), Span(f"{'' if number else name:<{width}}", QUIET), Span(text))
            yield from (line,) if look is None else flow(line, look, hang=indent + width)


def _fitted(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """The widths for a terminal: columns leave until the others can shrink enough. 0 is gone."""
    least = [
        width if column.least is None else min(width, column.least)
        for column, width in zip(columns, widths, strict=True)
    ]
    for place in sorted((place for place, one in enumerate(columns) if one.leaves), key=lambda at: columns[at].leaves):
        if _total(least) <= room:
            break
        least[place] = widths[place] = 0
    excess = _total(widths) - room
    for place in reversed(range(len(columns))):
        given = max(0, min(excess, widths[place] - least[place]))
        widths[place] -= given
        excess -= given
    return widths


def _total(widths: Iterable[int]) -> int:
    shown = [width for width in widths if width > 0]
    return sum(shown) + _GAP * (len(shown) - 1)
