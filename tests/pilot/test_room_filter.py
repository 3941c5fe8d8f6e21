"""The filter of the room: live while one types, kept by enter, cleared by escape."""

from __future__ import annotations

from textual.events import Paste

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.item import State


async def test_rows_go_while_one_types() -> None:
    async with open_room() as room:
        await room.press("/")
        await room.type("rel")
        assert room.row_texts == ["plan the mobile release", "release note"]
        await room.type(" plan")
        assert room.row_texts == ["plan the mobile release"]
        assert room.footer.startswith("/rel plan")
        assert "1 of 10" in room.footer


async def test_enter_keeps_the_filter_and_escape_clears_it() -> None:
    async with open_room() as room:
        await room.press("/", "p", "l", "a", "n", "enter")
        assert room.row_texts == ["plan the mobile release"]
        assert "filter plan: 1 of 10" in room.rows[1]
        await room.press("escape")
        assert len(room.row_texts) == 10


async def test_escape_while_typing_clears_the_filter() -> None:
    async with open_room() as room:
        await room.press("/", "p", "l", "a", "n", "escape")
        assert len(room.row_texts) == 10
        assert room.footer.startswith("enter open")


async def test_keys_that_come_at_once_are_text_and_nothing_else() -> None:
    async with open_room() as room:
        await room.press_at_once("/", *"jqk")
        assert room.footer.startswith("/jqk")
        assert room.app.is_running


async def test_every_word_has_to_be_there_wherever() -> None:
    async with open_room() as room:
        await room.press("/")
        await room.type("failed dogfood")
        assert room.row_texts == ["decision digest"]


async def test_goal_address_and_place_are_looked_at_too() -> None:
    async with open_room() as room:
        for words, found in (
            ("back office", "add owner review queue"),
            ("odw:release", "release note"),
            ("work/platform", "plan the mobile release"),
        ):
            await room.press("/")
            await room.type(words)
            assert room.row_texts == [found]
            await room.press("escape")


async def test_a_filter_without_a_hit_says_how_to_see_everything_again() -> None:
    async with open_room() as room:
        await room.press("/", "x", "y", "z", "enter")
        assert room.shows("Nothing matches xyz.")
        assert room.shows("esc  show everything again")
        assert room.cursor is None
        await room.press("enter")
        assert room.footer == "There is no row under the cursor."


async def test_the_cursor_comes_back_to_a_row_that_is_shown_again() -> None:
    async with open_room() as room:
        await room.press("j", "/", "p", "l", "a", "n")
        assert room.cursor == "plan the mobile release"
        await room.press("escape")
        assert room.cursor == "plan the mobile release"


async def test_a_heading_says_how_many_of_how_many() -> None:
    async with open_room() as room:
        await room.press("/")
        await room.type("platform")
        assert room.shows("failed  1 of 2")


async def test_news_are_filtered_as_they_come() -> None:
    async with open_room() as room:
        await room.press("/", "n", "e", "w")
        await room.put(samples.item("brand-new", State.RUNNING), samples.item("other", State.RUNNING))
        assert room.row_texts == ["brand new"]


async def test_arrows_move_the_cursor_while_one_types() -> None:
    async with open_room() as room:
        await room.press("/", "r", "e", "l", "down")
        assert room.cursor == "release note"
        assert room.footer.startswith("/rel")
        await room.press("up")
        assert room.cursor == "plan the mobile release"


async def test_text_can_be_edited_and_pasted() -> None:
    async with open_room() as room:
        await room.press("/")
        room.app.post_message(Paste("plan of\nwar"))
        await room.idle()
        assert room.footer.startswith("/plan of war")
        await room.press("ctrl+w", "ctrl+w", "backspace")
        assert room.row_texts == ["plan the mobile release"]
        await room.press("ctrl+u")
        assert len(room.row_texts) == 10


async def test_headings_and_counts_stay_those_of_the_whole_room() -> None:
    async with open_room() as room:
        await room.press("/")
        await room.type("plan")
        assert "▸ 2 running" in room.rows[0]
