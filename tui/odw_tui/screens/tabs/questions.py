"""QuestionsTab: what is asked about this run or session; each question opens its card."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.detail import Detail
from odw_tui.panes.questions import QuestionsPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.tabs.base import Opened, OpenedTab


class QuestionsTab(OpenedTab[QuestionsPane]):
    """The open questions, in full."""

    TAB: ClassVar[Tab] = Tab.QUESTIONS

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, QuestionsPane(screen.kit))

    def tell(self, detail: Detail) -> None:
        self.pane.tell(detail.questions)

    def grow_older(self) -> None:
        self.pane.grow_older()

    def move(self, rows: int, columns: int) -> None:
        self.pane.scroll_lines(rows)

    def page(self, pages: float) -> None:
        self.pane.page(pages)

    def to_edge(self, rows: int) -> None:
        self.pane.to_edge(rows)

    def why_not_open(self) -> str | None:
        return "Nothing is asked here." if self.pane.question is None else None

    def open(self) -> None:
        from odw_tui.screens.card import CardScreen

        if (question := self.pane.question) is not None:
            self._screen.app.push_screen(CardScreen(self._screen.kit, question))
