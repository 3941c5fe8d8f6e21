"""ListAndText: a list, and the text of what its cursor is on, above each other or side by side. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from odw_tui.present.spans import Line
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines, Later
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.list_pane import ListPane

Rows = Sequence[tuple[str, Line | Later]]
"""Pairs of key and line; an empty key is passed over by the cursor."""
_EVERYTHING = 1_000_000


def _no_rows(width: int) -> Rows:
    return ()


def _no_text(key: str, width: int) -> Sequence[Line]:
    return ()


class ListAndText(ListPane[FittedRows]):
    """``fill`` says what is shown; ``beside_from`` is from how many cells the text stands beside the list."""

    class Opened(Message):
        """A row was clicked to be opened."""

    class Moved(Message):
        """The cursor is on another row."""

    def __init__(self, *, id: str, thumb: str, bar: str, beside_from: int) -> None:  # noqa: A002
        super().__init__(id=id, classes="pane list-and-text")
        self._bar, self._beside_from = bar, beside_from
        self._rows_of: Callable[[int], Rows] = _no_rows
        self._text_of: Callable[[str, int], Sequence[Line]] = _no_text
        self._shown_for: str | None = None
        self._list = FittedRows(thumb=thumb, classes="list")
        self._text = FittedRows(thumb=thumb, classes="text")

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._text

    @property
    def cursor(self) -> str:
        """Key of the row under the cursor; empty when there is none."""
        key = self._list.cursor
        return "" if key is None else str(key)

    def fill(self, rows_of: Callable[[int], Rows], text_of: Callable[[str, int], Sequence[Line]]) -> None:
        """Show these rows, and the text of the one under the cursor, which stays where it is."""
        self._rows_of, self._text_of = rows_of, text_of
        self._list.fill(lambda width: KeyedLines(self._rows_of(width - 2), width, self._bar))
        self._tell_text()

    def page(self, pages: float) -> None:
        """Move the text by parts of a page."""
        self.scroll_text(round(self._text.size.height * pages))

    def scroll_text(self, lines: int) -> None:
        """Move the text."""
        self._text.scroll_lines(lines)

    def _has_moved(self) -> None:
        self._tell_text()
        self.post_message(self.Moved())

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= self._beside_from, "-beside")

    def _tell_text(self) -> None:
        key = self.cursor
        if key != self._shown_for:
            self._text.scroll_lines(-_EVERYTHING)
        self._shown_for = key
        self._text.fill(lambda width: LinesProvider(self._text_of(key, width - 2), width - 2))
