"""Cards: questions that a run itself puts before a person, each decided once, and what was picked on them."""

from __future__ import annotations

import hashlib

from odw_core.engines.loose import mapping, texts
from odw_core.model.decision import Decision
from odw_core.model.question import Field, Question, Road
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint

_VIA = "you, here; its supervisor waits for it"


def question_of(
    context: Context,
    key: str,
    *,
    kind: str,
    title: str,
    body: str,
    subject: str,
    fields: tuple[Field, ...],
    decisions: tuple[str, ...],
    decided_by: str,
    details: tuple[tuple[str, str], ...] = (),
    risk: str | None = None,
) -> Question:
    """A question of the run itself; ``decided_by`` is the digest over everything that decides."""
    run_id = context.run_id
    return Question(
        id=hashlib.sha256(f"{run_id}\0{key}\0{decided_by}".encode()).hexdigest()[:12],
        address=context.address,
        kind=kind,
        asked_at=context.now(),
        title=title,
        body=body,
        subject=subject,
        fields=fields,
        decisions=decisions,
        risk=risk,
        digest=decided_by,
        witnesses=("journal",),
        inferred=False,
        answer_via=_VIA,
        why_not=None,
        road=Road.SUPERVISOR,
        details=details,
    )


async def decided(context: Context, key: str, kind: str, question: Question) -> Value:
    """What was decided, as a step: ``verdict``, ``values``, ``reason``, ``by``, ``at``, ``digest``."""

    async def ask() -> Value:
        return _plain(await context.ask_once(question))

    return await context.steps.step(key, kind, fingerprint(question.id, question.digest), ask)


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
