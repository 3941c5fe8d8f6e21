"""The rows of runs and tasks. Pure: state and why come from ``state/derive``."""

from __future__ import annotations

import os

from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.badge import is_fallen_back, is_written_by_codex
from odw_core.engines.converge.blockers import stops
from odw_core.engines.converge.causes import causes_of, task_cause
from odw_core.engines.converge.names import FAILED, HITL, row_time, run_address, task_address
from odw_core.engines.converge.question import run_questions, task_questions
from odw_core.engines.converge.standing import (
    GOES_ON,
    Stand,
    adopter_of_task,
    began_at,
    is_settled,
    local_time,
    log_stage,
    settles_at,
    stand_of,
    task_stand,
    written_at,
)
from odw_core.engines.converge.ties import Tied, goal_of, repos_of, task_of
from odw_core.model.evidence import Facts
from odw_core.model.item import Claim, Item, Kind, Progress, State
from odw_core.state.derive import Reading, Standing, derive
from odw_core.text.ansi import one_line

_OVER = ("CANCELLED", "SUCCEEDED", FAILED)
_CLAIM_SLACK_S = 2.0


def run_item(acc: RunAcc, facts: Facts) -> Item:
    """The row of a run."""
    stand = stand_of(acc, facts)
    state, why, deadline = derive(stand.reading, facts)
    tied = task_of(acc)
    began, ended = began_at(acc), ended_at(acc, stand, tied, facts)
    settles = settles_at(acc, facts)
    causes = [cause for cause in causes_of(acc) if not cause.is_warning]
    goal = _goal(acc, tied)
    asked = run_questions(acc, state)
    return Item(
        address=run_address(acc.item),
        parent=None if tied is None else task_address(tied.row.id),
        kind=Kind.RUN,
        place=acc.place,
        title=one_line(goal, 120) or acc.item,
        state=state,
        why=why,
        raw_state=one_line(stand.raw, 60),
        stage=stage_of(acc, state, facts),
        goal=one_line(goal, 400) or None,
        tasks=_progress(acc),
        blockers=len(stops(acc)) if acc.has_record else None,
        questions=len(asked),
        model=next((one_line(plan.model, 120) for plan in acc.plans if plan.model), None),
        started_at=began,
        changed_at=_changed_at(acc, facts) or began,
        ended_at=ended,
        last_words=_last_words(acc),
        cause=causes[0].sentence if causes else (why if state is State.FAILED else None),
        driver="converge",
        next_deadline=min((at for at in (deadline, settles) if at is not None), default=None),
        is_inferred=stand.is_inferred,
        claims=claims_of(acc, stand, ended, facts),
    )


def task_item(acc: TaskAcc, facts: Facts) -> Item:
    """The row of a task of the queue."""
    row = acc.row
    if row is None:
        return Item(task_address(acc.id), None, Kind.RUN, acc.place, acc.id, State.IDLE, "it is not read yet", "unread")
    stand = task_stand(row, facts, has_runs=bool(acc.runs))
    adopter = adopter_of_task(acc)
    if adopter is not None and row.status == HITL:
        stand = Stand(Reading(Standing.STOPPED, GOES_ON.format(one_line(adopter, 60))), row.status)
    state, why, deadline = derive(stand.reading, facts)
    cause = task_cause(row) if state is State.FAILED else None
    updated, goal = row_time(row.updated_at), goal_of(row)
    return Item(
        address=task_address(row.id),
        parent=None,
        kind=Kind.RUN,
        place=acc.place,
        title=one_line(goal, 120) or row.id,
        state=state,
        why=why,
        raw_state=one_line(stand.raw, 60),
        stage=f"task, {len(acc.runs)} run{'' if len(acc.runs) == 1 else 's'}",
        goal=one_line(goal, 400) or None,
        questions=len(task_questions(acc)),
        started_at=row_time(row.created_at),
        changed_at=updated or row_time(row.created_at),
        ended_at=updated if row.status in _OVER else None,
        cause=None if cause is None else cause.sentence,
        driver="converge",
        next_deadline=deadline,
    )


