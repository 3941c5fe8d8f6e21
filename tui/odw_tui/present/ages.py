"""How old a row is: since when it waits, runs, or is over. Pure."""

from __future__ import annotations

from odw_core.model.item import Item, State
from odw_core.model.question import Question
from odw_tui.present import numbers


def since(item: Item, question: Question | None) -> float | None:
    """The moment the age of a row counts from, None when it is not known."""
    match item.state:
        case State.RUNNING:
            return item.started_at
        case State.WAITING if question is not None and question.asked_at is not None:
            return question.asked_at
        case State.WAITING | State.STALE:
            return item.changed_at or item.started_at
        case _:
            return item.ended_at or item.changed_at or item.started_at


def age(moment: float | None, now: float) -> str:
    """How long ago ``moment`` was, empty when it is not known."""
    return "" if moment is None else numbers.age(now - moment)
