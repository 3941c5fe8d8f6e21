"""Config: the choices a person made in ``config.toml``. Says exactly which key of which line is wrong.

A right file is checked without pydantic, which would cost more than reading it; only a wrong one pays for the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from odw_core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Config:
    """Every key of ``config.toml`` with its default."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    theme: str | None = None
    """Name of the colour theme; unset: the one that fits the terminal."""
    ascii: bool = False
    """Draw with ASCII only."""
    silent_after_s: float = 900.0
    """Seconds without news after which a run counts as silent."""
    places: tuple[str, ...] = ()
    """Workspaces that are always watched; ``~`` is your home, relative paths start at the file's folder."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action name to the keys that trigger it, instead of the built-in ones."""
    cache: bool = True
    """Keep a cache of what was read, so that the next start is instant."""


def load_config(file: Path, *, must_exist: bool) -> Config:
    """Read ``file``; without one, the defaults.

    Raises ``ConfigError`` that names the file, the line, the key and the nearest valid key.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"{file} does not exist; --config names a TOML file.") from None
        return Config()
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}; make it readable or name another one.") from None
    return parse_config(text, file)


def parse_config(text: str, file: Path) -> Config:
    """The configuration that ``text`` holds; ``file`` is where it came from."""
    given = _with_lists(_parse_toml(text, file))
    hints = get_type_hints(Config)
    names = {one.name for one in fields(Config)}
    if not all(key in names and _fits(value, hints[key]) for key, value in given.items()):
        raise _explain(given, text, file)
    checked: dict[str, Any] = {key: _freeze(value) for key, value in given.items()}
    config = Config(**checked)
    if not config.silent_after_s > 0:
        raise _error(file, text, ("silent_after_s",), "should be more than 0 seconds")
    return replace(config, places=tuple(_absolute(place, file.parent) for place in config.places))


def misnamed(file: Path, key: tuple[str, ...], said: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error for a ``name`` that only the screen can judge, such as a theme; ``said`` is the verdict on ``key``."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return _error(file, text, key, f"{said}{nearest(name, known)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or all there are when none is near."""
    from difflib import get_close_matches

    choices = sorted(known)
    close = get_close_matches(name, choices, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(choices)}." if choices else "."


def _parse_toml(text: str, file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        at = re.search(r" \(at line (\d+), column \d+\)$", reason)
        line = at[1] if at else text.rstrip().count("\n") + 1
        raise ConfigError(f"{file}:{line}: not valid TOML: {reason[: at.start()] if at else reason}.") from None


def _with_lists(given: dict[str, Any]) -> dict[str, Any]:
    """A single key may be written without brackets."""
    keys = given.get("keys")
    if not isinstance(keys, dict):
        return given
    return {**given, "keys": {action: [one] if isinstance(one, str) else one for action, one in keys.items()}}


def _fits(value: object, hint: object) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return any(_fits(value, one) for one in arguments)
    if origin is tuple:
        return isinstance(value, list) and all(_fits(one, arguments[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, dict) and all(_fits(one, arguments[1]) for one in value.values())
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)


def _freeze(value: object) -> object:
    if isinstance(value, list):
        return tuple(_freeze(one) for one in value)
    if isinstance(value, dict):
        return {key: _freeze(one) for key, one in value.items()}
    return value


def _absolute(place: str, base: Path) -> str:
    return str((base / Path(place).expanduser()).absolute())


def _explain(given: Mapping[str, Any], text: str, file: Path) -> ConfigError:
    import json

    from pydantic import TypeAdapter, ValidationError

    # JSON is the one form in which pydantic takes an array for a tuple and yet no "yes" for a truth value.
    as_json = json.dumps(given, default=lambda date: [{"date": str(date)}])
    try:
        TypeAdapter(Config).validate_json(as_json, strict=True)
    except ValidationError as failure:
        first = min(failure.errors(), key=lambda error: _line_of(text, _names(error["loc"])))
        key = _names(first["loc"])
        if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            return _error(file, text, key, f"is no key{nearest(key[-1], (one.name for one in fields(Config)))}")
        reason = first["msg"].replace("Input should", "should")
        value = json.dumps(_value_at(given, first["loc"]), default=str, ensure_ascii=False)
        return _error(file, text, key, f"{reason}, not {value}")
    return ConfigError(f"{file} holds a value of a type that no key takes; compare it with the README.")


def _value_at(given: Mapping[str, Any], location: tuple[int | str, ...]) -> object:
    value: Any = given
    for part in location:
        value = value[part]
    return value


def _names(location: tuple[int | str, ...]) -> tuple[str, ...]:
    return tuple(part for part in location if isinstance(part, str))


def _error(file: Path, text: str, key: tuple[str, ...], reason: str) -> ConfigError:
    end = "" if reason.endswith(("?", ".")) else "."
    return ConfigError(f"{file}:{_line_of(text, key)}: {'.'.join(key)!r} {reason}{end}")


def _line_of(text: str, key: tuple[str, ...]) -> int:
    """The line, from 1, that sets ``key`` (or the nearest key above it); 1 when it cannot be told."""
    section: tuple[str, ...] = ()
    best = (0, 1)
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            section = path = _split_key(header[1])
        elif assignment := re.match(r"""\s*((?:[\w.\s-]|"[^"]*"|'[^']*')+?)\s*=""", line):
            path = (*section, *_split_key(assignment[1]))
        else:
            continue
        if path == key[: len(path)] and len(path) > best[0]:
            best = (len(path), number)
    return best[1]


def _split_key(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.]+)""", dotted))
