"""LiveService: a room that is being watched, behind the one door. Wires roster, reading and lookout together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config
from odw_core.errors import NotFound
from odw_core.files.line_source import LineSource
from odw_core.index.rows import no_collector
from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.command import Command, Outcome, Receipt, Start
from odw_core.model.conversation import Conversation
from odw_core.model.item import Depth
from odw_core.model.landing import CommitPlan
from odw_core.model.question import Road
from odw_core.model.search import Found
from odw_core.paths import user_paths
from odw_core.service.feed import OpenDetail
from odw_core.service.listening import listening_homes
from odw_core.service.under_way import UnderWay
from odw_core.service.watching.lending import Lending
from odw_core.service.watching.lookout import Lookout, Sweep
from odw_core.service.watching.mirrors import Mirrors
from odw_core.service.watching.reading import Reading
from odw_core.service.watching.roster import Roster
from odw_core.service.watching.schedule import Priority
from odw_core.service.watching.unit_reader import Settings, UnitReader
from odw_core.state.store import Store

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check
    from odw_core.index.text import Findable
    from odw_core.service.checks.preparing import Preparing
    from odw_core.service.daemons import Daemons
    from odw_core.service.submit import Submitter

_TORN_TRIES = 5
_TORN_PAUSE_S = 0.01
_SENT_S = 0.25
"""Between looks for decisions that nobody has taken yet."""
_SOCKET_S = 2.0
"""Between looks for the socket of a server."""


class LiveService:
    """Implements ``Service``; ``run`` does the watching and ends when it is cancelled."""

    def __init__(
        self,
        places: Sequence[str],
        config: Config,
        *,
        cache: Path | None,
        first: Snapshot | None = None,
        submitter: Callable[[Callable[[], Snapshot]], Submitter] | None = None,
        reads_only: bool = False,
        state: Path | None = None,
    ) -> None:
        """``first`` is what is already on screen; it stays until something newer is known. ``submitter`` is made when
        the first command comes; without one nothing can be done from here. ``reads_only`` also tells no server that
        somebody listens. ``state`` is where runs of ours keep their things; None for the user's own folder."""
        settings = Settings(silent_after_s=config.silent_after_s, mirrors=Mirrors(state))
        self._state = state
        self._words, self._codex, self._reads_only = settings.words, config.codex, reads_only
        self._daemons: Daemons | None = None
        self._preparing: Preparing | None = None
        self._cache, self._silent_after_s = cache, config.silent_after_s
        self._roster = Roster(places, settings)
        self._store = Store(tuple(places))
        if first is not None:
            self._store.load(first.items.values(), first.counts)
        self._reading = Reading(self._roster, self._store, cache)
        self._is_loaded = False
        self._make_submitter = submitter
        self._submitter: Submitter | None = None
        self._lookout = Lookout(self._roster, self._store, self._reading, settings)
        self._lending = Lending(places, settings.mirrors, self._roster, self._store, self._reading, self._lookout)

    def snapshot(self) -> Snapshot:
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
        root, feed = address.root, OpenDetail()
        feeds = self._reading.feeds
        feeds.setdefault(root, []).append(feed)
        reader = self._find(root)
        if reader is not None:
            self._reading.restore(reader)
            if reader.acc is not None:
                feed.put(reader.detail())
            self._reading.schedule.add(root, Priority.VISIBLE)
        elif self._lookout.has_looked:
            feed.mark_gone()
        try:
            yield feed
        finally:
            feeds[root].remove(feed)
            if not feeds[root]:
                del feeds[root]
                self._reading.let_go(root)
                self._lending.take_back()

    @contextlib.asynccontextmanager
    async def log(self, address: Address, stream: str | None) -> AsyncIterator[LineSource]:
        reader = await self._read(address)
        source = reader.engine.open_log(reader.unit, reader.acc, address, stream)
        self._reading.let_go(address.root)
        try:
            yield source
        finally:
            source.close()

    @contextlib.asynccontextmanager
    async def conversation(self, address: Address) -> AsyncIterator[Conversation]:
        reader = await self._read(address)
        found = reader.engine.open_conversation(reader.unit, reader.acc)
        self._reading.let_go(address.root)
        if found is None:
            raise NotFound(f"{address.root} left no transcript here.")
        try:
            yield found
        finally:
            found.close()

    async def _read(self, address: Address) -> UnitReader:
        """The reader of a run or session, read at least once. Raises ``NotFound``."""
        reader = self._find(address.root)
        if reader is None:
            raise NotFound(f"{address.root} is not here any more.")
        self._reading.restore(reader)
        while reader.acc is None:
            self._reading.schedule.add(address.root, Priority.VISIBLE)
            await self._reading.schedule.worked()
        return reader

    def _find(self, root: Address) -> UnitReader | None:
        """The reader of a run or session; one that slept is woken and shown."""
        reader = self._roster.get(root)
        if reader is not None:
            self._reading.take_in((reader,))
        return reader

    async def search(self, words: str) -> AsyncGenerator[Found, None]:
        # Imported late: only who searches pays for it.
        from odw_core.service.search import Searched, read_apart
        from odw_core.service.search_stream import stream

        settings = Settings(silent_after_s=self._silent_after_s)

        def read(address: Address, stopped: Callable[[], bool]) -> Findable | None:
            unit = self._roster.unit(address)
            return None if unit is None else read_apart(unit, settings, stopped)

        watched = [reader for reader in self._roster.readers.values() if reader.is_watched and reader.acc is not None]
        where = Searched(
            items=dict(self._store.snapshot().items),
            places=self._roster.places,
            read=read,
            index=self._cache,
            bodies={reader.unit.address: reader.engine.bodies(reader.unit, reader.acc) for reader in watched},
        )
        async with contextlib.aclosing(stream(words, where)) as found:
            async for one in found:
                yield one

    async def set_places(self, places: Sequence[str]) -> None:
        self._lending.set_own(places)
        await self._reading.show_sleepers()

    def owner_pid(self, address: Address) -> int | None:
        reader = self._roster.readers.get(address.root)
        return None if reader is None else reader.owner_pid

    def attend(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            reader = self._roster.readers.get(address.root)
            if reader is not None and (reader.item is None or reader.item.depth is not Depth.FOLDED):
                self._reading.schedule.add(address.root, Priority.VISIBLE)

    async def submit(self, command: Command) -> Receipt:
        if self._submitter is None:
            if self._make_submitter is None:
                return Receipt(command.id, Outcome.REFUSED, "This room only watches; nothing can be done from it.")
            self._submitter = self._make_submitter(self.snapshot)
            self._equip(self._submitter)
        return await self._submitter.submit(command)

    def _equip(self, submitter: Submitter) -> None:
        """Give it the roads that only a room that watches has."""
        from odw_core.service.codex_sessions import CodexSessions

        if self._daemons is not None:
            submitter.take(Road.SERVER, self._daemons)
        sessions = CodexSessions(
            self._daemons,
            self._store.item,
            submitter.start,
            program=self._codex,
        )
        submitter.carry_with("codex", sessions)

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        if self._submitter is None:
            return Receipt(command_id, Outcome.UNCONFIRMED, "Nothing was sent from this room.")
        return await self._submitter.outcome(command_id, within_s)

    def _prepare(self) -> Preparing:
        if self._preparing is None:
            from odw_core.service.checks.preparing import Preparing

            self._preparing = Preparing(
                self.snapshot, self.conversation, state=self._state or user_paths().state, program=self._codex
            )
        return self._preparing

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        return await self._prepare().preflight(start)

    async def models(self) -> tuple[str, ...]:
        if self._reads_only:
            # Asking Codex starts one.
            return ()
        return await self._prepare().models()

    async def repeated(self, address: Address) -> Start | None:
        return await self._prepare().repeated(address)

    async def commit_plan(self, address: Address) -> CommitPlan:
        return await self._prepare().commit_plan(address)

    async def steps(self, address: Address) -> tuple[str, ...]:
        return await self._prepare().steps(address)

    async def settle(self) -> None:
        reading, readers = self._reading, self._roster.readers
        while self._roster.has_unshown:
            reading.show_some()
        self._lookout.sweep(Sweep.FULL)
        for _ in range(_TORN_TRIES):
            await self._read_all()
            torn = [reader for reader in readers.values() if reader.is_torn]
            if not torn:
                break
            # Upstream rewrites run.json in place: for moments it is empty or cut.
            await asyncio.sleep(_TORN_PAUSE_S)
            for reader in torn:
                reading.schedule.add(reader.unit.address, Priority.LIVE)
        for reader in readers.values():
            if reader.is_torn:
                reader.accept_torn()
                reading.show(reader)
        reading.tell_all_owed()
        await reading.flush()

    async def _read_all(self) -> None:
        """Everything that is due, and what lies in places that come along with it."""
        while True:
            while self._reading.is_busy:
                await self._reading.worked()
            if not self._lending.lend():
                return
            while self._roster.has_unshown:
                self._reading.show_some()

    async def run(self) -> None:
        """Watch until cancelled. What fails on the way becomes a problem of the room, not an end of it."""
        try:
            await self._begin()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._reading.share())
                group.create_task(self._reading.work())
                group.create_task(self._reading.follow_hot())
                group.create_task(self._reading.keep())
                group.create_task(self._lookout.run())
                group.create_task(self._show_sleepers())
                group.create_task(self._see_what_was_sent())
                group.create_task(self._lending.follow(self.changes))
                if self._make_submitter is not None and not self._reads_only:
                    group.create_task(self._settle_ends())
        finally:
            await asyncio.shield(self._reading.close())

    def load(self) -> None:
        if not self._is_loaded:
            self._is_loaded = True
            self._reading.load_index()

    async def _begin(self) -> None:
        """One cheap question for everything the cache knows; what changed or lives is read first."""
        self.load()
        with no_collector():
            self._reading.show_stirred(self._roster.stir())
            await self._lookout.begin()
            for address in self._store.snapshot().items:
                if self._roster.unit(address) is None:
                    # On the first picture, and gone before anybody looked for it.
                    self._store.put(address, None)
            if self._roster.has_unshown:
                self._store.load((), self._roster.counts())

    async def _show_sleepers(self) -> None:
        await self._reading.show_sleepers()
        self._lookout.choose_recent()
        self._lookout.watch_what_lives()
        await self._hear_servers()

    async def _settle_ends(self) -> None:
        from odw_core.service.endings import Endings

        await Endings(self._state or user_paths().state, lambda: self._roster.places).run()

    async def _see_what_was_sent(self) -> None:
        """Decisions that nobody has taken up yet, whichever room sent them."""
        under_way = UnderWay(self._state or user_paths().state)
        while True:
            await asyncio.sleep(_SENT_S)
            self._store.mark_sent(under_way.of(self._store.asked))

    async def _hear_servers(self) -> None:
        """What servers say of the sessions they have loaded. Comes after everything that files say."""
        while True:
            if listening_homes(self._lending.own):
                break
            await asyncio.sleep(_SOCKET_S)
        # Imported late: most rooms hold no server, and talking to one takes a library.
        from odw_core.service.daemons import Daemons

        self._daemons = Daemons(
            lambda: self._lending.own, self._words, self._said, self._store.ask, reads_only=self._reads_only
        )
        await self._daemons.run()

    def _said(self, address: Address) -> None:
        """A server's word on a session is another one."""
        reader = self._find(address)
        if reader is not None:
            self._reading.derive(reader)
