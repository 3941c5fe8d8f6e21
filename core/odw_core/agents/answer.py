"""A structured answer: text that must be JSON of a given shape. Pure; no answer makes it raise.

Knows the words of JSON Schema that shapes of agents are written with; a word it does not know forbids nothing. A key
that may be null may be left out, and blanks at the ends of a text do not count as its length."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

_FENCED = re.compile(r"\A```[A-Za-z]*\s*\n(.*)\n\s*```\Z", re.DOTALL)
_MOST_ISSUES = 20
_TOO_DEEP = "the answer is nested too deeply"
_LONGEST_SHOWN = 80
_MOST_NAMES = 16
"""That lead from one to the next; a shape that only names itself is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text says. ``issues`` is empty exactly when ``value`` fits."""

    value: object
    issues: tuple[str, ...] = ()


def answer_of(text: str, schema: Mapping[str, object]) -> Answer:
    """The JSON in ``text`` (which may stand in a code fence), held against ``schema``."""
    said = text.strip()
    fenced = _FENCED.match(said)
    try:
        value = json.loads(fenced[1] if fenced else said, parse_constant=_no_number)
    except ValueError as error:
        return Answer(None, (f"the answer is no JSON: {error}" if said else "the answer is empty",))
    except RecursionError:
        return Answer(None, (_TOO_DEEP,))
    issues = issues_of(value, schema)
    return Answer(None if issues else value, issues)


def issues_of(
    value: object, schema: Mapping[str, object], *, name: str = "the answer", ignores_unknown: bool = False
) -> tuple[str, ...]:
    """Where ``value`` does not fit, each as ``path: what is wrong``; at most twenty.

    ``name`` is what the whole is called. With ``ignores_unknown`` keys that the shape does not name do no harm.
    """
    try:
        return tuple(islice(_Check(schema, name, ignores_unknown).issues(value), _MOST_ISSUES))
    except RecursionError:
        return (_TOO_DEEP,)


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no JSON number")


class _Check:
    """One schema, with the definitions that it names."""

    def __init__(self, root: Mapping[str, object], name: str, ignores_unknown: bool) -> None:
        self._root, self._name, self._ignores_unknown = root, name, ignores_unknown

    def issues(self, value: object) -> Iterator[str]:
        """Where ``value`` does not fit."""
        return self._walk(value, self._root, "")

    def _walk(self, value: object, schema: object, path: str) -> Iterator[str]:
        schema = self._named(schema)
        if schema is False:
            yield f"{path or self._name}: is not allowed"
        if not isinstance(schema, Mapping):
            return
        wrong = _kind_issue(value, schema)
        if wrong:
            yield f"{path or self._name}: {wrong}"
            return
        for word, check in _LIMITS.items():
            if word in schema and (said := check(value, schema[word])):
                yield f"{path or self._name}: {said}"
        if isinstance(value, dict):
            yield from self._members(value, schema, path)
        if isinstance(value, list) and "items" in schema:
            for number, one in enumerate(value):
                yield from self._walk(one, schema["items"], f"{path}[{number}]")
        yield from self._combined(value, schema, path)

    def _members(self, value: dict[str, object], schema: Mapping[str, object], path: str) -> Iterator[str]:
        known = schema.get("properties")
        properties = known if isinstance(known, Mapping) else {}
        required = schema.get("required")
        for name in required if isinstance(required, list | tuple) else ():
            # A service that fills in every key is asked for null where there is nothing; others leave the key out.
            if name not in value and not self._may_be_null(properties.get(name)):
                yield f"{path or self._name}: {name} is missing"
        other = self._ignores_unknown or schema.get("additionalProperties", True)
        for name, one in value.items():
            below = f"{path}.{name}" if path else name
            if name in properties:
                yield from self._walk(one, properties[name], below)
            elif other is False:
                yield f"{below}: is not known"
            else:
                yield from self._walk(one, other, below)

    def _may_be_null(self, schema: object) -> bool:
        """Whether the shape says so in as many words."""
        schema = self._named(schema)
        wanted = schema.get("type") if isinstance(schema, Mapping) else None
        return "null" in wanted if isinstance(wanted, list) else wanted == "null"

    def _combined(self, value: object, schema: Mapping[str, object], path: str) -> Iterator[str]:
        every = schema.get("allOf")
        for one in every if isinstance(every, list) else ():
            yield from self._walk(value, one, path)
        for word in ("anyOf", "oneOf"):
            some = schema.get(word)
            if isinstance(some, list) and some and all(any(True for _ in self._walk(value, one, path)) for one in some):
                yield f"{path or self._name}: fits none of {len(some)} shapes"

    def _named(self, schema: object) -> object:
        """What ``#/…`` points at."""
        for _ in range(_MOST_NAMES):
            name = schema.get("$ref") if isinstance(schema, Mapping) else None
            if not isinstance(name, str) or not name.startswith("#"):
                return schema
            schema = self._root
            for part in name.removeprefix("#").split("/")[1:]:
                key = part.replace("~1", "/").replace("~0", "~")
                schema = schema.get(key) if isinstance(schema, Mapping) else None
        return None


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool)
        and (isinstance(value, int) or (isinstance(value, float) and math.isfinite(value) and value.is_integer()))
    ),
}


