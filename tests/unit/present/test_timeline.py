"""The timeline as a table: every mark says what happened, how long it took, and never in colour alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.said import text_of
from odw_core.model.detail import Attempt, Cell, Column, ColumnKind, Mark, Row
from odw_tui.present.glyphs import ASCII, UNICODE
from odw_tui.present.spans import Spans, width_of
from odw_tui.present.timeline import TONES, WORDS, first_look, head, picture, ticking_cells, timeline

NOW = samples.NOW
RUN = samples.run_detail()


def said(line: Spans) -> str:
    return text_of(line)


def cell(mark: Mark, note: str = "", *attempts: Attempt) -> Cell:
    return Cell("core", "round-1", mark, note, attempts)


def tried(mark: Mark, took_s: float = 250, **fields: object) -> Attempt:
    start = NOW - 1000
    ended = None if mark is Mark.RUNNING else start + took_s
    return samples.attempt(samples.item().address, 1, mark, started_at=start, ended_at=ended, **fields)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (cell(Mark.DONE, "", tried(Mark.DONE)), "✓ 4m 10s"),
        (cell(Mark.REPAIRED, "", tried(Mark.REPAIRED, 90)), "↻ 1m 30s"),
        (cell(Mark.KEPT, "kept"), "= kept"),
        (cell(Mark.CACHED, "cached"), "= cached"),
        (cell(Mark.RUNNING, "", tried(Mark.RUNNING)), "▸ 16m 40s"),
        (
            cell(Mark.UNFINISHED, "", samples.attempt(samples.item().address, 1, Mark.UNFINISHED, ended_at=None)),
            "~ unfinished",
        ),
        (cell(Mark.WAITING, "waits for an answer", tried(Mark.WAITING)), "◆ waits"),
        (cell(Mark.FAILED, "exit 1: no space", tried(Mark.FAILED, 14)), "✗ failed 14s"),
        (cell(Mark.APPROVED), "✓ approve"),
        (cell(Mark.REJECTED, "2 blockers"), "✗ 2 blockers"),
        (cell(Mark.NEEDS_OWNER), "◆ needs owner"),
        (cell(Mark.SKIPPED), "· skipped"),
    ],
)
def test_a_cell_says_what_became_of_it(given: Cell, words: str) -> None:
    assert said(picture(given, ColumnKind.ROUND, UNICODE, NOW)) == words


def test_every_mark_has_a_word_and_a_tone() -> None:
    assert set(WORDS) == set(TONES) == set(Mark)


def test_what_landed_of_a_task_is_a_count_without_a_sign() -> None:
    assert said(picture(Cell("core", "land", Mark.DONE, "3 files"), ColumnKind.LAND, UNICODE, NOW)) == "3 files"


def test_a_cell_with_several_tries_counts_them() -> None:
    given = cell(Mark.DONE, "", tried(Mark.FAILED, 10), tried(Mark.DONE))
    assert said(picture(given, ColumnKind.ROUND, UNICODE, NOW)) == "✓ 4m 10s  2 tries"


def test_a_cell_alone_in_its_row_says_more() -> None:
    failed = cell(Mark.FAILED, "no space left", tried(Mark.FAILED, 14))
    waiting = cell(Mark.WAITING, "waits for an answer", tried(Mark.WAITING))
    assert said(picture(failed, ColumnKind.ROUND, UNICODE, NOW, is_roomy=True)) == "✗ failed 14s  no space left"
    assert said(picture(waiting, ColumnKind.ROUND, UNICODE, NOW, is_roomy=True)) == "◆ waits for an answer"


def test_a_header_has_title_duration_and_outcome() -> None:
    assert [said(line) for line in head(RUN.columns[1], UNICODE, NOW)] == ["round 1  5m 59s", "✗ 3 blockers"]


def test_a_header_of_what_has_not_begun_says_its_name_only() -> None:
    column = Column("land", ColumnKind.LAND, "land", None, "", None, None)
    assert [said(line) for line in head(column, UNICODE, NOW)] == ["land", ""]


def test_a_header_that_runs_shows_its_age() -> None:
    column = Column("round-4", ColumnKind.ROUND, "round 4", Mark.RUNNING, "", NOW - 61, None)
    assert [said(line) for line in head(column, UNICODE, NOW)] == ["round 4  1m 01s", "▸ running"]


def test_rounds_are_equally_wide_and_reviewers_stand_apart() -> None:
    table = timeline(RUN, UNICODE, NOW)
    assert {column.kin for column in table.columns if column.key.startswith("round")} == {"round"}
    assert [row.key for row in table.rows if row.apart] == ["correctness"]


def test_a_planner_and_a_verifier_leave_no_gap() -> None:
    rows = (
        Row("p", "plan", "planner"),
        Row("t", "core", "task"),
        Row("r", "rev", "reviewer"),
        Row("v", "v", "verifier"),
    )
    table = timeline(replace(RUN, rows=rows, cells=()), UNICODE, NOW)
    assert [row.key for row in table.rows if row.apart] == ["r"]


def test_ascii_signs_are_ascii_and_one_cell_wide() -> None:
    table = timeline(RUN, ASCII, NOW)
    assert all(said(line).isascii() for line in table.cells.values())
    assert all(width_of((line[0],)) == 1 for line in table.cells.values() if line and len(line) > 1)


def test_only_what_runs_ticks() -> None:
    assert ticking_cells(RUN) == ()
    growing = replace(RUN, cells=(*RUN.cells, Cell("core", "round-3", Mark.RUNNING, "", (tried(Mark.RUNNING),))))
    assert [one.mark for one in ticking_cells(growing)] == [Mark.RUNNING]


def test_a_cell_of_an_unknown_column_is_left_out() -> None:
    table = timeline(replace(RUN, cells=(Cell("core", "round-9", Mark.DONE, ""),)), UNICODE, NOW)
    assert table.cells == {}


@pytest.mark.parametrize(
    ("mark", "place"),
    [
        (Mark.WAITING, ("handoff", "round-2")),
        (Mark.FAILED, ("handoff", "round-2")),
        (Mark.RUNNING, ("handoff", "round-2")),
    ],
)
def test_the_first_look_goes_to_what_matters(mark: Mark, place: tuple[str, str]) -> None:
    cells = (*RUN.cells, Cell("handoff", "round-2", mark, ""))
    assert first_look(replace(RUN, cells=cells)) == place


def test_the_first_look_at_what_went_well_goes_to_the_last_round() -> None:
    assert first_look(RUN) == ("core", "round-3")


def test_the_first_look_at_nothing_is_nowhere() -> None:
    assert first_look(replace(RUN, rows=(), cells=())) is None
    assert first_look(replace(RUN, cells=())) == ("core", "plan")


def test_hostile_words_become_visible_marks() -> None:
    row = Row("evil", "\x1b]0;owned\x07[red]x[/red]\u202e", "task")
    shown = said(timeline(replace(RUN, rows=(row,), cells=()), UNICODE, NOW).rows[0].title)
    assert "\x1b" not in shown
    assert "[red]x[/red]" in shown
    assert "<202e>" in shown
