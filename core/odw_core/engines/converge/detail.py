"""Runs and tasks in full, as the run screen and ``show --json`` tell them. Pure."""

from __future__ import annotations

from odw_core.engines.converge import timeline
from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.blockers import Stop, every_stop
from odw_core.engines.converge.causes import cause_lines, causes_of, task_cause
from odw_core.engines.converge.contracts import contracts_of, mismatches_of
from odw_core.engines.converge.findings import findings_of, notices_of
from odw_core.engines.converge.graph import graph_of
from odw_core.engines.converge.item import run_item, task_item
from odw_core.engines.converge.names import row_time, run_address
from odw_core.engines.converge.origins import run_origins, task_origins
from odw_core.engines.converge.own_rounds import is_taken, own_blockers
from odw_core.engines.converge.plans import artifacts_of, plans_of
from odw_core.engines.converge.question import left_over, pause_lines, run_questions, task_questions
from odw_core.engines.converge.records import stored_questions
from odw_core.engines.converge.repeats import repeat_notices
from odw_core.engines.converge.standing import NOT_RECOMPUTED
from odw_core.engines.converge.ties import repos_of, run_of
from odw_core.model.cause import Proof
from odw_core.model.detail import Blocker, Duty, Notice, RunDetail
from odw_core.model.evidence import Facts
from odw_core.text.ansi import one_line, plain


def run_detail(acc: RunAcc, facts: Facts) -> RunDetail:
    """Everything about a run."""
    item = run_item(acc, facts)
    causes = causes_of(acc)
    return RunDetail(
        item=item,
        workflow="coordinate",
        backend=one_line(acc.plans[0].provider if acc.plans else "", 40),
        max_rounds=acc.max_rounds,
        columns=timeline.columns(acc, item),
        rows=timeline.grid_rows(acc),
        cells=timeline.cells(acc, item),
        gates=(),
        blockers=own_blockers(acc) or tuple(_blocker(acc, stop) for stop in every_stop(acc)),
        landing=None,
        verification=None,
        questions=run_questions(acc, item.state),
        cause=cause_lines(acc, causes) or ((item.cause,) if item.cause else ()),
        checkpoints=(),
        auto_answers=0,
        resumed_from=None,
        sessions=(),
        streams=_streams(acc),
        causes=causes,
        plans=plans_of(acc),
        duties=tuple(Duty(duty.repo, tuple(duty.duties)) for duty in acc.duties),
        contracts=contracts_of(acc),
        mismatches=mismatches_of(acc),
        graph=graph_of(acc, item),
        findings=findings_of(acc),
        notices=(*repeat_notices(acc), *notices_of(acc)),
        artifacts=artifacts_of(acc),
        origins=run_origins(acc, item),
    )


def _blocker(acc: RunAcc, stop: Stop) -> Blocker:
    said = {
        "missing_repo": f"repo {stop.repo} is missing: {stop.text}",
        "question": stop.text,
        "contract_issue": stop.text,
        "empty_split": stop.text,
    }[stop.kind]
    return Blocker(
        text=plain(said),
        path=stop.proof.file,
        line=stop.proof.line,
        reviewer=stop.kind.replace("_", " "),
        tasks=(stop.repo,) if stop.repo is not None else (),
        round=acc.round or 1,
        fate="accepted as it is" if is_taken(acc, stop.kind, stop.repo, stop.text) else "open",
    )


def _streams(acc: RunAcc) -> tuple[str, ...]:
    named = [name for name in ("summary.md", "run.json") if name in acc.files]
    return (*(("log",) if acc.log is not None else ()), *named)


def task_detail(acc: TaskAcc, facts: Facts) -> RunDetail:
    """Everything about a task of the queue: its runs, what it asks, what was answered."""
    item = task_item(acc, facts)
    cause = task_cause(acc.row) if acc.row is not None and item.cause else None
    return RunDetail(
        item=item,
        workflow="task of the queue",
        backend=one_line(acc.row.source or "", 60) if acc.row is not None else "",
        max_rounds=None,
        columns=(),
        rows=(),
        cells=(),
        gates=(),
        blockers=_task_blockers(acc),
        landing=None,
        verification=None,
        questions=task_questions(acc),
        cause=tuple(plain(acc.row.last_error).split("\n")) if cause is not None and acc.row is not None else (),
        checkpoints=_checkpoints(acc),
        auto_answers=0,
        resumed_from=None,
        sessions=tuple(run_address(run) for run in acc.runs),
        streams=("row",) if acc.row is not None else (),
        causes=() if cause is None else (cause,),
        notices=tuple(_notices(acc)),
        origins=task_origins(acc),
    )


def _task_blockers(acc: TaskAcc) -> tuple[Blocker, ...]:
    asked = task_questions(acc)
    return tuple(Blocker(one.body, None, None, one.kind, (), 1, "open") for one in asked)


def _checkpoints(acc: TaskAcc) -> tuple[str, ...]:
    found = acc.checkpoint
    if found is None:
        return ()
    state = "paused for a person" if found.is_pending else "answered" if found.is_resumed else "no pause is open"
    return (f"thread {one_line(found.thread, 60)}, step {found.step if found.step is not None else '?'}: {state}",)


def _notices(acc: TaskAcc) -> list[Notice]:
    row = acc.row
    if row is None:
        return []
    proof = Proof(row.database, 1, f"tasks, id {one_line(row.id, 60)}")
    _, pause, _ = stored_questions(row.questions)
    found = [Notice(f"repos: {one_line(', '.join(repos_of(row)), 400)}", proof=proof)] if repos_of(row) else []
    for run in acc.runs:
        own = run_of(row)
        kind = "its files" if run == own else "a resume attempt" if own and run > own else "an earlier run"
        found.append(Notice(f"run {one_line(run, 60)}: {kind}", proof=proof))
    if row.resolution:
        found.append(Notice(f"stored answer: {one_line(row.resolution, 400)}", proof=proof))
        if row.status == "HITL_REQUIRED":
            found.append(Notice(f"status stays HITL_REQUIRED: {NOT_RECOMPUTED}", True, proof))
    if pause is not None:
        found += [Notice(f"pause: {line}", proof=proof) for line in pause_lines(pause)]
    if left_over(acc):
        text = f"questions are left in the queue; {one_line(row.status, 40)} means that nobody is asked"
        found.append(Notice(text, proof=proof))
    if row.attempts:
        found.append(Notice(f"{row.attempts} attempt{'' if row.attempts == 1 else 's'} failed (3 are allowed)", True))
    if acc.checkpoint is not None:
        where = Proof(acc.checkpoint.database, 1, f"checkpoints, thread {one_line(acc.checkpoint.thread, 60)}")
        found.append(Notice(f"checkpoint {_checkpoints(acc)[0]}", proof=where))
    if row.claimed_at and row_time(row.claimed_at) is not None:
        found.append(Notice(f"claimed at {one_line(row.claimed_at, 40)} UTC", proof=proof))
    return found
