"""The head of the run screen: never without state and why, whatever the width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.said import both_sides, text_of
from odw_core.model.detail import RunDetail
from odw_core.model.item import State
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.run_head import Headed, cause_line, head, took_s
from odw_tui.present.spans import width_of

NOW = samples.NOW
RUN = samples.run_detail()


def test_it_says_where_what_how_and_why() -> None:
    lines = [both_sides(line) for line in head(Headed(RUN.item, RUN, "shop"), UNICODE, NOW, 118)]
    assert lines == [
        "shop › add owner handoff packet | ✓ done   landed in round 3   24m 10s   1.8M tokens",
        "why    both reviewers approved in round 3; 5 patches landed; npm test passed | ",
    ]


@pytest.mark.parametrize(("width", "gone"), [(80, "shop ›"), (70, "tokens"), (58, "24m 10s"), (46, "landed")])
def test_the_narrower_the_less_but_the_state_stays(width: int, gone: str) -> None:
    line = head(Headed(RUN.item, RUN, "shop"), UNICODE, NOW, width)[0]
    assert gone not in both_sides(line)
    assert "✓ done" in text_of(line.right)
    assert width_of(line.right) < width


def test_a_run_that_goes_on_grows_older() -> None:
    item = samples.item("x", State.RUNNING, age_s=100)
    assert took_s(item, NOW) == 100
    assert took_s(item, NOW + 5) == 105


def test_a_run_without_an_owner_does_not() -> None:
    item = samples.item("x", State.STALE, age_s=100, changed_at=NOW - 40)
    assert took_s(item, NOW + 500) == 60


def test_without_times_nothing_is_claimed() -> None:
    assert took_s(samples.item("x", started_at=None), NOW) is None


def test_a_run_that_was_not_read_yet_has_a_head_already() -> None:
    assert "why" in both_sides(head(Headed(RUN.item, None, "shop"), UNICODE, NOW, 100)[1])


def test_what_is_unusual_stands_in_a_note() -> None:
    unusual = replace(RUN, auto_answers=6, resumed_from="odw-exec-1-2")
    lines = [both_sides(line) for line in head(Headed(unusual.item, unusual, "shop"), UNICODE, NOW, 100)]
    assert lines[2] == "note   6 questions answered automatically · resumes odw-exec-1-2 | "


def test_files_a_session_did_not_write_are_named() -> None:
    session = samples.session_detail(missing_artifacts=("plan.md", "notes.md"))
    lines = [both_sides(line) for line in head(Headed(session.item, session, "shop"), UNICODE, NOW, 100)]
    assert lines[2] == "note   files it should have written and did not: plan.md, notes.md | "


def test_a_run_whose_files_went_away_says_so() -> None:
    lines = [both_sides(line) for line in head(Headed(RUN.item, RUN, "shop", is_gone=True), UNICODE, NOW, 100)]
    assert lines[-1].startswith("gone   its files were removed while you looked")


def test_a_run_without_a_why_says_that_too() -> None:
    lines = head(Headed(replace(RUN.item, why=""), RUN, "shop"), UNICODE, NOW, 100)
    assert both_sides(lines[1]) == "why    done; nothing says why | "


def test_hostile_titles_do_nothing() -> None:
    evil = replace(RUN.item, title="\x1b[31mred\x1b[0m\n[b]x[/b]", why="\x9b2Jwhy")
    shown = "".join(both_sides(line) for line in head(Headed(evil, RUN, "\x07shop"), UNICODE, NOW, 100))
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


def broken(why: str, *cause: str) -> RunDetail:
    return replace(RUN, item=replace(RUN.item, state=State.FAILED, why=why), cause=cause)


def test_a_cause_that_says_more_than_the_why_is_told_with_the_key_for_all_of_it() -> None:
    lines = cause_line(broken("failed in planning", "plan: no space left", "second", "third"), "u")
    assert [both_sides(line) for line in lines] == ["cause  plan: no space left | 2 more lines, u shows all"]


def test_a_cause_that_the_why_has_said_is_not_repeated() -> None:
    assert cause_line(broken("Error: boom", "Error: boom"), "u") == ()


def test_what_went_well_in_the_end_shows_no_cause() -> None:
    assert cause_line(replace(RUN, cause=("one", "two")), "u") == ()
