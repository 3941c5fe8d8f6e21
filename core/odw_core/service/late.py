"""LateService: a service whose first picture is there at once and whose making waits until it is set going.

Between the start of a program and its first frame every millisecond of imports counts; the live service needs many.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.service.feed import OpenDetail

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check
    from odw_core.files.line_source import LineSource
    from odw_core.model.command import Command, Receipt, Start
    from odw_core.model.conversation import Conversation
    from odw_core.model.landing import CommitPlan
    from odw_core.model.search import Found
    from odw_core.service.early import EarlyReading
    from odw_core.service.service import CachedService, DetailFeed


_HEAD_START_S = 0.02


class LateService:
    """Implements ``Service`` and ``run``. Whoever asks before ``run`` waits, or is remembered."""

    def __init__(self, make: Callable[[], CachedService], first: Snapshot, early: EarlyReading | None = None) -> None:
        """``early`` is what somebody wants to see before the service is made."""
        self._make, self._first, self._early = make, first, early
        self._made: CachedService | None = None
        self._is_made = asyncio.Event()
        self._is_awaited = False
        self._attended: tuple[Address, ...] = ()

    async def run(self) -> None:
        """Make the service and run it until cancelled."""
        self._made = self._make()
        self._made.load()
        self._made.attend(self._attended)
        self._is_made.set()
        if self._is_awaited:
            # What somebody already looks at is shown before everything else is looked for.
            await asyncio.sleep(_HEAD_START_S)
        await self._made.run()

    async def _service(self) -> CachedService:
        self._is_awaited = self._is_awaited or self._made is None
        await self._is_made.wait()
        assert self._made is not None
        return self._made

    def snapshot(self) -> Snapshot:
        return self._first if self._made is None else self._made.snapshot()

    async def changes(self, since: int = 0) -> AsyncIterator[tuple[Change, ...]]:
        # Changes are not waited for by anybody in particular.
        await self._is_made.wait()
        service = await self._service()
        async for batch in service.changes(since):
            yield batch

    @contextlib.asynccontextmanager
    async def detail(self, address: Address) -> AsyncIterator[DetailFeed]:
        early = self._early_for(address)
        if early is None:
            async with (await self._service()).detail(address) as real:
                yield real
            return
        feed = OpenDetail()
        feed.put(early.detail)
        relay = asyncio.create_task(self._relay(address, feed))
        try:
            yield feed
        finally:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)

    async def _relay(self, address: Address, feed: OpenDetail) -> None:
        """Go on with what the service tells, once there is one."""
        await self._is_made.wait()
        async with (await self._service()).detail(address) as real:
            while True:
                if real.is_gone:
                    feed.mark_gone()
                elif (value := real.value) is not None:
                    feed.put(value)
                await real.changed()

    def _early_for(self, address: Address) -> EarlyReading | None:
        early = self._early
        return early if self._made is None and early is not None and early.address == address.root else None

    @contextlib.asynccontextmanager
    async def log(self, address: Address, stream: str) -> AsyncIterator[LineSource]:
        early = self._early_for(address)
        if early is None:
            async with (await self._service()).log(address, stream) as source:
                yield source
            return
        source = early.open_log(address, stream)
        try:
            yield source
        finally:
            source.close()

    @contextlib.asynccontextmanager
    async def conversation(self, address: Address) -> AsyncIterator[Conversation]:
        async with (await self._service()).conversation(address) as found:
            yield found

    async def search(self, words: str) -> AsyncGenerator[Found, None]:
        async with contextlib.aclosing((await self._service()).search(words)) as hits:
            async for found in hits:
                yield found

    async def set_places(self, places: Sequence[str]) -> None:
        await (await self._service()).set_places(places)

    def owner_pid(self, address: Address) -> int | None:
        return None if self._made is None else self._made.owner_pid(address)

    def attend(self, addresses: Iterable[Address]) -> None:
        if self._made is None:
            self._attended = tuple(addresses)
        else:
            self._made.attend(addresses)

    async def submit(self, command: Command) -> Receipt:
        return await (await self._service()).submit(command)

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        return await (await self._service()).outcome(command_id, within_s)

    async def commit_plan(self, address: Address) -> CommitPlan:
        return await (await self._service()).commit_plan(address)

    async def steps(self, address: Address) -> tuple[str, ...]:
        return await (await self._service()).steps(address)

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        return await (await self._service()).preflight(start)

    async def models(self) -> tuple[str, ...]:
        return await (await self._service()).models()

    async def repeated(self, address: Address) -> Start | None:
        return await (await self._service()).repeated(address)

    async def settle(self) -> None:
        await (await self._service()).settle()
