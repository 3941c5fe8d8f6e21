"""A first look at many files lists them by their ends, reads the rest later, and differs from neither."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from drivers import make_corpus
from drivers.live_room import until
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.item import Depth, Item, State
from odw_core.service import oneshot
from odw_core.service.live import LiveService
from odw_core.service.oneshot import open_room
from odw_core.service.watching import reading, sharing
from odw_core.state.select import rows


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Sessions and runs that end in every way."""
    folder = tmp_path_factory.mktemp("corpus")
    sizes = ["--sessions", "40", "--odw-runs", "80", "--converge-runs", "4", "--stderr-lines", "0"]
    make_corpus.main([str(folder), "--size", "small", *sizes])
    # What was written this moment is not known to be over yet, and two looks would differ by the time between them.
    long_ago = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago), follow_symlinks=False)
    return [str(folder / "codex_home"), str(folder / "workspace")]


@pytest.fixture(params=[False, True], ids=["alone", "with a second process"])
def skims_first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred files are many."""
    monkeypatch.setattr(reading, "_MANY", 1)
    if request.param:
        monkeypatch.setattr(reading, "Sharing", partial(sharing.Sharing, worth_bytes=0))


@asynccontextmanager
async def opened(places: list[str], cache: Path | None = None) -> AsyncIterator[LiveService]:
    """A room that has just begun to look."""
    service = LiveService(places, Config(), cache=cache)
    running = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def settled(places: list[str], cache: Path | None = None) -> dict[Address, Item]:
    async with opened(places, cache) as service:
        await service.settle()
        return dict(service.snapshot().items)


def states(snapshot: Snapshot) -> dict[Address, State]:
    return {address: item.state for address, item in snapshot.items.items()}


async def test_what_is_listed_by_its_ends_stands_where_it_stands_when_all_is_read(
    places: list[str], skims_first: None
) -> None:
    async with opened(places) as service:
        await until(service, lambda: service.snapshot().complete)
        listed = service.snapshot()
        await service.settle()
        read = service.snapshot()
    assert {item.depth for item in read.items.values()} == {Depth.FOLDED}
    assert states(listed) == states(read)
    assert [item.address for item in rows(listed.items)] == [item.address for item in rows(read.items)]


async def test_a_room_that_skimmed_first_ends_as_one_that_never_did(
    places: list[str], skims_first: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    skimmed = await settled(places)
    monkeypatch.setattr(reading, "_MANY", 1 << 30)
    monkeypatch.setattr(reading, "Sharing", partial(sharing.Sharing, worth_bytes=1 << 60))
    assert skimmed == await settled(places)


async def test_what_was_skimmed_first_is_in_the_cache_once_it_is_read(
    places: list[str], skims_first: None, tmp_path: Path
) -> None:
    first = await settled(places, tmp_path / "index")
    room = open_room(places, Config(), cache=tmp_path / "index")
    assert dict(room.snapshot.items) == first
    room.close()


async def test_a_room_that_is_closed_half_way_is_whole_after_the_next_start(
    places: list[str], skims_first: None, tmp_path: Path
) -> None:
    async with opened(places, tmp_path / "index") as service:
        await until(service, lambda: service.snapshot().complete)
    assert await settled(places, tmp_path / "index") == await settled(places)


async def test_what_a_command_left_skimmed_in_the_cache_is_read_without_being_asked_for(
    places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oneshot, "_SMALL", 0)
    room = open_room(places, Config(), cache=tmp_path / "index")
    assert Depth.SKIMMED in {item.depth for item in room.snapshot.items.values()}
    room.close()
    async with opened(places, tmp_path / "index") as service:
        await until(service, lambda: _is_read(service.snapshot()))
        assert dict(service.snapshot().items) == await settled(places)


async def test_what_somebody_looks_at_is_read_before_the_others(
    places: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MANY", 1)
    async with opened(places) as service:
        await until(service, lambda: service.snapshot().complete)
        skimmed = [address for address, item in service.snapshot().items.items() if item.depth is Depth.SKIMMED]
        last = skimmed[-1]
        service.attend([last])
        await until(service, lambda: service.snapshot().items[last].depth is Depth.FOLDED)
        assert sum(item.depth is Depth.SKIMMED for item in service.snapshot().items.values()) > len(skimmed) // 2


def _is_read(snapshot: Snapshot) -> bool:
    return snapshot.complete and {item.depth for item in snapshot.items.values()} == {Depth.FOLDED}
