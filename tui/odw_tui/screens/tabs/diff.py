"""DiffTab: what the attempts of a run changed, all together or one by one."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Detail, RunDetail
from odw_tui.panes.diff import DiffPane
from odw_tui.present.diff import STREAM, part_at
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import Cell, Opened, OpenedTab
from odw_tui.widgets.line_view import LineView


class DiffTab(OpenedTab[DiffPane]):
    """Files and hunks."""

    TAB: ClassVar[Tab] = Tab.DIFF

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, DiffPane(screen.kit))

    @property
    def view(self) -> LineView | None:
        return self.pane.view

    @property
    def subject(self) -> Address:
        return self.pane.part.address if self.pane.part is not None else super().subject

    @property
    def can_edit(self) -> bool:
        return True

    @property
    def can_unfold(self) -> bool:
        return self.pane.file is not None

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def set_in_view(self, is_in_view: bool) -> None:
        self.pane.set_in_view(is_in_view)

    def show(self, cell: Cell | None) -> None:
        """Show what this attempt changed, if it left a diff; without one all tasks together."""
        self.pane.show_part(part_at(self.run, *cell) if self.run is not None and cell is not None else None)
        self._screen.open_tab(self.TAB)

    def unfold(self) -> None:
        self.pane.fold_all()

    def unfold_to_search(self) -> None:
        self.pane.unfold_everything()

    def whole(self) -> Text | None:
        part = self.pane.part
        if part is None or self.run is None:
            return super().whole()
        return self.text(f"diff of {part.task}, {part.where}", STREAM, address=part.address)

    async def copied(self) -> str:
        if self.pane.view.cursor_line is None and (place := self.pane.place) is not None:
            return place[0]
        return await super().copied()

    async def edited(self) -> Edited:
        place = self.pane.place
        return await super().edited() if place is None else self.named(*place)
