"""Lookout: notices that something may have happened and puts it on the schedule. Hints from the watcher, truth from
the sweep; reads nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from enum import Enum
from itertools import islice

from odw_core.files.watcher import FolderWatcher
from odw_core.model.address import Address
from odw_core.model.item import Depth
from odw_core.model.problem import Problem
from odw_core.process.exit_watch import ExitWatch
from odw_core.service.watching.reading import Reading
from odw_core.service.watching.roster import Arrivals, Roster
from odw_core.service.watching.schedule import Priority
from odw_core.service.watching.unit_reader import Settings, UnitReader
from odw_core.state.store import Store

SWEEP_S = 5.0
_PARTS = 24
"""What is over is looked at in turns, each every two minutes: nobody writes there, and a look at all costs 40 ms."""
_RECENT = 64
"""The newest runs are watched as if they lived: an end that was read is sometimes not the last line."""


class Sweep(Enum):
    """How far a look at the disk goes."""

    START = "start"
    """What is awake, the cheapest question each."""
    USUAL = "usual"
    """What lives, and one share of what is over."""
    FULL = "full"
    """Everything, whatever the stamps of the folders say."""


class Lookout:
    """Watches the folders of a roster, sweeps them, and hears of the end of processes."""

    def __init__(self, roster: Roster, store: Store, reading: Reading, settings: Settings) -> None:
        self._roster, self._store, self._reading, self._settings = roster, store, reading, settings
        self._schedule = reading.schedule
        self._look_soon = asyncio.Event()
        self._watcher = FolderWatcher(self._heard, self._look_soon.set)
        self._exits = ExitWatch(self._owner_ended)
        self._problems: tuple[Problem, ...] = ()
        self._recent: frozenset[Address] = frozenset()
        self._live: dict[Address, UnitReader] = {}
        self._turn = 0
        self.has_looked = False

    async def run(self) -> None:
        """Sweep and listen until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweep_for_ever())
                group.create_task(self._watch())
        finally:
            self._exits.close()

    async def _sweep_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S):
                    await self._look_soon.wait()
            self._look_soon.clear()
            self.sweep(Sweep.USUAL)

    async def _watch(self) -> None:
        try:
            await self._watcher.run()
        except OSError as error:
            why = error.strerror or str(error)
            reason = f"folders cannot be watched ({why}); they are looked at every {SWEEP_S:.0f} s instead"
            self._problems = (Problem(next(iter(self._roster.places), ""), 0, reason),)
            self.report()

    def sweep(self, sweep: Sweep) -> None:
        """Look at the folders, at everything that lives, and at what is over as far as ``sweep`` says."""
        if sweep is Sweep.FULL:
            self._settings.liveness.forget()
        self._take_in(self._roster.look(thoroughly=sweep is Sweep.FULL), sweep)

    async def begin(self) -> None:
        """The first sweep, in small steps: keys that come meanwhile are heard."""
        steps = self._roster.looking()
        while True:
            try:
                next(steps)
            except StopIteration as end:
                arrivals: Arrivals = end.value
                break
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._take_in(arrivals, Sweep.START)

    def _take_in(self, arrivals: Arrivals, sweep: Sweep) -> None:
        for reader in arrivals.gone:
            self._reading.forget(reader)
        for reader in arrivals.renamed:
            self._reading.derive(reader)
        # Names carry the start time: the newest is what somebody waits for.
        for reader in reversed(arrivals.new):
            self._schedule.add(reader.unit.address, Priority.NEW)
        if arrivals.new or arrivals.gone or sweep is not Sweep.USUAL:
            self.choose_recent()
        self._choose_live(sweep)
        for reader in self._live.values():
            if self._may_have_moved(reader):
                # What nobody has read yet keeps its turn, the newest first.
                self._schedule.add(reader.unit.address, Priority.LIVE if reader.item is not None else Priority.NEW)
        self._stir(sweep)
        for reader in self._others(sweep):
            if not reader.is_watched and self._is_suspect(reader, sweep):
                self._schedule.add(reader.unit.address, Priority.DEEPEN if reader.is_skimmed else Priority.REST)
        self.watch_what_lives()
        self.report()
        self.has_looked = True

    def _choose_live(self, sweep: Sweep) -> None:
        """What is not over. Only what was read since the last sweep can have become so."""
        readers = self._roster.readers
        asked = readers if sweep is not Sweep.USUAL else self._live.keys() | self._reading.touched
        self._reading.touched.clear()
        self._live = {a: reader for a in asked if (reader := readers.get(a)) is not None and reader.is_watched}

    def _stir(self, sweep: Sweep) -> None:
        """Wake what changed while it was known by its index row alone. At the start all of them were just asked."""
        if sweep is Sweep.START:
            return
        count = self._roster.sleeper_count
        share = count // _PARTS + 1
        turn = slice(self._turn * share, (self._turn + 1) * share) if sweep is Sweep.USUAL else None
        for reader in self._roster.stir_some(turn):
            self._schedule.add(reader.unit.address, Priority.REST)

    def _others(self, sweep: Sweep) -> Iterable[UnitReader]:
        """Which of the rest to ask this time."""
        readers = self._roster.readers
        if sweep is not Sweep.USUAL:
            return [*readers.values()]
        self._turn = (self._turn + 1) % _PARTS
        share = len(readers) // _PARTS + 1
        recent = [reader for address in self._recent if (reader := readers.get(address)) is not None]
        return [*recent, *islice(readers.values(), self._turn * share, (self._turn + 1) * share)]

    def _may_have_moved(self, reader: UnitReader) -> bool:
        """Whether something that is not over should be read (again)."""
        if reader.is_torn or reader.is_overdue(self._settings.now()):
            return True
        if reader.acc is None:
            return reader.is_due()
        return reader.look_for_owner() or reader.has_news()

    def _is_suspect(self, reader: UnitReader, sweep: Sweep) -> bool:
        """Whether something that is over should be read (again)."""
        if reader.item is None or reader.item.depth is not Depth.FOLDED:
            return True
        if reader.item.questions and not reader.questions:
            # The cache keeps items; the questions themselves come with the accumulator.
            return True
        if reader.has_owner_again():
            return True
        return reader.has_news() if sweep is Sweep.START else not reader.is_current()

    def choose_recent(self) -> None:
        """Choose anew which of the units that are over are watched all the same."""
        newest = self._roster.newest(_RECENT)
        self._reading.take_in(newest)
        self._recent = self._roster.kept_awake = frozenset(reader.unit.address for reader in newest)

    def watch_what_lives(self) -> None:
        """Hear of the folders and owners of what lives, is open or is new."""
        readers = self._roster.readers
        chosen = self._live.keys() | self._recent | self._reading.feeds.keys()
        # What nobody has read yet will be read anyway; a watch for each of thousands takes longer than a frame.
        live = [r for address in chosen if (r := readers.get(address)) is not None and r.item is not None]
        folders = (reader.folder for reader in live)
        self._watcher.watch((*self._roster.folders(), *folders))
        self._exits.watch(pid for reader in live if (pid := reader.owner_pid) is not None)

    def report(self) -> None:
        """Tell the room what is wrong with the room itself."""
        self._store.report((*self._roster.problems, *self._problems, *self._reading.problems))

    def _heard(self, paths: set[str]) -> None:
        """A hint of the watcher: which units to look at, or that folders came or went."""
        for path in paths:
            readers = self._roster.at(path) or self._roster.at(path.rpartition("/")[0])
            if not readers:
                self._look_soon.set()
            for reader in readers:
                if not reader.is_current():
                    self._schedule.add(reader.unit.address, Priority.LIVE)

    def _owner_ended(self, pid: int) -> None:
        self._settings.liveness.forget()
        for reader in self._roster.readers.values():
            if reader.is_watched and reader.owner_pid == pid and reader.look_for_owner():
                self._schedule.add(reader.unit.address, Priority.LIVE)
