"""LiveService: a room that is being watched. Wires roster, watcher, sweep, hot tails and index together; decides when
to read, never what it means."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from enum import Enum
from pathlib import Path

from odw_core.config import Config
from odw_core.errors import NotFound
from odw_core.files.line_source import LineSource
from odw_core.files.watcher import FolderWatcher
from odw_core.index.read import IndexReader
from odw_core.index.rows import Row, no_collector
from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.item import Depth
from odw_core.model.problem import Problem
from odw_core.process.exit_watch import ExitWatch
from odw_core.service.feed import OpenDetail
from odw_core.service.keeper import IndexKeeper
from odw_core.service.roster import Roster
from odw_core.service.schedule import Priority, Schedule
from odw_core.service.unit_reader import Settings, UnitReader
from odw_core.state.store import Store

SWEEP_S = 5.0
_SWEEP_PARTS = 12
"""What is over is looked at in turns, each once a minute: nobody writes there, and a look at all costs 20 ms."""
_RECENT = 64
"""The newest runs are watched as if they lived: an end that was read is sometimes not the last line."""
_HOT_S = 2.0
_HOT_PAUSE_S = 0.004
_WORK_S = 0.004
_TORN_TRIES = 5
_TORN_PAUSE_S = 0.01
_FIRST_PAGE = 200
_WAKE = 150


class Sweep(Enum):
    """How far a look at the disk goes."""

    START = "start"
    """All units, the cheapest question each."""
    USUAL = "usual"
    """What lives, and one share of what is over."""
    FULL = "full"
    """Everything, whatever the stamps of the folders say."""


class LiveService:
    """Implements ``Service``; ``run`` does the watching and ends when it is cancelled."""

    def __init__(self, places: Sequence[str], config: Config, *, cache: Path | None) -> None:
        self._settings = Settings(silent_after_s=config.silent_after_s)
        self._roster = Roster(places, self._settings)
        self._store = Store(tuple(places))
        self._index = IndexReader(cache) if cache is not None else None
        self._keeper = IndexKeeper(cache, self._row_of) if cache is not None else None
        if self._keeper is not None:
            self._keeper.saved = self._let_go
        self._schedule = Schedule()
        self._hot: dict[Address, float] = {}
        self._open: dict[Address, list[OpenDetail]] = {}
        self._attended: frozenset[Address] = frozenset()
        self._folders = FolderWatcher(self._heard)
        self._live_folders = FolderWatcher(self._heard)
        self._exits = ExitWatch(self._owner_ended)
        self._watch_problem: tuple[Problem, ...] = ()
        self._wake_hot = asyncio.Event()
        self._look_soon = asyncio.Event()
        self._turn = 0
        self._recent: frozenset[Address] = frozenset()
        self._looked = asyncio.Event()

    def snapshot(self) -> Snapshot:
        return self._store.snapshot()

    def load_first_page(self) -> Snapshot:
        """What the cache knows of the first rows: for a first paint before ``run``."""
        if self._index is not None:
            items, counts = self._index.first_page(self._roster.places, _FIRST_PAGE)
            if items:
                self._store.load(items, counts)
        return self._store.snapshot()

    async def changes(self, since: int = 0) -> AsyncIterator[tuple[Change, ...]]:
        happened = asyncio.Event()
        end = self._store.listen(happened.set)
        try:
            while True:
                happened.clear()
                batch = self._store.since(since)
                since = self._store.seq
                yield batch
                await happened.wait()
        finally:
            end()

    @contextlib.asynccontextmanager
    async def detail(self, address: Address) -> AsyncIterator[OpenDetail]:
        feed = OpenDetail()
        self._open.setdefault(address.root, []).append(feed)
        reader = self._roster.get(address.root)
        if reader is not None:
            self._restore(reader)
            if reader.acc is not None:
                feed.put(reader.detail())
            self._schedule.add(address.root, Priority.VISIBLE)
        elif self._looked.is_set():
            feed.mark_gone()
        try:
            yield feed
        finally:
            self._open[address.root].remove(feed)
            if not self._open[address.root]:
                del self._open[address.root]
                self._let_go(address.root)

    @contextlib.asynccontextmanager
    async def log(self, address: Address, stream: str | None) -> AsyncIterator[LineSource]:
        reader = self._roster.get(address.root)
        if reader is None:
            raise NotFound(f"{address.root} is not here any more.")
        self._restore(reader)
        while reader.acc is None:
            self._schedule.add(address.root, Priority.VISIBLE)
            await self._schedule.worked()
        source = reader.engine.open_log(reader.unit, reader.acc, address, stream)
        self._let_go(address.root)
        try:
            yield source
        finally:
            source.close()

    def attend(self, addresses: Iterable[Address]) -> None:
        self._attended = frozenset(address.root for address in addresses)
        for address in self._attended:
            reader = self._roster.readers.get(address)
            if reader is not None and (reader.item is None or reader.item.depth is not Depth.FOLDED):
                self._schedule.add(address, Priority.VISIBLE)

    async def settle(self) -> None:
        while self._roster.has_sleepers:
            self._take_in(self._roster.wake_some(_WAKE))
        self._sweep(Sweep.FULL)
        for _ in range(_TORN_TRIES):
            while self._schedule:
                await self._schedule.worked()
            torn = [reader for reader in self._roster.readers.values() if reader.is_torn]
            if not torn:
                break
            # Upstream rewrites run.json in place: for moments it is empty or cut.
            await asyncio.sleep(_TORN_PAUSE_S)
            for reader in torn:
                self._schedule.add(reader.unit.address, Priority.LIVE)
        else:
            for reader in self._roster.readers.values():
                reader.accept_torn()
                self._store.put(reader.unit.address, reader.item, reader.questions, reader.all_problems())
        if self._keeper is not None:
            await self._keeper.flush()

    async def run(self) -> None:
        """Watch until cancelled. Everything that fails on the way becomes a problem of the room, not an end of it."""
        self._begin()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._work())
                group.create_task(self._wake_sleepers())
                group.create_task(self._follow_hot())
                group.create_task(self._sweep_for_ever())
                group.create_task(self._watch(self._folders))
                group.create_task(self._watch(self._live_folders))
                if self._keeper is not None:
                    group.create_task(self._keeper.run())
        finally:
            self._exits.close()
            if self._keeper is not None:
                await asyncio.shield(self._keeper.close())
            if self._index is not None:
                self._index.close()

    def _begin(self) -> None:
        """One cheap question for everything the cache knows; what changed or lives is read first."""
        with no_collector():
            if self._index is not None:
                self._roster.load(self._index.all(self._roster.places), self._index.folders())
                if self._index.is_damaged and self._keeper is not None:
                    self._keeper.start_anew()
            for reader in self._roster.stir():
                self._schedule.add(reader.unit.address, Priority.LIVE)
            self._sweep(Sweep.START)
            if self._roster.has_sleepers:
                self._store.load((), self._roster.counts())

    async def _wake_sleepers(self) -> None:
        """Bring the rest of what the cache knows into the room, a few milliseconds at a time."""
        while self._schedule:
            await self._schedule.worked()
        while self._roster.has_sleepers:
            self._take_in(self._roster.wake_some(_WAKE))
            await asyncio.sleep(0)
        self._recent = frozenset(self._roster.newest(_RECENT))
        self._watch_what_lives()
        self._finish_look()

    def _take_in(self, woken: Iterable[UnitReader]) -> None:
        """Readers that slept show what the cache knew of them."""
        items = [
            reader.item for reader in woken if reader.item is not None and self._store.item(reader.unit.address) is None
        ]
        if items:
            self._store.load(items, self._store.counts)

    # ---- what to read next

    def _sweep(self, sweep: Sweep) -> None:
        """Look at the folders, at everything that lives, and at what is over as far as ``sweep`` says."""
        arrivals = self._roster.look(thoroughly=sweep is Sweep.FULL)
        for reader in arrivals.gone:
            self._forget(reader)
        for reader in arrivals.new:
            self._schedule.add(reader.unit.address, Priority.NEW)
        if arrivals.new or arrivals.gone or sweep is not Sweep.USUAL:
            self._recent = frozenset(self._roster.newest(_RECENT))
        self._turn = (self._turn + 1) % _SWEEP_PARTS
        now = self._settings.now()
        for number, reader in enumerate(self._roster.readers.values()):
            if reader.is_watched:
                if (
                    reader.acc is None
                    or reader.is_torn
                    or reader.is_overdue(now)
                    or reader.look_for_owner()
                    or reader.has_news()
                ):
                    self._schedule.add(reader.unit.address, Priority.LIVE)
            elif self._is_suspect(reader, sweep, number):
                self._schedule.add(reader.unit.address, Priority.REST)
        self._watch_what_lives()
        self._report()
        self._looked.set()

    def _is_suspect(self, reader: UnitReader, sweep: Sweep, number: int) -> bool:
        """Whether something that is over should be read (again)."""
        if reader.item is None or reader.item.depth is not Depth.FOLDED:
            return True
        if reader.item.questions and not reader.questions:
            # The cache keeps items; the questions themselves come with the accumulator.
            return True
        match sweep:
            case Sweep.START:
                return reader.has_news()
            case Sweep.FULL:
                return not reader.is_current()
            case Sweep.USUAL:
                is_its_turn = number % _SWEEP_PARTS == self._turn or reader.unit.address in self._recent
                return is_its_turn and not reader.is_current()

    def _watch_what_lives(self) -> None:
        readers = self._roster.readers.values()
        live = [r for r in readers if r.is_watched or r.unit.address in self._open or r.unit.address in self._recent]
        self._folders.watch(self._roster.folders())
        self._live_folders.watch(reader.unit.root for reader in live if reader.engine.growing_file(reader.unit))
        self._exits.watch(pid for reader in live if reader.alive and (pid := reader.owner_pid()) is not None)

    def _report(self) -> None:
        own = (*self._roster.problems, *self._watch_problem)
        if self._keeper is not None:
            own += self._keeper.problems
        self._store.report(own)

    async def _sweep_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look_soon.wait(), SWEEP_S)
            self._look_soon.clear()
            self._sweep(Sweep.USUAL)

    def _heard(self, paths: set[str]) -> None:
        """A hint of the watcher: which units to look at, or that folders came or went."""
        for path in paths:
            reader = self._reader_at(path)
            if reader is None:
                self._look_soon.set()
            elif not reader.is_current():
                self._schedule.add(reader.unit.address, Priority.LIVE)

    def _reader_at(self, path: str) -> UnitReader | None:
        folder = path.rpartition("/")[0]
        return self._roster.at(path) or self._roster.at(folder)

    def _owner_ended(self, pid: int) -> None:
        for reader in self._roster.readers.values():
            if reader.is_watched and reader.owner_pid() == pid:
                self._schedule.add(reader.unit.address, Priority.LIVE)

    # ---- reading

    async def _work(self) -> None:
        """Read what is due, a few milliseconds at a time."""
        if not self._schedule:
            self._finish_look()
        while True:
            await self._schedule.due()
            stop_at = time.perf_counter() + _WORK_S
            while self._schedule and time.perf_counter() < stop_at:
                address, priority = self._schedule.pop()
                reader = self._roster.readers.get(address)
                if reader is not None and self._advance(reader):
                    self._schedule.add(address, priority)
            if not self._schedule:
                self._finish_look()
            self._schedule.tell_worked()
            # Input and painting come first; sleep(0) lets every other task have its turn.
            await asyncio.sleep(0)

    def _finish_look(self) -> None:
        """Everything that was found is read."""
        if self._roster.has_sleepers or self._schedule:
            return
        self._store.mark_complete()
        if self._keeper is not None:
            self._keeper.note_folders(self._roster.new_stamps())

    def _advance(self, reader: UnitReader) -> bool:
        """Read one slice of one unit; True while there is more."""
        self._restore(reader)
        before = reader.item
        has_more = reader.advance()
        address = reader.unit.address
        if reader.is_gone:
            self._forget(reader)
            return False
        if has_more:
            # Half of a journal would show a state that was true once; the last one stands until all is read.
            return True
        self._store.put(address, reader.item, reader.questions, reader.all_problems())
        if before != reader.item or reader.is_torn:
            self._heat(reader)
        for feed in self._open.get(address, ()):
            feed.put(reader.detail())
        if self._keeper is not None:
            self._keeper.note(address)
        else:
            self._let_go(address)
        return False

    def _restore(self, reader: UnitReader) -> None:
        if reader.acc is None and reader.item is not None and self._index is not None:
            blob = self._index.acc(reader.unit.address, reader.engine.fold_version)
            if blob is not None:
                reader.restore(blob)

    def _heat(self, reader: UnitReader) -> None:
        """Something was written a moment ago: more is likely to follow at once."""
        if self._settings.now() - reader.written_at() < _HOT_S:
            self._hot[reader.unit.address] = time.monotonic() + _HOT_S
            self._wake_hot.set()

    async def _follow_hot(self) -> None:
        while True:
            if not self._hot:
                self._wake_hot.clear()
                await self._wake_hot.wait()
            now = time.monotonic()
            for address, until in tuple(self._hot.items()):
                reader = self._roster.readers.get(address)
                if reader is None or now > until:
                    del self._hot[address]
                    self._let_go(address)
                elif not reader.is_current() and self._advance(reader):
                    self._schedule.add(address, Priority.LIVE)
            await asyncio.sleep(_HOT_PAUSE_S)

    def _forget(self, reader: UnitReader) -> None:
        address = reader.unit.address
        self._roster.readers.pop(address, None)
        self._store.put(address, None)
        if self._keeper is not None:
            self._keeper.note_gone(address)
        for feed in self._open.get(address, ()):
            feed.mark_gone()

    def _let_go(self, address: Address) -> None:
        """Drop the accumulator of what is over and not on screen; the index has it."""
        reader = self._roster.readers.get(address)
        is_needed = address in self._open or address in self._hot
        if reader is None or is_needed or reader.is_watched or reader.is_torn:
            return
        if self._keeper is None or not self._keeper.is_pending(address):
            reader.drop()

    def _row_of(self, address: Address) -> Row | None:
        reader = self._roster.readers.get(address)
        return None if reader is None else reader.to_row()

    async def _watch(self, watcher: FolderWatcher) -> None:
        try:
            await watcher.run()
        except OSError as error:
            reason = f"folders cannot be watched ({error.strerror or error}); they are looked at every {SWEEP_S:.0f} s instead"
            self._watch_problem = (Problem(self._roster.places[0] if self._roster.places else "", 0, reason),)
            self._report()
