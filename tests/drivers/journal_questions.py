"""What the events of a journal leave unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odw_core.model.question import Question
from odw_core.model.question_json import decode_question


def left_open(events: Iterable[Mapping[str, Any]]) -> list[Question]:
    """What was asked and not closed, in the order of asking."""
    found: dict[str, Question] = {}
    for event in events:
        if event.get("type") == "question":
            question = decode_question(event["question"])
            assert question is not None
            found[question.id] = question
        elif event.get("type") == "question_closed":
            found.pop(event["id"], None)
    return [*found.values()]
