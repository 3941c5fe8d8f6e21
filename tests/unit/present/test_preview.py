"""The preview of a row: why first, then what broke, what is asked, how it went, where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.detail import Column, ColumnKind, Detail, Mark
from odw_core.model.item import Item, Limit, State
from odw_core.model.question import Question
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.outcomes import outcome_lines
from odw_tui.present.preview import preview
from odw_tui.present.spans import Line, width_of


def told(
    item: Item,
    questions: Sequence[Question] = (),
    detail: Detail | None = None,
    size: tuple[int, int] = (100, 20),
) -> list[str]:
    lines = preview(item, questions, detail, now=samples.NOW, signs=UNICODE, home="/home/ada", size=size)
    return said(lines)


def said(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _ in (*line.left, *line.right)) for line in lines]


def the(title: str) -> Item:
    return next(item for item in samples.room_items() if item.title == title)


def test_title_and_why_come_first() -> None:
    lines = told(the("release note"))
    assert lines[0].startswith("release note")
    assert lines[0].endswith("~ stale, last seen 1d ago")
    assert lines[1] == "why    its owner (pid 5105) is gone; it will not go on by itself"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("explore flaky test", "▸ running for 40s"),
        ("add owner review queue", "◆ waiting for 3m"),
        ("add owner handoff packet", "✓ done, took 24m 10s, 5h ago"),
        ("decision digest", "✗ failed, took 28m 20s, 2h ago"),
    ],
)
def test_the_state_says_since_when(title: str, words: str) -> None:
    assert told(the(title))[0].endswith(words)


def test_a_small_preview_leaves_out_what_the_row_says_already() -> None:
    assert told(the("release note"), size=(58, 4))[0].startswith("why")


def test_a_tall_preview_sets_its_parts_apart() -> None:
    assert "" in told(the("release note"), size=(80, 50))
    assert "" not in told(the("release note"))


def test_the_cause_is_the_first_line_of_what_broke() -> None:
    failed = the("plan the mobile release")
    assert "cause  cannot write ~/.codex/sessions: Permission denied (os error 13)" in told(failed)
    detail = samples.run_detail(failed, cause=("exit 1 after 14s", "and more"))
    assert "cause  exit 1 after 14s" in told(failed, detail=detail)


def test_a_why_that_nobody_gave_is_not_an_empty_line() -> None:
    assert told(samples.item("x", State.RUNNING, why=""))[1] == "why    running; nothing says why"


def test_the_question_stands_with_its_options_and_who_can_answer() -> None:
    item = the("add owner review queue")
    lines = told(item, [samples.question(item.address)])
    text = "\n".join(lines)
    assert "Which queue keeps closed items?" in text
    assert "1  7 days" in text
    assert "who    pandacode answer in the workspace" in text
    assert "not from here: the run was started outside this room" in text


def test_goal_place_and_the_engines_own_word_come_last() -> None:
    lines = told(the("add owner review queue"))
    assert lines[-3] == "goal   Add an owner review queue to the shop back office"
    assert lines[-2] == "in     ~/work/shop · gate, round 2 · gpt-5.3-codex · 4/4 tasks · 412k tokens"
    assert lines[-1] == "name   odw:add-owner-review-queue   odw calls it: needs input"


def test_a_run_that_was_read_shows_its_columns_with_their_outcomes() -> None:
    lines = said(outcome_lines(samples.run_detail(), samples.NOW, UNICODE, 100))
    assert lines[0].split() == ["went", *["plan", "round", "1", "round", "2", "round", "3", "land", "verify"]]
    assert lines[1].split("   ")[-1].strip() == "✓ clean"
    assert lines[0].index("round 2") == lines[1].index("✗ 2 blockers")


@pytest.mark.parametrize("width", [30, 47, 60, 100])
def test_columns_that_do_not_fit_go_below(width: int) -> None:
    lines = outcome_lines(samples.run_detail(), samples.NOW, UNICODE, width)
    assert all(width_of(line.left) <= width for line in lines)
    assert len(lines) % 2 == 0


def test_of_very_many_columns_the_newest_are_shown() -> None:
    columns = tuple(
        Column(f"p{number}", ColumnKind.PHASE, f"phase {number}", Mark.DONE, "", samples.NOW - 9, samples.NOW)
        for number in range(60)
    )
    lines = said(outcome_lines(samples.run_detail(columns=columns), samples.NOW, UNICODE, 60))
    assert len(lines) == 6
    assert "phase 59" in lines[-2]


def test_a_column_that_runs_says_for_how_long() -> None:
    column = Column("r1", ColumnKind.ROUND, "round 1", Mark.RUNNING, "", samples.NOW - 125, None)
    lines = said(outcome_lines(samples.run_detail(columns=(column,)), samples.NOW, UNICODE, 60))
    assert lines[1].strip() == "▸ 2m 05s"


def test_a_session_has_no_columns() -> None:
    assert outcome_lines(samples.session_detail(), samples.NOW, UNICODE, 60) == ()
    assert outcome_lines(replace(samples.run_detail(), columns=()), samples.NOW, UNICODE, 60) == ()


def test_a_guess_from_files_alone_is_called_one() -> None:
    guess = replace(the("release note"), is_inferred=True)
    assert "       inferred from files alone; whoever runs it may know better" in told(guess)
    said_already = replace(guess, why="it seems to wait (inferred from its transcript)")
    assert not any("files alone" in line for line in told(said_already))


def test_the_windows_of_a_rate_limit_that_are_still_open_are_told() -> None:
    open_, over = Limit("7 d", 40.4, None, None), Limit("1 h", 99.0, samples.NOW - 1, None)
    item = replace(the("release note"), limits=(Limit("5 h", 84.6, samples.NOW + 60, None), open_, over))
    (line,) = [line for line in told(item) if line.startswith("limit")]
    assert line.startswith("limit  85 % of 5 h until ") and line.endswith("·  40 % of 7 d")
