"""Which task of the queue a run belongs to, and how that is known. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from odw_core.engines.converge.acc import RunAcc, TaskRow
from odw_core.engines.converge.names import row_time, stamp_time
from odw_core.engines.loose import integer, parse_object, text, texts

_CLAIM_S = 10.0
"""How long after it was claimed the run of a task begins at most."""
_SLACK_S = 2.0


class Tie(StrEnum):
    """How a run was tied to a task."""

    FOLDER = "the task names its folder"
    GOAL = "same goal and repos, and it began while the task was worked on"
    CLAIM = "it began when the task was claimed"
    RESUME = "it began while the task was resumed"


class Tied(NamedTuple):
    """A task and why it is thought to be the run's."""

    row: TaskRow
    how: Tie


def run_of(row: TaskRow) -> str:
    """Id of the run folder that a task names; empty when it names none."""
    return (row.artifacts_dir or "").replace("\\", "/").rstrip("/").rpartition("/")[2]


def goal_of(row: TaskRow) -> str:
    """What a task asks for."""
    return text(_request(row), "goal")


def repos_of(row: TaskRow) -> list[str]:
    """The repos of a task."""
    return texts(_request(row), "repos")


def rounds_asked(row: TaskRow) -> int | None:
    """How many rounds a task may have at most."""
    return integer(_request(row), "max_rounds")


def agent_asked(row: TaskRow) -> str:
    """Who is to plan a task; empty when whoever works on it decides."""
    return text(_request(row), "agent_provider")


def _request(row: TaskRow) -> dict[str, object]:
    return parse_object(row.request.encode("utf-8", "surrogatepass")) or {}


def may_be_task_of(row: TaskRow, run: str) -> bool:
    """Whether a task is worth looking at for a run."""
    return run_of(row) == run or may_be_run_of(run, row)


def may_be_run_of(run: str, row: TaskRow) -> bool:
    """Whether a run began while a task was worked on."""
    if run_of(row) == run:
        return True
    at, created = stamp_time(run), row_time(row.created_at)
    if at is None or created is None:
        return False
    last = max(row_time(row.updated_at) or created, (row_time(row.claimed_at) or created) + _CLAIM_S)
    return created - _SLACK_S <= at <= last + _SLACK_S


def task_of(acc: RunAcc) -> Tied | None:
    """The task a run belongs to; the surest tie wins."""
    found: list[Tied] = []
    for row in acc.queue.tasks:
        how = _tie(acc, row)
        if how is not None:
            found.append(Tied(row, how))
    order = [*Tie]
    return min(found, key=lambda tied: (order.index(tied.how), tied.row.id), default=None)


def _tie(acc: RunAcc, row: TaskRow) -> Tie | None:
    if run_of(row) == acc.item:
        return Tie.FOLDER
    if not may_be_run_of(acc.item, row):
        return None
    if acc.has_record:
        repos = [plan.repo for plan in acc.plans]
        is_same = acc.goal == goal_of(row) and (not repos or repos == repos_of(row))
        return Tie.GOAL if is_same else None
    if acc.log is not None and acc.log.goal is not None:
        return Tie.GOAL if acc.log.goal == goal_of(row) and acc.log.repos == repos_of(row) else None
    return _tie_of_empty(acc, row)


def _tie_of_empty(acc: RunAcc, row: TaskRow) -> Tie | None:
    at, claimed = stamp_time(acc.item), row_time(row.claimed_at)
    if at is not None and claimed is not None and -_SLACK_S <= at - claimed <= _CLAIM_S:
        return Tie.CLAIM
    first = stamp_time(run_of(row))
    if at is not None and first is not None and row.resolution and at > first:
        return Tie.RESUME
    return None
