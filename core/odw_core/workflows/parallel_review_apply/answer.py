"""Structured answers: the JSON object in an agent's whole text, also among other words. Pure, never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"\A```[A-Za-z0-9]*[ \t]*\r?\n(.*)\n[ \t]*```\Z", re.DOTALL)
_DECODER = json.JSONDecoder()
_MOST_TRIES = 200


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
            if value:
                yield value
        at = text.find("{", end)
