"""Question as JSON and back, whole: how a run's journal keeps what it asks. Never raises on what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question, Road


def encode_question(question: Question) -> dict[str, object]:
    """Every field under its own name; the address as it prints."""
    return {**asdict(question), "address": str(question.address), "road": question.road.value}


def decode_question(value: object) -> Question | None:
    """What ``encode_question`` wrote; None when id, address, kind or digest are missing or no text. Unknown keys are
    ignored, other fields of the wrong type are empty."""
    if not isinstance(value, Mapping):
        return None
    id_, kind, digest = (_text(value, key) for key in ("id", "kind", "digest"))
    try:
        address = Address.parse(_text(value, "address"))
    except ValueError:
        return None
    if not (id_ and kind and digest):
        return None
    try:
        road = Road(_text(value, "road"))
    except ValueError:
        road = Road.NONE
    asked_at = value.get("asked_at")
    return Question(
        id=id_,
        address=address,
        kind=kind,
        asked_at=float(asked_at) if isinstance(asked_at, int | float) and not isinstance(asked_at, bool) else None,
        title=_text(value, "title"),
        body=_text(value, "body"),
        subject=_text(value, "subject"),
        fields=tuple(_field(one) for one in _list(value, "fields") if isinstance(one, Mapping)),
        decisions=tuple(one for one in _list(value, "decisions") if isinstance(one, str)),
        risk=_text_or_none(value, "risk"),
        digest=digest,
        witnesses=tuple(one for one in _list(value, "witnesses") if isinstance(one, str)),
        inferred=value.get("inferred") is True,
        answer_via=_text(value, "answer_via"),
        why_not=_text_or_none(value, "why_not"),
        road=road,
        details=tuple(
            (one[0], one[1])
            for one in _list(value, "details")
            if isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], str)
        ),
        confirm=_text_or_none(value, "confirm"),
    )


def _field(value: Mapping[str, object]) -> Field:
    return Field(
        id=_text(value, "id"),
        label=_text(value, "label"),
        choices=tuple(
            Choice(_text(one, "label"), _text(one, "description"))
            for one in _list(value, "choices")
            if isinstance(one, Mapping)
        ),
        allows_other=value.get("allows_other") is True,
        is_secret=value.get("is_secret") is True,
        is_optional=value.get("is_optional") is True,
        takes_several=value.get("takes_several") is True,
        default=_text(value, "default"),
    )


def _text(of: Mapping[str, object], key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""


def _text_or_none(of: Mapping[str, object], key: str) -> str | None:
    value = of.get(key)
    return value if isinstance(value, str) else None


def _list(of: Mapping[str, object], key: str) -> list[object] | tuple[object, ...]:
    value = of.get(key)
    return value if isinstance(value, list | tuple) else []
