"""Around an output: whose it is, which stream comes first, what broke, what is missing and the next key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.said import both_sides, text_of
from odw_core.model.detail import Cell, Mark
from odw_core.model.item import State
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.output import (
    cause_lines,
    cell_target,
    is_growing,
    missing_picture,
    peek_target,
    run_target,
    seen_words,
    sentence,
    telling_words,
    title_lines,
)

RUN = samples.run_detail()
ADDRESS = samples.item().address


def with_cell(*attempts: object, mark: Mark = Mark.DONE) -> object:
    return replace(RUN, cells=(Cell("core", "round-1", mark, "", attempts),))  # type: ignore[arg-type]


def test_a_done_attempt_opens_at_what_it_said() -> None:
    target = cell_target(RUN, "core", "round-1", UNICODE)
    assert target is not None
    assert (text_of(target.title), target.first, text_of(target.outcome)) == (
        "core, round 1",
        "stdout",
        "✓ done after 4m 10s",
    )


@pytest.mark.parametrize("mark", [Mark.FAILED, Mark.RUNNING, Mark.UNFINISHED])
def test_what_broke_or_still_runs_opens_at_stderr(mark: Mark) -> None:
    detail = with_cell(samples.attempt(ADDRESS, 1, mark, streams=("stdout", "stderr")), mark=mark)
    target = cell_target(detail, "core", "round-1", UNICODE)  # type: ignore[arg-type]
    assert target is not None
    assert target.first == "stderr"


def test_of_several_attempts_the_last_is_shown_and_the_others_are_counted() -> None:
    detail = with_cell(samples.attempt(ADDRESS, 1, Mark.FAILED), samples.attempt(ADDRESS, 2))
    last = cell_target(detail, "core", "round-1", UNICODE)  # type: ignore[arg-type]
    first = cell_target(detail, "core", "round-1", UNICODE, 0)  # type: ignore[arg-type]
    assert last is not None
    assert first is not None
    assert text_of(last.title).endswith("attempt 2 of 2")
    assert text_of(first.title).endswith("attempt 1 of 2")


def test_a_cell_where_nothing_was_tried_has_no_output() -> None:
    assert cell_target(RUN, "tests", "round-2", UNICODE) is None


def test_a_waiting_cell_is_not_worth_a_glance() -> None:
    detail = with_cell(samples.attempt(ADDRESS, 1, Mark.WAITING), mark=Mark.WAITING)
    assert peek_target(detail, "core", "round-1", UNICODE) is None  # type: ignore[arg-type]


def test_the_journal_is_no_stream_of_a_run_but_one_of_a_session() -> None:
    assert run_target(RUN).streams == ("stderr",)
    session = samples.session_detail(streams=("stdout", "stderr", "journal"))
    assert run_target(session).streams == ("stdout", "stderr", "journal")


def test_what_is_stale_or_over_does_not_grow() -> None:
    assert is_growing(samples.item("x", State.RUNNING))
    assert not is_growing(samples.item("x", State.STALE))
    assert not is_growing(samples.item("x", State.DONE))


def test_the_stream_that_is_shown_stands_out() -> None:
    target = cell_target(RUN, "core", "round-1", UNICODE)
    assert target is not None
    line = title_lines(target, "prompt", {"diff"}, "212 lines")[1]
    assert {span.text: span.tone for span in line.left if span.text in target.streams} == {
        "stdout": "quiet",
        "prompt": "strong",
        "diff": "faint",
    }
    assert text_of(line.right) == "212 lines"


def test_a_long_cause_is_folded_and_says_how_to_unfold_it() -> None:
    target = replace(run_target(RUN), cause=("one", "two", "three", "four"))
    folded = [both_sides(line) for line in cause_lines(target, "+", is_unfolded=False)]
    assert folded == ["cause  one | ", "       two | ", "       2 more lines   + unfolds | "]
    assert len(cause_lines(target, "+", is_unfolded=True)) == 4


def test_without_a_cause_nothing_is_said() -> None:
    assert cause_lines(run_target(RUN), "+", is_unfolded=False) == ()


def test_what_is_missing_says_why_and_the_next_key() -> None:
    lines = [both_sides(line) for line in missing_picture("stderr", "this attempt left nothing", (("o", "the next"),))]
    assert lines == [" | ", "No stderr here. | ", "This attempt left nothing. | ", " | ", "o  the next | "]


def test_advice_for_the_command_line_is_left_out_on_the_screen() -> None:
    assert (
        sentence("this attempt has not finished; its prompt is in --stream prompt") == "This attempt has not finished."
    )
    assert sentence("") == "Nothing says why."


def test_a_cause_is_found_again_by_its_first_words() -> None:
    assert telling_words("error: " + "x" * 300) == "error: " + "x" * 72


@pytest.mark.parametrize(
    ("count", "follows", "is_live", "searching", "words"),
    [
        (None, True, True, False, "counting lines, follows the end"),
        (1, True, False, False, "1 line"),
        (1234, True, True, False, "1,234 lines, follows the end"),
        (12, False, True, True, "12 lines, searching"),
    ],
)
def test_a_view_says_what_it_shows(
    count: int | None, follows: bool, is_live: bool, searching: bool, words: str
) -> None:
    assert seen_words(count, follows=follows, is_live=is_live, searching=searching) == words
