"""The timeline pane: what was done by whom in which round, and the story of one cell. Opens nothing."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from odw_core.model.detail import RunDetail
from odw_tui.cell_peek import CellPeek
from odw_tui.kit import Kit
from odw_tui.present import question_card
from odw_tui.present.cell_story import story
from odw_tui.present.output import peek_target
from odw_tui.present.parts import said
from odw_tui.present.run_head import cause_line
from odw_tui.present.spans import Line, Span, height_of, laid
from odw_tui.present.timeline import (
    first_look,
    head,
    kinds_of,
    nothing_yet,
    picture,
    ticking_cells,
    ticking_columns,
    timeline,
)
from odw_tui.widgets.grid import Grid
from odw_tui.widgets.sheet import Sheet

ONE_COLUMN_BELOW = 72
"""In fewer cells one column is shown at a time."""

_STORY_ROWS = 7
"""Questions are shown in full if they leave so much space below the grid."""

_SHORT_CARD = 2
"""Rows of a question that is shown in brief, beside what it asks."""


class _Below(Vertical):
    """The space under the grid. What fits into it depends on how much there is."""

    class Fitted(Message):
        """There is more or less space than before."""

    def on_resize(self) -> None:
        self.post_message(self.Fitted())


class TimelinePane(Vertical):
    """Told each new reading with ``tell``, and once a second to ``tick`` while something runs."""

    DEFAULT_CLASSES: ClassVar[str] = "pane"

    class Opened(Message):
        """A cell was clicked to be opened."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="timeline")
        self._kit = kit
        self._detail: RunDetail | None = None
        self._first_line = 0
        signs = kit.signs
        edges = ("<", ">") if signs.is_ascii else ("‹", "›")
        self._notice = Sheet(id="notice")
        self._grid = Grid(bar=signs.cursor, thumb=signs.thumb, edges=edges, ellipsis=signs.ellipsis, id="grid")
        self._nothing = Sheet(id="nothing")
        self._below = _Below(id="below")
        self._story = Sheet(id="story")
        self._peek = CellPeek(kit)

    def compose(self) -> ComposeResult:
        yield self._notice
        yield self._grid
        yield self._nothing
        with self._below:
            yield self._story
            yield self._peek

    @property
    def cursor(self) -> tuple[str, str] | None:
        """Row and column of the cell under the cursor."""
        return self._grid.cursor

    def tell(self, detail: RunDetail) -> None:
        """Show a new reading; the cursor stays where it is, at first it goes to what matters most."""
        is_first = self._grid.cursor is None
        self._detail = detail
        now, signs = self._kit.now(), self._kit.signs
        self._grid.show(timeline(detail, signs, now, is_roomy=self._grid.one_column))
        self.show_notice(detail)
        is_empty = self._grid.cursor is None
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._nothing.show(nothing_yet(detail, self._kit.keymap.shown("run", "journal")))
        elif is_first and (place := first_look(detail)) is not None:
            self._grid.move_to(*place)
        self._tell_story()

    def show_notice(self, detail: RunDetail) -> None:
        """What waits for a person, else what broke. Questions are shown in full where there is space."""
        now, signs, keymap = self._kit.now(), self._kit.signs, self._kit.keymap
        lines = question_card.cards(detail.questions, signs, now)
        left = self.size.height - self._grid.count_rows(self.size.width) - _STORY_ROWS
        if height_of(lines, max(1, self.size.width - 2)) > left:
            key = keymap.shown("run", "questions")
            lines = question_card.short_card(detail.questions, signs, now, key, room=left - _SHORT_CARD)
        lines = lines or cause_line(detail, keymap.shown("run", "run_output"))
        self._notice.show(lines)
        self._notice.display = bool(lines)

    def tick(self) -> None:
        """A second went by: only what runs and is in view says something else."""
        detail = self._detail
        if detail is None:
            return
        now, signs = self._kit.now(), self._kit.signs
        kinds = kinds_of(detail)
        rows, columns = set(self._grid.shown_rows), set(self._grid.shown_columns)
        for column in ticking_columns(detail):
            if column.key in columns:
                self._grid.put_head(column.key, head(column, signs, now))
        for cell in ticking_cells(detail):
            if cell.row in rows and cell.column in columns:
                words = picture(cell, kinds[cell.column], signs, now, is_roomy=self._grid.one_column)
                self._grid.put(cell.row, cell.column, words)
                if (cell.row, cell.column) == self._grid.cursor:
                    self._tell_story()

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self._grid.move_by(rows, columns)

    def move_to(self, row: str, column: str) -> None:
        """Put the cursor on a cell."""
        self._grid.move_to(row, column)

    def page(self, pages: float) -> None:
        """Move the cursor by parts of a page."""
        self._grid.page(pages)

    def to_edge(self, *, rows: int = 0, columns: int = 0) -> None:
        """To the first or last row or column."""
        self._grid.to_edge(rows=rows, columns=columns)

    def scroll_story(self, lines: int) -> None:
        """Move the story of the cell up or down."""
        self._first_line = max(0, self._first_line + lines)
        self._tell_story()

    def on_grid_cursor_moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self._first_line = 0
        self._tell_story()

    def on_grid_opened(self, event: Grid.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())

    def on_resize(self, event: events.Resize) -> None:
        self._grid.one_column = event.size.width < ONE_COLUMN_BELOW
        if self._detail is not None:
            self.tell(self._detail)

    @on(_Below.Fitted)
    def _fit_story(self, event: _Below.Fitted) -> None:
        event.stop()
        self._tell_story()

    def _tell_story(self) -> None:
        cursor, detail = self._grid.cursor, self._detail
        width, height = self._story.content_size.width, self._below.content_size.height
        if cursor is None or detail is None or width <= 0:
            return
        self._peek.tell(peek_target(detail, *cursor, self._kit.signs))
        lines = story(detail, *cursor, self._kit.signs, self._kit.now(), width)
        self._first_line = min(self._first_line, max(0, len(lines) - 1))
        self._story.show(self._clipped(lines[self._first_line :], width, height))

    def _clipped(self, lines: tuple[Line, ...], width: int, height: int) -> tuple[Line, ...]:
        """What fits, with a word on how much more there is."""
        rows = [len(laid(line, width)) for line in lines]
        if sum(rows) <= height:
            return lines
        kept = used = 0
        while kept < len(lines) and used + rows[kept] < height:
            used += rows[kept]
            kept += 1
        zoom, down = (self._kit.keymap.shown("run", name) for name in ("zoom", "preview_down"))
        more = f"{len(lines) - kept} more   {zoom} shows all   {down} scrolls"
        return (*lines[:kept], said(Span(more, "faint")))
