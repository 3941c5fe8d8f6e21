"""What a player asks, as a question for a person, and the person's words for the player. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from odw_core.agents.base import AgentCall
from odw_core.decide.digest import digest
from odw_core.engines.codex.form import question_id
from odw_core.engines.loose import flag, text, texts
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.text.ansi import one_line


def question_of(told: Mapping[str, object], call: AgentCall, run_id: str, asked_at: float) -> Question:
    """The same question in every attempt of a node, so that a call that is done again finds its card."""
    name, title = text(told, "id"), one_line(text(told, "title"), 200)
    choices = tuple(Choice(label) for label in texts(told, "options"))
    field = Field(name, title, choices, allows_other=flag(told, "free") is True or not choices)
    asked = {"kind": "question", "run": run_id, "key": call.key, "asked": dict(told)}
    return Question(
        id=question_id(run_id, call.key, name),
        address=Address("odw", run_id, (call.key,)),
        kind="question",
        asked_at=asked_at,
        title=one_line(title, 80) or "a question",
        body=text(told, "body") or text(told, "title"),
        subject=call.subject,
        fields=(field,),
        decisions=("answer",),
        risk=None,
        digest=digest(asked),
        witnesses=("journal",),
        inferred=False,
        answer_via="you, here",
        why_not=None,
        road=Road.SUPERVISOR,
    )


def words_of(decision: Decision) -> list[str]:
    """What was picked and typed."""
    return [word for _, words in decision.values for word in words if word]
