"""The story of a cell: why it ran, what came out; a column speaks where a row had no part in it."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from drivers.said import both_sides
from odw_core.model.detail import Blocker, Cell, Landing, Mark, RunDetail, Verification
from odw_tui.present.cell_story import story
from odw_tui.present.glyphs import ASCII, UNICODE

NOW = samples.NOW
RUN = samples.run_detail()


def told(detail: RunDetail, row: str, column: str, width: int = 120) -> list[str]:
    return [both_sides(line) for line in story(detail, row, column, UNICODE, NOW, width)]


def test_a_repaired_task_names_the_blockers_that_caused_it() -> None:
    lines = told(RUN, "core", "round-2")
    assert lines[0] == "core, round 2   repaired because of 2 blockers | 4m 10s"
    assert lines[1].startswith(
        "✗ src/render.js:12  renders ids that the digest no longer has | correctness → markdown, core"
    )
    assert lines[1].endswith("fixed in round 3")


def test_in_a_narrow_place_only_the_fate_stands_on_the_right() -> None:
    assert told(RUN, "core", "round-2", 70)[1].endswith("| fixed in round 3")


def test_a_kept_task_says_why_it_was_not_run() -> None:
    assert (
        told(RUN, "tests", "round-2")[0]
        == "tests, round 2   kept: no blocker named it, so its work of the round before stays | "
    )


def test_a_reviewer_shows_what_it_found() -> None:
    lines = told(RUN, "correctness", "round-1")
    assert lines[0].startswith("correctness, round 1   rejected because of 2 blockers")
    assert "src/queue.js:40" in lines[2]


def test_a_reviewer_is_found_by_its_name_whatever_its_key() -> None:
    rows = tuple(replace(row, key=f"{row.kind}:{row.key}") for row in RUN.rows)
    cells = tuple(
        replace(cell, row=next(row.key for row in rows if row.key.endswith(f":{cell.row}"))) for cell in RUN.cells
    )
    lines = told(replace(RUN, rows=rows, cells=cells), "task:core", "round-2")
    assert "because of 2 blockers" in lines[0]


def test_the_cause_stands_before_everything_else() -> None:
    failed = samples.attempt(
        samples.item().address, 2, Mark.FAILED, error="exit 1\nlinker: no such symbol\n\nthird", summary="x"
    )
    lines = told(replace(RUN, cells=(Cell("core", "round-2", Mark.FAILED, "", (failed,)),)), "core", "round-2")
    assert lines[0].startswith("core, round 2   failed | attempt 2, 4m 10s")
    assert lines[1:4] == ["cause  exit 1 | ", "       linker: no such symbol | ", "       third | "]


def test_an_earlier_failure_is_not_forgotten() -> None:
    address = samples.item().address
    attempts = (samples.attempt(address, 1, Mark.FAILED, error="schema mismatch"), samples.attempt(address, 2))
    lines = told(replace(RUN, cells=(Cell("core", "round-1", Mark.DONE, "", attempts),)), "core", "round-1")
    assert any("before attempt 1: schema mismatch" in line for line in lines)


def test_files_beyond_the_first_are_counted() -> None:
    many = samples.attempt(samples.item().address, files=tuple(f"src/{name}.js" for name in "abcdefgh"))
    lines = told(replace(RUN, cells=(Cell("core", "round-1", Mark.DONE, "", (many,)),)), "core", "round-1")
    assert any(line.startswith("files  src/a.js") and "and 2 more" in line for line in lines)


def test_where_a_row_had_no_part_the_round_speaks() -> None:
    lines = told(replace(RUN, cells=()), "core", "round-1")
    assert lines[0] == "round 1   3 blockers | 5m 59s"
    assert lines[1] == "       core had no part in it | "
    assert lines[2].startswith("review correctness: reject   owner-risk: approve | 2 files")


def test_the_landing_is_told_in_numbers() -> None:
    assert "landed 5 of 5 patches applied, 9 files | " in told(RUN, "owner-risk", "land")


def test_a_landing_that_failed_says_why() -> None:
    failed = replace(RUN, landing=Landing(False, 1, 0, 0, "patch does not apply"))
    assert told(failed, "owner-risk", "land")[2:4] == [
        "cause  0 of 1 patch applied, 0 files | ",
        "       patch does not apply | ",
    ]


def test_a_verifier_that_wrote_is_named() -> None:
    broken = replace(RUN, verification=Verification(False, "npm test passed", False, ("README.md",), True))
    assert "guard  the verifier changed README.md; all of it was put back | " in told(broken, "core", "verify")


def test_a_running_cell_counts_on() -> None:
    running = samples.attempt(samples.item().address, 1, Mark.RUNNING, started_at=NOW - 75)
    lines = told(replace(RUN, cells=(Cell("core", "round-1", Mark.RUNNING, "", (running,)),)), "core", "round-1")
    assert lines[0] == "core, round 1   is running | 1m 15s"


def test_a_cell_that_is_not_there_tells_nothing() -> None:
    assert told(RUN, "nobody", "round-1") == []
    assert told(RUN, "core", "round-9") == []


def test_foreign_words_are_shown_and_not_obeyed() -> None:
    evil = Blocker("a.js:1 \x1b[2J[bold]wipe[/bold]\u202eme", "a.js", 1, "r\x07", ("core",), 1, "open")
    lines = told(replace(RUN, blockers=(evil,)), "core", "round-2")
    assert "␛" not in lines[1].replace("␛[2J", "")
    assert "\x1b" not in "".join(lines)
    assert "[bold]wipe[/bold]<202e>me" in lines[1]


def test_ascii_stories_of_ascii_runs_are_ascii() -> None:
    for row in RUN.rows:
        for column in RUN.columns:
            for line in story(RUN, row.key, column.key, ASCII, NOW, 120):
                assert both_sides(line).isascii()
