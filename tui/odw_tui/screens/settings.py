"""The settings screen: what is set and where it comes from; looks are changed here and written down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from odw_core.config_origin import Source
from odw_core.errors import ConfigError
from odw_tui import actions
from odw_tui.desk import Desk, Setting
from odw_tui.kit import Kit
from odw_tui.panes.settings import SettingsPane
from odw_tui.present.places import at_home, with_home
from odw_tui.present.settings import CHANGEABLE, setting_story, settings_head
from odw_tui.present.spans import Line
from odw_tui.screens.base import READ_ONLY
from odw_tui.screens.listed import ListedScreen
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


class SettingsScreen(ListedScreen):
    """``desk`` is where settings are looked up and written down."""

    CONTEXT: ClassVar[str] = actions.SETTINGS
    CSS_PATH: ClassVar[str] = "settings.tcss"

    def __init__(self, kit: Kit, desk: Desk) -> None:
        super().__init__(kit)
        self._desk = desk
        self._head = Sheet(settings_head(str(desk.file), kit.home), id="head")
        self._pane = SettingsPane(kit, self._story)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._pane
        yield self._footer

    def on_mount(self) -> None:
        self._look()

    def on_screen_resume(self) -> None:
        self._look()

    def _look(self) -> None:
        """Read what is set now; a file that has become wrong says so, and what was read stays."""
        try:
            self._pane.tell(self._desk.settings())
        except ConfigError as error:
            self._said = with_home(str(error), self.kit.home)
        self._show_footer()

    def _story(self, setting: Setting) -> Sequence[Line]:
        key = self.kit.keymap.shown(self.CONTEXT, "change", ascii_only=self.kit.signs.is_ascii)
        return setting_story(setting, str(self._desk.file), self.kit.home, key)

    def type_key(self, key: str, character: str | None) -> bool:
        if self._said:
            self._said = ""
            self._show_footer()
        return False

    def on_row_list_cursor_moved(self) -> None:
        self._show_footer()

    async def on_row_list_opened(self) -> None:
        await self.act("change")

    def why_not(self, action_id: str) -> str | None:
        setting = self._pane.setting
        if action_id != "change":
            return None
        if setting is None:
            return "There is no setting under the cursor."
        if setting.key not in CHANGEABLE:
            return f"Set {setting.key} in {at_home(str(self._desk.file), self.kit.home)}."
        # A theme may be looked at all the same; the picker says that it keeps none.
        return READ_ONLY if self.kit.deciding.is_read_only and setting.key != "theme" else None

    async def do_change(self) -> None:
        setting = self._pane.setting
        if setting is None:
            return
        if setting.key == "theme":
            await self.act("pick_theme")
        else:
            await self._turn(setting)

    async def _turn(self, setting: Setting) -> None:
        """Switch something on or off, now where that can be, and write it down."""
        value = not setting.value
        try:
            await asyncio.to_thread(self._desk.keep, setting.key, value)
        except ConfigError as error:
            self.flash(with_home(str(error), self.kit.home))
            return
        if setting.origin.source in (Source.FLAG, Source.ENVIRONMENT):
            self.flash(f"Written down; this time {setting.origin.words} decides.")
        elif setting.key == "reduced_motion":
            self.kit.motion.is_reduced = value
            self.flash("Less moves from now on." if value else "News is shown as it comes from now on.")
        else:
            self.flash(
                "Plain letters and signs from the next start on." if value else "All signs from the next start on."
            )
        self._look()

    @property
    def _rows(self) -> RowList:
        return self._pane.rows
