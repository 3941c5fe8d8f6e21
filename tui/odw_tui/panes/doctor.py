"""The doctor pane: a table of checks, the worst first, the one under the cursor in full. Examines nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_core.diagnose.doctor.check import Check, worst_first
from odw_tui.kit import Kit
from odw_tui.present.doctor import check_story, table_head, table_row
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Spans
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


class _Provider:
    """Checks as rows."""

    def __init__(self, checks: Sequence[Check], signs: Glyphs) -> None:
        self._checks, self._signs = checks, signs
        self._at = {_identity(check): place for place, check in reversed(tuple(enumerate(checks)))}

    def __len__(self) -> int:
        return len(self._checks)

    def head(self, width: int) -> Spans | None:
        return table_head(width)

    def identity(self, index: int) -> Hashable | None:
        return _identity(self._checks[index])

    def index_of(self, identity: Hashable) -> int | None:
        return self._at.get(identity)

    def version(self, index: int) -> object:
        return self._checks[index]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return table_row(self._checks[index], self._signs, width, has_cursor=has_cursor)


def _identity(check: Check) -> Hashable:
    return check.id, check.subject, check.detail


class DoctorPane(Vertical):
    """Told all checks that were made so far with ``tell``."""

    def __init__(self, kit: Kit, copy_key: str) -> None:
        super().__init__(id="doctor")
        self._kit, self._copy_key = kit, copy_key
        self._checks: dict[Hashable, Check] = {}
        self._list = RowList(thumb=kit.signs.thumb, id="checks")
        self._story = Sheet(id="story")

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._story

    @property
    def check(self) -> Check | None:
        """The check under the cursor."""
        return self._checks.get(self._list.cursor)

    @property
    def rows(self) -> RowList:
        """The list, to be moved in."""
        return self._list

    def tell(self, checks: Sequence[Check]) -> None:
        """Show these checks; the cursor stays on its own."""
        ordered = worst_first(checks)
        self._checks = {_identity(check): check for check in ordered}
        self._list.show(_Provider(ordered, self._kit.signs))
        self._tell_story()

    def on_row_list_cursor_moved(self) -> None:
        self._tell_story()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()

    def _tell_story(self) -> None:
        check = self.check
        self._story.show(() if check is None else check_story(check, self._kit.signs, copy_key=self._copy_key))