def ended_at(acc: RunAcc, stand: Stand, tied: Tied | None, facts: Facts) -> float | None:
    """When it ended; None while more may come: files of its last burst, or another word of its task."""
    if tied is not None and tied.row.status not in _OVER:
        return None
    if acc.has_record:
        return (acc.generated_at or written_at(acc, facts.now) or began_at(acc)) if is_settled(acc, facts) else None
    if acc.log is not None and stand.reading.standing in (Standing.BROKEN, Standing.HELD, Standing.STOPPED):
        return local_time(acc.log, acc.log.last_at)
    return None


def stage_of(acc: RunAcc, state: State, facts: Facts) -> str:
    """Where it is, in a few words."""
    if acc.has_record:
        found = stops(acc)
        asked = sum(stop.kind == "question" for stop in found)
        number = f"round {acc.round if acc.round is not None else '?'}/{acc.max_rounds or '?'}"
        if state is State.WAITING and asked:
            return f"{asked} question{'' if asked == 1 else 's'}, {number}"
        if state is State.BLOCKED and found:
            return f"{len(found)} blocker{'' if len(found) == 1 else 's'}, {number}"
        return number
    return log_stage(acc.log) if acc.log is not None and state is State.RUNNING else ""


def repos_asked(acc: RunAcc) -> list[str]:
    """The repos a run was started for, by the best witness there is."""
    if acc.repos:
        return [repo.path for repo in acc.repos]
    if acc.plans:
        return [plan.repo for plan in acc.plans]
    if acc.log is not None and acc.log.repos:
        return acc.log.repos
    tied = task_of(acc)
    return [] if tied is None else repos_of(tied.row)


def claims_of(acc: RunAcc, stand: Stand, ended: float | None, facts: Facts) -> tuple[Claim, ...]:
    """The Codex sessions that were its: those that began in one of its repos meanwhile."""
    began = began_at(acc)
    if acc.native:
        # The run of ours names its sessions itself.
        return ()
    if began is None or any(plan.provider == "copilot" for plan in acc.plans):
        return ()
    if _says_codex_was_never_called(acc):
        return ()
    until = ended
    if acc.has_record:
        until = acc.generated_at or written_at(acc, facts.now) or ended or began
    elif until is None and stand.reading.standing is not Standing.WORKING:
        last = local_time(acc.log, acc.log.last_at) if acc.log is not None else None
        until = last or began + facts.silent_after_s
    folders = dict.fromkeys(os.path.normpath(os.path.join(acc.place, repo)) for repo in repos_asked(acc))  # noqa: PTH118
    return tuple(
        Claim("codex", folder=folder, since=began - _CLAIM_SLACK_S, until=until)
        for folder in (folders or (acc.place,))
        if "\0" not in folder
    )


def _says_codex_was_never_called(acc: RunAcc) -> bool:
    if acc.log is None or not acc.plans or any(map(is_written_by_codex, acc.plans)):
        return False
    return not any(repo.fails for planning in acc.log.rounds for repo in planning.repos)


def _goal(acc: RunAcc, tied: Tied | None) -> str:
    logged = acc.log.goal if acc.log is not None else None
    return acc.goal or acc.asked_goal or logged or (goal_of(tied.row) if tied is not None else "")


def _progress(acc: RunAcc) -> Progress | None:
    repos = repos_asked(acc)
    if acc.has_record:
        fine = sum(plan.status == "OK" and is_written_by_codex(plan) for plan in acc.plans)
        return Progress(fine, max(len(repos), len(acc.plans)))
    if acc.log is not None and repos:
        planned = acc.log.rounds[-1].repos if acc.log.rounds else []
        fine = sum(bool(one.ended) and not is_fallen_back(one) for one in planned)
        return Progress(fine, max(len(repos), len(planned)))
    return None


def _changed_at(acc: RunAcc, facts: Facts) -> float | None:
    if acc.has_record and acc.generated_at is not None:
        return acc.generated_at
    logged = local_time(acc.log, acc.log.last_at) if acc.log is not None else None
    return logged or (written_at(acc, facts.now) if acc.files else None)


def _last_words(acc: RunAcc) -> str:
    if acc.has_record:
        return one_line(acc.plans[-1].summary if acc.plans else "", 200)
    return one_line(acc.log.last_line.split(" - ", 3)[-1], 200) if acc.log is not None else ""
