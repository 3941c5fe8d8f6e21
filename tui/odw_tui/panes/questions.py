"""The questions pane: everything that waits for a person, in full, and who can answer it. Answers nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from odw_core.model.question import Question
from odw_tui.kit import Kit
from odw_tui.present.question_card import cards
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList

_EVERYTHING = 1_000_000


class QuestionsPane(Vertical):
    """Told the open questions with ``tell``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="questions", classes="pane")
        self._kit = kit
        self._questions: tuple[Question, ...] = ()
        self._list = RowList(thumb=kit.signs.thumb, id="cards")

    def compose(self) -> ComposeResult:
        yield self._list

    def tell(self, questions: Sequence[Question]) -> None:
        """Show these questions."""
        self._questions = tuple(questions)
        lines = cards(self._questions, self._kit.signs, self._kit.now())
        self._list.show(LinesProvider(lines, self._list.size.width - 2))

    def scroll_lines(self, lines: int) -> None:
        """Move the text."""
        self._list.scroll_lines(lines)

    def page(self, pages: float) -> None:
        """Move the text by parts of a page."""
        self._list.scroll_lines(round(self._list.size.height * pages))

    def to_edge(self, rows: int) -> None:
        """To the beginning (-1) or the end (1)."""
        self._list.scroll_lines(rows * _EVERYTHING)

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.tell, self._questions)
