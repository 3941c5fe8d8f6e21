"""The raw reading for verification, in the engine's own words: keys as the headless page names them. Not stable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from odw_core.engines.base import Read
from odw_core.engines.converge.acc import PlanAcc, RunAcc, TaskAcc, TaskRow
from odw_core.engines.converge.badge import origin_of
from odw_core.engines.converge.blockers import stops
from odw_core.engines.converge.database import Databases
from odw_core.engines.converge.names import HITL
from odw_core.engines.converge.records import stored_questions
from odw_core.engines.converge.standing import raw_state
from odw_core.engines.converge.ties import goal_of, run_of

Document = dict[str, object]

_NO_PAUSE: Document = {"pending_interrupt": False, "resume_written": False}


def inspection(read: Sequence[Read], places: Iterable[str], databases: Databases) -> dict[str, object]:
    """The ``converge`` section. The checkpoint is the newest of all places."""
    runs = sorted((one.acc for one in read if isinstance(one.acc, RunAcc)), key=lambda acc: acc.item)
    tasks = [one.acc.row for one in read if isinstance(one.acc, TaskAcc) and one.acc.row is not None]
    tasks.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    section = {
        "runs": [inspect_run(acc) for acc in runs],
        "tasks": [inspect_task(row) for row in tasks],
        "checkpoint": inspect_checkpoint(places, databases),
    }
    return {"converge": section}


def inspect_run(acc: RunAcc) -> Document:
    """One run as ``inspect --json`` prints it."""
    is_complete = acc.has_record
    return {
        "run_id": acc.item,
        "state": "complete" if is_complete else raw_state(acc),
        "status": acc.status or None,
        "round": acc.round,
        "max_rounds": acc.max_rounds,
        "goal_chars": len(acc.goal) if is_complete else None,
        "goal_lines": acc.goal.count("\n") + 1 if is_complete else None,
        "human_decision": _json(acc.decision),
        "event_count": acc.events,
        "timeline": [
            {"round": one.number, "status": one.status, "artifacts": one.artifacts, "issues": one.issues}
            for one in acc.rounds
        ],
        "repos": [
            {"path": repo.path, "exists": repo.exists, "type": repo.type, "signals": repo.signals} for repo in acc.repos
        ],
        "plans": [_plan(plan) for plan in acc.plans],
        "contract_issues": acc.issues,
        "blockers": [{"kind": stop.kind, "repo": stop.repo, "text": stop.text} for stop in stops(acc)],
        "files": sorted(acc.files),
        "repo_plan_dirs": acc.folders,
        "explained_by": _explained_by(acc),
    }


def _plan(plan: PlanAcc) -> Document:
    return {
        "repo_path": plan.repo,
        "provider": plan.provider,
        "status": plan.status,
        "origin": origin_of(plan),
        "model": plan.model,
        "changes": len(plan.changes),
        "questions": plan.questions,
    }


def _explained_by(acc: RunAcc) -> str | None:
    if raw_state(acc) != "empty":
        return None
    is_waiting = any(row.status == HITL and run_of(row) == acc.item for row in acc.queue.tasks)
    return "task waiting for a person" if is_waiting else None


def _json(text: str | None) -> object:
    return None if text is None else json.loads(text)


def inspect_task(row: TaskRow) -> Document:
    """One row of the queue."""
    plain, pause, count = stored_questions(row.questions)
    return {
        "id": row.id,
        "status": row.status,
        "attempts": row.attempts,
        "goal": goal_of(row),
        "artifacts_dir": row.artifacts_dir,
        "source": row.source,
        "has_error": bool(row.last_error),
        "has_run": row.artifacts_dir is not None,
        "question_count": count,
        "plain_questions": plain,
        "pause_payload_keys": None if pause is None else sorted(pause.fields),
        "pause_round": None if pause is None else pause.rounds,
        "contract_issues": None if pause is None else pause.issues,
        "missing_repos": None if pause is None else pause.missing,
        "proposal_questions": None if pause is None else pause.questions,
        "suggested_action_count": None if pause is None else pause.action_count,
    }


def inspect_checkpoint(places: Iterable[str], databases: Databases) -> Document | None:
    """The newest checkpoint; None without checkpoint tables."""
    queues = [databases.queue(place) for place in places]
    found = [one for queue in queues if (one := queue.newest_checkpoint) is not None]
    if not found:
        is_there = any(queue.has_checkpoints for queue in queues)
        return dict.fromkeys(("thread_id", "newest_step")) | _NO_PAUSE if is_there else None
    newest = max(found, key=lambda one: one.checkpoint)
    return {
        "thread_id": newest.thread,
        "newest_step": newest.step,
        "pending_interrupt": newest.is_pending,
        "resume_written": newest.is_resumed,
    }
