"""The states pane: which states a run went through, where it is, and why it went back. Opens nothing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_core.model.detail import RunDetail
from odw_tui.kit import Kit
from odw_tui.present.state_graph import graph_lines
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.lines_provider import LinesProvider

_EVERYTHING = 1_000_000


class StatesPane(Vertical):
    """Told each new reading with ``tell``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="states", classes="pane")
        self._kit = kit
        self._text = FittedRows(thumb=kit.signs.thumb, id="graph")

    def compose(self) -> ComposeResult:
        yield self._text

    def tell(self, detail: RunDetail) -> None:
        """Show a new reading."""
        signs = self._kit.signs
        self._text.fill(lambda width: LinesProvider(graph_lines(detail, signs, width - 2), width - 2))

    def move(self, rows: int) -> None:
        """Move the text."""
        self._text.scroll_lines(rows)

    def page(self, pages: float) -> None:
        """Move the text by parts of a page."""
        self._text.scroll_lines(round(self._text.size.height * pages))

    def to_edge(self, rows: int) -> None:
        """To the top (-1) or the end (1)."""
        self._text.scroll_lines(rows * _EVERYTHING)
