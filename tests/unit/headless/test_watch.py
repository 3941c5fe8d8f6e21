"""``watch``: changes from now on, each as one document."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from drivers import samples
from drivers.memory_service import MemoryService
from odw_core.errors import OdwError
from odw_core.model.change import Snapshot
from odw_core.model.item import State
from odw_core.service.documents.plain_values import Document
from odw_tui.headless.watch import tell_changes

RUN = samples.item("run", State.RUNNING)


class Stopped:
    """A clock that stands still."""

    def now(self) -> float:
        return samples.NOW

    def monotonic(self) -> float:
        return 0.0


class Watched:
    """A watch whose documents arrive one by one."""

    def __init__(self, service: MemoryService, *, initial: bool = False, pipe: int | None = None) -> None:
        self._told: asyncio.Queue[Document] = asyncio.Queue()
        self.began_with: list[Snapshot] = []
        self.task = asyncio.create_task(
            tell_changes(
                service,
                self._told.put_nowait,
                begins=self.began_with.append,
                initial=initial,
                pipe=pipe,
                clock=Stopped(),
            )
        )

    async def next(self) -> Document:
        return await self._told.get()

    async def idle(self) -> None:
        """Until everything that can be done without news is done: nothing here waits for a clock or a disk."""
        for _ in range(100):
            await asyncio.sleep(0)


async def test_a_change_is_told_with_what_it_was_and_what_it_is() -> None:
    service = MemoryService(samples.snapshot([RUN]))
    watched = Watched(service)
    await watched.idle()
    assert [begin.seq for begin in watched.began_with] == [1]
    service.put(replace(RUN, state=State.FAILED))
    told = await watched.next()
    assert {key: told[key] for key in ("schema", "seq", "at", "address")} == {
        "schema": 1,
        "seq": 2,
        "at": "2026-11-21T00:08:16.000Z",
        "address": "odw:run",
    }
    assert (told["before"]["state"], told["after"]["state"]) == ("running", "failed")
    service.remove(RUN.address)
    assert (await watched.next())["after"] is None
    watched.task.cancel()


async def test_what_is_there_is_told_first_when_asked_for() -> None:
    watched = Watched(MemoryService(samples.room()), initial=True)
    told = [await watched.next() for _ in samples.room_items()]
    assert {one["before"] for one in told} == {None}
    assert [one["after"]["state"] for one in told][:3] == ["waiting", "waiting", "blocked"]
    watched.task.cancel()


async def test_watching_ends_when_nobody_reads() -> None:
    reader, writer = os.pipe()
    watched = Watched(MemoryService(samples.room()), pipe=writer)
    await watched.idle()
    os.close(reader)
    await watched.task
    os.close(writer)


async def test_what_makes_watching_impossible_ends_it_with_its_sentence() -> None:
    service = MemoryService(samples.room())
    watched = Watched(service)
    await watched.idle()
    service.fail(OdwError("The disk is gone."))
    with pytest.raises(OdwError, match="The disk is gone"):
        await watched.task
