"""Roster: every unit below the watched places and its reader. Knows who is there; says nothing about when to read."""

from __future__ import annotations

import contextlib
import heapq
import math
import os
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from odw_core.engines.registry import ENGINES, AnyEngine, engine_of
from odw_core.files.stamps import FolderStamp, Stamps
from odw_core.index.read import IndexReader
from odw_core.index.rows import Known, from_body, questions_from_text
from odw_core.model.address import Address
from odw_core.model.evidence import Cursor, Unit
from odw_core.model.item import Item, State
from odw_core.model.problem import Problem
from odw_core.service.watching.saved_unit import known_of
from odw_core.service.watching.sleepers import Saved, Sleepers
from odw_core.service.watching.unit_reader import Settings, UnitReader

_STEP = 500
"""Units that are taken in at once: a few milliseconds."""


class Arrivals(NamedTuple):
    """What one look at the folders brought."""

    new: list[UnitReader]
    gone: list[UnitReader]
    renamed: list[UnitReader]
    """Those that a person calls something else now."""


class Roster:
    """The units of some places. ``look`` costs a stat for each watched folder while nothing comes or goes.

    What the index knows stays asleep, a bare row, until it changed on disk or somebody asks for it.
    """

    def __init__(self, places: Sequence[str], settings: Settings, engines: Sequence[AnyEngine] = ENGINES) -> None:
        self.places = tuple(places)
        self.readers: dict[Address, UnitReader] = {}
        self.problems: tuple[Problem, ...] = ()
        self._settings = settings
        self._engines = engines
        self.kept_awake: frozenset[Address] = frozenset()
        """What is watched although it is over."""
        self._asleep = Sleepers()
        self._stamps = Stamps()
        self._by_root: dict[str, list[Address]] = {}
        self._untold: dict[tuple[str, str], list[Problem]] = {}
        """What no item tells: by engine and place."""

    def load(self, index: IndexReader) -> None:
        """Begin with what the index knows, all of it asleep. The index is asked again when something wakes."""
        self._stamps.load(index.folders())
        self._asleep.load(index, self.places)

    def set_places(self, places: Sequence[str]) -> frozenset[str]:
        """Know of these places and no others; the value is those that were dropped."""
        dropped = frozenset(self.places) - frozenset(places)
        new = tuple(place for place in places if place not in self.places)
        self.places = tuple(places)
        for reader in [reader for reader in self.readers.values() if reader.unit.place in dropped]:
            self._forget(reader)
        for folder in (one for place in dropped for engine in self._engines for one in engine.watched_folders(place)):
            # Should it be watched again, it is listed again.
            self._stamps.forget(folder)
        self._asleep.leave(dropped)
        self._asleep.join(new, self.readers)
        return dropped

    @property
    def has_unshown(self) -> bool:
        """Whether the items of some sleepers were not handed out yet."""
        return self._asleep.has_unshown

    @property
    def sleeper_count(self) -> int:
        """How many are known by their index row alone."""
        return len(self._asleep.rows)

    def unfinished(self, engine: str) -> list[Unit]:
        """What is not over of an engine, asleep or awake; nothing wakes."""
        found = [
            reader.unit for reader in self.readers.values() if reader.engine.name == engine and not reader.is_final
        ]
        return [*found, *self._asleep.units(engine)]

    def stir(self, places: Collection[str] | None = None) -> list[UnitReader]:
        """Wake what changed on disk, what may still live, and what waits for a person, everywhere or in ``places``. One
        stat for each."""
        return self._wake(self._asleep.stirred(places))

    def stir_some(self, share: slice | None = None) -> list[UnitReader]:
        """Wake those of a share of the sleepers (or of all) that changed on disk."""
        return self._wake(self._asleep.changed(share))

    def show_some(self, count: int) -> tuple[list[Item], list[UnitReader]]:
        """The items of the next sleepers, the most urgent and newest first, and readers of those that cannot be told
        from the index: they woke and have to be read."""
        items, untold = self._asleep.next_items(count)
        woken: list[UnitReader] = []
        for address in untold:
            # Waking one wakes the run it belongs to as well.
            if (row := self._asleep.rows.get(address)) is not None:
                woken += self._wake((row,))
        return items, woken

    def rest(self, reader: UnitReader) -> None:
        """Let a unit sleep again that the index knows as it is now, unless somebody wants it awake."""
        address = reader.unit.address
        known = None if address in self.kept_awake else known_of(reader)
        if known is not None and self.readers.get(address) is reader and self._asleep.lay(known):
            self._forget(reader)

    def wake_all(self) -> None:
        """Wake everything: a verification trusts no cache."""
        self._wake([*self._asleep.rows.values()])

    def get(self, address: Address) -> UnitReader | None:
        """The reader of an address, woken if need be."""
        row = self._asleep.rows.get(str(address))
        if row is not None:
            self._wake((row,))
        return self.readers.get(address)

    def unit(self, address: Address) -> Unit | None:
        """What has that address, left asleep if it sleeps."""
        reader = self.readers.get(address)
        return self._asleep.unit(address) if reader is None else reader.unit

    def _wake(self, rows: Iterable[Known]) -> list[UnitReader]:
        """Wake rows, and the runs they belong to."""
        readers = (self._awake(row, saved) for row, saved in self._asleep.take(rows))
        return [reader for reader in readers if reader is not None]

    def _awake(self, row: Known, saved: Saved | None) -> UnitReader | None:
        """The reader of what slept, as the index knew it; None where no engine knows it."""
        address = Address.parse(row.address)
        engine = engine_of(address)
        if engine is None:
            return None
        reader = self._add(engine, Unit(address, row.place, row.root))
        # A row that cannot be read, or of another fold version, is read anew from its files.
        with contextlib.suppress(ValueError):
            if saved is not None:
                cursors, asked, body = saved
                is_usable = row.fold_version == engine.fold_version
                stamp = Cursor(row.inode, row.size, row.mtime_ns, 0) if is_usable else None
                alive = None if row.alive is None else bool(row.alive)
                reader.resume(from_body(body), stamp, cursors if is_usable else "[]", alive)
                reader.questions = questions_from_text(asked) if is_usable else ()
        return reader

    def names(self) -> list[tuple[str, float, bool]]:
        """(address, start, whether it is part of a run) of everything, asleep or awake."""
        found = [(row.address, row.started_at, row.parent is not None) for row in self._asleep.rows.values()]
        for address, reader in self.readers.items():
            item = reader.item
            started_at = 0.0 if item is None else item.started_at or 0.0
            found.append((str(address), started_at, item is not None and item.parent is not None))
        return found

    def counts(self) -> dict[State, int]:
        """How many rows of each state there are, asleep or awake, by the rule of ``state.select.is_row``."""
        awake = {str(item.address): item for reader in self.readers.values() if (item := reader.item) is not None}
        # Nearly all of them belong to nothing, and counting those needs no look at anybody else.
        found = Counter(row.state for row in self._asleep.rows.values() if row.parent is None)
        found.update(str(item.state) for item in awake.values() if item.parent is None)
        parts = [(row.state, row.parent) for row in self._asleep.rows.values() if row.parent is not None]
        parts += [(str(item.state), str(item.parent)) for item in awake.values() if item.parent is not None]
        for state, parent in parts:
            above = awake.get(parent) or self._asleep.rows.get(parent)
            if above is None or (state == State.WAITING and above.state != State.WAITING):
                found[state] += 1
        return {state: found[str(state)] for state in State}

    def at(self, path: str) -> list[UnitReader]:
        """The readers of the units whose folder or file has that path: rows of a database share theirs."""
        if path not in self._by_root:
            for row in [row for row in self._asleep.rows.values() if row.root == path]:
                self._wake((row,))
        found = (self.readers.get(address) for address in self._by_root.get(path, ()))
        return [reader for reader in found if reader is not None]

    def newest(self, count: int) -> list[UnitReader]:
        """The units that started last, as far as is known, woken; what was not read yet counts as newest."""
        asleep = heapq.nlargest(count, self._asleep.rows.values(), key=attrgetter("started_at"))
        started: dict[str, float] = {row.address: row.started_at for row in asleep}
        for address, reader in self.readers.items():
            started[str(address)] = math.inf if reader.item is None else reader.item.started_at or 0.0
        chosen = heapq.nlargest(count, started, key=started.__getitem__)
        self._wake([row for address in chosen if (row := self._asleep.rows.get(address)) is not None])
        found = (self.readers.get(Address.parse(address)) for address in chosen)
        return [reader for reader in found if reader is not None]

    def folders(self) -> tuple[str, ...]:
        """Every folder that is worth watching: the places, their parents, and where the engines keep things."""
        below = [
            folder for place in self.places for engine in self._engines for folder in engine.watched_folders(place)
        ]
        above = [folder for place in self.places for folder in (os.path.dirname(place), place)]  # noqa: PTH120
        return tuple(dict.fromkeys((*above, *below)))

    def look(self, *, thoroughly: bool = False) -> Arrivals:
        """Find what came and went. ``thoroughly`` lists every folder even if its stamp says that nothing changed."""
        steps = self.looking(thoroughly=thoroughly)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                arrivals: Arrivals = end.value
                return arrivals

    def looking(self, *, thoroughly: bool = False) -> Generator[None, None, Arrivals]:
        """The same in steps of a few milliseconds."""
        new: list[UnitReader] = []
        gone: list[UnitReader] = []
        renamed: list[UnitReader] = []
        problems: list[Problem] = list(self._unreadable_places())
        for place in self.places:
            for engine in self._engines:
                renamed += self._renamed(engine, place)
                if self._is_unchanged(engine, place) and not thoroughly:
                    problems += self._untold.get((engine.name, place), ())
                    continue
                found = {unit.address: unit for unit in engine.discover(place)}
                untold: list[Problem] = [*engine.troubles(place)]
                yield
                units = iter(found.items())
                while some := dict(islice(units, _STEP)):
                    new += self._new_of(engine, some, place, untold)
                    yield
                self._untold[engine.name, place] = untold
                problems += untold
                gone += self._gone_of(engine, found, place)
        for reader in gone:
            self._forget(reader)
        self.problems = tuple(dict.fromkeys(problems))
        return Arrivals(new, gone, renamed)

    def _renamed(self, engine: AnyEngine, place: str) -> list[UnitReader]:
        """Those whose name changed; the stamp of the file that names them is kept like those of folders."""
        path = engine.names_file(place)
        if path is None:
            return []
        if self._stamps.is_same(path):
            return []
        changed = self._settings.names.look(engine, place)
        return [reader for address in changed if (reader := self.get(address)) is not None]

    def _new_of(
        self, engine: AnyEngine, found: Mapping[Address, Unit], place: str, problems: list[Problem]
    ) -> list[UnitReader]:
        new: list[UnitReader] = []
        asleep = self._asleep.rows
        for address, unit in found.items():
            reader = self.readers.get(address)
            if reader is None:
                row = asleep.get(str(address)) if asleep else None
                other = None if row is None or row.place == place else row.place
                if row is not None and row.place == place and row.root != unit.root:
                    # Moved while it was asleep: what the index says of it is about a file that is not there.
                    self._asleep.forget(row)
                    row = None
                if row is None:
                    new.append(self._add(engine, unit))
            else:
                other = None if reader.unit.place == place else reader.unit.place
                if other is None and reader.unit.root != unit.root:
                    # Moved: an archived session is the same one in another folder.
                    self._forget(reader)
                    new.append(self._add(engine, unit))
            if other is not None:
                problems.append(Problem(unit.root, 0, f"the same run is in {other}; only that one is shown"))
        return new

    def _gone_of(self, engine: AnyEngine, found: Mapping[Address, Unit], place: str) -> list[UnitReader]:
        if self._asleep.rows:
            names = {str(address) for address in found}
            lost = [row for row in self._asleep.rows.values() if row.place == place and row.address not in names]
            for row in lost:
                if engine.owns(Address.parse(row.address)):
                    self._wake((row,))
        return [
            reader
            for address, reader in self.readers.items()
            if reader.engine is engine and reader.unit.place == place and address not in found
        ]

    def new_stamps(self) -> dict[str, FolderStamp]:
        """What the index should know of the folders, once it has everything that was found in them."""
        again = {
            folder
            for engine in self._engines
            for place in self.places
            if self._untold.get((engine.name, place))
            for folder in engine.watched_folders(place)
        }
        return self._stamps.to_keep(but=again)

    def _add(self, engine: AnyEngine, unit: Unit) -> UnitReader:
        reader = self.readers[unit.address] = UnitReader(engine, unit, self._settings)
        self._by_root.setdefault(unit.root, []).append(unit.address)
        return reader

    def _forget(self, reader: UnitReader) -> None:
        self.readers.pop(reader.unit.address, None)
        at_root = self._by_root.get(reader.unit.root, [])
        if reader.unit.address in at_root:
            at_root.remove(reader.unit.address)
        if not at_root:
            self._by_root.pop(reader.unit.root, None)

    def _is_unchanged(self, engine: AnyEngine, place: str) -> bool:
        # Every one is looked at, so that the next look knows all of them.
        looks = [self._stamps.is_same(folder) for folder in engine.watched_folders(place)]
        return all(looks)

    def _unreadable_places(self) -> Iterable[Problem]:
        for place in self.places:
            try:
                os.scandir(place).close()
            except FileNotFoundError:
                yield Problem(place, 0, "the folder is gone; it is shown again when it comes back")
            except OSError as error:
                yield Problem(place, 0, f"the folder cannot be listed: {(error.strerror or 'unknown reason').lower()}")
