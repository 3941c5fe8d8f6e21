"""Bridge and follower: the first news at once, the rest together, the newest wish only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from drivers import samples
from drivers.memory_service import MemoryService
from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.detail import Detail
from odw_tui.bridge import Bridge
from odw_tui.follow import Follower


async def turns(count: int = 20) -> None:
    """Let everything that can run now run."""
    for _ in range(count):
        await asyncio.sleep(0)


class Screen:
    """Remembers what it was shown, and what was put off."""

    def __init__(self) -> None:
        self.shown: list[tuple[Snapshot, list[Change]]] = []
        self.later: list[Callable[[], None]] = []

    def show(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        self.shown.append((snapshot, list(changes)))

    def put_off(self, delay: float, callback: Callable[[], None]) -> None:
        self.later.append(callback)


async def test_the_first_change_is_shown_at_once_and_those_after_it_together() -> None:
    service, screen = MemoryService(samples.room()), Screen()
    bridge = Bridge(service, service.snapshot().seq, screen.show, screen.put_off)
    task = asyncio.create_task(bridge.run())
    await turns()
    service.put(samples.item("one"))
    await turns()
    assert [len(changes) for _, changes in screen.shown] == [1]
    service.put(samples.item("two"))
    service.put(samples.item("three"))
    await turns()
    assert bridge.has_pending_frame
    assert len(screen.shown) == 1
    screen.later.pop()()
    assert not bridge.has_pending_frame
    snapshot, changes = screen.shown[-1]
    assert {change.address.item for change in changes} == {"two", "three"}
    assert snapshot is service.snapshot()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_batch_without_items_still_shows_the_new_snapshot() -> None:
    service, screen = MemoryService(samples.snapshot(complete=False)), Screen()
    task = asyncio.create_task(Bridge(service, 1, screen.show, screen.put_off).run())
    await turns()
    service.become(complete=True)
    await turns()
    assert screen.shown[-1][0].complete
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class Reader:
    """Remembers what was read."""

    def __init__(self, service: MemoryService) -> None:
        self.read: list[tuple[Address, Detail | None]] = []
        self.follower = Follower(service, lambda address, detail: self.read.append((address, detail)))


async def test_only_the_newest_wish_is_followed() -> None:
    items = samples.room_items()
    details = [samples.run_detail(item) for item in items[:3]]
    service = MemoryService(samples.room(), details)
    reader = Reader(service)
    task = asyncio.create_task(reader.follower.run())
    for item in items[:3]:
        reader.follower.follow(item.address)
    await turns()
    assert service.asked == [items[2].address]
    assert reader.read == [(items[2].address, details[2])]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_reading_that_grows_is_shown_again_until_another_is_wanted() -> None:
    first, second = samples.room_items()[:2]
    detail = samples.run_detail(first)
    service = MemoryService(samples.room(), [detail])
    reader = Reader(service)
    task = asyncio.create_task(reader.follower.run())
    reader.follower.follow(first.address)
    await turns()
    grown = replace(detail, auto_answers=3)
    service.tell(grown)
    await turns()
    assert reader.read[-1] == (first.address, grown)
    reader.follower.follow(second.address)
    await turns()
    service.tell(detail)
    await turns()
    assert reader.read[-1] == (second.address, None)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
