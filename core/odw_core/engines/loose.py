"""Loose JSON: typed reads from documents that nobody promised. A missing or ill-typed value is the empty one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime

Json = Mapping[str, object]

_NOTHING: Json = {}
_decode = json.JSONDecoder().decode


def parse_object(data: bytes) -> dict[str, object] | None:
    """The JSON object in ``data``, or None for anything else: torn, not UTF-8, another type, nested too deeply."""
    try:
        # What begins like this is UTF-8; to let the parser find that out costs as much as a short line itself.
        is_plain = data[:1] == b"{" and data[1:2] != b"\0"
        value = _decode(data.decode("utf-8", "surrogatepass")) if is_plain else json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text(of: Json, key: str) -> str:
    """The string at ``key``; empty when it is anything else."""
    value = of.get(key)
    return value if isinstance(value, str) else ""


def text_or_none(of: Json, key: str) -> str | None:
    """The string at ``key``, None when it is anything else."""
    value = of.get(key)
    return value if isinstance(value, str) else None


def integer(of: Json, key: str) -> int | None:
    """The finite number at ``key`` as an integer; a boolean is no number."""
    value = of.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        # Anything beyond 64 bits is no count and no time, and would not fit the index.
        return value if -(1 << 62) < value < (1 << 62) else None
    if isinstance(value, float) and math.isfinite(value) and abs(value) < 1e18:
        return int(value)
    return None


def flag(of: Json, key: str) -> bool | None:
    """The boolean at ``key``, None when it is anything else."""
    value = of.get(key)
    return value if isinstance(value, bool) else None


def mapping(of: Json, key: str) -> Json:
    """The object at ``key``; empty when it is anything else."""
    value = of.get(key)
    return value if isinstance(value, dict) else _NOTHING


def sequence(of: Json, key: str) -> list[object]:
    """The array at ``key``; empty when it is anything else."""
    value = of.get(key)
    return value if isinstance(value, list) else []


def texts(of: Json, key: str) -> list[str]:
    """The strings of the array at ``key``."""
    return [value for value in sequence(of, key) if isinstance(value, str)]


def objects(of: Json, key: str) -> list[Json]:
    """The objects of the array at ``key``."""
    return [value for value in sequence(of, key) if isinstance(value, dict)]


def instant_ms(value: object) -> int | None:
    """Milliseconds since 1970 of an ISO-8601 text with a zone; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return int(at.timestamp() * 1000) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
