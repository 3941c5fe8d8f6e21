"""The notes pane: causes, what does not fit together, what is good to know, each with its proof. Opens nothing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.message import Message

from odw_core.model.cause import Proof
from odw_core.model.detail import Detail
from odw_tui.kit import Kit
from odw_tui.present.notes import note_rows
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.list_pane import ListPane


class NotesPane(ListPane[FittedRows]):
    """Told each new reading with ``tell``."""

    class Opened(Message):
        """A proof was clicked to be opened."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="notes", classes="pane")
        self._kit = kit
        self._proofs: dict[str, Proof] = {}
        self._list = FittedRows(thumb=kit.signs.thumb, id="remarks")

    def compose(self) -> ComposeResult:
        yield self._list

    @property
    def proof(self) -> Proof | None:
        """What the cursor is on."""
        return self._proofs.get(str(self._list.cursor))

    def tell(self, detail: Detail) -> None:
        """Show a new reading; the cursor stays where it is."""
        rows = note_rows(detail, self._kit.signs)
        self._proofs = {row.key: row.proof for row in rows if row.proof is not None}
        lines = [(row.key, row.line) for row in rows]
        self._list.fill(lambda width: KeyedLines(lines, width, self._kit.signs.cursor))

    def move(self, rows: int) -> None:
        """Move the cursor, or the text where there is nothing that it could stand on."""
        if self._proofs:
            self._list.move(rows)
        else:
            self._list.scroll_lines(rows)

    def page(self, pages: float) -> None:
        """Move by parts of a page."""
        self._list.scroll_lines(round(self._list.size.height * pages))
