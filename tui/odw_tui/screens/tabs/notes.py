"""NotesTab: causes, warnings and what does not fit together; each opens the line that proves it."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.detail import Detail
from odw_tui.panes.notes import NotesPane
from odw_tui.present.artifacts import proving
from odw_tui.present.causes import proof_place
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import ListTab, Opened


class NotesTab(ListTab[NotesPane]):
    """One row a note."""

    TAB: ClassVar[Tab] = Tab.NOTES

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, NotesPane(screen.kit))

    @property
    def can_edit(self) -> bool:
        return self.pane.proof is not None

    def tell(self, detail: Detail) -> None:
        self.pane.tell(detail)

    def why_not_open(self) -> str | None:
        return "There is no line that proves this." if self.pane.proof is None else None

    def open(self) -> None:
        if self.whole() is None:
            self._screen.flash("That file is not kept among the files of the run.")
        else:
            super().open()

    def whole(self) -> Text | None:
        proof = self.pane.proof
        return super().whole() if proof is None else self.proved(proof)

    async def copied(self) -> str:
        proof = self.pane.proof
        return await super().copied() if proof is None else proof_place(proof)

    async def edited(self) -> Edited:
        proof, detail = self.pane.proof, self._screen.detail
        if proof is None:
            return await super().edited()
        found = proving(detail.artifacts, proof) if detail is not None else None
        return self.wrote(proof.file if found is None else await self.path_of(found), proof.line)
