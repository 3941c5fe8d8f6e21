"""BlockersTab: what stood against an agreement; a blocker leads to its cell, its file to an editor."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.cause import Proof
from odw_core.model.detail import Detail, RunDetail
from odw_tui.panes.blockers import BlockersPane
from odw_tui.panes.timeline import TimelinePane
from odw_tui.present.artifacts import proving
from odw_tui.present.blockers import cell_of
from odw_tui.present.findings import place_of
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import ListTab, Opened


class BlockersTab(ListTab[BlockersPane]):
    """``timeline`` has the cells."""

    TAB: ClassVar[Tab] = Tab.BLOCKERS

    def __init__(self, screen: Opened, timeline: TimelinePane) -> None:
        super().__init__(screen, BlockersPane(screen.kit))
        self._timeline = timeline

    @property
    def can_edit(self) -> bool:
        return self.pane.blocker is not None and bool(self.pane.blocker.path)

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def why_not_open(self) -> str | None:
        return "There is no blocker under the cursor." if self.pane.blocker is None else None

    def open(self) -> None:
        run, blocker = self.run, self.pane.blocker
        if run is None or blocker is None:
            return
        place = cell_of(run, blocker)
        if place is None:
            self._screen.flash("No cell of the timeline belongs to this blocker.")
            return
        self._screen.open_tab(Tab.TIMELINE)
        self._timeline.move_to(*place)

    def whole(self) -> Text | None:
        """The file of the run that a blocker stands in, at its line, where it is no file of the project."""
        blocker = self.pane.blocker
        if blocker is None or blocker.path is None or self.run is None:
            return super().whole()
        return self.proved(Proof(blocker.path, blocker.line or 1, blocker.text)) or super().whole()

    async def copied(self) -> str:
        blocker = self.pane.blocker
        return await super().copied() if blocker is None else place_of(blocker) or blocker.text

    async def edited(self) -> Edited:
        blocker = self.pane.blocker
        if blocker is None or not blocker.path:
            return await super().edited()
        path, line = blocker.path, blocker.line or 1
        found = proving(self.run.artifacts, Proof(path, line, "")) if self.run is not None else None
        return self.named(path, line) if found is None else self.wrote(await self.path_of(found), line)
