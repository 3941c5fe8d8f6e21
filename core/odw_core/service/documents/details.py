"""Details as JSON: what ``show --json`` says of runs and sessions besides what a row says. Pure, like all documents."""

from __future__ import annotations

from typing import assert_never

from odw_core.model.cause import Cause
from odw_core.model.coordination import differences
from odw_core.model.detail import (
    Artifact,
    Attempt,
    Blocker,
    Cell,
    Column,
    Contract,
    Detail,
    Gate,
    Landing,
    Notice,
    Origin,
    Plan,
    Row,
    RunDetail,
    SessionDetail,
    Verification,
)
from odw_core.model.item import Limit
from odw_core.service.documents.coordination import (
    batch_document,
    call_document,
    difference_document,
    graph_document,
    mismatch_document,
    plan_round_document,
    proof_document,
    side_document,
)
from odw_core.service.documents.plain_values import Document, duration_s, time_text, tokens_document


def fields_of(detail: Detail) -> Document:
    """What ``show --json`` says of a run or session besides what its row says."""
    match detail:
        case RunDetail():
            return run_fields(detail)
        case SessionDetail():
            return session_fields(detail)
        case _:
            assert_never(detail)


def run_fields(run: RunDetail) -> Document:
    """What ``show --json`` says of a run besides what its row says."""
    return {
        "workflow": run.workflow,
        "backend": run.backend,
        "max_rounds": run.max_rounds,
        "columns": [_column_document(column) for column in run.columns],
        "rows": [_row_document(row) for row in run.rows],
        "cells": [cell_document(cell) for cell in run.cells],
        "gates": [_gate_document(gate) for gate in run.gates],
        "blockers": [_blocker_document(blocker) for blocker in run.blockers],
        "landing": None if run.landing is None else _landing_document(run.landing),
        "verification": None if run.verification is None else _verification_document(run.verification),
        "cause_lines": list(run.cause),
        "checkpoints": list(run.checkpoints),
        "auto_answers": run.auto_answers,
        "resumed_from": run.resumed_from,
        "sessions": [str(session) for session in run.sessions],
        "streams": list(run.streams),
        "causes": [_cause_document(cause) for cause in run.causes],
        "plans": [plan_document(plan) for plan in run.plans],
        "duties": [{"repo": duty.repo, "duties": list(duty.duties)} for duty in run.duties],
        "contracts": [_contract_document(contract) for contract in run.contracts],
        "mismatches": [mismatch_document(mismatch) for mismatch in run.mismatches],
        "graph": None if run.graph is None else graph_document(run.graph),
        "batch": None if run.batch is None else batch_document(run.batch),
        "calls": [call_document(call) for call in run.calls],
        "findings": [_notice_document(finding) for finding in run.findings],
        "notices": [_notice_document(notice) for notice in run.notices],
        "artifacts": [_artifact_document(artifact) for artifact in run.artifacts],
        "origins": [_origin_document(origin) for origin in run.origins],
    }


def session_fields(session: SessionDetail) -> Document:
    """What ``show --json`` says of a session besides what its row says."""
    return {
        "runtime": session.runtime,
        "session": session.session,
        "session_driver": session.driver,
        "thread_id": session.thread_id,
        "model": session.model,
        "effort": session.effort,
        "permission": session.permission,
        "owner_pid": session.owner_pid,
        "cause_lines": list(session.cause),
        "missing_artifacts": list(session.missing_artifacts),
        "streams": list(session.streams),
        "causes": [_cause_document(cause) for cause in session.causes],
        "asked_model": session.asked_model,
        "sandbox": session.sandbox,
        "approval_policy": session.approval_policy,
        "mode": session.mode,
        "source": session.source,
        "version": session.version,
        "forked_from": session.forked_from,
        "context_used": session.context_used,
        "context_window": session.context_window,
        "turns": session.turns,
        "commands": session.commands,
        "failed_commands": session.failed_commands,
        "patches": session.patches,
        "compactions": session.compactions,
        "has_conversation": session.has_conversation,
        "limits": [_limit_document(limit) for limit in session.item.limits],
        "notices": [_notice_document(notice) for notice in session.notices],
        "artifacts": [_artifact_document(artifact) for artifact in session.artifacts],
        "origins": [_origin_document(origin) for origin in session.origins],
    }


def _row_document(row: Row) -> Document:
    stands_for = None if row.stands_for is None else str(row.stands_for)
    return {"key": row.key, "title": row.title, "kind": row.kind, "stands_for": stands_for}


