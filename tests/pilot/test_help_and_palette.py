"""Help, palette and footer: all three are made from the registry of actions, and every action works."""

from __future__ import annotations

import pytest

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config
from odw_tui import actions
from odw_tui.keymap import Keymap, show_key
from odw_tui.palette import PaletteScreen
from odw_tui.screens.help import HelpScreen
from odw_tui.screens.run import RunScreen


async def all_pages(room: RoomDriver) -> str:
    """Everything the open page says, however long it is."""
    pages: list[str] = []
    while not pages or pages[-1] != room.text:
        pages.append(room.text)
        await room.press("ctrl+d")
    return "\n".join(pages)


async def test_the_help_lists_every_action_that_works_here_with_all_its_keys() -> None:
    async with open_room() as room:
        await room.press("?")
        shown = await all_pages(room)
        keymap = Keymap()
        for action in actions.actions_in(actions.ROOM):
            assert action.help in shown
            for key in keymap.keys(actions.ROOM, action.id):
                assert show_key(key) in shown


async def test_the_help_of_a_run_is_about_the_run() -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        await room.press("G", "k", "enter", "?")
        shown = await all_pages(room)
        for action in actions.actions_in(actions.RUN):
            assert action.help in shown


async def test_the_key_that_opened_the_help_closes_it() -> None:
    async with open_room() as room:
        await room.press("?")
        assert isinstance(room.app.screen, HelpScreen)
        await room.press("?")
        assert room.app.screen is room.room


async def test_the_help_says_what_the_signs_mean() -> None:
    async with open_room() as room:
        await room.press("?", "G")
        assert room.shows("◆ waiting         a question waits for you")


async def test_the_palette_does_what_was_chosen_where_it_belongs() -> None:
    async with open_room() as room:
        await room.press("ctrl+p")
        await room.type("sort")
        await room.press("enter")
        assert room.app.screen is room.room
        assert room.footer == "Each group is sorted by title."


async def test_the_palette_says_why_something_cannot_be_done() -> None:
    async with open_room() as room:
        await room.press("ctrl+p")
        await room.type("problems")
        assert "Everything that was found could be read." in room.line("problems  ")
        await room.press("enter")
        assert room.footer == "Everything that was found could be read."


async def test_the_palette_closes_with_escape_and_says_when_nothing_is_found() -> None:
    async with open_room() as room:
        await room.press("ctrl+p")
        assert isinstance(room.app.screen, PaletteScreen)
        await room.type("nonsense")
        assert room.shows("nothing is called that")
        await room.press("enter", "escape")
        assert room.app.screen is room.room


async def test_what_has_no_key_can_be_found_in_the_palette() -> None:
    async with open_room() as room:
        assert room.app.theme == "dark"
        await room.press("ctrl+p")
        await room.type("switch theme")
        await room.press("enter")
        assert room.app.theme == "light"


async def test_a_key_of_ones_own_replaces_the_built_in_one() -> None:
    async with open_room(config=Config(keys={"sort": ("o",)})) as room:
        await room.press("s")
        assert room.footer.startswith("enter open")
        await room.press("o")
        assert room.footer == "Each group is sorted by title."
        assert "o sort" in room.rows[0]


async def test_a_wrong_key_map_is_said_once_and_the_rest_works() -> None:
    async with open_room(config=Config(keys={"srot": ("o",)})) as room:
        assert room.footer == "there is no action 'srot'; did you mean 'sort'?"
        await room.press("j")
        assert room.footer.startswith("enter open")


async def test_a_key_that_cannot_do_anything_says_why() -> None:
    async with open_room(samples.snapshot()) as room:
        for key, sentence in (
            ("enter", "There is no row under the cursor."),
            ("]", "Nothing waits for you."),
            ("/", "There is nothing to filter or sort yet."),
            ("!", "Everything that was found could be read."),
        ):
            await room.press(key)
            assert room.footer == sentence


@pytest.mark.parametrize("context", [actions.ROOM, actions.TEXT, actions.PALETTE, actions.RUN])
async def test_every_action_has_somebody_who_does_it(context: str) -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        keys = {
            actions.ROOM: (),
            actions.TEXT: ("?",),
            actions.PALETTE: ("ctrl+p",),
            actions.RUN: ("G", "k", "enter"),
        }
        await room.press(*keys[context])
        screen = room.app.screen
        for action in actions.actions_in(context):
            assert hasattr(screen, f"do_{action.id}") or hasattr(room.app, f"do_{action.id}"), action.id


async def test_the_output_of_a_run_has_somebody_for_every_action() -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        await room.press("G", "k", "enter")
        assert isinstance(room.app.screen, RunScreen)
        for action in actions.actions_in(actions.LINES):
            assert hasattr(room.app.screen, f"do_{action.id}") or hasattr(room.app, f"do_{action.id}"), action.id
