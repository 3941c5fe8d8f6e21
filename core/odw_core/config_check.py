"""Everything that is wrong with a configuration at once, and the JSON Schema of a right one.

Loads pydantic, so only a wrong file and who asks for the schema pay for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from odw_core.config import POSITIVE, Config, given_in
from odw_core.config_mistakes import Mistake, line_of, misnamed

_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")


def mistakes_in(text: str, file: Path) -> tuple[Mistake, ...]:
    """All mistakes in the order of their lines, one a key. Raises ``ConfigError`` when ``text`` is no TOML."""
    given = given_in(text, file)
    every = [*_of_types(given, text, file), *_of_values(given, text, file)]
    found = {mistake.key: mistake for mistake in reversed(every)}
    return tuple(sorted(found.values(), key=lambda one: one.line))


def schema() -> dict[str, Any]:
    """JSON Schema of the configuration as TOML can say it, made from ``Config``."""
    made = TypeAdapter(Config).json_schema()
    for one in made["properties"].values():
        # TOML knows no null: a key without a value is left out.
        choices = [choice for choice in one.pop("anyOf", []) if choice != {"type": "null"}]
        for choice in choices:
            one.update(choice)
        one.pop("title", None)
        if one.get("default", ...) is None:
            del one["default"]
        one["description"] = one["description"].replace("``", "`")
    for key in POSITIVE:
        made["properties"][key]["exclusiveMinimum"] = 0
    keys = made["properties"]["keys"]
    keys["additionalProperties"] = {"anyOf": [{"type": "string"}, keys["additionalProperties"]]}
    made.update(title="config.toml of odw-tui", description=made["description"].replace("``", "`"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _of_types(given: Mapping[str, Any], text: str, file: Path) -> list[Mistake]:
    # JSON is the one form in which pydantic takes an array for a tuple and yet no "yes" for a truth value.
    as_json = json.dumps(given, default=lambda date: [{"date": str(date)}])
    try:
        TypeAdapter(Config).validate_json(as_json, strict=True)
    except ValidationError as failure:
        return [_mistake(error["type"], error["msg"], error["loc"], given, text, file) for error in failure.errors()]
    return []


def _of_values(given: Mapping[str, Any], text: str, file: Path) -> list[Mistake]:
    found = []
    for key in POSITIVE:
        seconds = given.get(key, 1)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and not seconds > 0:
            found.append(Mistake(str(file), line_of(text, (key,)), key, "should be more than 0 seconds"))
    return found


def _mistake(
    kind: str, message: str, location: tuple[int | str, ...], given: Mapping[str, Any], text: str, file: Path
) -> Mistake:
    key = tuple(part for part in location if isinstance(part, str))
    if kind in _UNKNOWN:
        return misnamed(file, text, key, "is no key", key[-1], (one.name for one in fields(Config)))
    value: Any = given
    for part in location:
        value = value[part]
    reason = message.replace("Input should", "should")
    said = f"{reason}, not {json.dumps(value, default=str, ensure_ascii=False)}"
    return Mistake(str(file), line_of(text, key), ".".join(key), said)
