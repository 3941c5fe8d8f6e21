"""Values that every JSON document has in common: times, durations, token counts. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from odw_core.model.item import Tokens
from odw_core.text.ansi import plain

Document = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def made_plain(document: Document) -> Document:
    """A document with every text in it as it may be shown, however deep: nothing foreign slips by a forgotten field."""
    return {name: _made_plain(one) for name, one in document.items()}


def _made_plain(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case dict():
            return {name: _made_plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_made_plain(one) for one in value]
        case _:
            return value


def time_text(at: float | None) -> str | None:
    """Unix seconds as ``2026-11-20T21:28:16.047Z``; None for what no calendar holds."""
    if at is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=round(at * 1000))
    except (OverflowError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration_s(started_at: float | None, ended_at: float | None) -> float | None:
    """Seconds between two times; null while one is unknown."""
    if started_at is None or ended_at is None:
        return None
    return round(max(ended_at - started_at, 0.0), 3)


def tokens_document(tokens: Tokens | None) -> Document | None:
    """Five numbers; ``cached`` is a part of ``input``, ``reasoning`` of ``output``; null is unknown."""
    if tokens is None:
        return None
    return {
        "total": tokens.total,
        "input": tokens.input,
        "cached": tokens.cached,
        "output": tokens.output,
        "reasoning": tokens.reasoning,
        "at_least": tokens.at_least,
    }
