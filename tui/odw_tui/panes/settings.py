"""The settings pane: every setting with its value and where it comes from, the one under the cursor in full below."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_tui.desk import Setting
from odw_tui.kit import Kit
from odw_tui.present.settings import SettingRow, setting_line, setting_rows
from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


class _Settings:
    """Settings as rows; headings have no identity."""

    def __init__(self, rows: Sequence[SettingRow], kit: Kit) -> None:
        self._rows, self._kit = rows, kit

    def __len__(self) -> int:
        return len(self._rows)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        setting = self._rows[index].setting
        return None if setting is None else setting.key

    def index_of(self, identity: Hashable) -> int | None:
        return next((index for index in range(len(self)) if self.identity(index) == identity), None)

    def version(self, index: int) -> object:
        return self._rows[index]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return setting_line(self._rows[index], self._kit.signs, self._kit.home, width, has_cursor=has_cursor)


class SettingsPane(Vertical):
    """Told the settings with ``tell``; ``story_of`` says what is known about the one under the cursor."""

    def __init__(self, kit: Kit, story_of: Callable[[Setting], Sequence[Line]]) -> None:
        super().__init__(id="settings")
        self._kit, self._story_of = kit, story_of
        self._settings: dict[str, Setting] = {}
        self.rows = RowList(thumb=kit.signs.thumb, id="rows")
        """The list, to be moved in."""
        self._story = Sheet(id="story")

    def compose(self) -> ComposeResult:
        yield self.rows
        yield self._story

    @property
    def setting(self) -> Setting | None:
        """The setting under the cursor."""
        return self._settings.get(str(self.rows.cursor))

    def tell(self, settings: Sequence[Setting]) -> None:
        """Show these; the cursor stays on its setting."""
        self._settings = {one.key: one for one in settings}
        self.rows.show(_Settings(setting_rows(settings), self._kit))
        self._tell_story()

    def on_row_list_cursor_moved(self) -> None:
        self._tell_story()

    def _tell_story(self) -> None:
        setting = self.setting
        self._story.show(() if setting is None else tuple(self._story_of(setting)))
