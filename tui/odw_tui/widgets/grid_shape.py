"""Where everything of a grid stands: widths, lines, and which columns are in view. Pure; paints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from odw_tui.present.spans import width_of
from odw_tui.present.table import GridContent

GUTTER = 1
"""The cell left of the first column: the bar beside the row of the cursor stands there."""

GAP = 3
"""Cells between two columns."""


class Placed(NamedTuple):
    """A column in view."""

    column: int
    x: int
    width: int


class GridShape:
    """The shape of one content. ``before`` is the shape it replaces: no column gets narrower while a grid is open."""

    def __init__(self, content: GridContent, widest_title: int, before: GridShape | None = None) -> None:
        self.row_at = {row.key: place for place, row in enumerate(content.rows)}
        self.column_at = {column.key: place for place, column in enumerate(content.columns)}
        self.head_height = max((len(column.head) for column in content.columns), default=0)
        self.lines: list[int | None] = []
        """The row that each line shows; None for an empty line."""
        self.line_of: list[int] = []
        """The line of each row."""
        for place, row in enumerate(content.rows):
            if row.apart and place:
                self.lines.append(None)
            self.line_of.append(len(self.lines))
            self.lines.append(place)
        title = min(max((width_of(row.title) for row in content.rows), default=0), widest_title)
        self.title_width: int = max(title, before.title_width) if before else title
        self._kept: dict[str, int] = dict(before._kept) if before else {}
        self._kept_close: dict[str, int] = dict(before._kept_close) if before else {}
        self.widths = self._measured(content)
        self._close_widths = self._measured_close(content)

    def looks_like(self, other: GridShape) -> bool:
        """Whether everything stands where it stands in ``other``, so that only contents may differ."""
        return (
            self.row_at == other.row_at
            and self.column_at == other.column_at
            and self.lines == other.lines
            and self.widths == other.widths
            and self._close_widths == other._close_widths
            and self.title_width == other.title_width
            and self.head_height == other.head_height
        )

    def first_x(self, width: int) -> int:
        """Where the first movable column begins in a grid of ``width`` cells."""
        return GUTTER + self.title_space(width) + GAP

    def title_space(self, width: int) -> int:
        """Cells of the frozen column: a third of a narrow grid at most."""
        return min(self.title_width, max(width // 3, 8))

    def one_in_view(self, column: int, width: int) -> tuple[Placed, ...]:
        """``column`` alone, in all the space there is."""
        x = self.first_x(width)
        return (Placed(column, x, width - x - 2),) if self.widths and width > x + 2 else ()

    def in_view(self, left: int, cursor: int, width: int) -> tuple[Placed, ...]:
        """The columns that fit as a whole, from ``left`` on if that shows the cursor and leaves no space unused."""
        x = self.first_x(width)
        count = len(self.widths)
        if not count or width <= x:
            return ()
        widths = self._widths_in(width - x)
        left = min(left, _first_before(widths, count - 1, width - x))
        left = min(max(left, _first_before(widths, cursor, width - x)), cursor)
        placed: list[Placed] = []
        for column in range(left, count):
            if placed and x + widths[column] > width:
                break
            placed.append(Placed(column, x, min(widths[column], width - x)))
            x += widths[column] + GAP
        return tuple(placed)

    def _widths_in(self, room: int) -> list[int]:
        """As wide as they like, unless a closer fit is what brings all of them into view."""
        whole, close = (_first_before(widths, len(widths) - 1, room) for widths in (self.widths, self._close_widths))
        return self._close_widths if whole and not close else self.widths

    def _filled(self, least: Sequence[int], content: GridContent) -> list[int]:
        """How much space what stands in each column takes."""
        widths = [max([few, *map(width_of, column.head)]) for few, column in zip(least, content.columns, strict=True)]
        for (_, key), cell in content.cells.items():
            place = self.column_at.get(key)
            if place is not None:
                widths[place] = max(widths[place], width_of(cell))
        return widths

    def _measured(self, content: GridContent) -> list[int]:
        widths = self._filled([column.least for column in content.columns], content)
        names = [column.kin or column.key for column in content.columns]
        for name, column, width in zip(names, content.columns, widths, strict=True):
            self._kept[name] = max(self._kept.get(name, 0), min(width, column.most))
        return [self._kept[name] for name in names]

    def _measured_close(self, content: GridContent) -> list[int]:
        widths = self._filled([column.close for column in content.columns], content)
        for column, width in zip(content.columns, widths, strict=True):
            self._kept_close[column.key] = max(self._kept_close.get(column.key, 0), min(width, column.most))
        return [self._kept_close[column.key] for column in content.columns]


def _first_before(widths: Sequence[int], column: int, room: int) -> int:
    """The first column in view when ``column`` is the last one."""
    first, used = column, widths[column]
    while first > 0 and used + GAP + widths[first - 1] <= room:
        first -= 1
        used += GAP + widths[first]
    return first
