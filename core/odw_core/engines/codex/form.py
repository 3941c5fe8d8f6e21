"""The form that a session puts before a person: one question with a field for each thing asked. Pure; whoever tells of
the same call, its server or its transcript, gets the same id and the same digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from odw_core.decide.digest import digest
from odw_core.engines.loose import Json, flag, objects, text
from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.text.ansi import one_line, plain


def question_id(thread: str, call: str, part: str) -> str:
    """From what is asked, so that another witness of the same call tells of the same question."""
    named = "\0".join((thread, call, part))
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def form_question(
    asked: Sequence[Json],
    *,
    thread: str,
    call: str,
    address: Address,
    subject: str,
    asked_at: float | None,
    witness: str,
    answer_via: str,
    why_not: str | None,
    road: Road,
) -> Question:
    """One card for everything that one call asks (``{id, header, question, options, isOther, isSecret}`` each)."""
    fields = tuple(_field(one) for one in asked)
    bodies = [plain(text(one, "question")) for one in asked]
    headers = [one_line(text(one, "header"), 80) for one in asked]
    titles = [header or one_line(body, 80) for header, body in zip(headers, bodies, strict=True)]
    named = [f"{header}: {body}" if header else body for header, body in zip(headers, bodies, strict=True)]
    return Question(
        id=question_id(thread, call, "form"),
        address=address,
        kind="question",
        asked_at=asked_at,
        title=one_line(", ".join(filter(None, titles)), 80) or "a question",
        body=bodies[0] if len(bodies) == 1 else "\n".join(named),
        subject=subject,
        fields=fields,
        decisions=("answer",),
        risk=None,
        digest=digest({"kind": "question", "thread": thread, "call": call, "asked": [_deciding(one) for one in asked]}),
        witnesses=(witness,),
        inferred=False,
        answer_via=answer_via,
        why_not=why_not,
        road=road,
        details=tuple(zip((field.id for field in fields), bodies, strict=True)) if len(bodies) > 1 else (),
    )


def _field(asked: Json) -> Field:
    choices = tuple(
        Choice(one_line(text(option, "label"), 200), one_line(text(option, "description"), 400))
        for option in objects(asked, "options")
    )
    return Field(
        plain(text(asked, "id")),
        one_line(text(asked, "header"), 80) or one_line(text(asked, "question"), 80),
        choices,
        allows_other=not choices or flag(asked, "isOther") is True,
        is_secret=flag(asked, "isSecret") is True,
    )


def _deciding(asked: Json) -> dict[str, object]:
    # Whether other answers are allowed is added by the server and stands in no transcript.
    return {
        "id": text(asked, "id"),
        "header": text(asked, "header"),
        "body": text(asked, "question"),
        "options": [[text(one, "label"), text(one, "description")] for one in objects(asked, "options")],
        "secret": flag(asked, "isSecret") is True,
    }
