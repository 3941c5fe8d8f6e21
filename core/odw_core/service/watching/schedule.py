"""Schedule: which unit is read next. What is on screen or alive comes before what is merely unread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from enum import IntEnum

from odw_core.model.address import Address


class Priority(IntEnum):
    """Lower is sooner."""

    VISIBLE = 0
    LIVE = 1
    NEW = 2
    REST = 3
    DEEPEN = 4
    """Its row is there and true; only what few ask for is missing."""


class Schedule:
    """Queues of addresses, each address at most once, first in first out within a priority."""

    def __init__(self) -> None:
        self._queues: tuple[dict[Address, None], ...] = tuple({} for _ in Priority)
        self._due = asyncio.Event()
        self._worked = asyncio.Event()

    def __bool__(self) -> bool:
        return any(self._queues)

    def add(self, address: Address, priority: Priority) -> None:
        """Read it; sooner if it was queued for later."""
        queues = self._queues
        for queued, queue in enumerate(queues):
            if address in queue:
                if queued <= priority:
                    return
                del queue[address]
                break
        queues[priority][address] = None
        self._due.set()

    def pop(self) -> tuple[Address, Priority]:
        """What to read next. Only while there is something."""
        for priority in Priority:
            queue = self._queues[priority]
            if queue:
                address = next(iter(queue))
                del queue[address]
                return address, priority
        raise LookupError("nothing is due")

    def count(self, *priorities: Priority) -> int:
        """How many are queued with one of these priorities."""
        return sum(len(self._queues[priority]) for priority in priorities)

    @property
    def is_listing(self) -> bool:
        """Whether something is due that may look otherwise once it is read."""
        return any(self._queues[: Priority.DEEPEN])

    def from_the_end(self, priority: Priority) -> Iterator[Address]:
        """What is queued with that priority, last turn first. The schedule must not be changed meanwhile."""
        return reversed(self._queues[priority])

    def take_out(self, address: Address) -> None:
        """Somebody else reads it."""
        for queue in self._queues:
            queue.pop(address, None)
        if not self:
            # Whoever waits for the next turn would wait for ever.
            self.tell_worked()

    async def due(self) -> None:
        """Wait until something is to be read."""
        while not self:
            self._due.clear()
            await self._due.wait()

    def tell_worked(self) -> None:
        """A turn of reading is over."""
        self._worked.set()
        self._worked.clear()

    async def worked(self) -> None:
        """Wait for the end of the next turn of reading."""
        if self:
            await self._worked.wait()
        else:
            await asyncio.sleep(0)
