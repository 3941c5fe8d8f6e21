"""Reads the index with the standard library's sqlite3: what the first paint and every headless command begin with."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odw_core.index import schema
from odw_core.index.rows import Known, items_from_bodies, no_collector, unpack_acc
from odw_core.model.item import Item, State

if TYPE_CHECKING:
    from odw_core.model.evidence import Unit

_ASKED = 500
"""Names in one statement; there is a limit to them."""
_KNOWN: partial[Known] = partial(tuple.__new__, Known)
_ADDRESS, _STARTED, _RANK = attrgetter("address"), attrgetter("started_at"), attrgetter("rank")


class IndexReader:
    """An open index. Every method answers "nothing known" when the file is missing or damaged; it is only a cache."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_damaged = False
        self._is_closed = False
        self._connection: sqlite3.Connection | None = None
        self._connect()

    def _connect(self) -> None:
        try:
            if self._path.is_file():
                # Asked for by every thread of the service's executor in turn, never by two at once.
                self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, check_same_thread=False)
                self._connection.execute(schema.SMALL)
        except sqlite3.Error:
            self.is_damaged = True

    def first_page(self, places: Sequence[str], limit: int) -> tuple[list[Item], dict[State, int]]:
        """The first rows of the room in its own order, and the counts of all."""
        marks = ",".join("?" * len(places))
        rows = self._all(schema.FIRST_PAGE.format(places=marks), (*places, limit))
        counts = self._all(schema.COUNTS.format(places=marks), tuple(places))
        try:
            return items_from_bodies([body for (body,) in rows]), {State(state): count for state, count in counts}
        except ValueError:
            self.is_damaged = True
            return [], {}

    def one(self, address: str, places: Sequence[str]) -> Item | None:
        """The item with exactly that address."""
        rows = self._all(schema.ONE.format(places=",".join("?" * len(places))), (address, *places))
        try:
            return next(iter(items_from_bodies([body for (body,) in rows])), None)
        except ValueError:
            self.is_damaged = True
            return None

    def unit(self, address: str, places: Sequence[str]) -> tuple[str, str] | None:
        """Place and root of the unit with exactly that address."""
        rows = self._all(schema.UNIT.format(places=",".join("?" * len(places))), (address, *places))
        return (rows[0][0], rows[0][1]) if rows else None

    def all(self, places: Sequence[str]) -> list[Known]:
        """Everything known below the places: the most urgent first, then the newest. Of what lies in two of them, that
        of the place named first."""
        known: dict[str, Known] = {}
        with no_collector():
            for place in reversed(places):
                # Thousands of rows, so all of it is done by loops that are not Python's.
                rows = [*map(_KNOWN, map((place,).__add__, self._all(schema.ALL, (place,))))]
                known.update(zip(map(_ADDRESS, rows), rows, strict=True))
            found = sorted(known.values(), key=_STARTED, reverse=True)
            found.sort(key=_RANK)
        return found

    def bodies(self, place: str, addresses: Sequence[str]) -> dict[str, str]:
        """The saved items of these units of one place, still as text."""
        marks = ",".join("?" * len(addresses))
        return dict(self._all(schema.BODIES.format(addresses=marks), (place, *addresses)))

    def sleepers(self, place: str, addresses: Sequence[str]) -> dict[str, tuple[str, str, str]]:
        """Cursors, open questions and item of these units of one place, still as text."""
        found: dict[str, tuple[str, str, str]] = {}
        for start in range(0, len(addresses), _ASKED):
            some = addresses[start : start + _ASKED]
            marks = ",".join("?" * len(some))
            rows = self._all(schema.SLEEPERS.format(addresses=marks), (place, *some))
            found.update((address, (cursors, asked, body)) for address, cursors, asked, body in rows)
        return found

    def acc(self, unit: Unit, fold_version: int) -> tuple[str, bytes] | None:
        """The accumulator of one unit as the engine dumped it, and how far its files were read then."""
        rows = self._all(schema.ACC, (str(unit.address), unit.place, fold_version))
        try:
            return unpack_acc(rows[0]) if rows else None
        except ValueError:
            self.is_damaged = True
            return None

    def folders(self) -> dict[str, tuple[int, int]]:
        """Inode and modification time that every watched folder had when it was listed last."""
        return {path: (inode, mtime_ns) for path, inode, mtime_ns in self._all(schema.FOLDERS, ())}

    def _all(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        if self._connection is None and not self._is_closed:
            # The first room makes the file while it runs.
            self._connect()
        if self._connection is None:
            return []
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            # A cache that nobody has written to yet has no tables; that is empty, not damaged.
            self.is_damaged = "no such table" not in str(error) and "locked" not in str(error)
        except UnicodeEncodeError:
            # Asked for a place whose name is no Unicode: such a one is never in here.
            return []
        except (sqlite3.Error, UnicodeDecodeError, OverflowError):
            self.is_damaged = True
        return []

    def close(self) -> None:
        """Give the file back."""
        self._is_closed = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None
