"""RoomState: what is known about the room and how the person wants to see it. Paints nothing, asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.question import Question
from odw_tui.present.places import place_names
from odw_tui.present.questions import questions_by_row
from odw_tui.present.room import Order, Query, Rows, select
from odw_tui.present.shared import Shared, shared_by_row


class RoomState:
    """Told with ``happened``, up to date after ``catch_up``; the rows are those of the filter and the order."""

    def __init__(self, first: Snapshot, own_names: Mapping[str, str] = MappingProxyType({})) -> None:
        self.snapshot = first
        self._own_names = own_names
        self.rows: Rows = select(first.items, Query(), Order.START)
        self.asked: Mapping[Address, tuple[Question, ...]] = questions_by_row(first)
        """The open questions of each row, oldest first."""
        self.shared: Shared = shared_by_row(first.items)
        """What rows at work share with others: a file, a folder."""
        self._named = self.rows.places
        self.names: Mapping[str, str] = place_names(self._named, own_names)
        """A short name for each place."""
        self.filter_text = ""
        self.failure: str | None = None
        """Why the room is no longer watched, None while it is."""
        self._missed: list[Change] = []
        self._is_other_room = False
        self._is_behind = False

    @property
    def is_behind(self) -> bool:
        """Whether something happened that ``catch_up`` has not seen."""
        return self._is_behind

    def happened(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        """The room is now ``snapshot``; ``changes`` are what led to it from the one before."""
        self._missed.extend(changes)
        # What the cache knew comes in silence when the reading is complete: it is no change of the room.
        self._is_other_room = self._is_other_room or snapshot.complete is not self.snapshot.complete
        self._is_behind = True
        self.snapshot = snapshot

    def catch_up(self) -> None:
        """Bring the rows up to the snapshot."""
        changes, self._missed = self._missed, []
        if self._is_other_room:
            self.rows = select(self.snapshot.items, self.rows.query, self.rows.order)
        else:
            self.rows = self.rows.after(changes, self.snapshot.items)
        self._is_other_room = self._is_behind = False
        self.asked = questions_by_row(self.snapshot)
        self.shared = shared_by_row(self.snapshot.items)
        if self.rows.places != self._named:
            # The same object as long as it says the same, so that lines made with it need not be made again.
            self._named = self.rows.places
            self.names = place_names(self._named, self._own_names)

    def filter_by(self, text: str) -> None:
        """Show only rows that hold every word of ``text``."""
        if text != self.filter_text:
            self.filter_text = text
            self.rows = self.rows.filtered(Query.parse(text))

    def sort_next(self) -> None:
        """Take the next order."""
        self.rows = self.rows.sorted(self.rows.order.next)
