"""The journal pane: everything that the run wrote down, line by line, as it comes. Interprets nothing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_core.model.address import Address
from odw_tui.kit import Kit
from odw_tui.open_log import OpenLog
from odw_tui.present import output
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.sheet import Sheet


class JournalPane(Vertical):
    """Opens the journal when it is first looked at, and follows its end."""

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(id="journal", classes="pane")
        self._kit, self._address = kit, address
        self._is_open = self._is_in_view = self._is_live = False
        self._line = Sheet(id="seen")
        self.view = LineView(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, id="entries")
        self._picture = Sheet(id="missing")
        self._log = OpenLog(kit.service, self.view, kit.now, opened=self._opened, missing=self._not_there)

    def compose(self) -> ComposeResult:
        yield self._line
        yield self.view
        yield self._picture

    @property
    def path(self) -> str:
        """The file that is shown line by line; empty when it lies inside of another."""
        return self._log.path

    def tell(self, *, is_live: bool) -> None:
        """Something happened in the run."""
        self._is_live = is_live
        if self._is_in_view and self.has_class("-missing"):
            self._open()
        self._log.news()
        self._log.watch(self._is_in_view and is_live)

    def set_in_view(self, is_in_view: bool) -> None:
        """Only what is in view is looked at for news."""
        self._is_in_view = is_in_view
        if is_in_view and not self._is_open:
            self._open()
        self._log.watch(is_in_view and self._is_live)

    def on_line_view_changed(self, event: LineView.Changed) -> None:
        event.stop()
        view = self.view
        seen = output.seen_words(
            view.line_count, follows=view.follows, is_live=self._is_live, searching=view.is_searching
        )
        self._line.show((output.journal_title(seen),))

    def _open(self) -> None:
        self._is_open = True
        self._log.open(self._address, output.JOURNAL, follow=True, empty=" Nothing was written down yet.")

    def _opened(self) -> None:
        self.remove_class("-missing")

    def _not_there(self, reason: str) -> None:
        keys = ((self._kit.keymap.shown("lines", "timeline"), "back to the timeline"),)
        self._picture.show(output.missing_picture("journal", reason, keys))
        self.add_class("-missing")
