"""Cards: questions that a run itself puts before a person, each decided once, and what was picked on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from odw_core.engines.loose import mapping, texts
from odw_core.model.decision import Decision
from odw_core.model.question import Field, Question, Road
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint

_VIA = "you, here; its supervisor waits for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a person is shown and may say to it. Its fields are those of the ``Question`` that it becomes."""

    key: str
    """Of the step that it is."""
    kind: str
    title: str
    body: str
    subject: str
    decisions: tuple[str, ...]
    digest: str
    """Over everything that decides."""
    fields: tuple[Field, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    risk: str | None = None


async def decided(context: Context, card: Card, kind: str = "ask") -> Value:
    """What was decided, as a step of that kind: ``verdict``, ``values``, ``reason``, ``by``, ``at``, ``digest``."""
    question = _question(context, card)

    async def ask() -> Value:
        return _plain(await context.ask_once(question))

    return await context.steps.step(card.key, kind, fingerprint(question.id, question.digest), ask)


def _question(context: Context, card: Card) -> Question:
    return Question(
        id=hashlib.sha256(f"{context.run_id}\0{card.key}\0{card.digest}".encode()).hexdigest()[:12],
        address=context.address,
        kind=card.kind,
        asked_at=context.now(),
        title=card.title,
        body=card.body,
        subject=card.subject,
        fields=card.fields,
        decisions=card.decisions,
        risk=card.risk,
        digest=card.digest,
        witnesses=("journal",),
        inferred=False,
        answer_via=_VIA,
        why_not=None,
        road=Road.SUPERVISOR,
        details=card.details,
    )


def _plain(decision: Decision) -> Value:
    return {
        "verdict": decision.verdict,
        "values": {name: [*values] for name, values in decision.values},
        "reason": decision.reason,
        "by": decision.by,
        "at": decision.at,
        "digest": decision.digest,
    }


def picked(value: Value, field: str) -> list[str]:
    """What was picked or typed in one field, without what is empty."""
    return [one for one in texts(mapping(value, "values"), field) if one.strip()]
