"""Rounds: how many there are, and what everything is called in each. Pure."""

from __future__ import annotations

PLANNER, VERIFIER = "planner", "verify"
MOST_ROUNDS = 4
REVIEWERS = ("correctness", "owner-risk")
PLANNER_ATTEMPTS, REVIEWER_ATTEMPTS = 3, 2
_MOST_ATTEMPTS = 4


def default_rounds(task_count: int) -> int:
    """Review rounds when nobody says: 2 for up to two tasks, 3 for three, 4 for more."""
    return 2 if task_count <= 2 else min(task_count, MOST_ROUNDS)


def max_rounds(wanted: int | None, task_count: int) -> int:
    """The ceiling of review rounds: what is wanted, from 1 to 4, else the default."""
    return default_rounds(task_count) if wanted is None else max(1, min(wanted, MOST_ROUNDS))


def attempts(wanted: int) -> int:
    """How often a planner or a reviewer is asked before it counts as failed: 1 to 4."""
    return max(1, min(wanted, _MOST_ATTEMPTS))


def task_key(task_id: str, round_number: int) -> str:
    """Key of a task's work in a round (from 1): its id, then ``<task>-repair-<round - 1>``."""
    return task_id if round_number <= 1 else f"{task_id}-repair-{round_number - 1}"


def task_label(task_id: str, round_number: int) -> str:
    """Label of a task's work in a round."""
    return f"{'impl' if round_number <= 1 else 'repair'}:{task_id}"


def review_key(reviewer: str, round_number: int) -> str:
    """Key of a reviewer's work in a round."""
    return f"review-{reviewer}-r{round_number}"


def review_label(round_number: int) -> str:
    """Label of a round's gate; readers take the round from it."""
    return "batch-review" if round_number <= 1 else f"batch-review-r{round_number}"
