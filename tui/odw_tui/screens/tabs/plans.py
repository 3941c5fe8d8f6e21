"""PlansTab: the plan of every repo; what lies beside a plan opens as a text."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Artifact, Detail, RunDetail
from odw_tui.panes.plans import PlansPane
from odw_tui.present.plans import EntryKind
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import ListTab, Opened


class PlansTab(ListTab[PlansPane]):
    """A list of repos with what lies beside each plan."""

    TAB: ClassVar[Tab] = Tab.PLANS
    CAN_SCROLL_BELOW: ClassVar[bool] = True

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, PlansPane(screen.kit))

    @property
    def subject(self) -> Address:
        entry = self.pane.entry
        return entry.plan.address if entry is not None and entry.plan is not None else super().subject

    @property
    def can_edit(self) -> bool:
        return self._artifact is not None

    @property
    def can_unfold(self) -> bool:
        return self.pane.can_unfold

    @property
    def _artifact(self) -> Artifact | None:
        return self.pane.entry.artifact if self.pane.entry is not None else None

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def scroll_below(self, lines: int) -> None:
        self.pane.scroll_text(lines)

    def unfold(self) -> None:
        self.pane.unfold()

    def why_not_open(self) -> str | None:
        return "All of it is here already; what lies beside a plan can be opened." if self._beside() is None else None

    def whole(self) -> Text | None:
        return self._beside() or super().whole()

    def _beside(self) -> Text | None:
        """What lies under the cursor beside a plan, as a text; None for what is shown whole already."""
        entry = self.pane.entry
        if entry is None or entry.plan is None:
            return None
        match entry.kind:
            case EntryKind.PROMPT:
                title = f"prompt for {entry.plan.repo}"
                return Text(title, entry.plan.address, "prompt", words=entry.plan.prompt, places=self.places)
            case EntryKind.ATTACHMENT if entry.artifact is not None:
                return self.text(entry.artifact.name, entry.artifact.stream)
            case _:
                return None

    async def copied(self) -> str:
        artifact = self._artifact
        return await super().copied() if artifact is None else await self.path_of(artifact) or artifact.name

    async def edited(self) -> Edited:
        artifact = self._artifact
        return await super().edited() if artifact is None else self.wrote(await self.path_of(artifact), 1)
