"""The questions pane: everything that waits for a person, in full, and who can answer it. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from odw_core.model.question import Question
from odw_tui.kit import Kit
from odw_tui.present.question_card import card, cards
from odw_tui.present.spans import Line
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList

_EVERYTHING = 1_000_000


class QuestionsPane(Vertical):
    """Told the open questions with ``tell``."""

    class Opened(Message):
        """A question was clicked once more."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="questions", classes="pane")
        self._kit = kit
        self._questions: tuple[Question, ...] = ()
        self._list = RowList(thumb=kit.signs.thumb, id="cards")

    def compose(self) -> ComposeResult:
        yield self._list

    @property
    def question(self) -> Question | None:
        """The question under the cursor; the only one needs none."""
        found = (one for one in self._questions if one.id == self._list.cursor or len(self._questions) == 1)
        return next(found, None)

    def tell(self, questions: Sequence[Question]) -> None:
        """Show these questions."""
        self._questions = tuple(questions)
        signs, now, width = self._kit.signs, self._kit.now(), self._list.size.width
        if len(self._questions) <= 1:
            self._list.show(LinesProvider(cards(self._questions, signs, now), width - 2))
            return
        rows: list[tuple[str, Line]] = []
        for number, question in enumerate(self._questions, 1):
            rows += [("", Line())] if rows else []
            rows += [(question.id, line) for line in card(question, signs, now, number, len(self._questions))]
        self._list.show(KeyedLines(rows, width, signs.cursor))

    def grow_older(self) -> None:
        """Show how long ago each was asked, as it is now."""
        self.tell(self._questions)

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor to another question, or the text where there is none."""
        before = self._list.cursor
        self._list.move(lines)
        if self._list.cursor == before:
            self._list.scroll_lines(lines)

    def page(self, pages: float) -> None:
        """Move the text by parts of a page."""
        self._list.scroll_lines(round(self._list.size.height * pages))

    def to_edge(self, rows: int) -> None:
        """To the beginning (-1) or the end (1)."""
        self._list.scroll_lines(rows * _EVERYTHING)

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.tell, self._questions)
