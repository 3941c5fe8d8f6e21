"""The JSON documents that scripts rely on, made here and nowhere else. Pure: values in, plain dicts out.

Names are stable and more may be added. Times are ISO-8601 in UTC, durations end in ``_s``, addresses are text, and
what is unknown is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.detail import (
    Attempt,
    Blocker,
    Cell,
    Column,
    Detail,
    Gate,
    Landing,
    RunDetail,
    SessionDetail,
    Verification,
)
from odw_core.model.item import Item, State
from odw_core.model.problem import Problem
from odw_core.model.question import Field, Question
from odw_core.service.parts import cells_at
from odw_core.state.select import row_counts, rows

Document = dict[str, Any]

SCHEMA = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_text(at: float | None) -> str | None:
    """Unix seconds as ``2026-11-20T21:28:16.047Z``; None for what no calendar holds."""
    if at is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=round(at * 1000))
    except (OverflowError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def item_document(item: Item) -> Document:
    """One run or session, as ``list --json`` has it."""
    return {
        "address": str(item.address),
        "engine": item.address.engine,
        "kind": item.kind.value,
        "state": item.state.value,
        "why": item.why,
        "raw_state": item.raw_state,
        "title": item.title,
        "goal": item.goal,
        "place": item.place,
        "stage": item.stage,
        "tasks": None if item.tasks is None else {"done": item.tasks.done, "total": item.tasks.total},
        "blocker_count": item.blockers,
        "question_count": item.questions,
        "model": item.model,
        "tokens": None if item.tokens is None else {"total": item.tokens.total, "at_least": item.tokens.at_least},
        "started_at": time_text(item.started_at),
        "changed_at": time_text(item.changed_at),
        "ended_at": time_text(item.ended_at),
        "duration_s": _duration(item.started_at, item.ended_at),
        "last_words": item.last_words,
        "cause": item.cause,
        "parent": None if item.parent is None else str(item.parent),
        "driver": item.driver,
        "depth": item.depth.value,
    }


def question_document(question: Question) -> Document:
    """One open question, as ``inbox --json`` has it. ``options`` lists the choices of all its fields."""
    return {
        "id": question.id,
        "address": str(question.address),
        "kind": question.kind,
        "asked_at": time_text(question.asked_at),
        "title": question.title,
        "text": question.body,
        "subject": question.subject,
        "options": [option for field in question.fields for option in _options(field)],
        "fields": [_field_document(field) for field in question.fields],
        "decisions": list(question.decisions),
        "risk": question.risk,
        "digest": question.digest,
        "witnesses": list(question.witnesses),
        "inferred": question.inferred,
        "answer_via": question.answer_via,
        "why_not": question.why_not,
    }


def detail_document(detail: Detail) -> Document:
    """One run or session in full, as ``show --json`` has it."""
    match detail:
        case RunDetail():
            return _document({**item_document(detail.item), **_run_fields(detail)})
        case SessionDetail():
            return _document({**item_document(detail.item), **_session_fields(detail)})
        case _:
            assert_never(detail)


def part_document(detail: Detail, address: Address) -> Document:
    """The task or attempt at ``address`` inside the run ``detail`` tells about; no cells when it has no such part."""
    cells = [_cell_document(cell) for cell in cells_at(detail, address)]
    return _document({"address": str(address), "run": item_document(detail.item), "cells": cells})


def question_page(question: Question, asker: Item | None) -> Document:
    """One question in full, as ``show question:… --json`` has it: waiting, and who asks."""
    why = asker.why if asker else question.title
    raw_state = asker.raw_state if asker else None
    return _document(
        {**question_document(question), "state": State.WAITING.value, "why": why, "raw_state": raw_state},
    )


def list_document(items: Iterable[Item]) -> Document:
    """What ``list --json`` prints."""
    return _document({"items": [item_document(item) for item in items]})


def status_document(snapshot: Snapshot) -> Document:
    """What ``status --json`` prints: how many there are of each state, and which of them wait for a person."""
    return _document(
        {
            "counts": {state.value: number for state, number in row_counts(snapshot).items()},
            "waiting": [item_document(item) for item in rows(snapshot.items) if item.state is State.WAITING],
            "open_questions": len(snapshot.questions),
            "places": list(snapshot.places),
            "problems": [problem_document(problem) for problem in snapshot.problems],
        }
    )


def inbox_document(questions: Iterable[Question]) -> Document:
    """What ``inbox --json`` prints."""
    return _document({"questions": [question_document(question) for question in questions]})


def inspect_document(reading: Mapping[str, Any]) -> Document:
    """What ``inspect --json`` prints: the reading in the engines' own words."""
    return _document(reading)


