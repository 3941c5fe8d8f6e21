"""The sessions pane: the agents' sessions that belong to a run. Opens nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.message import Message

from odw_core.model.item import Item
from odw_tui.kit import Kit
from odw_tui.present.sessions import session_rows, sessions_title
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.list_pane import ListPane
from odw_tui.widgets.sheet import Sheet


class SessionsPane(ListPane[FittedRows]):
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

    def _has_moved(self) -> None:
        self.post_message(self.Moved())
