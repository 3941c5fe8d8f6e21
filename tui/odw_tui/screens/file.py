"""FileScreen: one text alone on the screen, as it was written or, if it is Markdown, as it is meant. Opens no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult

from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.open_log import OpenLog
from odw_tui.present import file_head
from odw_tui.present.artifacts import is_markdown
from odw_tui.present.markdown import MOST_LINES, markdown_lines
from odw_tui.present.output import missing_picture, seen_words
from odw_tui.screens.lines import Edited, LineScreen
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be shown: ``words`` if they are at hand, else the stream of the address."""

    title: str
    address: Address
    stream: str
    words: str | None = None
    line: int | None = None
    """Where to begin, from 1; at the beginning without one."""
    places: tuple[str, ...] = ()
    """Folders below which its file may be opened in an editor."""
    is_growing: bool = False


class FileScreen(LineScreen):
    """A title, a text. Markdown is shown as it is meant until ``do_rendered`` says otherwise."""

    CONTEXT: ClassVar[str] = actions.FILE
    CSS_PATH: ClassVar[list[str | PurePath]] = ["file.tcss", "lines.tcss"]

    def __init__(self, kit: Kit, text: Text) -> None:
        super().__init__(kit)
        self._text = text
        self._head = Sheet(id="head")
        self.view = LineView(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, id="lines")
        self._rendering = FittedRows(thumb=kit.signs.thumb, id="page")
        self._picture = Sheet(id="missing")
        self._is_rendered = is_markdown(text.title) and text.line is None
        self._reason = ""
        self._markdown: str | None = None
        self._log = OpenLog(kit.service, self.view, kit.now, opened=self._opened, missing=self._not_there)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._rendering
        yield self.view
        yield self._picture
        yield self._footer

    @property
    def context(self) -> str:
        return self.CONTEXT

    @property
    def _view(self) -> LineView | None:
        return None if self._is_rendered else self.view

    def on_mount(self) -> None:
        text = self._text
        self._show()
        if text.words is None:
            self._log.open(
                text.address, text.stream, follow=text.is_growing and text.line is None, empty=" It is empty."
            )
            self._log.watch(text.is_growing)
        else:
            self.view.show(TextLines(text.words, text.title), follow=False, empty=" It is empty.")
            self._markdown = text.words
            self._opened()

    def _opened(self) -> None:
        source = self._log.source
        if source is not None and is_markdown(self._text.title):
            self._markdown = "\n".join(source.lines(0, MOST_LINES + 1))
        if self._text.line is not None:
            self.view.go_to(self._text.line - 1)
        self._show()

    def _not_there(self, reason: str) -> None:
        self._reason = reason
        self._show()

    def _show(self) -> None:
        """Everything but the text in the line view."""
        is_missing = bool(self._reason)
        self._is_rendered = self._is_rendered and not is_missing
        self._picture.display = is_missing
        self.view.display = not is_missing and not self._is_rendered
        self._rendering.display = self._is_rendered
        if is_missing:
            keys = ((self.kit.keymap.shown(self.CONTEXT, "back"), "back"),)
            self._picture.show(missing_picture(self._text.title, self._reason, keys))
        if self._is_rendered:
            lines = markdown_lines(self._markdown or "", self.kit.signs)
            self._rendering.fill(lambda width: LinesProvider(lines, width - 2))
        self._show_head()
        self._show_footer()

    def _show_head(self) -> None:
        view = self.view
        seen = seen_words(
            view.line_count, follows=view.follows, is_live=self._text.is_growing, searching=view.is_searching
        )
        self._head.show(file_head.head(self._text.title, "" if self._reason else seen, self._log.path, self.kit.home))

    def on_line_view_changed(self, event: LineView.Changed) -> None:
        event.stop()
        self._show_head()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "rendered" if self._markdown is None:
                return "This is no Markdown; it is shown as it was written."
            case "search" | "wrap" | "numbers" | "next_error" | "previous_error" if self._is_rendered:
                key = self.kit.keymap.shown(self.CONTEXT, "rendered")
                return f"That works on the text as it was written; {key} shows it."
            case _:
                return super().why_not(action_id)

    def do_rendered(self) -> None:
        self._is_rendered = not self._is_rendered
        self._show()

    async def _copied(self) -> str:
        line = self.view.cursor_line
        if not self._is_rendered and line is not None:
            return self.view.text_of(line)
        return self._log.path or self._text.title

    async def _edited(self) -> Edited:
        line = self.view.current_line if not self._is_rendered else 0
        return Edited(self._log.path, (line or 0) + 1, self._text.places, wrote_a_run=True)

    def _move(self, rows: int, columns: int) -> None:
        self._rendering.scroll_lines(rows)

    def _page(self, pages: float) -> None:
        self._rendering.scroll_lines(round(self._rendering.size.height * pages))

    def _to_edge(self, rows: int) -> None:
        self._rendering.scroll_lines(rows * _EVERYTHING)

    def do_back(self) -> None:
        self.dismiss()
