"""Provenance with a key: where each figure of a run, a session or a row of the room comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers import samples
from drivers.recorded_session import recorded
from drivers.room_driver import open_room
from drivers.run_driver import opened
from odw_core.files.line_at import line_at, told_at
from odw_core.model.detail import How, Origin
from odw_tui.screens.file import FileScreen
from odw_tui.screens.origins import OriginsScreen

FILE = f"{samples.WORK}/shop/.odw/runs/run-1/events.jsonl"
RUN = replace(
    samples.run_detail(),
    origins=(
        Origin("state", FILE, 12_345, samples.NOW - 180, How.READ),
        Origin("tokens", FILE, 12_000, samples.NOW, How.INFERRED, "the sum over all agent_done lines"),
    ),
)


async def test_a_key_shows_where_each_figure_of_a_run_comes_from() -> None:
    async with opened(RUN) as run:
        await run.press("=")
        assert isinstance(run.pilot.app.screen, OriginsScreen)
        assert run.shows(FILE) and run.shows("byte 12,345") and run.shows("3m ago")
        assert run.shows("2 figures, 1 inferred") and run.shows("the sum over all agent_done lines")
        await run.press("j", "y")
        assert run.pilot.app.clipboard == FILE
        await run.press("escape")
        assert run.pilot.app.screen is run.screen


async def test_a_new_reading_is_told_while_one_looks() -> None:
    async with opened(RUN) as run:
        await run.press("=")
        await run.tell(replace(RUN, origins=(replace(RUN.origins[0], offset=99_999),)))
        assert run.shows("byte 99,999") and not run.shows("12,000")


async def test_a_run_whose_engine_names_no_origin_says_so() -> None:
    async with opened(replace(RUN, origins=())) as run:
        await run.press("=")
        assert run.shows("No origin is known.")
        await run.press("enter")
        assert "no figure under the cursor" in run.footer


async def test_a_file_that_is_gone_says_so() -> None:
    async with opened(RUN) as run:
        await run.press("=", "enter")
        while "It cannot be read: No such file" not in run.footer:
            await run.idle()


async def test_the_line_that_tells_is_shown_where_the_stream_is_told_in_words(tmp_path: Path) -> None:
    journal, record, database = (tmp_path / name for name in ("events.jsonl", "run.json", "queue.db"))
    journal.write_text('{"type": "launch"}\n{"type": "exit", "status": "completed"}\n{"type": "more"}\n')
    record.write_text('{\n  "status": "completed"\n}\n')
    database.write_bytes(b"SQLite format 3\0more")
    places = [
        Origin("state", str(journal), 19, samples.NOW, How.READ),
        Origin("started", str(record), None, samples.NOW, How.READ),
        Origin("tasks", str(database), None, samples.NOW, How.READ),
    ]
    async with opened(replace(RUN, origins=tuple(places))) as run:
        await run.press("=", "enter")
        while not isinstance(run.pilot.app.screen, FileScreen):
            await run.idle()
        await run.idle()
        assert run.shows("events.jsonl, line 2") and run.shows('"exit", "status": "completed"')
        assert not run.shows("launch") and not run.shows("more")
        await run.press("escape", "j", "enter")
        while not isinstance(run.pilot.app.screen, FileScreen):
            await run.idle()
        await run.idle()
        assert run.shows("run.json") and run.shows('  "status": "completed"')
        await run.press("escape", "j", "enter")
        while "That is no text." not in run.footer:
            await run.idle()


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    async with opened(RUN, size=size) as run:
        await run.press("=", "G", "g", "ctrl+d")
        assert run.shows("state") and run.shows("read")


async def test_the_room_shows_them_for_its_row() -> None:
    async with open_room(samples.snapshot([RUN.item])) as driver:
        await driver.press("=")
        screen = driver.pilot.app.screen
        assert isinstance(screen, OriginsScreen) and screen.address == RUN.item.address


async def test_enter_shows_the_very_line_of_a_transcript(tmp_path: Path) -> None:
    async with recorded(tmp_path, "01a1e49c") as run:
        await run.press("=")
        assert run.shows("rollout-2026-11-16T13-47-25") and run.shows("byte 22,534")
        await run.press("enter")
        app = run.pilot.app
        while not isinstance(app.screen, FileScreen):
            await run.idle()
        await run.idle()
        last = app.screen.view.cursor_line
        assert last is not None and "task_complete" in app.screen.view.text_of(last)


def test_a_byte_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"one\ntwo\nthree")
    assert [line_at(file, offset) for offset in (0, 3, 4, 8, 10, 999, -5)] == [1, 1, 2, 3, 3, 3, 1]
    assert [told_at(file, offset) for offset in (0, 4, 8, 99, None)] == [
        b"one",
        b"two",
        b"three",
        b"",
        file.read_bytes(),
    ]
    assert line_at(tmp_path / "gone", 5) == 1 and line_at("\0", 5) == 1
