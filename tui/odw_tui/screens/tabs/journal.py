"""JournalTab: everything that a run wrote down, line by line."""

from __future__ import annotations

from typing import ClassVar

from odw_tui.panes.journal import JournalPane
from odw_tui.present.output import JOURNAL
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import Opened, OpenedTab
from odw_tui.widgets.line_view import LineView


class JournalTab(OpenedTab[JournalPane]):
    """The journal as it lies on the disk."""

    TAB: ClassVar[Tab] = Tab.JOURNAL

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, JournalPane(screen.kit, screen.address.root))

    @property
    def view(self) -> LineView | None:
        return self.pane.view

    @property
    def can_edit(self) -> bool:
        return True

    def set_in_view(self, is_in_view: bool) -> None:
        self.pane.set_in_view(is_in_view)

    def whole(self) -> Text | None:
        line = self.pane.view.current_line
        return self.text(JOURNAL, JOURNAL, line=None if line is None else line + 1)

    async def edited(self) -> Edited:
        return self.wrote(self.pane.path, (self.pane.view.current_line or 0) + 1)
