"""One look at the room for a command that prints and ends: cache, corrected by the disk. Loads no event loop."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config
from odw_core.errors import NotFound
from odw_core.index.read import IndexReader
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.evidence import Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem
from odw_core.paths import user_paths
from odw_core.service.batches.log import log_of, with_log
from odw_core.service.campaigns.places import CampaignPlaces
from odw_core.service.listening import listening_homes
from odw_core.service.under_way import UnderWay
from odw_core.service.watching.roster import Roster
from odw_core.service.watching.saved_unit import findable_of, row_of
from odw_core.service.watching.unit_reader import Settings, UnitReader
from odw_core.state.kinship import Kinship
from odw_core.state.store import Store

if TYPE_CHECKING:
    from odw_core.files.line_source import LineSource
    from odw_core.index.rows import Row
    from odw_core.index.text import Findable
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.search import Found

_SLICES = 16
"""Read in one go: nobody waits for a frame in between."""
_SHOWN = 500
"""Items asked for in one go: a statement takes no more than some hundreds of names."""
_SAVED = 500
"""Rows of what a search has read that are saved in one go."""
_SMALL = 48 * 1024
"""A journal of so many bytes is read whole: what a command prints should say everything that costs little."""
_TORN_TRIES = 5
_TORN_PAUSE_S = 0.01


def open_room(places: Sequence[str], config: Config, *, cache: Path | None, is_whole: bool = True) -> Room:
    """Read the room once. ``cache`` is the index file, None to read everything from disk.

    Unless ``is_whole`` the snapshot has exact counts and everything that waits, but not necessarily the other items;
    they are found by their addresses all the same.
    """
    return Room(places, config, cache, is_whole=is_whole)


class Room:
    """The room as it was when it was opened. ``close`` saves what was read for the next one."""

    def __init__(self, places: Sequence[str], config: Config, cache: Path | None, *, is_whole: bool = True) -> None:
        self._cache = cache
        self._index = IndexReader(cache) if cache is not None else None
        self._settings = Settings(silent_after_s=config.silent_after_s)
        self._roster = Roster(places, self._settings)
        self._store = Store(tuple(places))
        self._own = tuple(places)
        self._changed: set[Address] = set()
        self._gone: list[Unit] = []
        self._rows: list[Row] = []
        self._problems: tuple[Problem, ...] = ()
        self._read(is_whole=is_whole)
        self._store.mark_sent(UnderWay(user_paths().state).of(self._store.asked))
        self.snapshot: Snapshot = self._store.snapshot()

    def hear(self) -> None:
        """Take in what the servers of the homes ask, too. Costs one look at each place where none listens."""
        homes = listening_homes(self._own)
        if not homes:
            return
        # Imported late: talking to a server takes a library.
        from odw_core.service.hearing import asked_now

        for source, questions in asked_now(homes).items():
            self._store.ask(source, questions)
        self.snapshot = self._store.snapshot()

    def _read(self, *, is_whole: bool) -> None:
        if self._index is not None:
            self._roster.load(self._index)
            if self._index.is_damaged and self._cache is not None:
                self._problems += (Problem(str(self._cache), 0, "the cache was damaged and is built anew"),)
        self._look()
        lent = CampaignPlaces(self._settings.mirrors).of(self._roster.unfinished("odw"), self._own)
        if lent:
            self._roster.set_places((*self._own, *lent))
            self._store.watch(self._roster.places, lent)
            self._look(lent)
        known: list[Item] = []
        while self._roster.has_unshown and is_whole:
            items, woken = self._roster.show_some(_SHOWN)
            known += items
            for reader in woken:
                self._bring_up_to_date(reader)
        self._tell_kin(known)
        self._store.load(known)
        for reader in self._roster.readers.values():
            self._store.put(reader.unit.address, reader.item, reader.questions, reader.all_problems())
        self._store.report((*self._problems, *self._roster.problems))
        if self._roster.has_unshown:
            self._store.load((), self._roster.counts())
        else:
            self._store.mark_complete()

    def _look(self, places: Collection[str] | None = None) -> None:
        """Read what came, and what changed or may have, everywhere or in ``places``."""
        arrivals = self._roster.look()
        self._gone += [reader.unit for reader in arrivals.gone]
        for reader in (*arrivals.new, *self._roster.stir(places)):
            self._bring_up_to_date(reader)
        for reader in arrivals.renamed:
            self._restore(reader)
            reader.derive()
            self._changed.add(reader.unit.address)

    def _tell_kin(self, known: list[Item]) -> None:
        """Join what belongs together across engines. ``known`` are the items of those that sleep."""
        awake = [reader.item for reader in self._roster.readers.values() if reader.item is not None]
        kinship = Kinship()
        for _ in range(2):
            # The second time everybody's claims are known.
            for item in (*known, *awake):
                kinship.take(item)
        for item in (*known, *awake):
            completed = kinship.complete(item)
            reader = self._roster.get(item.address) if completed != item else None
            if reader is not None:
                reader.item = completed
                self._changed.add(item.address)

    def _bring_up_to_date(self, reader: UnitReader) -> None:
        if reader.item is None and reader.skim(larger_than=_SMALL):
            self._changed.add(reader.unit.address)
            return
        if not reader.is_due():
            return
        has_news = reader.has_news()
        self._restore(reader)
        if has_news or reader.acc is None:
            self._fold(reader)

    def _restore(self, reader: UnitReader) -> None:
        """Bring the accumulator back from the index, where there is one."""
        if reader.acc is not None or self._index is None or reader.item is None:
            return
        saved = self._index.acc(reader.unit, reader.engine.fold_version)
        if saved is not None:
            reader.restore(*saved)

    def _fold(self, reader: UnitReader) -> None:
        while reader.advance(_SLICES):
            pass
        for _ in range(_TORN_TRIES):
            if not reader.is_torn:
                break
            # Upstream rewrites run.json in place: for moments it is empty or cut.
            time.sleep(_TORN_PAUSE_S)
            while reader.advance(_SLICES):
                pass
        reader.accept_torn()
        self._changed.add(reader.unit.address)

    def _reader(self, address: Address) -> UnitReader:
        reader = self._roster.get(address.root)
        if reader is None:
            raise NotFound(f"Nothing here has the address {address.root}; `odw-tui list` shows what there is.")
        self._restore(reader)
        if reader.acc is None:
            self._fold(reader)
        return reader

    def detail(self, address: Address) -> Detail:
        """The run or session the address lies in, in full. Raises ``NotFound``."""
        detail = self._reader(address).detail()
        if detail is None:
            raise NotFound(f"{address.root} has left nothing to show yet.")
        log = log_of(detail)
        if log is None or self._roster.get(log) is None:
            return detail
        return with_log(detail, self._reader(log).detail())

    def owner_pid(self, address: Address) -> int | None:
        """Process id of whoever works on a run or session; None when nobody can tell, or it has ended."""
        reader = self._roster.get(address.root)
        return None if reader is None else reader.owner_pid

    def log(self, address: Address, stream: str | None) -> LineSource:
        """One stream, whole; None is the most telling one. Raises ``NotFound`` with a sentence."""
        reader = self._reader(address)
        return reader.engine.open_log(reader.unit, reader.acc, address, stream)

    def conversation(self, address: Address) -> Conversation:
        """What was said and done in a session. Raises ``NotFound`` with a sentence when it left no transcript."""
        reader = self._reader(address)
        found = reader.engine.open_conversation(reader.unit, reader.acc)
        if found is None:
            raise NotFound(f"{address.root} left no transcript here.")
        return found

    def search(self, words: str, stopped: Callable[[], bool] = lambda: False) -> Generator[Found, None, None]:
        """Hits as they are found, the newest items first; in between and at the end how far it came."""
        from odw_core.service.search import Searched, search

        where = Searched(
            items=self.snapshot.items,
            places=self._roster.places,
            read=self._read_for_search,
            index=self._cache,
        )
        return search(words, where, stopped)

    def _read_for_search(self, address: Address, stopped: Callable[[], bool]) -> Findable | None:
        """Read one unit in full and keep what it is found by, so that the next search knows it."""
        reader = self._reader(address)
        row = row_of(reader) if self._index is not None else None
        found = findable_of(reader) if row is None else row.found
        if row is not None:
            self._rows.append(row)
            self._changed.discard(address)
            reader.drop()
            if len(self._rows) >= _SAVED:
                self._save(self._rows, (), {})
                self._rows = []
        return found

    def inspect(self) -> dict[str, object]:
        """Everything read in full, in the engines' own words: what ``inspect --json`` prints."""
        from odw_core.service.inspection import inspect

        self._roster.wake_all()
        for reader in self._roster.readers.values():
            self._fold_anew(reader)
        return inspect(self._roster, self.snapshot.problems)

    def _fold_anew(self, reader: UnitReader) -> None:
        """From the first byte on, with state.json: a verification does not trust a cache."""
        reader.restart()
        self._fold(reader)
        reader.take_all()

    def resolve(self, text: str) -> Address:
        """A full address, a unique prefix, or ``latest``. Raises ``NotFound`` or ``UsageError`` with candidates."""
        from odw_core.service.resolve import Name, resolve

        names = [Name(*name) for name in self._roster.names()]
        return resolve(text, names, (question.id for question in self.snapshot.questions))

    def close(self) -> None:
        """Save what was read."""
        if self._index is None or self._cache is None:
            return
        self._index.close()
        if not (self._changed or self._gone or self._rows or self._index.is_damaged):
            return
        readers = (self._roster.readers.get(address) for address in self._changed)
        rows = [row for reader in readers if reader is not None and (row := row_of(reader)) is not None]
        is_whole = len(rows) == len(self._changed)
        self._save((*self._rows, *rows), self._gone, self._roster.new_stamps() if is_whole else {})

    def _save(self, rows: Sequence[Row], gone: Sequence[Unit], folders: Mapping[str, tuple[int, int]]) -> None:
        # Imported late: most commands find nothing that is worth saving.
        from odw_core.index.write import Batch, IndexUnavailable, remove_index, save_once

        assert self._index is not None
        assert self._cache is not None
        if self._index.is_damaged:
            self._index.is_damaged = False
            remove_index(self._cache)
        batch = Batch(rows, gone, folders)
        if batch:
            # Only speed is lost, and this command has already printed; the screen says so where it lasts.
            with contextlib.suppress(IndexUnavailable):
                save_once(self._cache, batch)
