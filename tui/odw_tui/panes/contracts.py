"""The contracts pane: what does not fit together, from both sides; what each repo gives and needs. Opens nothing."""

from __future__ import annotations

from odw_core.model.coordination import Side
from odw_core.model.detail import RunDetail
from odw_tui.kit import Kit
from odw_tui.present.contracts import contract_at, contract_rows, contract_text, mismatch_at
from odw_tui.widgets.list_and_text import ListAndText

BESIDE_FROM = 170
"""Cells from which the list stands beside the text, which then still has both sides beside each other."""


class ContractsPane(ListAndText):
    """Told each new reading with ``tell``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="contracts", thumb=kit.signs.thumb, bar=kit.signs.cursor, beside_from=BESIDE_FROM)
        self._kit = kit
        self._detail: RunDetail | None = None

    @property
    def side(self) -> Side | None:
        """The first place that what is under the cursor names: of a mismatch where it is consumed, else declared."""
        if self._detail is None:
            return None
        mismatch, contract = mismatch_at(self._detail, self.cursor), contract_at(self._detail, self.cursor)
        if mismatch is not None:
            sides = (*mismatch.consumed, *mismatch.declared)
        else:
            sides = tuple(side for _, side in contract.places) if contract is not None else ()
        return next((side for side in sides if side.path), None)

    def tell(self, detail: RunDetail) -> None:
        """Show a new reading; the cursor stays on its row."""
        self._detail = detail
        signs = self._kit.signs
        rows = contract_rows(detail, signs)
        self.fill(lambda width: rows, lambda key, width: contract_text(detail, key, signs, width))
