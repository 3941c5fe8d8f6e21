"""The patch pane: a patch that waits to be allowed, shown as changes are shown everywhere. Reads nothing."""

from __future__ import annotations

from odw_core.model.address import Address
from odw_tui.kit import Kit
from odw_tui.present.diff import DiffPage, Part
from odw_tui.widgets.folded_lines import FoldedLines
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.list_lines import ListLines


class PatchPane(LineView):
    """Told the text with ``tell``."""

    def __init__(self, kit: Kit) -> None:
        # What is to be allowed is read as it is, letter by letter.
        super().__init__(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, masks=False, id="patch")
        self._kit = kit
        self._told = ""

    def tell(self, address: Address, patch: str) -> None:
        """Show this patch; where the reader is stays as long as it is the same."""
        if patch == self._told:
            return
        self._told = patch
        page = DiffPage()
        page.begin(Part(address, "", "", None), has_head=False)
        page.take(patch.removesuffix("\n").split("\n"))
        page.end(self._kit.signs)
        folds = page.folds((), self._kit.signs)
        highest = max(page.numbers, default=0)
        lines = FoldedLines(
            ListLines(page.lines, "patch"), folds, number_of=page.number, tone_of=page.tone, highest=highest
        )
        self.show(lines, follow=False, look=lines)
