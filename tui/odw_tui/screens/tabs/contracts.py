"""ContractsTab: who declares and who uses what; both sides open in an editor."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from odw_core.model.detail import Detail, RunDetail
from odw_tui.panes.contracts import ContractsPane
from odw_tui.present.contracts import place_of
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import ListTab, Opened


class ContractsTab(ListTab[ContractsPane]):
    """A list of sides with the text of the one under the cursor."""

    TAB: ClassVar[Tab] = Tab.CONTRACTS
    CAN_SCROLL_BELOW: ClassVar[bool] = True

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, ContractsPane(screen.kit))

    @property
    def can_edit(self) -> bool:
        return self.pane.side is not None

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def scroll_below(self, lines: int) -> None:
        self.pane.scroll_text(lines)

    def why_not_open(self) -> str | None:
        edit = self._screen.kit.keymap.shown(self._screen.context, "edit")
        return f"All of it is here already; {edit} opens the place in your editor."

    async def copied(self) -> str:
        side = self.pane.side
        return await super().copied() if side is None else place_of(side)

    async def edited(self) -> Edited:
        side = self.pane.side
        return (
            await super().edited() if side is None else self.named(str(PurePath(side.repo) / side.path), side.line or 1)
        )
