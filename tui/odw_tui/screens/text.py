"""TextScreen: a page that is only read, such as the help. Scrolls and closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.present.spans import Line, Span
from odw_tui.screens.base import ActionScreen
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_ALL = 1_000_000


class TextScreen(ActionScreen):
    """A headline with any number of lines below it."""

    CONTEXT: ClassVar[str] = actions.TEXT

    def __init__(self, kit: Kit, headline: str, lines: Sequence[Line]) -> None:
        super().__init__(kit)
        self._lines = tuple(lines)
        self._head = Sheet((Line((Span(headline, "strong"),)), Line()), id="head")
        self._page = RowList(thumb=kit.signs.thumb, id="page")
        self._footer = Footer(kit.keymap, kit.signs)
        self._is_fitted = self._wants_end = False

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._page
        yield self._footer

    def on_mount(self) -> None:
        self.call_after_refresh(self._fit)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._page.show(LinesProvider(self._lines, self._page.size.width - 1))
        self._is_fitted = True
        if self._wants_end:
            # The key was faster than the first layout.
            self._wants_end = False
            self.do_last()
        self._offer()

    def _offer(self) -> None:
        self._footer.offer(self.able, self.CONTEXT)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._footer.say(text, tone)

    def do_down(self) -> None:
        self._page.scroll_lines(1)

    def do_up(self) -> None:
        self._page.scroll_lines(-1)

    def do_page_down(self) -> None:
        self._page.scroll_lines(max(1, self._page.size.height // 2))

    def do_page_up(self) -> None:
        self._page.scroll_lines(-max(1, self._page.size.height // 2))

    def do_first(self) -> None:
        self._page.scroll_lines(-_ALL)

    def do_last(self) -> None:
        self._wants_end = not self._is_fitted
        self._page.scroll_lines(_ALL)

    def do_back(self) -> None:
        self.app.pop_screen()
