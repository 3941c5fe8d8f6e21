"""The blockers pane: every finding of every round with its fate, the one under the cursor in full. Opens nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from odw_core.model.detail import Blocker, RunDetail
from odw_tui.kit import Kit
from odw_tui.present.blockers import BlockerRow, blocker_rows, blocker_story, no_blockers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Span, Spans, laid
from odw_tui.widgets.drawn_rows import DrawnRows
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.list_pane import ListPane
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


def _provider(rows: Sequence[BlockerRow], signs: Glyphs) -> DrawnRows:
    def draw(index: int, width: int, *, has_cursor: bool) -> Spans:
        bar = Span(signs.cursor, "accent") if has_cursor else Span(" ")
        return (bar, *laid(rows[index].line, width - 1)[0])

    keys = [None if row.blocker is None else row.key for row in rows]
    return DrawnRows(keys, [row.line for row in rows], draw)


class BlockersPane(ListPane[RowList]):
    """Told each new reading with ``tell``."""

    class Opened(Message):
        """A blocker was clicked to be opened."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="blockers", classes="pane")
        self._kit = kit
        self._detail: RunDetail | None = None
        self._rows: dict[str, BlockerRow] = {}
        self._list = RowList(thumb=kit.signs.thumb, id="findings")
        self._story = Sheet(id="finding")

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._story

    @property
    def blocker(self) -> Blocker | None:
        """The blocker under the cursor."""
        row = self._rows.get(str(self._list.cursor))
        return None if row is None else row.blocker

    def tell(self, detail: RunDetail) -> None:
        """Show a new reading; the cursor stays on its blocker."""
        self._detail = detail
        width = self._list.size.width
        rows = blocker_rows(detail, self._kit.signs, width)
        self._rows = {row.key: row for row in rows}
        self.set_class(not rows, "-empty")
        if rows:
            self._list.show(_provider(rows, self._kit.signs))
        else:
            self._list.show(LinesProvider(no_blockers(detail), width - 1))
        self._tell_story()

    def _has_moved(self) -> None:
        self._tell_story()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self._detail is not None:
            self.tell(self._detail)

    def _tell_story(self) -> None:
        blocker = self.blocker
        self._story.show(() if blocker is None else blocker_story(blocker, self._kit.signs))
