"""How many rounds, and what everything is called in each."""

from __future__ import annotations

import pytest

from odw_core.engines.odw.journal import round_of_label
from odw_core.workflows.parallel_review_apply.rounds import (
    PLANNER_ATTEMPTS,
    REVIEWER_ATTEMPTS,
    REVIEWERS,
    attempts,
    default_rounds,
    max_rounds,
    review_key,
    review_label,
    task_key,
    task_label,
)


@pytest.mark.parametrize(("tasks", "rounds"), [(0, 2), (1, 2), (2, 2), (3, 3), (4, 4), (5, 4), (64, 4)])
def test_rounds_by_the_number_of_tasks(tasks: int, rounds: int) -> None:
    """odw-exec-1780525079576-47490, 1780525853321-53849, 1780527063497-83594: three rounds are too few for four."""
    assert default_rounds(tasks) == rounds
    assert max_rounds(None, tasks) == rounds


@pytest.mark.parametrize(("wanted", "rounds"), [(-1, 1), (0, 1), (1, 1), (3, 3), (4, 4), (9, 4)])
def test_wanted_rounds_are_from_one_to_four(wanted: int, rounds: int) -> None:
    assert max_rounds(wanted, 2) == rounds
    assert attempts(wanted) == rounds


def test_the_defaults_of_reviewers_and_attempts() -> None:
    assert REVIEWERS == ("correctness", "owner-risk")
    assert (PLANNER_ATTEMPTS, REVIEWER_ATTEMPTS) == (3, 2)


def test_names_of_the_rounds_are_those_of_the_dialect() -> None:
    assert [task_key("core", number) for number in (1, 2, 3)] == ["core", "core-repair-1", "core-repair-2"]
    assert [review_label(number) for number in (1, 2)] == ["batch-review", "batch-review-r2"]
    assert [task_label("core", number) for number in (1, 2)] == ["impl:core", "repair:core"]
    assert review_key("owner-risk", 2) == "review-owner-risk-r2"


@pytest.mark.parametrize("number", range(1, 5))
def test_the_reader_takes_the_round_from_the_label(number: int) -> None:
    assert round_of_label(review_label(number)) == number
