"""Grid: a virtual table with frozen first column and header. Knows cells, not what they mean; shows whole columns.

Paints only lines in view; a change repaints the cells that differ and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from odw_tui.present.spans import ELLIPSIS, Spans, fit
from odw_tui.present.table import GridContent
from odw_tui.widgets.grid_shape import GAP, GUTTER, GridShape, Placed
from odw_tui.widgets.paint import Painter
from odw_tui.widgets.self_sized import SelfSized


class Grid(SelfSized, can_focus=True):
    """Shows ``GridContent`` with a cursor that follows its row and column by key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--cursor", "grid--bar", "grid--edge", "grid--thumb"}
    DEFAULT_CSS = "Grid { width: 1fr; height: 1fr; }"

    one_column: reactive[bool] = reactive(False)
    """Show the column of the cursor alone, as wide as there is space."""

    class CursorMoved(Message):
        """The cursor stands on another cell. Only the newest counts."""

        def __init__(self, grid: Grid, row: str, column: str) -> None:
            super().__init__()
            self.grid, self.row, self.column = grid, row, column

        @property
        def control(self) -> Grid:
            return self.grid

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Grid.CursorMoved) and message.grid is self.grid

    class Opened(Message):
        """The cell under the cursor was clicked once more."""

        def __init__(self, grid: Grid, row: str, column: str) -> None:
            super().__init__()
            self.grid, self.row, self.column = grid, row, column

        @property
        def control(self) -> Grid:
            return self.grid

    class Scrolled(Message):
        """Other rows or columns are in view than before. Only the newest counts."""

        def __init__(self, grid: Grid) -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> Grid:
            return self.grid

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Grid.Scrolled) and message.grid is self.grid

    def __init__(
        self,
        *,
        bar: str = "▌",
        thumb: str = "▐",
        edges: tuple[str, str] = ("‹", "›"),
        ellipsis: str = ELLIPSIS,
        widest_title: int = 32,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._bar, self._thumb, self._edges, self._ellipsis = bar, thumb, edges, ellipsis
        self._widest_title = widest_title
        self._content = GridContent()
        self._shape = GridShape(self._content, widest_title)
        self._cells: dict[tuple[str, str], Spans] = {}
        self._cursor: tuple[int, int] | None = None
        self._top = 0
        self._placed: tuple[Placed, ...] = ()
        self._painter = Painter(self)

    @property
    def cursor(self) -> tuple[str, str] | None:
        """Row and column key of the cell under the cursor, None in an empty grid."""
        if self._cursor is None:
            return None
        row, column = self._cursor
        return self._content.rows[row].key, self._content.columns[column].key

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """Keys of the columns in view."""
        return tuple(self._content.columns[placed.column].key for placed in self._placed)

    @property
    def shown_rows(self) -> tuple[str, ...]:
        """Keys of the rows in view."""
        lines = self._shape.lines[self._top : self._top + max(self._body_height, 0)]
        return tuple(self._content.rows[row].key for row in lines if row is not None)

    def show(self, content: GridContent) -> None:
        """Show this instead. The cursor stays on its row and column, and its row where it was on the screen."""
        before, shape_before, cells_before, cursor = self._content, self._shape, self._cells, self.cursor
        line_before, view_before = self._cursor_line, self._view
        left = before.columns[self._placed[0].column].key if self._placed else ""
        self._content, self._cells = content, dict(content.cells)
        self._shape = GridShape(content, self._widest_title, shape_before if before.rows else None)
        self._cursor = self._found(cursor)
        self._place_columns(self._shape.column_at.get(left, 0))
        self._keep_line(line_before)
        if self._shape.lines != shape_before.lines or self._shape.head_height != shape_before.head_height:
            self.height_changed()
        if view_before != self._view or not self._shape.looks_like(shape_before):
            self.refresh()
            self.post_message(self.Scrolled(self))
        else:
            self._refresh_differences(before, cells_before)
        if self.cursor is not None and self.cursor != cursor:
            self.post_message(self.CursorMoved(self, *self.cursor))

    def count_rows(self, width: int) -> int:
        return self._shape.head_height + len(self._shape.lines)

    def put(self, row: str, column: str, cell: Spans) -> None:
        """Change one cell, for what ticks; what is wider than its column is cut."""
        place = self._shape.row_at.get(row), self._shape.column_at.get(column)
        if place[0] is not None and place[1] is not None and self._cells.get((row, column)) != cell:
            self._cells[row, column] = cell
            self._refresh_cell(place[0], place[1])

    def put_head(self, column: str, head: tuple[Spans, ...]) -> None:
        """Change the header of one column, for what ticks."""
        place = self._shape.column_at.get(column)
        if place is None or self._content.columns[place].head == head:
            return
        old = self._content.columns[place]
        changed = replace(old, head=head)
        columns = (*self._content.columns[:place], changed, *self._content.columns[place + 1 :])
        self._content = GridContent(columns, self._content.rows, self._content.cells)
        self._refresh_head(place)

    def move_to(self, row: str, column: str) -> None:
        """Put the cursor on a cell and bring it into view; a key that is not there leaves its axis as it is."""
        if self._cursor is not None:
            at_row, at_column = self._cursor
            self._move(self._shape.row_at.get(row, at_row), self._shape.column_at.get(column, at_column))

    def move_by(self, rows: int, columns: int) -> None:
        """Move the cursor, stopping at the edges."""
        if self._cursor is not None:
            self._move(self._cursor[0] + rows, self._cursor[1] + columns)

    def page(self, pages: float) -> None:
        """Move the cursor by parts of what is in view."""
        self.move_by(round(max(self._body_height, 1) * pages), 0)

    def to_edge(self, *, rows: int = 0, columns: int = 0) -> None:
        """To the first (-1) or last (1) row or column."""
        self.move_by(rows * len(self._content.rows), columns * len(self._content.columns))

    def _move(self, row: int, column: int) -> None:
        rows, columns = self._content.rows, self._content.columns
        target = (min(max(row, 0), len(rows) - 1), min(max(column, 0), len(columns) - 1))
        if target == self._cursor:
            return
        old, self._cursor = self._cursor, target
        view = self._view
        self._place_columns(self._placed[0].column if self._placed else 0)
        self._reveal_line()
        if view != self._view:
            self.refresh()
            self.post_message(self.Scrolled(self))
        else:
            self._refresh_row(old[0] if old else target[0])
            self._refresh_row(target[0])
        self.post_message(self.CursorMoved(self, rows[target[0]].key, columns[target[1]].key))

    @property
    def _view(self) -> tuple[int, tuple[Placed, ...]]:
        return self._top, self._placed

    @property
    def _body_height(self) -> int:
        return self.size.height - self._shape.head_height

    @property
    def _body_width(self) -> int:
        """The last cell belongs to the thumb that shows how far the grid is scrolled."""
        return self.size.width - 1

    @property
    def _cursor_line(self) -> int | None:
        return self._shape.line_of[self._cursor[0]] if self._cursor is not None else None

    def _found(self, cursor: tuple[str, str] | None) -> tuple[int, int] | None:
        """Where the cursor is now; on the nearest row or column where its own is gone."""
        rows, columns = len(self._content.rows), len(self._content.columns)
        if not rows or not columns:
            return None
        row, column = self._cursor or (0, 0)
        if cursor is not None:
            row, column = self._shape.row_at.get(cursor[0], row), self._shape.column_at.get(cursor[1], column)
        return min(row, rows - 1), min(column, columns - 1)

    def _place_columns(self, left: int) -> None:
        column = self._cursor[1] if self._cursor else 0
        shape = self._shape
        if self.one_column:
            self._placed = shape.one_in_view(column, self._body_width)
        else:
            self._placed = shape.in_view(left, column, self._body_width)

    def _keep_line(self, before: int | None) -> None:
        """Scroll by as much as the row of the cursor was pushed, so that it does not move under the eye."""
        now = self._cursor_line
        if before is not None and now is not None and self._top > 0 and 0 <= before - self._top < self._body_height:
            self._top += now - before
        self._reveal_line()

    def _reveal_line(self) -> None:
        """Scroll as little as possible, so that the row of the cursor shows."""
        line, height = self._cursor_line, self._body_height
        if line is not None and height > 0:
            self._top = min(max(self._top, line - height + 1), line)
        self._top = max(0, min(self._top, len(self._shape.lines) - height))

    def watch_one_column(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        self._place_columns(self._placed[0].column if self._placed else 0)
        self._reveal_line()
        self.refresh()
        self.post_message(self.Scrolled(self))

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        body = y - self._shape.head_height
        segments = self._head_segments(y) if body < 0 else self._body_segments(body + self._top)
        strip = Strip(segments).adjust_cell_length(self._body_width, self._painter.style())
        end = self._thumb if self._has_thumb(body) else " "
        return Strip([*strip, Segment(end, self._painter.style("", "grid--thumb"))], self.size.width)

    def _has_thumb(self, y: int) -> bool:
        height, count = self._body_height, len(self._shape.lines)
        if y < 0 or count <= height:
            return False
        size = max(1, round(height * height / count))
        start = round((height - size) * self._top / (count - height))
        return start <= y < start + size

    def _head_segments(self, y: int) -> list[Segment]:
        if not self._placed:
            return []
        painter, edge = self._painter, self._painter.style("", "grid--edge")
        blank = painter.style()
        before = self._edges[0] if y == 0 and self._placed[0].column > 0 else " "
        end = self._placed[0].x - 2
        segments = [Segment(" " * end, blank), Segment(before, edge)]
        end += 1
        for column, x, width in self._placed:
            head = self._content.columns[column].head
            segments.append(Segment(" " * (x - end), blank))
            segments += painter.segments(fit(head[y] if y < len(head) else (), width, self._ellipsis))
            end = x + width
        if y == 0 and self._placed[-1].column < len(self._content.columns) - 1 and end < self._body_width:
            segments += [Segment(" " * (self._body_width - end - 1), blank), Segment(self._edges[1], edge)]
        return segments

    def _body_segments(self, line: int) -> list[Segment]:
        lines = self._shape.lines
        if line >= len(lines) or (row := lines[line]) is None:
            return []
        painter, blank = self._painter, self._painter.style()
        given = self._content.rows[row]
        at = self._cursor[1] if self._cursor is not None and self._cursor[0] == row else None
        bar = self._bar if at is not None else " " * GUTTER
        segments = [Segment(bar, painter.style("", "grid--bar") if at is not None else blank)]
        end = GUTTER + self._shape.title_space(self._body_width)
        segments += painter.segments(fit(given.title, end - GUTTER, self._ellipsis))
        for column, x, width in self._placed:
            cell = fit(self._cells.get((given.key, self._content.columns[column].key), ()), width, self._ellipsis)
            if column != at:
                segments.append(Segment(" " * (x - end), blank))
                segments += painter.segments(cell)
                end = x + width
                continue
            # The cursor reaches out by one cell on both sides, so that no text touches its edge.
            under = painter.style("", "grid--cursor")
            segments += [Segment(" " * (x - end - 1), blank), Segment(" ", under)]
            segments += painter.segments(cell, "grid--cursor")
            end = min(x + width + 1, self._body_width)
            segments.append(Segment(" " * (end - x - width), under))
        return segments

    def _refresh_differences(self, before: GridContent, cells: Mapping[tuple[str, str], Spans]) -> None:
        """Everything stands where it stood: paint the cells, titles and headers that differ."""
        content, shape = self._content, self._shape
        for place, (old, new) in enumerate(zip(before.columns, content.columns, strict=True)):
            if old.head != new.head:
                self._refresh_head(place)
        for row, (was, given) in enumerate(zip(before.rows, content.rows, strict=True)):
            if was != given:
                self._refresh_row(row)
        for row_key, column_key in cells.keys() | self._cells.keys():
            if cells.get((row_key, column_key)) != self._cells.get((row_key, column_key)):
                at = shape.row_at.get(row_key), shape.column_at.get(column_key)
                if at[0] is not None and at[1] is not None:
                    self._refresh_cell(at[0], at[1])

    def _refresh_cell(self, row: int, column: int) -> None:
        for shown, x, width in self._placed:
            if shown == column:
                self._refresh_part(x, width, self._shape.line_of[row])

    def _refresh_row(self, row: int) -> None:
        self._refresh_part(0, self.size.width, self._shape.line_of[row])

    def _refresh_part(self, x: int, width: int, line: int) -> None:
        y = line - self._top
        if 0 <= y < self._body_height:
            self.refresh(Region(x, y + self._shape.head_height, width, 1))

    def _refresh_head(self, column: int) -> None:
        for shown, x, width in self._placed:
            if shown == column:
                self.refresh(Region(x, 0, width, self._shape.head_height))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        line = event.y - self._shape.head_height + self._top
        lines = self._shape.lines
        if event.y < self._shape.head_height or line >= len(lines) or (row := lines[line]) is None:
            return
        at = self._cursor[1] if self._cursor else 0
        column = next((column for column, x, width in self._placed if x - GAP < event.x <= x + width), at)
        if (row, column) == self._cursor:
            self.post_message(self.Opened(self, self._content.rows[row].key, self._content.columns[column].key))
        else:
            self._move(row, column)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move_by(1, 0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move_by(-1, 0)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self.move_by(0, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self.move_by(0, -1)
