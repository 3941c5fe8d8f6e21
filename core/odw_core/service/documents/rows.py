"""The JSON documents that scripts rely on, made here and nowhere else. Pure: values in, plain dicts out.

Names are stable and more may be added. Times are ISO-8601 in UTC, durations end in ``_s``, addresses are text, and
what is unknown is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.item import Item, State
from odw_core.model.problem import Problem
from odw_core.model.question import Field, Question
from odw_core.service.documents.plain_values import Document, duration_s, made_plain, time_text, tokens_document
from odw_core.state.select import row_counts, rows

if TYPE_CHECKING:
    from odw_core.model.detail import Detail
    from odw_core.model.whereabouts import Whereabouts

# What a whole run looks like is imported where it is asked for: most commands say something of rows alone.
SCHEMA = 1


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
        "tokens": tokens_document(item.tokens),
        "started_at": time_text(item.started_at),
        "changed_at": time_text(item.changed_at),
        "ended_at": time_text(item.ended_at),
        "duration_s": duration_s(item.started_at, item.ended_at),
        "last_words": item.last_words,
        "cause": item.cause,
        "parent": None if item.parent is None else str(item.parent),
        "driver": item.driver,
        "depth": item.depth.value,
        "folder": item.folder,
        "branch": item.branch,
        "inferred": item.is_inferred,
        "archived": item.is_archived,
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
        "details": [{"label": label, "text": text} for label, text in question.details],
        "risk": question.risk,
        "confirm": question.confirm,
        "digest": question.digest,
        "witnesses": list(question.witnesses),
        "inferred": question.inferred,
        "answer_via": question.answer_via,
        "why_not": question.why_not,
        "sent": question.is_sent,
    }


def detail_document(detail: Detail) -> Document:
    """One run or session in full, as ``show --json`` has it."""
    from odw_core.service.documents.details import fields_of

    fields = fields_of(detail)
    questions = [question_document(question) for question in detail.questions]
    return _document(made_plain({**item_document(detail.item), **fields, "questions": questions}))


def part_document(detail: Detail, address: Address) -> Document:
    """The task, attempt or plan at ``address`` inside the run ``detail`` tells about; it has cells, or is a plan."""
    from odw_core.service.documents.details import cell_document, plan_document
    from odw_core.service.parts import cells_at, plans_at

    fields = {
        "address": str(address),
        "run": item_document(detail.item),
        "cells": [cell_document(cell) for cell in cells_at(detail, address)],
        "plan": next((plan_document(plan) for plan in plans_at(detail, address)), None),
    }
    return _document(made_plain(fields))


def question_page(question: Question, asker: Item | None, found: Whereabouts | None = None) -> Document:
    """One question in full, as ``show question:… --json`` has it: waiting, who asks, and where that can be found."""
    why = asker.why if asker else question.title
    raw_state = asker.raw_state if asker else None
    state = {"state": State.WAITING.value, "why": why, "raw_state": raw_state}
    return _document({**question_document(question), **state, "process": _process_document(found)})


def _process_document(found: Whereabouts | None) -> Document | None:
    """The process that runs a session; ``tmux`` is its pane as ``session:window.pane``."""
    if found is None:
        return None
    pane = None if found.pane is None else found.pane.target
    return made_plain({"pid": found.pid, "program": found.program, "tty": found.tty, "tmux": pane})


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
            "lent_places": [{"path": path, "campaign": str(one)} for path, one in snapshot.lent.items()],
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


def _field_document(field: Field) -> Document:
    return {
        "id": field.id,
        "label": field.label,
        "options": _options(field),
        "allows_other": field.allows_other,
        "is_secret": field.is_secret,
        "is_optional": field.is_optional,
        "takes_several": field.takes_several,
        "default": field.default or None,
    }


def _options(field: Field) -> list[Document]:
    return [{"label": choice.label, "description": choice.description} for choice in field.choices]
