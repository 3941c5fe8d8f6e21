"""Forms of MCP servers: a flat schema as fields, and what was put into them as the content it wants. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from odw_core.engines.loose import Json, mapping, objects, text, texts
from odw_core.errors import UsageError
from odw_core.model.question import Choice, Field
from odw_core.text.ansi import one_line, plain

_FLAT = frozenset(("string", "number", "integer", "boolean"))
_YES, _NO = "yes", "no"
_MODES = frozenset(("", "form", "url", "openai/form", "openaiForm"))
_SECRET = re.compile(r"(?i)passw|secret|token|api.?key|credential")


def why_not_flat(mode: str, schema: Json) -> str | None:
    """Why such a form cannot be filled in from here; None when it can."""
    if mode not in _MODES:
        return f"it wants {plain(mode)}, which only Codex's own screen can do"
    nested = [name for name, of in mapping(schema, "properties").items() if not _is_flat(of)]
    if nested:
        return f"its field {plain(nested[0])} is no plain value; answer it in Codex's own screen"
    return None


def elicitation_fields(schema: Json) -> tuple[Field, ...]:
    """One field for each property, in order."""
    required = texts(schema, "required")
    return tuple(
        _field(name, of, is_required=name in required)
        for name, of in mapping(schema, "properties").items()
        if isinstance(of, dict)
    )


def secret_properties(schema: Json) -> frozenset[str]:
    """Names of what is typed unseen and kept nowhere."""
    return frozenset(name for name, of in mapping(schema, "properties").items() if _is_secret(name, of))


def content_of(schema: Json, given: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """What was put in, each as the schema wants it. Raises ``UsageError`` naming the field that does not fit."""
    properties, required = mapping(schema, "properties"), texts(schema, "required")
    shown = {plain(name): name for name in properties}
    unknown = [field for field in given if field not in shown]
    if unknown:
        raise UsageError(f"The form has no field {unknown[0]!r}; it has {', '.join(shown)}.")
    content: dict[str, object] = {}
    for field, name in shown.items():
        values = [value for value in given.get(field, ()) if value != ""]
        if values:
            content[name] = _value(field, mapping(properties, name), values)
        elif name in required:
            raise UsageError(f"{field} must be filled in.")
    return content


def _is_flat(of: object) -> bool:
    if not isinstance(of, dict):
        return False
    kind = text(of, "type")
    return kind in _FLAT or (kind == "array" and bool(_options(mapping(of, "items")))) or bool(_options(of))


def _field(name: str, of: Json, *, is_required: bool) -> Field:
    label = one_line(text(of, "title") or text(of, "description") or name, 80)
    options = _options(mapping(of, "items")) or _options(of)
    choices = tuple(Choice(one_line(shown, 200)) for _, shown in options)
    if text(of, "type") == "boolean":
        choices = (Choice(_YES), Choice(_NO))
    return Field(
        plain(name),
        label if is_required else f"{label} (optional)",
        choices,
        allows_other=not choices,
        is_secret=_is_secret(name, of),
        is_optional=not is_required,
        takes_several=text(of, "type") == "array",
        default=_default(of),
    )


def _is_secret(name: str, of: object) -> bool:
    if not isinstance(of, dict):
        return False
    return text(of, "format") == "password" or of.get("writeOnly") is True or _SECRET.search(name) is not None


def _default(of: Json) -> str:
    """What stands in a line of text before anybody types; a pick is never made for a person."""
    value = of.get("default")
    is_text = text(of, "type") in ("string", "integer", "number") and not _options(of)
    return plain(str(value)) if is_text and isinstance(value, str | int | float) else ""


def _options(of: Json) -> list[tuple[str, str]]:
    """(value, how it is shown) of everything that may be picked."""
    titled = objects(of, "oneOf") or objects(of, "anyOf")
    if titled:
        return [(text(one, "const"), text(one, "title") or text(one, "const")) for one in titled if "const" in one]
    values, names = texts(of, "enum"), texts(of, "enumNames")
    return list(zip(values, names if len(names) == len(values) else values, strict=True))


def _value(field: str, of: Json, values: Sequence[str]) -> object:
    kind = text(of, "type")
    options = _options(mapping(of, "items")) or _options(of)
    if options:
        known = {one_line(shown, 200): value for value, shown in options} | {value: value for value, _ in options}
        strange = [value for value in values if value not in known]
        if strange:
            raise UsageError(f"{field} cannot be {strange[0]!r}; pick one of {', '.join(s for _, s in options)}.")
        return [known[value] for value in values] if kind == "array" else known[values[-1]]
    match kind:
        case "boolean":
            if values[-1].lower() not in (_YES, _NO, "true", "false"):
                raise UsageError(f"{field} is either {_YES} or {_NO}.")
            return values[-1].lower() in (_YES, "true")
        case "integer" | "number":
            return _number(field, kind, values[-1])
        case _:
            return values[-1]


def _number(field: str, kind: str, value: str) -> int | float:
    try:
        number: int | float = int(value) if kind == "integer" else float(value)
    except ValueError:
        raise UsageError(f"{field} must be a {'whole ' if kind == 'integer' else ''}number.") from None
    if isinstance(number, float) and not math.isfinite(number):
        raise UsageError(f"{field} must be a number.")
    return number
