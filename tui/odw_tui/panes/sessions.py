"""The sessions pane: the agents' sessions that belong to a run. Opens nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from odw_core.model.item import Item
from odw_tui.kit import Kit
from odw_tui.present.sessions import session_rows, sessions_title
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


class SessionsPane(Vertical):
    """Told the sessions with ``tell``, oldest first."""

    class Opened(Message):
        """A session was clicked to be opened."""

    class Moved(Message):
        """The cursor is on another session."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="sessions", classes="pane")
        self._kit = kit
        self._sessions: tuple[Item, ...] = ()
        self._title = Sheet(id="total")
        self._list = FittedRows(thumb=kit.signs.thumb, id="names")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._list

    @property
    def session(self) -> Item | None:
        """The session under the cursor."""
        return next((one for one in self._sessions if str(one.address) == self._list.cursor), None)

    def tell(self, sessions: Sequence[Item]) -> None:
        """Show these; the cursor stays on its session."""
        self._sessions = known = tuple(sessions)
        signs, now = self._kit.signs, self._kit.now()
        self._title.show((sessions_title(known, signs),))
        self._list.fill(lambda width: KeyedLines(session_rows(known, signs, now, width - 2), width, signs.cursor))

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def page(self, pages: float) -> None:
        """Move the cursor by parts of a page."""
        self._list.page(pages)

    def to_edge(self, rows: int) -> None:
        """To the first (-1) or last (1) session."""
        if rows < 0:
            self._list.to_first()
        else:
            self._list.to_last()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self.post_message(self.Moved())

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())
