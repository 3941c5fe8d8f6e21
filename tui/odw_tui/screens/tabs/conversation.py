"""ConversationTab: what was said and done in a session, entry by entry."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from odw_core.files.line_at import line_at
from odw_core.model.conversation import EntryKind
from odw_core.model.detail import Detail, SessionDetail
from odw_tui.panes.conversation import ConversationPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import Opened, OpenedTab
from odw_tui.widgets.line_view import LineView


class ConversationTab(OpenedTab[ConversationPane]):
    """A list of entries with the text of the one under the cursor."""

    TAB: ClassVar[Tab] = Tab.CONVERSATION
    CAN_SCROLL_BELOW: ClassVar[bool] = True

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, ConversationPane(screen.kit, screen.address))

    @property
    def view(self) -> LineView | None:
        return self.pane.body if self.pane.is_whole else None

    @property
    def can_edit(self) -> bool:
        return self.pane.entry is not None

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, SessionDetail):
            self.pane.tell(detail)

    def set_in_view(self, is_in_view: bool) -> None:
        self.pane.set_in_view(is_in_view)

    def move(self, rows: int, columns: int) -> None:
        self.pane.move(rows)

    def page(self, pages: float) -> None:
        self.pane.page(pages)

    def to_edge(self, rows: int) -> None:
        self.pane.to_edge(rows)

    def scroll_below(self, lines: int) -> None:
        self.pane.scroll_body(lines)

    def whole(self) -> Text | None:
        entry = self.pane.entry
        if entry is None:
            return super().whole()
        return Text(entry.head, self._screen.address, "", words=self.pane.text(), places=self.places)

    async def copied(self) -> str:
        entry, view = self.pane.entry, self.view
        if entry is None or (view is not None and view.cursor_line is not None):
            return await super().copied()
        return entry.head if entry.kind is EntryKind.COMMAND else self.pane.text() or entry.head

    async def edited(self) -> Edited:
        entry, session = self.pane.entry, self._screen.detail
        if entry is None or not isinstance(session, SessionDetail):
            return await super().edited()
        path = next((origin.file for origin in session.origins if origin.offset is not None), "")
        return self.wrote(path, await asyncio.to_thread(line_at, path, entry.offset))
