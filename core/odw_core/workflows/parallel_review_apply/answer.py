"""Structured answers: the JSON in an agent's whole text, and what is wrong with it by a schema. Pure, never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FENCE = re.compile(r"\A```[A-Za-z0-9]*[ \t]*\r?\n(.*)\n[ \t]*```\Z", re.DOTALL)
_DECODER = json.JSONDecoder()
_MOST_TRIES = 200
_MOST_ISSUES = 20
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The one JSON object of a text."""

    value: dict[str, object]
    is_bare: bool
    """Whether the text is this object and nothing else. One among other words may be quoted from what was read."""


def read_answer(answer: object) -> Answer | None:
    """The object an agent answered: a value as it is; of a text the whole text, before anything cuts it.

    Among other words it must be the only object there is; None when there is none or more than one.
    """
    if isinstance(answer, dict):
        return Answer(answer, True)
    if not isinstance(answer, str):
        return None
    text = answer.strip().removeprefix("\ufeff")
    fence = _FENCE.match(text)
    whole = _parsed(fence[1] if fence is not None else text)
    if whole is not None:
        return Answer(whole, True)
    found = list(_objects(text))
    return Answer(found[0], False) if found and all(one == found[0] for one in found) else None


def _parsed(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Every outermost object among other words; what begins like one and is none costs one try."""
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            # Braces of code in the words are no answer.
            if isinstance(value, dict) and value:
                yield value
        at = text.find("{", end)


def issues_of(value: object, schema: Mapping[str, object], where: str = "answer") -> tuple[str, ...]:
    """What is wrong with ``value``, each with its place; knows what the schemas of this room use."""
    return tuple(issue for issue, _ in zip(_issues(value, schema, where), range(_MOST_ISSUES), strict=False))


def _issues(value: object, schema: Mapping[str, object], where: str) -> Iterator[str]:
    if not _has_type(value, schema.get("type")):
        yield f"{where} is not {_named(schema.get('type'))}"
        return
    allowed = schema.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        yield f"{where} is none of {', '.join(json.dumps(one) for one in allowed if one is not None)}"
    match value:
        case str():
            least = schema.get("minLength")
            if isinstance(least, int) and len(value.strip()) < least:
                yield f"{where} is empty"
        case list():
            yield from _issues_of_list(value, schema, where)
        case dict():
            yield from _issues_of_object(value, schema, where)


def _issues_of_list(value: list[object], schema: Mapping[str, object], where: str) -> Iterator[str]:
    least, most, items = schema.get("minItems"), schema.get("maxItems"), schema.get("items")
    if isinstance(least, int) and len(value) < least:
        yield f"{where} has fewer than {least}"
    if isinstance(most, int) and len(value) > most:
        yield f"{where} has more than {most}"
    if isinstance(items, dict):
        for index, one in enumerate(value):
            yield from _issues(one, items, f"{where}[{index}]")


def _issues_of_object(value: dict[str, object], schema: Mapping[str, object], where: str) -> Iterator[str]:
    properties, required = schema.get("properties"), schema.get("required")
    known = properties if isinstance(properties, dict) else {}
    for key in required if isinstance(required, list) else ():
        # A service that fills in every key is asked for null where there is nothing; others leave the key out.
        if key not in value and not _has_type(None, known.get(key, {}).get("type")):
            yield f"{where}.{key} is missing"
    for key, one in value.items():
        if key in known:
            yield from _issues(one, known[key], f"{where}.{key}")


def _has_type(value: object, wanted: object) -> bool:
    names = wanted if isinstance(wanted, list) else [wanted]
    return wanted is None or any(
        isinstance(value, _TYPES.get(str(name), ())) and (not isinstance(value, bool) or name == "boolean")
        for name in names
    )


def _named(wanted: object) -> str:
    names = [str(name) for name in (wanted if isinstance(wanted, list) else [wanted])]
    return " or ".join(f"{'an' if name[:1] in 'aeio' else 'a'} {name}" for name in names if name != "null")
