"""The page of changes: many diffs as one text, its files, its folds, and what stands around it."""

from __future__ import annotations

from dataclasses import replace

from drivers import plan_samples, samples
from drivers.said import both_sides
from odw_core.model.detail import Mark
from odw_tui.present.diff import (
    DiffPage,
    Part,
    file_rows,
    has_changes,
    heading,
    newest_parts,
    no_changes,
    part_at,
    tail,
    title_line,
)
from odw_tui.present.glyphs import ASCII, UNICODE

RUN = samples.run_detail()
DIFF = plan_samples.DIFF.split("\n")[:-1]


def page_of(*parts: Part) -> DiffPage:
    page = DiffPage()
    for part in parts:
        page.begin(part, has_head=len(parts) > 1)
        page.take(DIFF)
        page.end(UNICODE)
    return page


PARTS = newest_parts(RUN)
ONE, BOTH = page_of(PARTS[0]), page_of(*PARTS[:2])


def test_of_each_task_the_newest_attempt_counts_and_reviewers_change_nothing() -> None:
    assert [(part.task, part.where) for part in PARTS] == [
        ("core", "round 3"),
        ("handoff", "round 2"),
        ("markdown", "round 3"),
        ("tests", "round 3"),
        ("readme", "round 1"),
    ]


def test_an_attempt_without_a_diff_has_no_part() -> None:
    bare = tuple(replace(cell, attempts=tuple(replace(one, streams=()) for one in cell.attempts)) for cell in RUN.cells)
    assert part_at(RUN, "core", "round-1") is not None
    assert part_at(RUN, "handoff", "round-3") is None
    assert not has_changes(replace(RUN, cells=bare)) and newest_parts(replace(RUN, cells=bare)) == ()


def test_a_part_is_another_one_when_its_attempt_ended() -> None:
    cells = [
        replace(cell, attempts=tuple(replace(one, mark=Mark.RUNNING, ended_at=None) for one in cell.attempts))
        for cell in RUN.cells
    ]
    assert part_at(replace(RUN, cells=tuple(cells)), "core", "round-1") != part_at(RUN, "core", "round-1")


def test_every_task_has_a_heading_and_its_own_files() -> None:
    assert BOTH.lines[0] == "core, round 3   4 files   +5 −2" and BOTH.tone(0) == "part"
    assert [file.part.task for file in BOTH.files] == ["core"] * 4 + ["handoff"] * 4
    assert BOTH.file_at(0) is BOTH.files[0] and BOTH.file_at(BOTH.files[4].start) is BOTH.files[4]
    assert len({file.key for file in BOTH.files}) == 8


def test_a_head_is_one_line_and_a_folded_file_too() -> None:
    folds = ONE.folds({ONE.files[0].key}, UNICODE)
    assert [fold.words for fold in folds] == [
        "src/render.js   +3 −2   folded",
        "docs/new name.md   renamed from docs/old name.md",
        "logo.png   binary",
        "test/empty.test.js   +2   new",
    ]
    assert (folds[0].start, folds[0].stop) == (0, ONE.files[0].stop)
    assert (folds[3].start, folds[3].stop) == (ONE.files[3].start, ONE.files[3].body)


def test_lines_have_tones_and_numbers() -> None:
    body = ONE.files[0].body
    assert [ONE.tone(body + step) for step in range(4)] == ["aside", "plain", "removed", "added"]
    assert [ONE.number(body + step) for step in range(4)] == [None, 10, 11, 11]


def test_without_unicode_a_minus_is_a_minus() -> None:
    assert heading(ONE.files[0], ASCII, is_folded=False) == "src/render.js   +3 -2"


def test_a_long_path_keeps_its_end() -> None:
    assert tail("src/very/long/path.js", 12, UNICODE) == "…ong/path.js"
    assert tail("目录/文件.js", 8, UNICODE) == "…文件.js"
    assert tail("abc", 3, UNICODE) == "abc"


def test_the_list_has_tasks_above_their_files() -> None:
    rows = [both_sides(row.line) for row in file_rows(BOTH, UNICODE, 36, ())]
    assert rows[:3] == ["core  round 3 | ", "src/render.js | +3 −2", "docs/new name.md | "]
    assert next(both_sides(row.line) for row in file_rows(ONE, UNICODE, 36, ())) == "src/render.js | +3 −2"


def test_the_title_says_whose_changes_and_how_many() -> None:
    assert both_sides(title_line(None, BOTH, 5, UNICODE, "tab")) == (
        "all 5 tasks   8 files   +10 −4 | tab goes on to the next task"
    )
    assert both_sides(title_line(PARTS[0], None, 1, UNICODE, "")) == "core, round 3   reading | "


def test_a_diff_that_is_not_there_says_why() -> None:
    page = DiffPage()
    page.begin(PARTS[0], has_head=False)
    page.end(UNICODE, "It was never written.")
    assert page.is_empty
    assert "It was never written." in "".join(both_sides(line) for line in no_changes(page.missing, "1"))
