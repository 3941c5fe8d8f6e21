"""The inbox as a person uses it: what waits, all that is needed to decide, and the way to who asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.address import Address
from odw_tui.screens.inbox import InboxScreen
from odw_tui.screens.opened import OpenedScreen

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_question_has_a_row_and_the_one_of_the_row_before_its_card(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        await room.press("i")
        assert isinstance(room.app.screen, InboxScreen)
        for question in room.service.snapshot().questions:
            assert room.shows(question.title[:30])
        assert room.shows("wait for you") or room.shows("waits for you")
        mine = next(one for one in room.service.snapshot().questions if one.address.root == room.room.looked_at)
        assert room.shows(f"question:{mine.id}")


async def test_who_asks_can_be_opened_and_back_leads_to_the_inbox() -> None:
    first = samples.room().questions[0]
    asker = next(one for one in samples.room_items() if one.address == first.address.root)
    async with open_room(details=[samples.run_detail(asker)]) as room:
        await room.press("i", "g", "o")
        assert isinstance(room.app.screen, OpenedScreen)
        await room.press("escape")
        assert isinstance(room.app.screen, InboxScreen)
        await room.press("escape")
        assert room.app.screen is room.room


async def test_an_answered_question_leaves_and_the_cursor_stays_with_its_own() -> None:
    address = samples.room_items()[0].address
    asked = tuple(samples.question(address, f"q{number}", title=f"Question {number}?") for number in range(3))
    async with open_room(replace(samples.room(), questions=asked)) as room:
        await room.press("i", "j")
        await room.become(questions=asked[1:])
        assert not room.shows("Question 0?")
        assert room.shows("1 of 2") and room.shows("question:q1")


async def test_an_empty_inbox_says_so_and_names_the_next_key() -> None:
    async with open_room(replace(samples.room(), questions=())) as room:
        await room.press("i")
        assert room.shows("Nothing waits for you.") and room.shows("back to the room")
        await room.press("enter")
        assert room.footer.startswith("Nothing waits for you.")


async def test_a_question_of_somebody_who_is_gone_is_told() -> None:
    lost = samples.question(Address("codex", "gone"), "lost", title="Who am I?")
    async with open_room(replace(samples.room(), questions=(lost,))) as room:
        await room.press("i", "o")
        assert room.footer.startswith("Who asked that is not here any more.")


async def test_the_inbox_says_how_long_ago_things_were_asked_as_time_goes_by() -> None:
    async with open_room() as room:
        await room.press("i", "g")
        before = room.text
        room.clock.time += 86_400
        room.app.screen.grow_older()  # type: ignore[attr-defined]
        await room.idle()
        assert "asked 1d ago" in room.text and "asked 1d ago" not in before
