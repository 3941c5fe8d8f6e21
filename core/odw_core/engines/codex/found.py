"""What of a session is worth finding: short texts as one types, and the transcript that is scanned on demand."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.codex.acc import SessionAcc
from odw_core.engines.codex.error import error_text
from odw_core.engines.codex.item import title
from odw_core.engines.codex.question import session_questions
from odw_core.engines.codex.status import Status, status_of
from odw_core.model.evidence import Facts, Unit
from odw_core.model.search import Body


def session_texts(acc: SessionAcc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of everything short."""
    yield "title", title(acc, facts)
    if acc.first_prompt:
        yield "prompt", acc.first_prompt
    if acc.last_prompt and acc.last_prompt != acc.first_prompt:
        yield "prompt", acc.last_prompt
    if acc.last_message:
        yield "message", acc.last_message
    for question in session_questions(acc, facts):
        yield "question", question.body
    if status_of(acc) is Status.FAILED and (said := error_text(acc)):
        yield "cause", said


def session_bodies(unit: Unit) -> tuple[Body, ...]:
    """The rollout itself."""
    return (Body("conversation", unit.root),)
