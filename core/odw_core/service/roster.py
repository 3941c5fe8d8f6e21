"""Roster: every unit below the watched places and its reader. Knows who is there; says nothing about when to read."""

from __future__ import annotations

import heapq
import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from odw_core.engines.registry import ENGINES, AnyEngine, engine_of
from odw_core.index.rows import Known, no_collector
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.model.problem import Problem
from odw_core.service.unit_reader import Settings, UnitReader

Stamp = tuple[int, int]

# An entry made in the same tick as the last look leaves the folder's stamp as it was.
_FRESH_NS = 20_000_000


class Arrivals(NamedTuple):
    """What one look at the folders brought."""

    new: list[UnitReader]
    gone: list[UnitReader]


class Roster:
    """The units of some places. ``look`` costs a stat for each watched folder while nothing comes or goes."""

    def __init__(self, places: Sequence[str], settings: Settings, engines: Sequence[AnyEngine] = ENGINES) -> None:
        self.places = tuple(places)
        self.readers: dict[Address, UnitReader] = {}
        self.problems: tuple[Problem, ...] = ()
        self._settings = settings
        self._engines = engines
        self._stamps: dict[str, Stamp] = {}
        self._saved_stamps: dict[str, Stamp] = {}
        self._by_root: dict[str, Address] = {}

    def load(self, known: Iterable[Known], stamps: Mapping[str, Stamp]) -> None:
        """Begin with what the index knows. Checkpoints of another fold version keep their item until they are refolded."""
        self._stamps.update(stamps)
        self._saved_stamps = dict(stamps)
        with no_collector():
            for unit, fold_version, item, cursors, alive in known:
                engine = engine_of(unit.address)
                if engine is not None:
                    reader = self._add(engine, unit)
                    reader.resume(item, cursors if fold_version == engine.fold_version else [], alive)

    def at(self, path: str) -> UnitReader | None:
        """The reader of the unit whose folder or record has that path."""
        address = self._by_root.get(path)
        return None if address is None else self.readers.get(address)

    def newest(self, count: int) -> list[Address]:
        """The units that started last, as far as is known; what was not read yet counts as newest."""

        def started(reader: UnitReader) -> float:
            return math.inf if reader.item is None else reader.item.started_at or 0.0

        return [reader.unit.address for reader in heapq.nlargest(count, self.readers.values(), key=started)]

    def folders(self) -> tuple[str, ...]:
        """Every folder that is worth watching: the places, their parents, and where the engines keep things."""
        below = [
            folder for place in self.places for engine in self._engines for folder in engine.watched_folders(place)
        ]
        above = [folder for place in self.places for folder in (os.path.dirname(place), place)]  # noqa: PTH120
        return tuple(dict.fromkeys((*above, *below)))

    def look(self, *, thoroughly: bool = False) -> Arrivals:
        """Find what came and went. ``thoroughly`` lists every folder even if its stamp says that nothing changed."""
        new: list[UnitReader] = []
        gone: list[UnitReader] = []
        problems: list[Problem] = list(self._unreadable_places())
        for place in self.places:
            for engine in self._engines:
                if self._is_unchanged(engine, place) and not thoroughly:
                    problems += [p for p in self.problems if p.path.startswith(f"{place}/") and p.offset == 0]
                    continue
                found = {unit.address: unit for unit in engine.discover(place)}
                for address, unit in found.items():
                    reader = self.readers.get(address)
                    if reader is None:
                        new.append(self._add(engine, unit))
                    elif reader.unit.place != place:
                        reason = f"the same run is in {reader.unit.place}; only that one is shown"
                        problems.append(Problem(unit.root, 0, reason))
                gone += [r for r in self.readers.values() if r.unit.place == place and r.unit.address not in found]
        for reader in gone:
            self.readers.pop(reader.unit.address, None)
            self._by_root.pop(reader.unit.root, None)
        self.problems = tuple(dict.fromkeys(problems))
        return Arrivals(new, gone)

    def new_stamps(self) -> dict[str, Stamp]:
        """What the index should know of the folders, once it has everything that was found in them."""
        new = {path: stamp for path, stamp in self._stamps.items() if self._saved_stamps.get(path) != stamp}
        self._saved_stamps.update(new)
        return new

    def _add(self, engine: AnyEngine, unit: Unit) -> UnitReader:
        reader = self.readers[unit.address] = UnitReader(engine, unit, self._settings)
        self._by_root[unit.root] = unit.address
        return reader

    def _is_unchanged(self, engine: AnyEngine, place: str) -> bool:
        is_same = True
        for folder in engine.watched_folders(place):
            stamp = _stamp(folder)
            if self._stamps.get(folder) != stamp or stamp is None:
                is_same = False
            if stamp is None:
                self._stamps.pop(folder, None)
            else:
                self._stamps[folder] = stamp
        return is_same

    def _unreadable_places(self) -> Iterable[Problem]:
        for place in self.places:
            try:
                os.scandir(place).close()
            except FileNotFoundError:
                yield Problem(place, 0, "the folder is gone; it is shown again when it comes back")
            except OSError as error:
                yield Problem(place, 0, f"the folder cannot be listed: {(error.strerror or 'unknown reason').lower()}")


def _stamp(folder: str) -> Stamp | None:
    """Inode and modification time of a folder; (0, 0) when it is not there, None when it is too fresh to prove anything."""
    try:
        status = os.lstat(folder)
    except OSError:
        return (0, 0)
    if time.time_ns() - status.st_mtime_ns < _FRESH_NS:
        return None
    return (status.st_ino, status.st_mtime_ns)
