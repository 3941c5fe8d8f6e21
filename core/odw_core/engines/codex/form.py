"""The form that a session puts before a person: one question with a field for each thing asked. Pure; whoever tells of
the same call, its server or its transcript, gets the same id and the same digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from odw_core.decide.digest import digest
from odw_core.engines.asked import asked_deciding, asked_field
from odw_core.engines.codex.asker import Asker
from odw_core.engines.loose import Json, text
from odw_core.model.question import Field, Question
from odw_core.text.ansi import one_line, plain


def question_id(thread: str, call: str, part: str) -> str:
    """From what is asked, so that another witness of the same call tells of the same question."""
    named = "\0".join((thread, call, part))
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def form_question(asked: Sequence[Json], asker: Asker, *, thread: str, call: str, asked_at: float | None) -> Question:
    """One card for everything that one call asks (``{id, header, question, options, isOther, isSecret}`` each)."""
    fields = tuple(_field(one) for one in asked)
    bodies = [plain(text(one, "question")) for one in asked]
    headers = [one_line(text(one, "header"), 80) for one in asked]
    titles = [header or one_line(body, 80) for header, body in zip(headers, bodies, strict=True)]
    named = [f"{header}: {body}" if header else body for header, body in zip(headers, bodies, strict=True)]
    return Question(
        id=question_id(thread, call, "form"),
        address=asker.address,
        kind="question",
        asked_at=asked_at,
        title=one_line(", ".join(filter(None, titles)), 80) or "a question",
        body=bodies[0] if len(bodies) == 1 else "\n".join(named),
        subject=asker.subject,
        fields=fields,
        decisions=("answer",),
        risk=None,
        digest=digest({"kind": "question", "thread": thread, "call": call, "asked": [*map(asked_deciding, asked)]}),
        witnesses=(asker.witness,),
        inferred=False,
        answer_via=asker.answer_via,
        why_not=asker.why_not,
        road=asker.road,
        details=tuple(zip((field.id for field in fields), bodies, strict=True)) if len(bodies) > 1 else (),
    )


def _field(asked: Json) -> Field:
    label = one_line(text(asked, "header"), 80) or one_line(text(asked, "question"), 80)
    return asked_field(asked, plain(text(asked, "id")), label)
