"""Settings: where each value comes from, looks that are changed and written down, themes that show while choosing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config
from odw_themes.loader import Gallery, load_palette, theme_names
from odw_tui.desk import Desk
from odw_tui.screens.base import READ_ONLY
from odw_tui.screens.room import RoomScreen
from odw_tui.screens.settings import SettingsScreen
from odw_tui.screens.themes import ThemesScreen


@pytest.fixture
def file(home: Path) -> Path:
    """The person's configuration."""
    file = home / ".config" / "odw-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('# mine\ntheme = "light"  # for the day\n\n[keys]\nsort = "o"\n')
    return file


def read(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


def grounds(room: RoomDriver) -> set[str]:
    """The names of all background colours on the screen."""
    return {segment.style.bgcolor.name for strip in room.strips for segment in strip if segment.style.bgcolor}


async def test_every_setting_is_there_with_its_value_and_its_origin(file: Path) -> None:
    async with open_room(config=Config(theme="light", keys={"sort": ("o",)})) as room:
        await room.press(",")
        assert isinstance(room.app.screen, SettingsScreen)
        assert room.line("theme").split() == ["▌", "theme", "light", "~/.config/odw-tui/config.toml:2"]
        assert room.line("reduced motion").split()[-2:] == ["off", "default"]
        assert room.line("  sort").split() == ["sort", "o", "~/.config/odw-tui/config.toml:5"]
        await room.press("escape")
        assert isinstance(room.app.screen, RoomScreen)


async def test_what_is_set_in_the_file_alone_says_so() -> None:
    async with open_room() as room:
        await room.press(",", "G", "enter")
        assert room.footer == "Set place_names in ~/.config/odw-tui/config.toml."
        assert "set place_names in ~/.config/odw-tui/config.toml" in room.text


async def test_a_switch_is_written_down_and_nothing_else_changes(file: Path) -> None:
    before = read(file)
    async with open_room() as room:
        await room.press(",", "j", "j", "enter")
        assert room.app.kit.motion.is_reduced
        assert room.line("reduced motion").split()[-2:] == ["on", "~/.config/odw-tui/config.toml:3"]
        assert room.footer == "Less moves from now on."
        assert read(file).replace("reduced_motion = true\n", "").split() == before.split()
        await room.press("enter")
        assert not room.app.kit.motion.is_reduced
        assert "reduced_motion = false" in read(file)


async def test_ascii_is_written_down_for_the_next_start(home: Path) -> None:
    async with open_room() as room:
        await room.press(",", "j", "space")
        assert room.footer == "Plain letters and signs from the next start on."
    assert (home / ".config" / "odw-tui" / "config.toml").read_text() == "ascii = true\n"


async def test_reduced_motion_holds_for_all_that_paints_without_a_key() -> None:
    async with open_room(config=Config(reduced_motion=True)) as room:
        assert room.app.kit.motion.is_reduced
        assert room.app.kit.motion.frames_per_second == 2


async def test_what_was_typed_decides_this_time(file: Path) -> None:
    desk = Desk(file, typed={"ascii": ("--ascii", True)})
    async with open_room(config=Config(ascii=True), desk=desk) as room:
        await room.press(",", "j", "enter")
        assert room.footer == "Written down; this time --ascii decides."
    assert "ascii = false" in read(file)


async def test_a_file_that_cannot_be_changed_is_told(file: Path) -> None:
    async with open_room() as room:
        await room.press(",", "j")
        write(file, "theme = 3\n")
        await room.press("enter")
        assert "~/.config/odw-tui/config.toml:1: 'theme' should be a valid string, not" in room.text
        assert read(file) == "theme = 3\n"


async def test_the_theme_under_the_cursor_shows_at_once_and_esc_takes_it_back(file: Path) -> None:
    before = read(file)
    async with open_room(config=Config(theme="dark")) as room:
        await room.press(",", "enter")
        assert isinstance(room.app.screen, ThemesScreen)
        for name in theme_names()[theme_names().index("dark") :]:
            assert room.app.theme == name
            palette = load_palette(name)
            assert palette.background.removeprefix("#") in "".join(grounds(room))
            assert all(f"{state}  " in room.text for state in ("waiting", "blocked", "failed", "running"))
            await room.press("j")
        await room.press("escape")
        assert room.app.theme == "dark"
        assert isinstance(room.app.screen, SettingsScreen)
    assert read(file) == before


async def test_enter_keeps_the_theme_and_the_comment_beside_it(file: Path) -> None:
    async with open_room(config=Config(theme="light")) as room:
        await room.press(",", "enter", "g", "enter")
        assert room.app.theme == "ansi"
        assert isinstance(room.app.screen, SettingsScreen)
        assert room.footer == "The theme is ansi from now on."
        assert room.line("theme").split()[1:3] == ["theme", "ansi"]
    assert read(file) == '# mine\ntheme = "ansi"  # for the day\n\n[keys]\nsort = "o"\n'


async def test_a_theme_that_cannot_be_kept_stays_on_the_screen_until_esc(file: Path) -> None:
    async with open_room(config=Config(theme="light")) as room:
        await room.press(",", "enter", "g")
        write(file, "nonsense")
        await room.press("enter")
        assert "not valid TOML" in room.footer
        assert isinstance(room.app.screen, ThemesScreen)
        await room.press("escape")
        assert room.app.theme == "light"


async def test_ones_own_themes_are_offered_and_bad_ones_told(tmp_path: Path) -> None:
    dark = (Path(load_palette.__code__.co_filename).parent / "dark.toml").read_text()
    (tmp_path / "dusk.toml").write_text(dark.replace('"dark"', '"dusk"').replace("#10141a", "#201020"))
    (tmp_path / "dawn.toml").write_text("name = 3")
    async with open_room(themes=Gallery(tmp_path), config=Config(theme="dark")) as room:
        assert "dawn.toml:1: the theme says nothing about" in room.footer
        await room.press(",", "enter", "G")
        assert room.line("dusk").split()[:3] == ["▌", "dusk", "yours"]
        assert "#201020" in grounds(room)
        assert "dawn.toml:1:" in "".join(row.partition("│")[2].strip() for row in room.rows)


async def test_a_theme_that_is_broken_leaves_the_one_that_fits(tmp_path: Path) -> None:
    (tmp_path / "dusk.toml").write_text("name = 3")
    async with open_room(themes=Gallery(tmp_path), config=Config(theme="dusk")) as room:
        assert room.app.theme == "dark"


@pytest.mark.parametrize("begin", ["ansi", "dark"])
async def test_with_the_colours_of_the_terminal_no_other_colour_is_written(begin: str) -> None:
    async with open_room(config=Config(theme=begin)) as room:
        room.app.show_theme("ansi")
        await room.idle()
        assert any(segment.style.reverse for strip in room.strips for segment in strip if segment.style)
        for keys in ((), ("enter",), ("5",)):
            await room.press(*keys)
            styles = [segment.style for strip in room.strips for segment in strip if segment.style]
            colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
            assert {colour.name for colour in colours if colour.triplet is not None} == set()


async def test_without_colour_the_picker_says_why_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_room() as room:
        await room.press(",", "enter", "j")
        assert room.shows("NO_COLOR is set, so no colour shows")
        styles = [segment.style for strip in room.strips for segment in strip if segment.style]
        assert all(style.color is None or style.color.is_default for style in styles)


@pytest.mark.parametrize("keys", ["", "?", "ctrl+p", "enter", "enter 3", ",", ", enter", "!", "D", "p"])
async def test_in_ascii_nothing_else_is_drawn(keys: str) -> None:
    async with open_room(config=Config(ascii=True, keys={"next_group": ("right",)})) as room:
        await room.press(*keys.split())
        assert [row for row in room.rows if not row.isascii()] == []


@pytest.mark.parametrize("size", [(60, 16), (200, 60)])
async def test_settings_and_themes_fit_every_terminal(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        await room.press(",")
        assert room.shows("theme") and room.shows("enter change")
        await room.press("enter")
        assert room.shows("◆ waiting") and room.shows("enter keep")


async def test_a_read_only_room_writes_no_setting_and_says_so(file: Path) -> None:
    before = read(file)
    async with open_room(config=Config(theme="light"), is_read_only=True) as room:
        await room.press(",", "j", "enter")
        assert room.footer == READ_ONLY
        await room.press("k", "enter")
        assert isinstance(room.app.screen, ThemesScreen), "looking is free"
        await room.press("g")
        assert "enter" not in room.footer
        await room.press("enter")
        assert isinstance(room.app.screen, ThemesScreen)
        assert room.footer == READ_ONLY
        await room.press("escape")
        assert room.app.theme == "light"
    assert read(file) == before
