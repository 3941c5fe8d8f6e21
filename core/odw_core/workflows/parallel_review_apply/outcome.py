"""Outcome: the steps of the history, the gate and the result of a run, in upstream's shape. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odw_core.engines.loose import objects
from odw_core.workflows.parallel_review_apply.plan import Plan
from odw_core.workflows.parallel_review_apply.preflight import Block, Trouble
from odw_core.workflows.parallel_review_apply.review import REJECT, Review, aggregate
from odw_core.workflows.parallel_review_apply.rounds import review_label
from odw_core.workflows.parallel_review_apply.task import Task

Json = dict[str, object]

_FILES_SAID, _FILE_CHARS = 8, 160
_SAMPLES, _SAMPLE_CHARS = 5, 500


def task_value(task: Task) -> Json:
    """One of ``tasks`` in a plan step and in a result."""
    return {"id": task.id, "files": list(task.owned)}


def plan_step(plan: Plan) -> Json:
    """``plan`` of the history."""
    return {
        "step": "plan",
        "status": plan.status,
        "summary": plan.summary,
        "tasks": [task_value(task) for task in plan.tasks],
        "risks": list(plan.risks),
    }


def implement_step(tasks: Sequence[str], files: Sequence[str]) -> Json:
    """``implement``: round 1."""
    return {"step": "implement", "round": 1, "tasks": list(tasks), "files": list(files)}


def pre_review_block_step(block: Block, round_number: int) -> Json:
    """``pre_review_block``: why a round got no review."""
    return {
        "step": "pre_review_block",
        "round": round_number,
        "failed_tasks": [
            {"id": one.id, "file": one.files[0] if one.files else "", "files": list(one.files), "message": one.message}
            for one in block.failed
        ],
        "scope_issues": [
            {"task": issue.task, "file": issue.file, "owner_task": issue.owner or None} for issue in block.issues
        ],
    }


def review_step(reviews: Sequence[Review], files: Sequence[str], round_number: int) -> Json:
    """``review``: what all reviewers said."""
    verdict = aggregate(reviews)
    return {
        "step": "review",
        "round": round_number,
        "label": review_label(round_number),
        "decision": verdict.decision,
        "applyReady": verdict.is_ready,
        "files": list(files),
        "reviewers": [_review_value(review) for review in reviews],
        "blockers": list(verdict.blockers),
        "risks": list(verdict.risks),
        "owner_questions": list(verdict.owner_questions),
        "verification": list(verdict.verification),
    }


def _review_value(review: Review) -> Json:
    return {
        "reviewer": review.reviewer,
        "decision": review.decision,
        "summary": review.summary,
        "blockers": list(review.blockers),
        "risks": list(review.risks),
        "owner_questions": list(review.owner_questions),
        "verification": list(review.verification),
    }


def repair_plan_step(
    tasks: Sequence[str], retained_files: Sequence[str], round_number: int, *, reason: str = ""
) -> Json:
    """``repair_plan``: who is repaired in the coming round; ``reason`` is ``pre_review_block`` or empty."""
    step: Json = {
        "step": "repair_plan",
        "round": round_number,
        "tasks": list(tasks),
        "retained_files": list(retained_files),
    }
    return {**step, "reason": reason} if reason else step


def repair_step(tasks: Sequence[str], files: Sequence[str], candidate_files: Sequence[str], round_number: int) -> Json:
    """``repair``: what came new, and all files of the candidate."""
    return {
        "step": "repair",
        "round": round_number,
        "tasks": list(tasks),
        "files": list(files),
        "candidate_files": list(candidate_files),
    }


def verify_step(ok: bool, guard: Mapping[str, object], restore: Mapping[str, object] | None = None) -> Json:
    """``verify``: whether it held, and whether nobody wrote."""
    kept = {key: guard[key] for key in ("ok", "files", "added", "removed", "modified") if key in guard}
    step: Json = {"step": "verify", "ok": ok, "guard": kept}
    return step if restore is None else {**step, "restore": dict(restore)}


def guard_value(found: Mapping[str, object]) -> Json:
    """``verifyGuard`` of a result: what the guard saw, under the name that upstream gives this look at the tree."""
    return {"label": "final-verify-readonly", **found}


def gate_value(reviews: Sequence[Review], files: Sequence[str]) -> Json:
    """``result.gate`` of a review."""
    verdict = aggregate(reviews)
    return {
        "ok": verdict.is_ready,
        "decision": verdict.decision,
        "applyReady": verdict.is_ready,
        "files": list(files),
        "preflight": {"ok": True, "changed": bool(files)},
        "reviews": [{**_review_value(one), "files_reviewed": list(one.files_reviewed)} for one in reviews],
        "blockers": list(verdict.blockers),
        "risks": list(verdict.risks),
        "owner_questions": list(verdict.owner_questions),
        "verification": list(verdict.verification),
    }


def blocked_gate_value(trouble: Trouble, files: Sequence[str]) -> Json:
    """``result.gate`` of a candidate that could not be put together: one structured blocker, no reviewer."""
    return {
        "ok": False,
        "decision": REJECT,
        "applyReady": False,
        "files": list(files),
        "preflight": {"ok": False, "category": trouble.category, "message": trouble.message},
        "reviews": [],
        "blockers": [f"{trouble.category}: {trouble.message}"],
        "risks": [],
        "owner_questions": [],
        "verification": [],
    }


def gate_event(gate: Mapping[str, object], label: str) -> Json:
    """``worktree_review_gate`` of the journal: a gate with counts and samples."""
    reviews, preflight = gate["reviews"], gate["preflight"]
    assert isinstance(reviews, list)
    assert isinstance(preflight, dict)
    event: Json = {
        "type": "worktree_review_gate",
        "label": label,
        "ok": gate["ok"],
        "decision": gate["decision"],
        "applyReady": gate["applyReady"],
        "files": len(_texts(gate, "files")),
        "file_samples": _samples(gate, "files", _FILES_SAID, _FILE_CHARS),
        "reviewers": len(reviews),
        "review_decisions": [f"{one['reviewer']}:{one['decision']}" for one in reviews],
        "blockers": len(_texts(gate, "blockers")),
        "blocker_samples": _samples(gate, "blockers"),
        "risks": len(_texts(gate, "risks")),
        "risk_samples": _samples(gate, "risks"),
        "owner_questions": len(_texts(gate, "owner_questions")),
        "owner_question_samples": _samples(gate, "owner_questions"),
        "verification_samples": _samples(gate, "verification"),
    }
    if preflight["ok"] is True:
        return event
    category, message = preflight["category"], str(preflight["message"])[:_SAMPLE_CHARS]
    said = {"preflight_category": category, "preflight_message": message}
    return {**event, **said, "category": category, "message": message}


def _texts(gate: Mapping[str, object], key: str) -> list[str]:
    said = gate[key]
    return [str(one) for one in said] if isinstance(said, list) else []


def _samples(gate: Mapping[str, object], key: str, most: int = _SAMPLES, chars: int = _SAMPLE_CHARS) -> list[str]:
    return [one[:chars] for one in _texts(gate, key)[:most]]


def landed_value(landed: Mapping[str, object], patches: Sequence[Sequence[str]]) -> Json:
    """``result.landed``: what one landing of all ``patches`` (each as its files) came to, told for each patch."""
    ended = objects(landed, "results")
    told = ended[0] if ended else {}
    is_ok = landed.get("ok") is True
    results = [{**told, "applied": is_ok and bool(files), "files": list(files)} for files in patches]
    counts = {"applied": sum(one["applied"] is True for one in results), "failed": 0 if is_ok else len(results)}
    return {**landed, **counts, "results": results}


def result_value(
    *,
    ok: bool,
    tasks: Sequence[Task],
    history: Sequence[Mapping[str, object]],
    gate: Mapping[str, object] | None = None,
    landed: Mapping[str, object] | None = None,
    verification: object = None,
    guard: Mapping[str, object] | None = None,
    restore: Mapping[str, object] | None = None,
    error: Mapping[str, object] | str | None = None,
) -> Json:
    """The whole result; what never happened is left out. At the ceiling there is no ``error``: the gate says it all."""
    value: Json = {
        "ok": ok,
        "error": error,
        "tasks": [task_value(task) for task in tasks],
        "history": [dict(step) for step in history],
        "gate": gate,
        "landed": landed,
        "verification": verification,
        "verifyGuard": guard,
        "verifyRestore": restore,
    }
    return {key: one for key, one in value.items() if one is not None}
