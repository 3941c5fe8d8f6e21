"""Reading: takes units from the schedule, a few milliseconds at a time, and hands what they say to store and index.

Decides how to read, never what is due (that is the lookout's) and never what it means (that is the engine's).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from odw_core.index.read import IndexReader
from odw_core.index.rows import Row, no_collector
from odw_core.model.address import Address
from odw_core.model.item import Depth, Item
from odw_core.model.problem import Problem
from odw_core.service.feed import OpenDetail
from odw_core.service.watching.keeper import IndexKeeper
from odw_core.service.watching.roster import Roster
from odw_core.service.watching.saved_unit import row_of
from odw_core.service.watching.schedule import Priority, Schedule
from odw_core.service.watching.sharing import Sharing
from odw_core.service.watching.unit_reader import UnitReader
from odw_core.state.kinship import Kinship
from odw_core.state.store import Store

_TURN_S = 0.004
_HOT_S = 2.0
_HOT_AT_ONCE = 8
_HOT_PAUSE_S, _MANY_HOT_PAUSE_S = 0.0025, 0.004
"""Between two looks; the longer one while more than can be asked at once are written to: fifty wait 30 ms at most."""
_CHEAP_S = 0.008
_SHARE = 10
"""What is open and takes longer to make than ``_CHEAP_S`` is made anew once in so many times what it took."""
_SHOW = 60
_SHOW_PAUSE_S = 0.001
_MANY = 128
"""So much that nobody has read yet is skimmed first; fewer are read in full before a frame or two are over."""


class Reading:
    """The one place of a live room that advances readers."""

    def __init__(self, roster: Roster, store: Store, cache: Path | None) -> None:
        self.schedule = Schedule()
        self.feeds: dict[Address, list[OpenDetail]] = {}
        """What somebody has open, by run or session."""
        self.touched: set[Address] = set()
        """What was read since somebody cleared this."""
        self._roster, self._store, self._kinship = roster, store, Kinship()
        self._index = IndexReader(cache) if cache is not None else None
        self._keeper = IndexKeeper(cache, self._row_of, self.let_go) if cache is not None else None
        self._sharing = Sharing(self.schedule, roster.readers.get, self._take_shared)
        self._is_skimming = False
        self._is_listed = asyncio.Event()
        self._hot: dict[Address, float] = {}
        self._is_hot = asyncio.Event()
        self._turn = 0
        self._due: dict[Address, float] = {}
        """From when the detail of what is open may be made anew, for those that cost much."""
        self._owed: set[Address] = set()
        """What is open and has news that nobody was told yet."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the cache is not kept; empty while it is."""
        return () if self._keeper is None else self._keeper.problems

    def load_index(self) -> None:
        """Everything the cache knows, asleep."""
        if self._index is None:
            return
        self._roster.load(self._index)
        if self._index.is_damaged and self._keeper is not None:
            self._keeper.start_anew()

    async def show_sleepers(self) -> None:
        """Bring the rest of what the cache knows into the room, once everything that changed is read."""
        while self.is_listing:
            await self.worked()
        while self._roster.has_unshown:
            self.show_some()
            # Nobody waits for these: whatever else has to be done comes first.
            await asyncio.sleep(_SHOW_PAUSE_S)
        self.finish_look()

    def show_some(self) -> None:
        """The items of the next of those that sleep, as the cache knows them."""
        items, woken = self._roster.show_some(_SHOW)
        self._take_items(items)
        self.take_in(woken)

    def take_in(self, woken: Iterable[UnitReader]) -> None:
        """Show what the cache knew of units that woke and are not in the room yet."""
        items: list[Item] = []
        for reader in woken:
            item, address = reader.item, reader.unit.address
            if item is None or item.depth is not Depth.FOLDED:
                self.schedule.add(address, Priority.DEEPEN if reader.is_skimmed else Priority.REST)
            if item is not None and self._store.item(address) is None:
                items.append(item)
        self._take_items(items)

    def show_stirred(self, readers: Iterable[UnitReader]) -> None:
        """What woke: read what may be otherwise by now, show the rest as the cache knows it."""
        for reader in readers:
            if reader.is_due():
                self.schedule.add(reader.unit.address, Priority.LIVE)
            else:
                self.show(reader)

    def _take_items(self, items: list[Item]) -> None:
        for item in items:
            self._tell_kin(self._kinship.take(item))
        new = [item for item in items if self._store.item(item.address) is None]
        if new:
            self._store.load(new, self._store.counts)

    async def keep(self) -> None:
        """Save what was read, until cancelled. Nobody waits for that, so first everything is listed."""
        if self._keeper is not None:
            await self._is_listed.wait()
            await self._keeper.run()

    async def flush(self) -> None:
        """Save everything that was read so far."""
        if self._keeper is not None:
            await self._keeper.flush()

    async def close(self) -> None:
        """Save the rest and give the files back."""
        if self._keeper is not None:
            await self._keeper.close()
        if self._index is not None:
            self._index.close()

    @property
    def is_busy(self) -> bool:
        """Whether something that is due was not read yet."""
        return bool(self.schedule) or self._sharing.is_away

    @property
    def is_listing(self) -> bool:
        """Whether something that is due may look otherwise once it is read. What was skimmed does not."""
        return self.schedule.is_listing or self._sharing.is_listing

    async def worked(self) -> None:
        """Wait for the next progress of reading."""
        if self.schedule or not self._sharing.is_away:
            await self.schedule.worked()
        else:
            await self._sharing.came()

    async def share(self) -> None:
        """Let a second process read along while there is much to read."""
        await self._sharing.run()
        self.finish_look()

    def _take_shared(self, reader: UnitReader, row: Row | None) -> None:
        """What the second process read of a unit; without a row, or when somebody looks at it, it is read here."""
        address = reader.unit.address
        is_open = address in self.feeds
        if row is None or reader.acc is not None or not reader.resume_row(row):
            # What is not over comes back unread, and that is what a person looks for first.
            later = Priority.DEEPEN if reader.is_skimmed else Priority.LIVE
            self.schedule.add(address, Priority.VISIBLE if is_open else later)
            return
        self.show(reader)
        if reader.is_skimmed:
            self.schedule.add(address, Priority.DEEPEN)
        elif self._keeper is not None:
            self._keeper.note_row(address, row)
        if is_open:
            self.schedule.add(address, Priority.VISIBLE)

    async def work(self) -> None:
        """Read what is due, until cancelled."""
        self.finish_look()
        while True:
            await self.schedule.due()
            stop_at = time.perf_counter() + _TURN_S
            with no_collector():
                while self.schedule and time.perf_counter() < stop_at:
                    address, priority = self.schedule.pop()
                    reader = self._roster.readers.get(address)
                    if reader is None or (self._is_to_be_skimmed(reader, priority) and self._skim(reader)):
                        continue
                    if self.advance(reader):
                        self.schedule.add(address, priority)
            self.finish_look()
            self.schedule.tell_worked()
            # Input and painting come first; sleep(0) lets every other task have its turn.
            await asyncio.sleep(0)

    def _is_to_be_skimmed(self, reader: UnitReader, priority: Priority) -> bool:
        """Whether a look at both ends comes first: nobody asked for more, and much is waiting for its row."""
        if priority not in (Priority.NEW, Priority.REST) or reader.item is not None or reader.acc is not None:
            return False
        waiting = self.schedule.count(Priority.NEW, Priority.REST)
        self._is_skimming = waiting > (0 if self._is_skimming else _MANY)
        return self._is_skimming

    def _skim(self, reader: UnitReader) -> bool:
        """Show what both ends of a journal say; False when it has to be read. The rest of it is read later."""
        try:
            if not reader.skim():
                return False
        except Exception:
            # Reading it meets the same bug, and tells it.
            return False
        self.touched.add(reader.unit.address)
        self.show(reader)
        self.schedule.add(reader.unit.address, Priority.DEEPEN)
        return True

    def finish_look(self) -> None:
        """If everything that was found is listed, say so. The cache is told of the folders once all of it is read:
        what was only skimmed is no row of it."""
        if self._roster.has_unshown or self.is_listing:
            return
        self._store.mark_complete()
        self._is_listed.set()
        if self._keeper is not None and not self.is_busy:
            self._keeper.note_folders(self._roster.new_stamps())

    def advance(self, reader: UnitReader) -> bool:
        """Read one slice of one unit; True while there is more."""
        self.restore(reader)
        before = reader.item
        try:
            has_more = reader.advance()
        except Exception as error:
            # A bug in one dialect must not take the room down; it is said in the row's place instead.
            reader.give_up(f"reading it failed inside odw-tui, please report this: {type(error).__name__}: {error}")
            self.show(reader)
            return False
        if reader.is_gone:
            self.forget(reader)
            return False
        if has_more:
            # Half of a journal would show a state that was true once; the last one stands until all is read.
            return True
        self._has_read(reader, before)
        return False

    def _has_read(self, reader: UnitReader, before: Item | None) -> None:
        """All that is there of a unit was read."""
        address = reader.unit.address
        self.touched.add(address)
        self.show(reader)
        if before != reader.item or reader.is_torn:
            self._heat(reader)
        self._tell_open(reader)
        if self._keeper is not None:
            self._keeper.note(address)
        else:
            self.let_go(address)

    def _tell_open(self, reader: UnitReader) -> None:
        """Hand the newest detail to who has it open. That of thousands of scenarios is not made at every line: keys
        come first, and what is owed follows by itself."""
        address = reader.unit.address
        feeds = self.feeds.get(address)
        if not feeds:
            self._due.pop(address, None)
            return
        began = time.monotonic()
        if (left := self._due.get(address, began) - began) > 0:
            if address not in self._owed:
                self._owed.add(address)
                asyncio.get_running_loop().call_later(left, self._tell_owed, address)
            return
        detail = reader.detail()
        took = time.monotonic() - began
        self._due[address] = began + (took * _SHARE if took > _CHEAP_S else 0.0)
        for feed in feeds:
            feed.put(detail)

    def _tell_owed(self, address: Address) -> None:
        is_owed = address in self._owed and address in self.feeds
        self._owed.discard(address)
        if is_owed and (reader := self._roster.get(address)) is not None:
            self._tell_open(reader)

    def tell_all_owed(self) -> None:
        """Hand out every detail that was put off."""
        for address in [*self._owed]:
            self._due.pop(address, None)
            self._tell_owed(address)

    def show(self, reader: UnitReader) -> None:
        """Hand the newest reading to the store."""
        kin: set[Address] = set()
        if reader.item is not None:
            kin = self._kinship.take(reader.item)
            reader.item = self._kinship.complete(reader.item)
        self._store.put(reader.unit.address, reader.item, reader.questions, reader.all_problems())
        self._tell_kin(kin)

    def _tell_kin(self, addresses: Iterable[Address]) -> None:
        """Others may belong to another run now, or count other tokens."""
        for address in addresses:
            reader = self._roster.get(address)
            if reader is None or reader.item is None:
                continue
            item = self._kinship.complete(reader.item)
            if item != reader.item:
                reader.item = item
                self.restore(reader)
                self.show(reader)
                if self._keeper is not None and not reader.is_skimmed:
                    self._keeper.note(address)

    def derive(self, reader: UnitReader) -> None:
        """Say anew what is known of a unit: something outside its own files changed."""
        self.restore(reader)
        if reader.acc is None and reader.item is not None:
            # Nothing keeps what was read of it, so it is read once more.
            self.schedule.add(reader.unit.address, Priority.LIVE)
            return
        reader.derive()
        self.show(reader)
        if self._keeper is not None:
            self._keeper.note(reader.unit.address)

    def restore(self, reader: UnitReader) -> None:
        """Bring an accumulator back from the cache, where it is there."""
        has_more = reader.item is not None and not reader.is_skimmed
        if reader.acc is None and has_more and self._index is not None:
            saved = self._index.acc(reader.unit, reader.engine.fold_version)
            if saved is not None:
                reader.restore(*saved)

    def leave_out(self, address: Address) -> None:
        """The unit is not watched any more; the cache keeps what it knows of it."""
        self._store.put(address, None)
        self._tell_kin(self._kinship.forget(address))
        for feed in self.feeds.get(address, ()):
            feed.mark_gone()

    def forget(self, reader: UnitReader) -> None:
        """The unit is no more."""
        address = reader.unit.address
        self._roster.readers.pop(address, None)
        self._store.put(address, None)
        self._tell_kin(self._kinship.forget(address))
        if self._keeper is not None:
            self._keeper.note_gone(reader.unit)
        for feed in self.feeds.get(address, ()):
            feed.mark_gone()

    def let_go(self, address: Address) -> None:
        """Drop the accumulator of what is over and not on screen; the cache has it."""
        reader = self._roster.readers.get(address)
        is_needed = address in self.feeds or address in self._hot
        if reader is None or is_needed or reader.is_watched or reader.is_torn:
            return
        if self._keeper is None or not self._keeper.is_pending(address):
            reader.drop()
            if self._keeper is not None:
                self._roster.rest(reader)

    def _heat(self, reader: UnitReader) -> None:
        """Something was written a moment ago: more is likely to follow at once."""
        if reader.age_of_news() < _HOT_S:
            self._hot[reader.unit.address] = time.monotonic() + _HOT_S
            self._is_hot.set()

    async def follow_hot(self) -> None:
        """Ask the files that were written just now every few milliseconds, until cancelled."""
        while True:
            if not self._hot:
                self._is_hot.clear()
                await self._is_hot.wait()
            now = time.monotonic()
            for address in self._whose_turn():
                reader = self._roster.readers.get(address)
                if reader is None or now > self._hot[address]:
                    del self._hot[address]
                    self.let_go(address)
                elif reader.has_news() and self.advance(reader):
                    self.schedule.add(address, Priority.LIVE)
            await asyncio.sleep(_HOT_PAUSE_S if len(self._hot) <= _HOT_AT_ONCE else _MANY_HOT_PAUSE_S)

    def _whose_turn(self) -> tuple[Address, ...]:
        """What is open on a screen, and so many of the others that fifty which talk cost no more than eight."""
        hot = tuple(self._hot)
        if len(hot) <= _HOT_AT_ONCE:
            return hot
        begin = self._turn % len(hot)
        self._turn = begin + _HOT_AT_ONCE
        shown = (address for address in hot if address in self.feeds)
        return tuple(dict.fromkeys((*shown, *(hot + hot)[begin : begin + _HOT_AT_ONCE])))

    def _row_of(self, address: Address) -> Row | None:
        reader = self._roster.readers.get(address)
        return None if reader is None else row_of(reader)
