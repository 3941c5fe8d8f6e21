"""What was recorded, on the screen: runs of a place, sessions of a Codex home; read by the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import cast

from drivers.live_room import live_room
from drivers.memory_service import MemoryService
from drivers.run_driver import RunDriver, StillClock
from odw_core.config import Config
from odw_core.model.item import Item
from odw_core.service.live import LiveService
from odw_tui.app import OdwApp
from odw_tui.screens.opening import screen_for

HOME = Path(__file__).parents[1] / "fixtures" / "codex" / "mini_home"


class _Watched:
    """The service as the app wants it, though somebody else keeps it running."""

    def __init__(self, service: LiveService) -> None:
        self._service = service

    def __getattr__(self, name: str) -> object:
        return getattr(self._service, name)

    async def run(self) -> None:
        return None


@asynccontextmanager
async def on_screen(
    place: Path, wanted: Callable[[Item], object], now: Callable[[Item], float | None], size: tuple[int, int]
) -> AsyncIterator[RunDriver]:
    """The first item of the place that is ``wanted``, opened and read; the clock stands at what ``now`` says of it."""
    async with live_room(place) as service:
        item = next(one for one in service.snapshot().items.values() if wanted(one))
        seen = cast("MemoryService", _Watched(service))
        clock = StillClock(now(item) or 0.0)
        app = OdwApp(seen, Config(), clock=clock)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            screen = screen_for(app.kit, item)
            await app.push_screen(screen)
            driver = RunDriver(pilot, seen, screen, clock)
            while screen.detail is None:
                await service.settle()
                await driver.idle()
            await driver.idle()
            yield driver


@asynccontextmanager
async def recorded(tmp_path: Path, name: str, size: tuple[int, int] = (120, 40)) -> AsyncIterator[RunDriver]:
    """A recorded session of a Codex home, read by the real service."""
    home = copytree(HOME, tmp_path / "codex")
    async with on_screen(home, lambda one: name in one.address.item, lambda one: one.changed_at, size) as driver:
        yield driver
