"""The lines of the room's list: headings, rows and the causes under failed rows. Pure; makes a line only when asked."""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum, auto
from typing import NamedTuple

from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_tui.present.room import Group, Rows

_WITH_CAUSE = (State.BLOCKED, State.FAILED)


class LineKind(Enum):
    """What a line of the list is."""

    HEADING = auto()
    ROW = auto()
    CAUSE = auto()


class RoomLine(NamedTuple):
    """One line of the list. A heading has no item."""

    kind: LineKind
    group: Group
    item: Item | None


class _Part(NamedTuple):
    """Where the lines of one group begin, and, if rows have causes under them, which line is whose."""

    start: int
    group: Group
    headings: int
    owners: tuple[int, ...] | None


class RoomLines:
    """The lines of ``rows``; ``is_compact`` leaves out headings and causes, for small terminals."""

    def __init__(self, rows: Rows, *, is_compact: bool = False) -> None:
        self.rows = rows
        self._parts: list[_Part] = []
        self._count = 0
        for group in rows.groups:
            if group.shown:
                owners = None if is_compact or group.state not in _WITH_CAUSE else _owners(group)
                headings = 0 if is_compact else 1
                self._parts.append(_Part(self._count, group, headings, owners))
                self._count += headings + (len(group.shown) if owners is None else len(owners))
        self._starts = [part.start for part in self._parts]

    def __len__(self) -> int:
        return self._count

    def line(self, index: int) -> RoomLine:
        """The line at ``index``."""
        part = self._parts[bisect_right(self._starts, index) - 1]
        place = index - part.start - part.headings
        if place < 0:
            return RoomLine(LineKind.HEADING, part.group, None)
        if part.owners is None:
            return RoomLine(LineKind.ROW, part.group, part.group.shown[place])
        owner = part.owners[place]
        is_cause = place > 0 and part.owners[place - 1] == owner
        return RoomLine(LineKind.CAUSE if is_cause else LineKind.ROW, part.group, part.group.shown[owner])

    def index_of(self, address: Address) -> int | None:
        """The line of a row, None when it is not shown."""
        item = self.rows.by_address.get(address)
        part = next((part for part in self._parts if item is not None and part.group.state is item.state), None)
        if item is None or part is None:
            return None
        place = part.group.index_of(item, self.rows.order.key(item))
        if place is None:
            return None
        return part.start + part.headings + (place if part.owners is None else part.owners.index(place))

    def group_starts(self) -> list[int]:
        """The line of the first row of each group."""
        return [part.start + part.headings for part in self._parts]

    def rows_of(self, state: State) -> list[int]:
        """The lines of all rows of one state."""
        for part in self._parts:
            if part.group.state is state:
                first = part.start + part.headings
                if part.owners is None:
                    return list(range(first, first + len(part.group.shown)))
                return [first + part.owners.index(place) for place in range(len(part.group.shown))]
        return []


def _owners(group: Group) -> tuple[int, ...]:
    """For each line below the heading, the place of the item it belongs to."""
    owners: list[int] = []
    for place, item in enumerate(group.shown):
        owners.extend((place, place) if item.cause else (place,))
    return tuple(owners)
