"""``--open``: the first screen is what was asked for, and the room is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers import samples
from drivers.memory_service import MemoryService
from drivers.run_driver import RunDriver, StillClock
from odw_core.config import Config
from odw_core.model.detail import Detail
from odw_tui.app import OdwApp
from odw_tui.screens.inbox import InboxScreen
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.opening import Opening

RUN = samples.run_detail()
ADDRESS = RUN.item.address
LOGS = {
    (ADDRESS.child("core-r3", "1"), "stdout"): ["what core said last"],
    (ADDRESS.child("core-r3", "1"), "diff"): ["what core changed last"],
    (ADDRESS.child("core-r1", "1"), "stdout"): ["what core said first"],
    (ADDRESS, "stderr"): ["what the runner complained about"],
}


@asynccontextmanager
async def begun(opening: Opening, *others: Detail) -> AsyncIterator[RunDriver]:
    """The app as ``--open`` starts it."""
    details = (RUN, *others)
    service = MemoryService(samples.snapshot([detail.item for detail in details]), details, LOGS)
    clock = StillClock()
    app = OdwApp(service, Config(), clock=clock, opening=opening)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, OpenedScreen)
        driver = RunDriver(pilot, service, app.screen, clock)
        await driver.idle()
        yield driver


async def test_a_run_opens_on_its_timeline_and_escape_leads_to_the_room() -> None:
    async with begun(Opening(RUN.item, ADDRESS)) as run:
        assert run.tab == "timeline"
        await run.press("escape")
        assert not run.is_open
        assert run.shows("STATE")


async def test_a_stream_of_the_run_opens_at_once() -> None:
    async with begun(Opening(RUN.item, ADDRESS, "stderr")) as run:
        assert run.tab == "output"
        assert run.shows("what the runner complained about")
        await run.press("escape")
        assert run.tab == "timeline"


async def test_a_task_opens_the_output_of_its_last_attempt() -> None:
    async with begun(Opening(RUN.item, ADDRESS.child("core"))) as run:
        assert run.shows("what core said last")


async def test_an_attempt_and_a_stream_open_just_that() -> None:
    async with begun(Opening(RUN.item, ADDRESS.child("core-r1", "1"))) as run:
        assert run.shows("what core said first")
    async with begun(Opening(RUN.item, ADDRESS.child("core"), "diff")) as run:
        assert run.shows("what core changed last")


async def test_what_was_asked_for_stands_before_what_a_session_asks() -> None:
    item = samples.session_item()
    session = samples.session_detail(item, questions=(samples.question(item.address),))
    async with begun(Opening(item, item.address), session) as run:
        assert run.tab == "questions"
    async with begun(Opening(item, item.address, "stderr"), session) as run:
        assert run.tab == "output"


async def test_news_of_the_run_leave_what_was_asked_for_where_it_is() -> None:
    async with begun(Opening(RUN.item, ADDRESS.child("core"), "diff")) as run:
        await run.tell(samples.run_detail(auto_answers=3))
        assert run.shows("what core changed last")


async def test_a_key_that_opens_a_screen_before_the_first_frame_does_not_keep_the_room_from_being_read() -> None:
    for _ in range(3):
        service = MemoryService(samples.snapshot([]))
        app = OdwApp(service, Config(), clock=StillClock())
        async with app.run_test(size=(120, 40)) as pilot:
            assert not service.is_running
            await pilot.press("i")
            assert isinstance(app.screen, InboxScreen)
            assert service.is_running
