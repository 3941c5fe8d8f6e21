"""The blockers of a run: by round, with place, way and fate; each leads to the cell that dealt with it."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from drivers.said import both_sides
from odw_core.model.detail import Blocker, RunDetail
from odw_tui.present.blockers import blocker_rows, blocker_story, cell_of, no_blockers
from odw_tui.present.findings import finding_of
from odw_tui.present.glyphs import UNICODE

RUN = samples.run_detail()


def rows(detail: RunDetail, width: int = 120) -> list[str]:
    return [both_sides(row.line) for row in blocker_rows(detail, UNICODE, width)]


def test_rounds_stand_newest_first_under_their_verdict() -> None:
    headings = [row for row in rows(RUN) if row.startswith("round")]
    assert headings == [
        "round 3   approved   no blockers | ",
        "round 2   rejected   1 blocker | ",
        "round 1   rejected   2 blockers | ",
    ]


def test_a_blocker_has_place_finding_way_and_fate() -> None:
    found = next(row for row in rows(RUN) if "render.js" in row)
    assert found.startswith("✗ src/render.js:12  renders ids that the digest no longer has")
    assert found.endswith("| correctness → markdown, core   fixed in round 3")


def test_findings_of_one_round_begin_in_the_same_cell() -> None:
    starts = {row.index(words) for row in rows(RUN) for words in ("renders ids", "the queue loses") if words in row}
    assert len(starts) == 1


def test_only_blockers_can_hold_the_cursor() -> None:
    assert [row.blocker is not None for row in blocker_rows(RUN, UNICODE, 120)].count(True) == len(RUN.blockers)


def test_blockers_that_the_journal_only_counts_are_owned_up_to() -> None:
    gate = replace(RUN.gates[0], blocker_count=7)
    assert "5 more that the journal counts but does not tell | " in rows(replace(RUN, gates=(gate,)))


def test_risks_stand_below_their_round() -> None:
    gate = replace(RUN.gates[0], risks=("keeps closed items for 30 days",))
    assert "risk   keeps closed items for 30 days | " in rows(replace(RUN, gates=(gate,)))


def test_a_place_is_not_said_twice() -> None:
    said = Blocker("src/a.js:2: loses the bound", "src/a.js", 2, None, (), 1, "open")
    assert finding_of(said) == "loses the bound"
    assert finding_of(replace(said, text="src/a.js:2")) == "src/a.js:2"


def test_a_blocker_in_full_says_from_whom_and_what_became_of_it() -> None:
    lines = [both_sides(line) for line in blocker_story(RUN.blockers[0], UNICODE)]
    assert lines[0] == "src/render.js:12   renders ids that the digest no longer has | "
    assert lines[1:] == ["from   correctness → markdown, core | ", "fate   fixed in round 3 | "]


def test_a_long_blocker_wraps_below_its_place() -> None:
    long = replace(RUN.blockers[0], text="x" * 500)
    assert both_sides(blocker_story(long, UNICODE)[0]) == "src/render.js:12 | "


def test_a_blocker_leads_to_its_task_in_the_next_round() -> None:
    assert cell_of(RUN, RUN.blockers[1]) == ("core", "round-2")


def test_a_blocker_whose_task_was_kept_leads_to_the_round_that_ran() -> None:
    assert cell_of(RUN, replace(RUN.blockers[0], tasks=("tests",))) == ("tests", "round-3")


def test_a_blocker_without_a_task_leads_to_its_reviewer() -> None:
    assert cell_of(RUN, replace(RUN.blockers[0], tasks=())) == ("correctness", "round-2")


def test_a_blocker_of_nobody_leads_nowhere() -> None:
    assert cell_of(RUN, replace(RUN.blockers[0], tasks=(), reviewer=None)) is None


def test_no_blockers_may_be_good_news_or_no_news() -> None:
    assert "found anything" in "".join(both_sides(line) for line in no_blockers(RUN))
    assert "looked at it yet" in "".join(both_sides(line) for line in no_blockers(replace(RUN, gates=())))
