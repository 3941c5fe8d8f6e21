"""ListPane: a pane whose list has the cursor. Moves in it, and says when a row is opened; shows nothing by itself."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.containers import Vertical
from textual.message import Message

from odw_tui.widgets.row_list import RowList

_Rows = TypeVar("_Rows", bound=RowList)


class ListPane(Vertical, Generic[_Rows]):
    """``_list`` is the list. Who derives from it names its own ``Opened``."""

    Opened: ClassVar[type[Message]]
    _list: _Rows

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def page(self, pages: float) -> None:
        """Move the cursor by parts of a page."""
        self._list.page(pages)

    def to_edge(self, rows: int) -> None:
        """To the first (-1) or last (1) row."""
        if rows < 0:
            self._list.to_first()
        else:
            self._list.to_last()

    def _has_moved(self) -> None:
        """The cursor is on another row."""

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._has_moved()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())
