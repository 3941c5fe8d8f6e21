"""StatesTab: which states a run went through, and why it went back."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.detail import Detail, RunDetail
from odw_tui.panes.states import StatesPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.tabs.base import ListTab, Opened


class StatesTab(ListTab[StatesPane]):
    """A drawing that is moved line by line."""

    TAB: ClassVar[Tab] = Tab.STATES

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, StatesPane(screen.kit))

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def why_not_open(self) -> str | None:
        return "All of it is here already."
