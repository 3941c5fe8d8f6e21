"""RowPainter: one row of a text as a strip, with gutter, marks and tints. Decides no colour, moves nothing."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from odw_core.text.needle import Needle
from odw_core.text.severity import ERROR, WARNING
from odw_tui.widgets.line_layout import fit
from odw_tui.widgets.line_window import LineWindow, Row

_KEPT_PAGES = 8
_JUDGED = 1000
"""Characters of a line that decide how bad it sounds."""
_MARGIN = 200
"""Characters around a row in which a word that crosses its edge is looked for."""
_SPACE_AFTER_NUMBER = 2


class LineLook(Protocol):
    """Says how lines look that do not speak for themselves. Asked for lines that are painted, never for all."""

    @property
    def highest(self) -> int:
        """The highest number there may be."""

    def number(self, line: int) -> int | None:
        """What stands beside line ``line``, None for nothing."""

    def tone(self, line: int) -> str:
        """Its component class without ``line-view--``; empty for a line that is judged by its words."""


class Painted(NamedTuple):
    """A row as it is painted, and whether its line goes on beyond the right edge.

    ``strip`` has the whole width of the widget, the last cell blank: the same object as long as the row looks the
    same, wherever it is scrolled to, so that nothing of it is made twice.
    """

    strip: Strip
    goes_on: bool


class _Piece(NamedTuple):
    """The part of a line that one row shows: characters ``start`` to ``end``, so many blank cells before them."""

    text: str
    start: int
    end: int
    blank: int
    goes_on: bool


class RowPainter:
    """Paints rows for one widget, whose component classes ``line-view--…`` say how things look."""

    def __init__(self, widget: Widget, marker: str) -> None:
        self._widget = widget
        self._marker = marker
        self._styles: dict[tuple[str, ...], Style] = {}
        self._kept: dict[tuple[Row, bool], Painted] = {}
        self.has_numbers = True
        self.digits = 0
        self.left = 0
        self.needle: Needle | None = None
        self.look: LineLook | None = None

    @property
    def gutter(self) -> int:
        """Cells left of the text."""
        return 1 + (self.digits + _SPACE_AFTER_NUMBER if self.has_numbers else 1)

    def forget(self) -> None:
        """Call when anything but the text changed that decides how rows look."""
        self._kept.clear()

    def forget_styles(self) -> None:
        """Call when theme or style sheet changed."""
        self._styles.clear()
        self._kept.clear()

    def forget_line(self, line: int) -> None:
        """Call when a line may have become longer."""
        for key in [key for key in self._kept if key[0].line == line]:
            del self._kept[key]

    def style(self, *names: str) -> Style:
        """The looks of these component classes, each laid over the one before."""
        if names not in self._styles:
            style = self._widget.rich_style
            for name in names:
                if name:
                    style += self._widget.get_component_rich_style(f"line-view--{name}", partial=True)
            self._styles[names] = style
        return self._styles[names]

    def row(self, window: LineWindow, row: Row) -> Painted:
        """The row, as wide as gutter and window together."""
        key = (row, row.line == window.cursor)
        painted = self._kept.get(key)
        if painted is None:
            if len(self._kept) > _KEPT_PAGES * max(1, window.height):
                self._kept.clear()
            painted = self._kept[key] = self._paint(window, row, "cursor" if key[1] else "")
        return painted

    def _paint(self, window: LineWindow, row: Row, under: str) -> Painted:
        piece = self._piece(window, row)
        tone = self.look.tone(row.line) if self.look is not None and window.is_numbered else ""
        segments = [
            *self._gutter(window, row, under, tone, is_slid=piece.start > 0 and not window.wraps),
            Segment(" " * piece.blank, self.style(under)),
            *self._text(piece, under, tone),
        ]
        width = self.gutter + window.width
        end = Segment(" ", self.style())
        if not piece.goes_on:
            strip = Strip(segments).adjust_cell_length(width, self.style(under))
            return Painted(Strip([*strip, end], width + 1), goes_on=False)
        strip = Strip(segments).adjust_cell_length(width - 1, self.style(under))
        return Painted(Strip([*strip, Segment(">", self.style(under, "more")), end], width + 1), goes_on=True)

    def _piece(self, window: LineWindow, row: Row) -> _Piece:
        width = window.width
        if window.wraps:
            text, _ = window.shown(row.line)
            starts = window.starts(row.line)
            end = starts[row.part + 1] if row.part + 1 < len(starts) else len(text)
            return _Piece(text, starts[row.part], end, 0, goes_on=False)
        text, is_cut = window.shown(row.line, self.left + width + 1)
        start, used = fit(text, 0, self.left)
        blank = 0
        if used < self.left and start < len(text):
            # Half of a wide character lies left of the edge: its other half is left blank.
            start, blank = start + 1, 1
        end, _ = fit(text, start, width - blank)
        goes_on = is_cut or end < len(text)
        if goes_on:
            end, _ = fit(text, start, width - blank - 1)
        return _Piece(text, start, end, blank, goes_on)

    def _gutter(self, window: LineWindow, row: Row, under: str, tone: str, *, is_slid: bool) -> list[Segment]:
        marker = Segment(self._marker if under and row.part == 0 else " ", self.style(under, under))
        edge = Segment("<" if is_slid else " ", self.style(under, "more"))
        if not self.has_numbers:
            return [marker, edge]
        number = self._number(row.line) if window.is_numbered and row.part == 0 else ""
        judged = self._severity(window.shown(row.line, _JUDGED)[0]) if number and not tone else ""
        return [
            marker,
            Segment(number.rjust(self.digits), self.style(under, "number", judged)),
            Segment(" " * (_SPACE_AFTER_NUMBER - 1), self.style(under)),
            edge,
        ]

    def _number(self, line: int) -> str:
        number = line + 1 if self.look is None else self.look.number(line)
        return "" if number is None else str(number)

    def _severity(self, text: str) -> str:
        beginning = text[:_JUDGED]
        if ERROR.is_in(beginning):
            return "error"
        return "warning" if WARNING.is_in(beginning) else ""

    def _text(self, piece: _Piece, under: str, given: str) -> list[Segment]:
        start, end = piece.start, piece.end
        shown = piece.text[start:end]
        begin = max(0, start - _MARGIN)
        around = piece.text[begin : end + _MARGIN]
        tones = [given] * len(shown)
        is_plain = True
        judging = () if given else ((WARNING, "warning"), (ERROR, "error"))
        # What was searched for stands out most, so it is laid over the rest.
        for needle, tone in (*judging, (self.needle, "match")):
            if needle is None:
                continue
            for first, last in needle.spans(around):
                first, last = max(0, first + begin - start), min(len(shown), last + begin - start)
                if first < last:
                    tones[first:last] = [tone] * (last - first)
                    is_plain = False
        if is_plain:
            return [Segment(shown, self.style(under, given))]
        segments: list[Segment] = []
        position = 0
        for tone, group in groupby(tones):
            length = sum(1 for _ in group)
            segments.append(Segment(shown[position : position + length], self.style(under, tone)))
            position += length
        return segments