def _column_document(column: Column) -> Document:
    return {
        "key": column.key,
        "kind": column.kind.value,
        "title": column.title,
        "mark": None if column.mark is None else column.mark.value,
        "note": column.note,
        "started_at": time_text(column.started_at),
        "ended_at": time_text(column.ended_at),
        "duration_s": duration_s(column.started_at, column.ended_at),
        "why": column.why,
        "tokens": tokens_document(column.tokens),
    }


def cell_document(cell: Cell) -> Document:
    """One cell of the grid with its attempts."""
    return {
        "row": cell.row,
        "column": cell.column,
        "mark": cell.mark.value,
        "note": cell.note,
        "attempts": [_attempt_document(attempt) for attempt in cell.attempts],
    }


def _attempt_document(attempt: Attempt) -> Document:
    return {
        "address": str(attempt.address),
        "number": attempt.number,
        "mark": attempt.mark.value,
        "started_at": time_text(attempt.started_at),
        "ended_at": time_text(attempt.ended_at),
        "duration_s": duration_s(attempt.started_at, attempt.ended_at),
        "runtime": attempt.runtime,
        "model": attempt.model,
        "session": attempt.session,
        "tokens": attempt.tokens,
        "files": list(attempt.files),
        "summary": attempt.summary,
        "error": attempt.error,
        "streams": list(attempt.streams),
    }


def _gate_document(gate: Gate) -> Document:
    return {
        "round": gate.round,
        "label": gate.label,
        "decision": gate.decision,
        "apply_ready": gate.apply_ready,
        "files": list(gate.files),
        "file_count": gate.file_count,
        "verdicts": [{"reviewer": reviewer, "decision": decision} for reviewer, decision in gate.verdicts],
        "blockers": [_blocker_document(blocker) for blocker in gate.blockers],
        "blocker_count": gate.blocker_count,
        "risks": list(gate.risks),
        "owner_questions": list(gate.owner_questions),
        "preflight": gate.preflight,
        "at": time_text(gate.at),
    }


def _blocker_document(blocker: Blocker) -> Document:
    return {
        "text": blocker.text,
        "path": blocker.path,
        "line": blocker.line,
        "symbol": blocker.symbol,
        "reviewer": blocker.reviewer,
        "tasks": list(blocker.tasks),
        "round": blocker.round,
        "fate": blocker.fate,
    }


def _landing_document(landing: Landing) -> Document:
    return {
        "ok": landing.ok,
        "patches": landing.patches,
        "applied": landing.applied,
        "files": landing.files,
        "message": landing.message,
    }


def _verification_document(verification: Verification) -> Document:
    return {
        "ok": verification.ok,
        "summary": verification.summary,
        "guard_ok": verification.guard_ok,
        "changed_files": list(verification.changed_files),
        "restored": verification.restored,
    }


def _cause_document(cause: Cause) -> Document:
    return {
        "kind": cause.kind,
        "sentence": cause.sentence,
        "fix": cause.fix,
        "evidence": proof_document(cause.proof),
        "is_warning": cause.is_warning,
    }


def plan_document(plan: Plan) -> Document:
    """One repo's plan, everything that is known of it."""
    return {
        "address": str(plan.address),
        "repo": plan.repo,
        "status": plan.status,
        "badge": plan.badge,
        "is_doubtful": plan.is_doubtful,
        "markdown": plan.markdown,
        "prompt": plan.prompt,
        "evidence": list(plan.evidence),
        "model": plan.model,
        "commands": list(plan.commands),
        "attachments": [_artifact_document(artifact) for artifact in plan.attachments],
        "causes": [_cause_document(cause) for cause in plan.causes],
        "rounds": [plan_round_document(one) for one in plan.rounds],
        "differences": [difference_document(one) for one in differences(plan.rounds)],
    }


def _contract_document(contract: Contract) -> Document:
    return {
        "repo": contract.repo,
        "declared": list(contract.declared),
        "consumed": list(contract.consumed),
        "artifacts": list(contract.artifacts),
        "places": [{"id": name, **side_document(side)} for name, side in contract.places],
    }


def _notice_document(notice: Notice) -> Document:
    return {"text": notice.text, "is_warning": notice.is_warning, "evidence": proof_document(notice.proof)}


def _artifact_document(artifact: Artifact) -> Document:
    return {"name": artifact.name, "size_bytes": artifact.size, "stream": artifact.stream, "note": artifact.note}


def _origin_document(origin: Origin) -> Document:
    return {
        "figure": origin.figure,
        "file": origin.file,
        "offset": origin.offset,
        "at": time_text(origin.at),
        "how": origin.how.value,
        "note": origin.note,
    }


def _limit_document(limit: Limit) -> Document:
    return {
        "name": limit.name,
        "used_percent": limit.used_percent,
        "resets_at": time_text(limit.resets_at),
        "said_at": time_text(limit.said_at),
    }
