"""Seat: what an attempt needs to work, one place in its run and one slot of the machine.

It is given back while a person is waited for, so that their hours of thinking keep nobody else from working. The place
is always taken before the slot and given back after it, so nobody who holds one waits for the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from odw_core.runs.slots import Slots


class Seat:
    """The seat of one attempt: ``async with seat:`` takes it for the first time and leaves it in the end."""

    def __init__(
        self,
        places: asyncio.Semaphore,
        slots: Slots,
        queued: Callable[[], None],
        back: Callable[[], None] = lambda: None,
    ) -> None:
        """``queued`` is told when it must wait for a slot, or for anything once it comes back; ``back`` when that wait
        is over."""
        self._places, self._slots, self._queued, self._back = places, slots, queued, back
        self._held: AsyncExitStack | None = None
        self._turn = asyncio.Lock()
        self._returning: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Seat:
        await self._take(self._queued)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        await self.leave()

    @property
    def is_held(self) -> bool:
        return self._held is not None

    async def leave(self) -> None:
        """Give it back; nothing happens when it was given back already."""
        held, self._held = self._held, None
        if held is not None:
            await held.aclose()

    async def retake(self) -> None:
        """Have it again, as soon as there is one. Raises ``OSError`` as ``Slots.hold`` does."""
        told = False

        def wait() -> None:
            nonlocal told
            if not told:
                told = True
                self._queued()

        async with self._turn:
            if self._held is not None:
                return
            if self._places.locked():
                wait()
            await self._take(wait)
        if told:
            self._back()

    def retake_later(self) -> None:
        """The same for an attempt that goes on already and cannot be held up."""
        if self._held is None and (self._returning is None or self._returning.done()):
            self._returning = asyncio.create_task(self.retake())

    async def _take(self, queued: Callable[[], None]) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._places)
            await stack.enter_async_context(self._slots.hold(queued))
            self._held = stack.pop_all()
