"""The theme picker: the theme under the cursor shows at once; it is kept with one key, or all stays as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult

from odw_core.errors import ConfigError
from odw_themes.loader import Gallery
from odw_tui import actions
from odw_tui.desk import Desk
from odw_tui.kit import Kit
from odw_tui.panes.themes import ThemesPane
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span
from odw_tui.screens.base import READ_ONLY
from odw_tui.screens.listed import ListedScreen
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_NO_COLOUR = "NO_COLOR is set, so no colour shows; the choice can be kept all the same."


class ThemesScreen(ListedScreen):
    """``show`` paints the whole app in a theme; ``said`` tells the screen below what was done."""

    CONTEXT: ClassVar[str] = actions.THEMES
    CSS_PATH: ClassVar[str] = "settings.tcss"

    def __init__(
        self,
        kit: Kit,
        desk: Desk,
        themes: Gallery,
        before: str,
        show: Callable[[str], None],
        said: Callable[[str], None],
    ) -> None:
        super().__init__(kit)
        self._desk, self._before = desk, before
        self._paint, self._tell = show, said
        notes = {name: "yours" if themes.is_own(name) else "" for name in themes.names}
        words = [problem.sentence for problem in themes.problems]
        if "NO_COLOR" in desk.environ:
            words.insert(0, _NO_COLOUR)
        headline = Line((Span("Theme", "strong"),), (Span(at_home(str(desk.file), kit.home), "quiet"),))
        self._head = Sheet((headline, Line()), id="head")
        self._pane = ThemesPane(kit, notes, words, before)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._pane
        yield self._footer

    def on_mount(self) -> None:
        self._show_footer()

    def why_not(self, action_id: str) -> str | None:
        return READ_ONLY if action_id == "keep_theme" and self.kit.deciding.is_read_only else None

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        self._show_footer()
        return False

    def on_row_list_cursor_moved(self) -> None:
        self._paint(self._pane.chosen)

    async def on_row_list_opened(self) -> None:
        await self.act("keep_theme")

    async def do_keep_theme(self) -> None:
        name = self._pane.chosen
        try:
            await asyncio.to_thread(self._desk.keep, "theme", name)
        except ConfigError as error:
            self.flash(str(error))
            return
        self.app.pop_screen()
        self._tell(f"The theme is {name} from now on.")

    def do_back(self) -> None:
        self._paint(self._before)
        self.app.pop_screen()

    @property
    def _rows(self) -> RowList:
        return self._pane.rows
