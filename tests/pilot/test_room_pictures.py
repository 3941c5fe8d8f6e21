"""The room at every size and in every condition: nothing is cut off, a dead end, or acts on the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.color import Color

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config
from odw_core.errors import OdwError
from odw_core.model.item import Depth, Item, State

SIZES = [(60, 16), (72, 20), (80, 24), (100, 30), (120, 40), (169, 50), (170, 50), (200, 60), (240, 70)]
HOSTILE = "[red]evil[/red] \x1b[2J\x1b]0;title\x07 \u202etxt.exe\u202c \x9b31m tab\there zero\u200bwidth"


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_what_waits_and_why(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        assert "fix rounding in invoices" in room.row_texts
        assert "waits for you: the owner must decide" in room.preview
        assert all(len(row) <= size[0] for row in room.rows)
        assert len(room.rows) == size[1]


@pytest.mark.parametrize("size", SIZES)
async def test_numbers_stand_at_the_right_edge_of_the_list_and_are_whole(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        row = next(line for line in room.list_rows if "fix rounding in invoices" in line)
        if size[0] < 172:
            assert row.endswith(" 1m")
        else:
            assert " 1m " in row + " "


async def test_a_small_terminal_leaves_out_headings_and_says_the_state_with_a_sign() -> None:
    async with open_room(size=(60, 16)) as room:
        assert "waiting on you" not in room.text
        assert room.rows[0].startswith(" ◆2 ■1 ✗2 ▸2 ~1 ✓2")
        assert room.rows[0].rstrip().endswith("? help")
        assert room.list_rows[0].startswith("▌◆ fix rounding in invoices")
        assert "gate r2" in room.line("add owner review queue")


async def test_a_wide_terminal_puts_the_preview_beside_the_list() -> None:
    async with open_room(size=(200, 60)) as room:
        preview = room.app.screen.query_one("#preview").region
        assert preview.x >= room.listing.region.right
        assert preview.y == room.listing.region.y


async def test_the_form_follows_the_terminal() -> None:
    async with open_room(size=(120, 40)) as room:
        await room.pilot.resize_terminal(60, 16)
        await room.idle()
        assert "waiting on you" not in room.text
        await room.pilot.resize_terminal(200, 60)
        await room.idle()
        assert "waiting on you" in room.text
        assert room.cursor == "fix rounding in invoices"


async def test_an_empty_room_says_where_it_looked_and_the_next_key() -> None:
    async with open_room(samples.snapshot(places=["/srv/new"])) as room:
        assert room.shows("No runs here yet.")
        assert room.shows("Nothing was found under /srv/new.")
        assert room.shows("n  start a run") and room.shows("p  add a place") and room.shows("?  every key")
        assert not room.app.screen.query_one("#preview").display


async def test_a_room_that_still_looks_says_so() -> None:
    async with open_room(samples.snapshot(places=["/srv/new"], complete=False)) as room:
        assert room.shows("Looking for runs.")
        await room.become(complete=True)
        assert room.shows("No runs here yet.")


async def test_reading_says_how_far_it_is() -> None:
    items = [replace(item, depth=Depth.LISTED) for item in samples.room_items()[:4]]
    async with open_room(samples.snapshot([*items, *samples.room_items()[4:]], complete=False)) as room:
        assert "reading 6 of 10" in room.rows[1]
        await room.become(complete=True)
        assert "reading" not in room.text


async def test_a_service_that_fails_is_said_and_what_was_read_stays() -> None:
    async with open_room() as room:
        room.service.fail(OdwError("The disk went away; mount it and start again."))
        await room.idle()
        assert "no longer watching: The disk went away; mount it and start again." in room.rows[1]
        assert "fix rounding in invoices" in room.row_texts


async def test_an_unforeseen_failure_is_said_too() -> None:
    async with open_room(size=(60, 16)) as room:
        room.service.fail(ValueError("odd"))
        await room.idle()
        assert "no longer watching: ValueError: odd" in room.rows[0]


def hostile_item() -> Item:
    return samples.item(
        "evil",
        State.FAILED,
        title=HOSTILE,
        why=HOSTILE,
        cause=HOSTILE,
        stage=HOSTILE,
        goal=HOSTILE + " goal",
        last_words=HOSTILE,
        model=HOSTILE,
        raw_state=HOSTILE,
        place=f"/srv/{HOSTILE}",
    )


@pytest.mark.parametrize("size", [(60, 16), (120, 40), (240, 70)])
async def test_hostile_text_is_shown_as_what_it_is(size: tuple[int, int]) -> None:
    evil = hostile_item()
    question = samples.question(evil.address, title=HOSTILE, body=HOSTILE, subject=HOSTILE, answer_via=HOSTILE)
    snapshot = samples.snapshot([evil, samples.item("other", place="/srv/other")], [question], places=[evil.place])
    async with open_room(snapshot, size=size) as room:
        assert room.shows("[red]evil[/red]")
        assert room.shows("␛[2J")
        for row in room.rows:
            assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in row)
            assert not set(row) & set("\u202e\u202c\u200b")


async def test_wide_characters_keep_the_columns_straight() -> None:
    wide = samples.item("wide", State.RUNNING, age_s=40, title="修复发票四舍五入 🧾 und noch viel mehr davon")
    async with open_room(samples.snapshot([wide, samples.item("narrow", age_s=41)])) as room:
        strips = room.strips
        rows = [strip for strip in strips if any("running" in segment.text for segment in strip)]
        assert all(strip.cell_length == 120 for strip in rows)
        assert room.line("修复").rstrip().endswith("40s")


async def test_ascii_means_ascii() -> None:
    async with open_room(config=Config(ascii=True)) as room:
        assert room.text.isascii()
        await room.press("?")
        assert room.text.isascii()
        await room.press("escape", "ctrl+p")
        assert room.text.isascii()
        await room.press("escape")
        await room.pilot.resize_terminal(60, 16)
        await room.idle()
        assert room.text.isascii()


async def test_without_colour_there_is_none_and_the_cursor_is_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_room() as room:
        assert colours(room) == {(None, None)}
        row = room.strips[room.cursor_line]
        assert any(segment.style is not None and segment.style.reverse for segment in row)


def colours(room: RoomDriver) -> set[tuple[str | None, str | None]]:
    """Every pair of colours on the screen, None for the terminal's own."""
    return {
        (name_of(style.color), name_of(style.bgcolor))
        for strip in room.strips
        for _, style, _ in strip
        if style is not None
    }


def name_of(colour: Color | None) -> str | None:
    return None if colour is None or colour.is_default else colour.name


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_both_themes_show_the_same_words(theme: str) -> None:
    async with open_room(config=Config(theme=theme)) as room:
        assert room.app.theme == theme
        assert "fix rounding in invoices" in room.row_texts


@pytest.mark.parametrize(
    ("terminal", "theme"), [("15;0", "dark"), ("0;15", "light"), ("0;x;15", "light"), ("", "dark")]
)
async def test_without_a_choice_the_theme_fits_the_terminal(
    terminal: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORFGBG", terminal)
    async with open_room() as room:
        assert room.app.theme == theme
