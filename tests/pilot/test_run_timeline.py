"""The timeline on the run screen: moving about, growing under the eye, opening, at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.run_driver import RunDriver, opened
from odw_core.config import Config
from odw_core.model.detail import Cell, Column, ColumnKind, Mark, Row, RunDetail
from odw_core.model.item import State

LANDED = samples.run_detail()
NOW = samples.NOW


def growing(run: RunDetail = LANDED) -> RunDetail:
    """The run while round 3 is under way."""
    item = replace(
        run.item, state=State.RUNNING, ended_at=None, stage="repair, round 3/4", why="round 3 repairs 1 task"
    )
    columns = tuple(
        replace(column, mark=Mark.RUNNING, note="", started_at=NOW - 12, ended_at=None)
        if column.key == "round-3"
        else column
        for column in run.columns[:4]
    )
    attempt = samples.attempt(item.address.child("core-r3"), 1, Mark.RUNNING, started_at=NOW - 12)
    cells = tuple(cell for cell in run.cells if cell.column in ("plan", "round-1", "round-2"))
    cells = (*cells, Cell("core", "round-3", Mark.RUNNING, "", (attempt,)))
    return replace(run, item=item, columns=columns, cells=cells, landing=None, verification=None)


async def test_it_opens_with_state_why_and_every_round() -> None:
    async with opened(LANDED) as run:
        assert "shop › add owner handoff packet" in run.rows[0]
        assert "✓ done   landed in round 3   24m 10s   1.8M tokens" in run.rows[0]
        assert run.rows[1].startswith(" why    both reviewers approved in round 3")
        assert run.shows("plan  41s") and run.shows("round 3  11m 40s") and run.shows("verify  2m 20s")
        assert " ".join(run.table_row("handoff").split()) == "handoff ✓ 4m 10s ↻ 4m 10s = kept 2 files"


async def test_the_cursor_starts_where_it_matters() -> None:
    async with opened(LANDED) as run:
        assert run.cursor == ("core", "round-3")
    async with opened(growing()) as run:
        assert run.cursor == ("core", "round-3")


async def test_vim_keys_and_arrows_move_and_stop_at_the_edges() -> None:
    async with opened(LANDED) as run:
        await run.press("h", "j")
        assert run.cursor == ("handoff", "round-2")
        await run.press("left", "down", "right", "up", "k", "k", "k")
        assert run.cursor == ("core", "round-2")
        await run.press("$")
        assert run.cursor == ("core", "verify")
        await run.press("l", "G")
        assert run.cursor == ("owner-risk", "verify")
        await run.press("0", "g")
        assert run.cursor == ("core", "plan")


async def test_the_story_follows_the_cursor() -> None:
    async with opened(LANDED) as run:
        assert run.shows("core, round 3   repaired")
        await run.press("h")
        assert run.shows("core, round 2   repaired because of 2 blockers")
        assert run.shows("✗ src/render.js:12  renders ids that the digest no longer has")
        await run.press("G")
        assert run.shows("owner-risk, round 2   rejected")


async def test_new_rounds_and_rows_leave_the_cursor_where_it_is() -> None:
    async with opened(growing()) as run:
        await run.press("h", "j", "j")
        assert run.cursor == ("markdown", "round-2")
        more = replace(
            growing(),
            columns=(*growing().columns, Column("round-4", ColumnKind.ROUND, "round 4", Mark.RUNNING, "", NOW, None)),
            rows=(Row("first", "first", "task"), *LANDED.rows),
        )
        await run.tell(more)
        assert run.cursor == ("markdown", "round-2")
        assert run.shows("round 4")
        assert run.shows("markdown, round 2")


async def test_a_row_that_goes_leaves_the_cursor_next_to_it() -> None:
    async with opened(growing()) as run:
        await run.press("j", "j")
        await run.tell(replace(growing(), rows=tuple(row for row in LANDED.rows if row.key != "markdown")))
        assert run.cursor == ("tests", "round-3")


async def test_what_runs_grows_older_each_second_and_nothing_else_is_painted() -> None:
    async with opened(growing()) as run:
        assert run.table_row("core").endswith("▸ 12s")
        painted = spy(run)
        await run.a_second_later()
        assert run.table_row("core").endswith("▸ 13s")
        assert run.shows("round 3  13s")
        # The two lines of the header and the row of the cell.
        assert painted <= {0, 1, 2}


async def test_of_news_only_the_cells_that_differ_are_painted() -> None:
    async with opened(growing()) as run:
        painted = spy(run)
        cells = tuple(
            replace(cell, note="2 blockers") if (cell.row, cell.column) == ("correctness", "round-1") else cell
            for cell in growing().cells
        )
        await run.tell(replace(growing(), cells=cells))
        assert "✗ 2 blockers" in run.table_row("correctness")
        assert painted == {8}


def spy(run: RunDriver) -> set[int]:
    """The lines of the grid that are rendered from now on."""
    painted: set[int] = set()
    render = run.grid.render_line

    def watched(y: int) -> object:
        painted.add(y)
        return render(y)

    run.grid.render_line = watched  # type: ignore[method-assign, assignment]
    return painted


async def test_a_finished_run_does_not_tick() -> None:
    async with opened(LANDED) as run:
        assert run.screen._clock is None
    async with opened(growing()) as run:
        assert run.screen._clock is not None
        await run.tell(LANDED)
        assert run.screen._clock is None


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    async with opened(LANDED, logs={(at("core", "round-1"), "stdout"): ["hello"]}) as run:
        x = run.rows[5].index("round 1")
        await run.pilot.click(run.grid, offset=(x, 2))
        await run.idle()
        assert run.cursor == ("core", "round-1")
        await run.pilot.click(run.grid, offset=(x, 2))
        await run.idle()
        assert run.tab == "output"


def at(row: str, column: str) -> object:
    return next(cell for cell in LANDED.cells if (cell.row, cell.column) == (row, column)).attempts[-1].address


async def test_an_empty_cell_says_why_it_cannot_be_opened() -> None:
    async with opened(LANDED) as run:
        await run.press("j", "enter")
        assert run.tab == "timeline"
        assert "Nothing was run in this cell" in run.footer


async def test_zoom_gives_the_story_everything_and_gives_it_back() -> None:
    async with opened(LANDED, size=(80, 24)) as run:
        await run.press("z")
        assert not run.shows("markdown")
        assert run.shows("core, round 3")
        await run.press("z")
        assert run.shows("markdown")


async def test_a_story_that_does_not_fit_says_how_much_more_there_is() -> None:
    many = tuple(replace(LANDED.blockers[0], text=f"finding {number}") for number in range(12))
    async with opened(replace(LANDED, blockers=many), size=(80, 24)) as run:
        await run.press("h")
        assert run.shows("finding 1")
        assert not run.shows("finding 11")
        assert "z shows all" in run.row(" more   ")
        await run.press("J", "J")
        assert not run.shows("because of 12 blockers")
        await run.press("K", "K", "z")
        assert run.shows("finding 11") and run.shows("opens")


async def test_a_run_without_tasks_says_so_and_the_next_key() -> None:
    empty = replace(growing(), rows=(), cells=(), columns=())
    async with opened(empty) as run:
        assert run.shows("No task has started yet")
        assert run.shows("7  what the journal says")
        await run.tell(growing())
        assert run.cursor == ("core", "round-3")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_at_every_size_nothing_sticks_out(size: tuple[int, int]) -> None:
    async with opened(growing(), size=size) as run:
        assert len(run.rows) == size[1]
        assert all(len(row) <= size[0] for row in run.rows)
        assert run.shows("why") and run.shows("timeline") and run.shows("enter open")
        assert run.shows("core")
        await run.press("h")
        assert run.shows("core, round 2")


async def test_a_narrow_terminal_shows_one_round_at_a_time_with_the_same_keys() -> None:
    async with opened(LANDED, size=(60, 16)) as run:
        assert run.grid.shown_columns == ("round-3",)
        await run.press("h")
        assert run.grid.shown_columns == ("round-2",)
        assert run.row("round 2").split() == ["‹", "round", "2", "3m", "20s", "›"]
        assert "↻ 4m 10s  1 file" in run.table_row("core")


async def test_a_terminal_that_grows_shows_more_rounds() -> None:
    async with opened(LANDED, size=(60, 16)) as run:
        await run.pilot.resize_terminal(120, 40)
        await run.idle()
        assert run.grid.shown_columns == ("plan", "round-1", "round-2", "round-3", "land", "verify")


async def test_with_ascii_only_every_sign_is_ascii() -> None:
    async with opened(growing(), config=Config(ascii=True)) as run:
        assert run.text.isascii()


async def test_three_hundred_tasks_scroll_and_paint_only_what_is_in_view() -> None:
    rows = tuple(Row(f"task-{number}", f"task {number}", "task") for number in range(300))
    cells = tuple(Cell(row.key, f"round-{number}", Mark.DONE, "done") for row in rows for number in (1, 2, 3))
    async with opened(replace(LANDED, rows=rows, cells=cells)) as run:
        painted = spy(run)
        await run.press("G")
        assert run.cursor == ("task-299", "plan") or run.cursor[0] == "task-299"  # type: ignore[index]
        assert run.shows("task 299")
        assert len(painted) <= 40
        await run.press("ctrl+u")
        assert run.shows("task 299")
        await run.press("g")
        assert run.shows("task 0")


async def test_hostile_text_is_literal_everywhere() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[bold red]x[/]\u202e{app.exit}"
    rows = (Row("core", evil, "task"),)
    attempt = samples.attempt(LANDED.item.address, 1, Mark.FAILED, error=evil, summary=evil, files=(evil,), model=evil)
    cells = (Cell("core", "round-1", Mark.FAILED, evil, (attempt,)),)
    blockers = (replace(LANDED.blockers[0], text=evil, path=evil, reviewer=evil, tasks=(evil,)),)
    columns = (replace(LANDED.columns[1], title=evil, note=evil),)
    item = replace(LANDED.item, title=evil, why=evil, stage=evil)
    nasty = replace(LANDED, item=item, rows=rows, cells=cells, blockers=blockers, columns=columns)
    async with opened(nasty) as run:
        for key in ("1", "2", "3"):
            await run.press(key)
            assert not any(
                ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in run.text.replace("\n", "")
            )
        await run.press("1")
        assert run.shows("[bold red]x[/]<202e>{app.exit}")
