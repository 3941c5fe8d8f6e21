"""A native batch on the screen: its journal and its log are read together, and shown once."""

from __future__ import annotations

import sys
from typing import cast

import pytest

from drivers.memory_service import MemoryService
from drivers.run_driver import RunDriver, StillClock
from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import ScenarioBatch, every, place, writes
from drivers.watched import Watched
from odw_core.config import Config
from odw_tui.app import OdwApp
from odw_tui.screens.opening import screen_for
from odw_tui.screens.run import RunScreen

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_what_the_log_of_a_batch_knows_is_seen_in_the_run_that_drives_it(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    fails = {"key": "scenario-002", "do": [{"fail": "stream closed before response.completed"}]}
    place.play(writes(1), fails, *every(count=3))
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
        await room.service.settle()
        items = room.service.snapshot().items
        (log,) = [one for one in items.values() if one.address.engine == "scenario"]
        assert log.parent == run and item.tasks == log.tasks
        seen = cast("MemoryService", Watched(room.service))
        app = OdwApp(seen, Config(), clock=StillClock(item.started_at or 0.0))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            screen = screen_for(app.kit, items[run])
            assert isinstance(screen, RunScreen)
            await app.push_screen(screen)
            driver = RunDriver(pilot, seen, screen, StillClock(0.0))
            while screen.detail is None or not screen.has_log:
                await room.service.settle()
                await driver.idle()
            await driver.press("B")
            assert driver.shows("3 of 3 done") and driver.shows("output missing   1")
            assert driver.shows("root causes") and driver.shows("✗ the connection broke off")
            await driver.press("G", "k", "enter")
            while "2 Transfer 2" not in driver.text:
                await driver.idle()
            assert driver.row("stream").split()[1:4] == ["output", "prompt", "records"]
            assert driver.row("end        2  FAILED")
            # From what was opened beside the batch one key leads back to it.
            await driver.press("escape")
            assert app.screen is screen and screen.tab.value == "batch"
