"""Places on the screen: the tree, and adding, naming, removing and taking back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config, load_config
from odw_core.paths import user_paths
from odw_tui.screens.base import READ_ONLY
from odw_tui.screens.places import PlacesScreen


@asynccontextmanager
async def at_places(*, size: tuple[int, int] = (120, 40)) -> AsyncIterator[RoomDriver]:
    async with open_room(size=size) as room:
        await room.press("p")
        assert isinstance(room.app.screen, PlacesScreen)
        yield room


async def found(room: RoomDriver) -> None:
    """Wait until the folders were looked at."""
    for worker in [one for one in room.app.workers if one.name == "find places"]:
        await worker.wait()
    await room.idle()


def kept() -> Config:
    return load_config(user_paths().config_file, must_exist=False)


def workspaces(home: Path, *names: str) -> None:
    for name in names:
        (home / name / ".odw" / "runs").mkdir(parents=True)


async def test_the_tree_tells_every_place_with_its_counts() -> None:
    async with at_places() as room:
        for place in samples.room().places:
            assert room.shows(Path(place).name)
        assert room.shows("waiting")
        await room.press("escape")
        assert room.app.screen is room.room


async def test_a_parent_folder_offers_the_workspaces_below_it(home: Path) -> None:
    workspaces(home, "work/a", "work/team/b", "work/c")
    async with at_places() as room:
        await room.press("a")
        await room.type("wo")
        assert room.shows("~/work/")
        await room.press("tab", "enter")
        await found(room)
        assert room.shows("3 places found to depth 3")
        await room.press("j", "space", "enter")
        assert kept().places == (f"{home}/work/a", f"{home}/work/team/b")
        assert room.footer == "Kept 2 places."
        assert set(kept().places) <= set(room.service.snapshot().places)


async def test_a_single_workspace_is_kept_at_once(home: Path) -> None:
    workspaces(home, "shop")
    async with at_places() as room:
        await room.press("a")
        await room.type("shop")
        await room.press("enter")
        await found(room)
        assert kept().places == (f"{home}/shop",)


async def test_nothing_is_kept_when_one_thinks_better_of_it(home: Path) -> None:
    workspaces(home, "work/a", "work/b")
    async with at_places() as room:
        await room.press("a")
        await room.type("work")
        await room.press("enter")
        await found(room)
        await room.press("escape")
        assert not user_paths().config_file.exists()
        await room.press("a", "escape")
        assert isinstance(room.app.screen, PlacesScreen)


async def test_what_is_no_folder_is_said() -> None:
    async with at_places() as room:
        await room.press("a")
        await room.type("gone")
        await room.press("enter")
        await found(room)
        assert room.footer == "~/gone is no folder that can be looked into."


async def test_a_place_is_named_removed_and_taken_back(home: Path) -> None:
    workspaces(home, "shop")
    async with at_places() as room:
        await room.press("a")
        await room.type("shop")
        await room.press("enter")
        await found(room)
        screen = room.app.screen
        assert isinstance(screen, PlacesScreen)
        room.listing.go_to(f"{home}/shop")
        await room.idle()
        await room.press("e")
        await room.type("My shop")
        await room.press("enter")
        assert kept().place_names == {f"{home}/shop": "My shop"}
        assert room.shows("My shop")
        await room.press("x")
        assert kept().places == ()
        assert "u takes it back." in room.footer
        await room.press("u")
        assert kept().places == (f"{home}/shop",)
        assert kept().place_names == {f"{home}/shop": "My shop"}


async def test_a_place_that_is_not_kept_cannot_be_removed() -> None:
    async with at_places() as room:
        await room.press("x")
        assert room.footer.startswith("It is not kept;")
        assert not user_paths().config_file.exists()


async def test_a_wrong_configuration_is_told_and_left_alone(home: Path) -> None:
    file = user_paths().config_file
    file.parent.mkdir(parents=True)
    file.write_text("places = 5\n")
    workspaces(home, "shop")
    async with at_places() as room:
        await room.press("a")
        await room.type("shop")
        await room.press("enter")
        await found(room)
        assert "places" in room.footer
        assert file.read_text() == "places = 5\n"


async def test_it_fits_a_small_screen() -> None:
    async with at_places(size=(60, 16)) as room:
        assert room.shows("workspaces")
        assert room.shows("path   ")


async def test_what_was_named_for_this_time_only_is_kept_with_enter() -> None:
    async with at_places() as room:
        first = str(room.listing.cursor)
        await room.press("enter")
        assert kept().places == (first,)
        assert room.footer == "Kept 1 place."
        await room.press("enter")
        assert room.footer == "It is kept already."


async def test_a_read_only_room_changes_no_place_and_says_so(home: Path) -> None:
    async with open_room(is_read_only=True) as room:
        await room.press("p")
        places = room.app.screen
        assert isinstance(places, PlacesScreen)
        for name in ("add_place", "keep_place", "name_place", "remove_place", "undo"):
            await places.act(name)
            assert room.footer == READ_ONLY
        await room.press("j")
        assert "add" not in room.footer
    assert not user_paths().config_file.exists()
