"""LateService: a service whose first picture is there at once and whose making waits until it is set going.

Between the start of a program and its first frame every millisecond of imports counts; the live service needs many.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot

if TYPE_CHECKING:
    from odw_core.files.line_source import LineSource
    from odw_core.service.service import DetailFeed, RunningService


class LateService:
    """Implements ``Service`` and ``run``. Whoever asks before ``run`` waits, or is remembered."""

    def __init__(self, make: Callable[[], RunningService], first: Snapshot) -> None:
        self._make, self._first = make, first
        self._made: RunningService | None = None
        self._is_made = asyncio.Event()
        self._attended: tuple[Address, ...] = ()

    async def run(self) -> None:
        """Make the service and run it until cancelled."""
        self._made = self._make()
        self._made.attend(self._attended)
        self._is_made.set()
        await self._made.run()

    async def _service(self) -> RunningService:
        await self._is_made.wait()
        assert self._made is not None
        return self._made

    def snapshot(self) -> Snapshot:
        return self._first if self._made is None else self._made.snapshot()

    async def changes(self, since: int = 0) -> AsyncIterator[tuple[Change, ...]]:
        service = await self._service()
        async for batch in service.changes(since):
            yield batch

    @contextlib.asynccontextmanager
    async def detail(self, address: Address) -> AsyncIterator[DetailFeed]:
        async with (await self._service()).detail(address) as feed:
            yield feed

    @contextlib.asynccontextmanager
    async def log(self, address: Address, stream: str) -> AsyncIterator[LineSource]:
        async with (await self._service()).log(address, stream) as source:
            yield source

    def attend(self, addresses: Iterable[Address]) -> None:
        if self._made is None:
            self._attended = tuple(addresses)
        else:
            self._made.attend(addresses)

    async def settle(self) -> None:
        await (await self._service()).settle()
