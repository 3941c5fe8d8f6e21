"""The plans pane: a list of repos with what lies beside each plan, the one under the cursor in full. Opens nothing."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from odw_core.model.detail import RunDetail
from odw_tui.kit import Kit
from odw_tui.present.plans import Entry, EntryKind, entries, entry_rows, entry_text
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.list_pane import ListPane

BESIDE_FROM = 100
"""Cells from which the list stands beside the text."""
_EVERYTHING = 1_000_000


class PlansPane(ListPane[FittedRows]):
    """Told each new reading with ``tell``."""

    class Opened(Message):
        """An entry was clicked to be opened."""

    class Moved(Message):
        """The cursor is on another entry."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="plans", classes="pane")
        self._kit = kit
        self._detail: RunDetail | None = None
        self._entries: dict[str, Entry] = {}
        self._shown: tuple[str, bool] | None = None
        self._is_unfolded = False
        self._list = FittedRows(thumb=kit.signs.thumb, id="repos")
        self._text = FittedRows(thumb=kit.signs.thumb, id="plan")

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._text

    @property
    def entry(self) -> Entry | None:
        """What the cursor is on."""
        return self._entries.get(str(self._list.cursor))

    @property
    def can_unfold(self) -> bool:
        """Whether the prompt of a plan is in view, folded or not."""
        entry = self.entry
        return entry is not None and entry.kind is EntryKind.PLAN and entry.plan is not None and bool(entry.plan.prompt)

    def tell(self, detail: RunDetail) -> None:
        """Show a new reading; the cursor stays on its entry."""
        is_new = detail != self._detail
        self._detail = detail
        self._entries = {entry.key: entry for entry in entries(detail)}
        rows = entry_rows(detail, self._kit.signs)
        self._list.fill(lambda width: KeyedLines(rows, width, self._kit.signs.cursor))
        self._tell_text(is_new=is_new)

    def page(self, pages: float) -> None:
        """Move the text by parts of a page."""
        self.scroll_text(round(self._text.size.height * pages))

    def scroll_text(self, lines: int) -> None:
        """Move the text."""
        self._text.scroll_lines(lines)

    def unfold(self) -> None:
        """Show the whole prompt, or its first lines again."""
        self._is_unfolded = not self._is_unfolded
        self._tell_text(is_new=False)

    def _has_moved(self) -> None:
        self._tell_text(is_new=False)
        self.post_message(self.Moved())

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")

    def _tell_text(self, *, is_new: bool) -> None:
        entry, detail, keymap = self.entry, self._detail, self._kit.keymap
        if entry is None or detail is None:
            return
        wanted = (entry.key, self._is_unfolded)
        if not is_new and wanted == self._shown:
            return
        is_other = self._shown is None or self._shown[0] != entry.key
        self._shown = wanted
        keys = (keymap.shown("run", "unfold"), keymap.shown("run", "open"))
        lines = entry_text(detail, entry, self._kit.signs, keys, is_unfolded=self._is_unfolded)
        if is_other:
            self._text.scroll_lines(-_EVERYTHING)
        self._text.fill(lambda width: LinesProvider(lines, width - 2))