def _kind_issue(value: object, schema: Mapping[str, object]) -> str:
    wanted = schema.get("type")
    kinds = [kind for kind in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(kind, str)]
    known = [kind for kind in kinds if kind in _KINDS]
    if known and not any(_KINDS[kind](value) for kind in known):
        return f"is {_shown(value)}, not {' or '.join(known)}"
    if isinstance(allowed := schema.get("enum"), list) and not any(_same(value, one) for one in allowed):
        return f"is {_shown(value)}, not one of {', '.join(_shown(one) for one in allowed)}"
    if "const" in schema and not _same(value, schema["const"]):
        return f"is {_shown(value)}, not {_shown(schema['const'])}"
    return ""


def _same(one: object, other: object) -> bool:
    """``True`` is not ``1`` in JSON."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _shown(value: object) -> str:
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= _LONGEST_SHOWN else f"{said[: _LONGEST_SHOWN - 1]}…"


def _size(value: object, of: type) -> int | None:
    if isinstance(value, str) and of is str:
        return len(value.strip())
    return len(value) if isinstance(value, of) and isinstance(value, list | dict) else None


def _at_least(of: type, what: str) -> Callable[[object, object], str]:
    def check(value: object, limit: object) -> str:
        size = _size(value, of)
        short = size is not None and isinstance(limit, int) and size < limit
        if not short:
            return ""
        return "is empty" if of is str and size == 0 else f"has fewer than {limit} {what}"

    return check


def _at_most(of: type, what: str) -> Callable[[object, object], str]:
    def check(value: object, limit: object) -> str:
        size = _size(value, of)
        long = size is not None and isinstance(limit, int) and size > limit
        return f"has more than {limit} {what}" if long else ""

    return check


def _minimum(value: object, limit: object) -> str:
    both = isinstance(value, int | float) and not isinstance(value, bool) and isinstance(limit, int | float)
    return f"is less than {limit}" if both and value < limit else ""  # type: ignore[operator]


def _maximum(value: object, limit: object) -> str:
    both = isinstance(value, int | float) and not isinstance(value, bool) and isinstance(limit, int | float)
    return f"is more than {limit}" if both and value > limit else ""  # type: ignore[operator]


def _pattern(value: object, pattern: object) -> str:
    if not isinstance(value, str) or not isinstance(pattern, str):
        return ""
    try:
        return "" if re.search(pattern, value) else f"does not match {pattern}"
    except re.error:
        return ""


_LIMITS: Mapping[str, Callable[[object, object], str]] = {
    "minLength": _at_least(str, "characters"),
    "maxLength": _at_most(str, "characters"),
    "minItems": _at_least(list, "entries"),
    "maxItems": _at_most(list, "entries"),
    "minProperties": _at_least(dict, "members"),
    "maxProperties": _at_most(dict, "members"),
    "minimum": _minimum,
    "maximum": _maximum,
    "pattern": _pattern,
}
