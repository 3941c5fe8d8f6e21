"""ArtifactsTab: the files that belong to a run or session; each opens as a text."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.detail import Detail
from odw_tui.panes.artifacts import ArtifactsPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import ListTab, Opened


class ArtifactsTab(ListTab[ArtifactsPane]):
    """One row a file."""

    TAB: ClassVar[Tab] = Tab.ARTIFACTS

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, ArtifactsPane(screen.kit))

    @property
    def can_edit(self) -> bool:
        return self.pane.artifact is not None

    def tell(self, detail: Detail) -> None:
        self.pane.tell(detail.artifacts)

    def why_not_open(self) -> str | None:
        return "There is no file under the cursor." if self.pane.artifact is None else None

    def whole(self) -> Text | None:
        artifact = self.pane.artifact
        return super().whole() if artifact is None else self.text(artifact.name, artifact.stream)

    async def copied(self) -> str:
        artifact = self.pane.artifact
        return await super().copied() if artifact is None else await self.path_of(artifact) or artifact.name

    async def edited(self) -> Edited:
        artifact = self.pane.artifact
        return await super().edited() if artifact is None else self.wrote(await self.path_of(artifact), 1)
