"""The theme pane: the names of all themes, and beside them what every state looks like in the one that shows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal

from odw_tui.kit import Kit
from odw_tui.present.settings import theme_line, theme_sample
from odw_tui.present.spans import Spans
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.row_list import RowList


class _Themes:
    """Names as rows."""

    def __init__(self, notes: Mapping[str, str], kit: Kit) -> None:
        self._names, self._notes, self._kit = tuple(notes), notes, kit

    def __len__(self) -> int:
        return len(self._names)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return self._names[index]

    def index_of(self, identity: Hashable) -> int | None:
        return self._names.index(identity) if identity in self._names else None

    def version(self, index: int) -> object:
        return self._names[index], self._notes[self._names[index]]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        name = self._names[index]
        return theme_line(name, self._notes[name], self._kit.signs, width, has_cursor=has_cursor)


class ThemesPane(Horizontal):
    """``notes`` maps each theme to a word about it; ``words`` are said below the sample."""

    def __init__(self, kit: Kit, notes: Mapping[str, str], words: Sequence[str], name: str) -> None:
        super().__init__(id="themes")
        self._kit, self._notes, self._words = kit, notes, tuple(words)
        self._first = name
        self.rows = RowList(thumb=kit.signs.thumb, id="rows")
        """The list, to be moved in."""
        self._sample = FittedSheet(id="sample")

    def compose(self) -> ComposeResult:
        yield self.rows
        yield self._sample

    def on_mount(self) -> None:
        self.rows.show(_Themes(self._notes, self._kit))
        self.rows.go_to(self._first)
        self._sample.fill(lambda width, _: theme_sample(self._kit.signs, width, self._words))

    @property
    def chosen(self) -> str:
        """The theme under the cursor."""
        return str(self.rows.cursor)
