"""ListedScreen: a screen that is one list, moved in by the keys that move everywhere. Knows no run."""

from __future__ import annotations

from odw_tui.screens.footed import FootedScreen
from odw_tui.widgets.row_list import RowList

_HALF = 0.5


class ListedScreen(FootedScreen):
    """``_rows`` is the list."""

    @property
    def _rows(self) -> RowList:
        raise NotImplementedError

    def do_down(self) -> None:
        self._rows.move(1)

    def do_up(self) -> None:
        self._rows.move(-1)

    def do_page_down(self) -> None:
        self._rows.page(_HALF)

    def do_page_up(self) -> None:
        self._rows.page(-_HALF)

    def do_first(self) -> None:
        self._rows.to_first()

    def do_last(self) -> None:
        self._rows.to_last()

    def do_back(self) -> None:
        self.app.pop_screen()