def change_document(change: Change, at: float) -> Document:
    """One line of ``watch --jsonl``. ``before`` is null for what is new, ``after`` for what is gone."""
    return _document(
        {
            "seq": change.seq,
            "at": time_text(at),
            "address": str(change.address),
            "before": None if change.before is None else item_document(change.before),
            "after": None if change.after is None else item_document(change.after),
        }
    )


def problem_document(problem: Problem) -> Document:
    """Something that could not be read."""
    return {"path": problem.path, "offset": problem.offset, "reason": problem.reason}


def _document(fields: Mapping[str, Any]) -> Document:
    return {"schema": SCHEMA, **fields}


def _run_fields(run: RunDetail) -> Document:
    return {
        "workflow": run.workflow,
        "backend": run.backend,
        "max_rounds": run.max_rounds,
        "columns": [_column_document(column) for column in run.columns],
        "rows": [{"key": row.key, "title": row.title, "kind": row.kind} for row in run.rows],
        "cells": [_cell_document(cell) for cell in run.cells],
        "gates": [_gate_document(gate) for gate in run.gates],
        "blockers": [_blocker_document(blocker) for blocker in run.blockers],
        "landing": None if run.landing is None else _landing_document(run.landing),
        "verification": None if run.verification is None else _verification_document(run.verification),
        "questions": [question_document(question) for question in run.questions],
        "cause_lines": list(run.cause),
        "checkpoints": list(run.checkpoints),
        "auto_answers": run.auto_answers,
        "resumed_from": run.resumed_from,
        "sessions": [str(session) for session in run.sessions],
        "streams": list(run.streams),
    }


def _session_fields(session: SessionDetail) -> Document:
    return {
        "runtime": session.runtime,
        "session": session.session,
        "session_driver": session.driver,
        "thread_id": session.thread_id,
        "model": session.model,
        "effort": session.effort,
        "permission": session.permission,
        "owner_pid": session.owner_pid,
        "questions": [question_document(question) for question in session.questions],
        "cause_lines": list(session.cause),
        "missing_artifacts": list(session.missing_artifacts),
        "streams": list(session.streams),
    }


def _column_document(column: Column) -> Document:
    return {
        "key": column.key,
        "kind": column.kind.value,
        "title": column.title,
        "mark": None if column.mark is None else column.mark.value,
        "note": column.note,
        "started_at": time_text(column.started_at),
        "ended_at": time_text(column.ended_at),
        "duration_s": _duration(column.started_at, column.ended_at),
    }


def _cell_document(cell: Cell) -> Document:
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
        "duration_s": _duration(attempt.started_at, attempt.ended_at),
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


def _field_document(field: Field) -> Document:
    return {
        "id": field.id,
        "label": field.label,
        "options": _options(field),
        "allows_other": field.allows_other,
        "is_secret": field.is_secret,
    }


def _options(field: Field) -> list[Document]:
    return [{"label": choice.label, "description": choice.description} for choice in field.choices]


def _duration(started_at: float | None, ended_at: float | None) -> float | None:
    if started_at is None or ended_at is None:
        return None
    return round(max(ended_at - started_at, 0.0), 3)
