"""Finding words in everything: typed, streamed, opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers import samples
from drivers.memory_service import MemoryConversation, MemoryLines
from drivers.room_driver import RoomDriver, open_room
from drivers.run_driver import RunDriver, StillClock
from odw_core.model.address import Address
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.item import State
from odw_core.model.search import Hit, Progress
from odw_tui.screens.file import FileScreen
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.search import SearchScreen
from odw_tui.screens.session import SessionScreen

MARK = Progress(0, 2_000, 0, 0)


def addresses() -> list[Address]:
    return list(samples.room().items)


def text_hit(number: int, text: str = "a small clamp library") -> Hit:
    return Hit(addresses()[number], "goal", text)


def body_hit(number: int, line: int, text: str = "error: clamp refused") -> Hit:
    return Hit(addresses()[number], "stderr", text, "/w/script-debug.log", line, line * 100)


@asynccontextmanager
async def finding(
    *found: Hit | Progress, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[RoomDriver, SearchScreen]]:
    """The search screen, opened with its key from the room."""
    async with open_room(size=size) as room:
        room.service.find(*found)
        await room.press("ctrl+f")
        screen = room.app.screen
        assert isinstance(screen, SearchScreen)
        yield room, screen


def without_thumb(room: RoomDriver) -> list[str]:
    """What is painted, but for the column that says how long the list is."""
    return [row[:119].rstrip() for row in room.rows]


async def idle(room: RoomDriver, screen: SearchScreen) -> None:
    await room.idle()
    while screen.has_pending_frame:
        await room.pilot.pause()


async def test_it_says_what_can_be_typed_and_escape_leads_back() -> None:
    async with finding() as (room, _):
        assert room.shows("Find words in everything.")
        assert room.shows('"a phrase"')
        await room.press("escape")
        assert room.app.screen is room.room


async def test_known_texts_are_shown_while_typing_and_others_only_after_enter() -> None:
    async with finding(text_hit(0), MARK, body_hit(1, 812)) as (room, screen):
        await room.type("clamp")
        await idle(room, screen)
        assert room.service.searched[-1] == "clamp"
        assert room.service.searching == 1
        assert room.shows("goal         a small clamp library")
        assert room.shows("1 hit · enter looks through all output")
        assert not room.shows("clamp refused")
        await room.press("enter")
        await idle(room, screen)
        assert room.shows("stderr:812   error: clamp refused")
        assert room.shows("searched 0 of 2,000 runs and sessions")
        room.service.find(Progress(812, 2_000, 600_000_000, 1_400_000_000))
        await idle(room, screen)
        assert room.shows("searched 812 of 2,000 runs and sessions, 0.6 of 1.4 GB · esc stops")


async def test_what_streams_in_below_moves_nothing() -> None:
    async with finding(text_hit(0), text_hit(1), MARK) as (room, screen):
        await room.type("clamp")
        await room.press("enter", "down")
        await idle(room, screen)
        before = without_thumb(room)
        place = next(y for y, row in enumerate(before) if row.startswith("▌"))
        room.service.find(*(body_hit(number % 3, number) for number in range(60)))
        await idle(room, screen)
        assert without_thumb(room)[2 : place + 1] == before[2 : place + 1]
        assert room.shows("62 hits")


async def test_escape_stops_a_search_and_then_leads_back() -> None:
    async with finding(text_hit(0), MARK, body_hit(1, 1)) as (room, screen):
        await room.type("clamp")
        await room.press("enter")
        await idle(room, screen)
        await room.press("escape")
        await idle(room, screen)
        assert room.app.screen is screen
        assert room.service.searching == 0
        assert room.shows("stopped")
        await room.press("escape")
        assert room.app.screen is room.room


async def test_leaving_ends_the_search() -> None:
    async with finding(text_hit(0), MARK) as (room, screen):
        await room.type("clamp")
        await idle(room, screen)
        await room.press("escape")
        assert room.app.screen is room.room
        assert room.service.searching == 0


async def test_enter_opens_a_text_at_its_line() -> None:
    async with finding(MARK, body_hit(0, 3), Progress(2, 2, 9, 9, is_over=True)) as (room, screen):
        lines = [f"line {number}" for number in range(1, 9)]
        room.service.logs[addresses()[0], "stderr"] = MemoryLines("stderr", lines)
        await room.type("clamp")
        await room.press("enter")
        await idle(room, screen)
        await room.press("enter")
        assert isinstance(room.app.screen, FileScreen)
        assert room.app.screen.view.cursor_line == 2
        await room.press("escape")
        assert room.app.screen_stack[-1] is screen


async def test_enter_opens_the_item_of_a_known_text() -> None:
    async with finding(text_hit(0), text_hit(1), MARK, Progress(2, 2, 9, 9, is_over=True)) as (room, _):
        await room.type("clamp")
        await room.press("down", "enter")
        assert isinstance(room.app.screen, OpenedScreen)
        assert room.app.screen.address == addresses()[1]


def spoken(count: int = 60) -> list[tuple[Entry, str]]:
    """Commands, each of 100 bytes of the transcript."""
    return [
        (Entry(EntryKind.COMMAND, samples.NOW, f"step {number}", number * 100, 99), f"begin\nclamp {number}\nend")
        for number in range(count)
    ]


@pytest.mark.parametrize("step", [1_000, 7])
@pytest.mark.parametrize("number", [0, 20, 41, 59])
async def test_enter_opens_a_conversation_at_what_was_found(step: int, number: int) -> None:
    session = samples.session_item("talk", parent=None, state=State.DONE)
    detail = samples.session_detail(session, has_conversation=True)
    hit = Hit(session.address, "conversation", "clamp", "/w/rollout.jsonl", 3 * number, number * 100 + 40)
    async with finding(MARK, hit, Progress(2, 2, 9, 9, is_over=True)) as (room, screen):
        room.service.put(session)
        room.service.details[session.address] = detail
        room.service.conversations[session.address] = MemoryConversation(spoken(), step)
        await room.type("clamp")
        await room.press("enter")
        await idle(room, screen)
        await room.press("enter")
        opened = room.app.screen
        assert isinstance(opened, SessionScreen)
        run = RunDriver(room.pilot, room.service, opened, StillClock())
        await run.idle()
        assert run.tab == "conversation"
        assert "▌" in run.row(f"ran      step {number}"), "the cursor is on the entry"
        assert "▌" in run.row(f"clamp {number}"), "and on the line of its text"


async def test_a_conversation_that_asks_something_still_opens_at_what_was_found() -> None:
    session = samples.session_item("talk", parent=None)
    detail = samples.session_detail(session, has_conversation=True, questions=samples.room().questions[:1])
    hit = Hit(session.address, "conversation", "clamp", "/w/rollout.jsonl", 3, 2_040)
    async with finding(MARK, hit, Progress(2, 2, 9, 9, is_over=True)) as (room, screen):
        room.service.put(session)
        room.service.details[session.address] = detail
        room.service.conversations[session.address] = MemoryConversation(spoken())
        await room.type("clamp")
        await room.press("enter")
        await idle(room, screen)
        await room.press("enter")
        opened = room.app.screen
        assert isinstance(opened, SessionScreen)
        run = RunDriver(room.pilot, room.service, opened, StillClock())
        await run.idle()
        assert run.tab == "conversation" and "▌" in run.row("ran      step 20")
        await run.press("G")
        assert "▌" in run.row("ran      step 59"), "and whoever goes on is not brought back"


async def test_nothing_found_says_so_with_the_next_key() -> None:
    async with finding(MARK, Progress(2_000, 2_000, 5_000_000, 5_000_000, is_over=True)) as (room, screen):
        await room.type("zz")
        await idle(room, screen)
        assert room.shows("Nothing has zz yet.")
        await room.press("enter")
        await idle(room, screen)
        assert room.shows("Nothing has zz.")
        assert room.shows("Searched all 2,000 runs and sessions, 5 MB.")
        assert room.shows("esc  back")


async def test_another_letter_begins_another_search() -> None:
    async with finding(text_hit(0), MARK) as (room, screen):
        await room.type("cl")
        await room.press("backspace")
        await idle(room, screen)
        assert room.service.searched == ["c", "cl", "c"]
        assert room.service.searching == 1
        await room.press("ctrl+u")
        assert room.service.searching == 0
        assert room.shows("Find words in everything.")


async def test_hits_of_another_word_take_the_place_of_those_before() -> None:
    async with finding(*(text_hit(0, f"first {number}") for number in range(50)), MARK) as (room, screen):
        await room.type("f")
        await idle(room, screen)
        assert room.shows("first 20")
        room.service.found = [*(text_hit(0, f"second {number}") for number in range(50)), MARK]
        for word in "second":
            await room.type(word)
            await idle(room, screen)
            assert room.shows("second 20")
            assert not room.shows("first")


async def test_foreign_text_is_never_markup_and_never_acts() -> None:
    async with finding(text_hit(0, "[red]clamp[/red] \x1b[2J\u202e"), MARK, size=(80, 24)) as (room, screen):
        await room.type("clamp")
        await idle(room, screen)
        assert room.shows("[red]clamp[/red] ␛[2J<202e>")


async def test_what_was_found_is_in_view_on_a_narrow_screen() -> None:
    async with finding(text_hit(0, "word " * 40 + "clamp at the end"), MARK, size=(60, 24)) as (room, screen):
        await room.type("clamp")
        await idle(room, screen)
        assert room.shows("clamp at the end")
