"""The first picture of a room that no cache knows: what is newest, at once, and never for longer than it is true."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from drivers.live_room import until
from odw_core.config import Config
from odw_core.service.first_look import first_look
from odw_core.service.live import LiveService

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odw"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURES / "b" / "project", tmp_path / "work", copy_function=shutil.copy)
    return tmp_path / "work"


def test_the_first_look_shows_runs_as_the_room_will(work: Path) -> None:
    first = first_look([str(work)], 900.0)
    assert first.items
    assert not first.complete

    async def settled() -> None:
        service = LiveService([str(work)], Config(), cache=None)
        running = asyncio.create_task(service.run())
        await service.settle()
        items = service.snapshot().items
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert all(items[address] == item for address, item in first.items.items())

    asyncio.run(settled())


def test_what_went_after_the_first_look_is_not_shown_for_ever(work: Path) -> None:
    first = first_look([str(work)], 900.0)
    shutil.rmtree(work)
    work.mkdir()

    async def settled() -> None:
        service = LiveService([str(work)], Config(), cache=None, first=first)
        running = asyncio.create_task(service.run())
        await until(service, lambda: service.snapshot().complete)
        assert not service.snapshot().items
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(settled())


def test_an_empty_place_has_an_empty_first_look(tmp_path: Path) -> None:
    assert not first_look([str(tmp_path), str(tmp_path / "missing")], 900.0).items
