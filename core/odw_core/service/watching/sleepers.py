"""Sleepers: what the index knows of units that nobody needed yet, a bare row each. Opens no file, makes no reader."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from odw_core.engines.registry import engine_of
from odw_core.index.read import IndexReader
from odw_core.index.rows import Known, items_from_bodies
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.model.item import Depth, Item, State

Saved = tuple[str, str, str]
"""Cursors, questions and item of a row, as the index keeps them."""


class Sleepers:
    """Rows by the text of their address. What is taken out of it is awake."""

    def __init__(self) -> None:
        self.rows: dict[str, Known] = {}
        self._index: IndexReader | None = None
        self._unshown: dict[str, None] = {}

    def load(self, index: IndexReader, places: Sequence[str]) -> None:
        """Begin with what the index knows. It is asked again when something wakes."""
        self._index = index
        self.rows = {row.address: row for row in index.all(places)}
        self._unshown = dict.fromkeys(self.rows)

    @property
    def has_unshown(self) -> bool:
        """Whether the items of some were not handed out yet."""
        return bool(self._unshown)

    def join(self, places: Sequence[str], awake: Collection[Address]) -> None:
        """Know what the index knows of these places as well."""
        for row in self._index.all(places) if self._index is not None and places else ():
            if row.address not in self.rows and Address.parse(row.address) not in awake:
                self.rows[row.address] = row
                self._unshown[row.address] = None

    def leave(self, places: Collection[str]) -> None:
        """Know nothing of these places any more."""
        for row in [row for row in self.rows.values() if row.place in places]:
            del self.rows[row.address]
            self._unshown.pop(row.address, None)

    def lay(self, row: Known) -> bool:
        """Let it sleep again; False where no index keeps it."""
        if self._index is not None:
            self.rows[row.address] = row
        return self._index is not None

    def forget(self, row: Known) -> None:
        """What the index says of it is about something that is not there."""
        self.rows.pop(row.address, None)
        self._unshown.pop(row.address, None)

    def unit(self, address: Address) -> Unit | None:
        """What has that address, if it sleeps."""
        row = self.rows.get(str(address))
        return None if row is None else Unit(address, row.place, row.root)

    def units(self, engine: str) -> list[Unit]:
        """What is not over of an engine."""
        rows = (row for row in self.rows.values() if not row.is_over and row.address.startswith(f"{engine}:"))
        return [Unit(Address.parse(row.address), row.place, row.root) for row in rows]

    def stirred(self, places: Collection[str] | None) -> list[Known]:
        """What changed on disk, what may still live, and what waits for a person, everywhere or in ``places``. One stat
        for each."""
        versions: dict[str, int] = {}
        found: list[Known] = []
        for row in self.rows.values():
            if places is not None and row.place not in places:
                continue
            # What is stale already stays so until a file says otherwise.
            is_quiet = row.is_over or row.alive == 0 or row.state == State.STALE
            name = row.address.partition(":")[0]
            if name not in versions:
                engine = engine_of(Address(name, ""))
                versions[name] = -1 if engine is None else engine.fold_version
            is_known = row.fold_version == versions[name]
            if not (is_quiet and is_known) or row.state == State.WAITING or _has_changed(row):
                found.append(row)
        return found

    def changed(self, share: slice | None) -> list[Known]:
        """Those of a share of them (or of all) that changed on disk."""
        rows = [*self.rows.values()]
        return [row for row in rows[share or slice(None)] if _has_changed(row)]

    def next_items(self, count: int) -> tuple[list[Item], list[str]]:
        """The items of the next of them, the most urgent and newest first, and addresses of those that cannot be told
        from the index."""
        by_place: dict[str, list[str]] = {}
        for address in [*islice(self._unshown, count)]:
            del self._unshown[address]
            by_place.setdefault(self.rows[address].place, []).append(address)
        items: list[Item] = []
        untold: list[str] = []
        for place, wanted in by_place.items():
            bodies = {} if self._index is None else self._index.bodies(place, wanted)
            try:
                found = items_from_bodies([bodies[address] for address in wanted])
            except (KeyError, ValueError):
                # One of them is damaged or gone; each one is read anew from its own row or its files.
                untold += wanted
                continue
            items += [item for item in found if item.depth is Depth.FOLDED]
            untold += [address for address, item in zip(wanted, found, strict=True) if item.depth is not Depth.FOLDED]
        return items, untold

    def take(self, rows: Iterable[Known]) -> list[tuple[Known, Saved | None]]:
        """These and the runs they belong to, awake from now on, with what the index keeps of each: a session is shown
        only together with its run."""
        by_place: dict[str, dict[str, Known]] = {}
        above: Known | None
        for row in rows:
            above = row
            while above is not None and above.address in self.rows:
                del self.rows[above.address]
                self._unshown.pop(above.address, None)
                by_place.setdefault(above.place, {})[above.address] = above
                above = None if above.parent is None else self.rows.get(above.parent)
        taken: list[tuple[Known, Saved | None]] = []
        for place, found in by_place.items():
            saved: Mapping[str, Saved] = {} if self._index is None else self._index.sleepers(place, [*found])
            taken += [(row, saved.get(address)) for address, row in found.items()]
        return taken


def _has_changed(row: Known) -> bool:
    try:
        status = os.lstat(row.file)
    except (OSError, ValueError):
        return True
    return (status.st_size, status.st_mtime_ns, status.st_ino) != (row.size, row.mtime_ns, row.inode)
