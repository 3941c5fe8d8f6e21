"""EventBuffer: what the server said and nobody took yet. Bounded: while the reader is slow, deltas of one item become
one, and of what only ever says the newest state the newest is kept."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from odw_core.appserver.messages import Notification, Request
from odw_core.engines.loose import text

DELTA_LIMIT = 256 * 1024
"""Characters of one item's deltas that wait; of more only the end. The finished item says it whole."""
EVENT_LIMIT = 20_000
"""Events that wait; beyond it the connection is not read, so that the other end waits too."""

_NEWEST_IS_ENOUGH = frozenset(
    {
        "thread/status/changed",
        "thread/tokenUsage/updated",
        "thread/readState/changed",
        "thread/queue/changed",
        "thread/settings/updated",
        "turn/diff/updated",
        "turn/plan/updated",
        "account/rateLimits/updated",
    }
)


class Lost:
    """The connection broke; it is made anew, or ``Ended`` follows."""


class Back:
    """The connection is there again; what still waits was asked again before."""


class Ended:
    """No more events come."""


class Gone:
    """What was asked is no longer asked: answered by somebody, or moot."""

    def __init__(self, request: Request) -> None:
        self.request = request


Event = Notification | Request | Gone | Lost | Back | Ended
_Key = tuple[str, str, str] | int


class _Delta:
    """Pieces of one item that wait to be taken as one."""

    __slots__ = ("first", "pieces", "size")

    def __init__(self, first: Notification) -> None:
        self.first = first
        self.pieces: deque[str] = deque()
        self.size = 0
        self.add(text(first.params, "delta"))

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.size += len(piece)
        while self.size > DELTA_LIMIT and len(self.pieces) > 1:
            self.size -= len(self.pieces.popleft())

    def event(self) -> Notification:
        if len(self.pieces) == 1:
            return self.first
        return replace(self.first, params={**self.first.params, "delta": "".join(self.pieces)})


class EventBuffer:
    """One writer, one reader."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, Event | _Delta] = {}
        self._count = 0
        self._is_filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: Event) -> None:
        """Add what happened."""
        key: _Key
        if isinstance(event, Notification) and event.method.endswith(("/delta", "Delta")) and event.item:
            key = (event.method, event.thread, event.item)
            waiting = self._waiting.get(key)
            if isinstance(waiting, _Delta):
                waiting.add(text(event.params, "delta"))
            else:
                self._waiting[key] = _Delta(event)
        elif isinstance(event, Notification) and event.method in _NEWEST_IS_ENOUGH:
            key = (event.method, event.thread, "")
            self._waiting.pop(key, None)
            self._waiting[key] = event
        else:
            self._count += 1
            self._waiting[self._count] = event
        self._is_filled.set()
        if len(self._waiting) >= EVENT_LIMIT:
            self._has_room.clear()

    async def room(self) -> None:
        """Wait until the reader has caught up."""
        await self._has_room.wait()

    async def take(self) -> Event:
        """The oldest event that waits; waits for one."""
        while (event := self.take_now()) is None:
            self._is_filled.clear()
            await self._is_filled.wait()
        return event

    def take_now(self) -> Event | None:
        """The oldest event that waits; None when none does."""
        if not self._waiting:
            return None
        event = self._waiting.pop(next(iter(self._waiting)))
        if len(self._waiting) < EVENT_LIMIT // 2:
            self._has_room.set()
        return event.event() if isinstance(event, _Delta) else event
