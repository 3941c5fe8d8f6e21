"""Config: the choices a person made in ``config.toml``, read and checked.

A right file is checked without pydantic, which would cost more than reading it; only a wrong one pays for the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, get_args, get_origin, get_type_hints

from odw_core.config_mistakes import Mistake, WrongConfig


@dataclass(frozen=True, slots=True)
class Config:
    """Every key of ``config.toml`` with its default."""

    __pydantic_config__: ClassVar[dict[str, str | bool]] = {"extra": "forbid", "use_attribute_docstrings": True}

    theme: str | None = None
    """Name of the colour theme; unset: the one that fits the terminal."""
    ascii: bool = False
    """Draw with ASCII only."""
    reduced_motion: bool = False
    """Paint news at most twice a second, and count ages in steps of ten seconds."""
    silent_after_s: float = 900.0
    """Seconds without news after which a run counts as silent."""
    places: tuple[str, ...] = ()
    """Workspaces that are always watched; ``~`` is your home, relative paths start at the file's folder."""
    place_names: Mapping[str, str] = field(default_factory=dict)
    """Place to what you call it; paths are written as in ``places``."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action name to the keys that trigger it, instead of the built-in ones."""
    cache: bool = True
    """Keep a cache of what was read, so that the next start is instant."""
    codex: str | None = None
    """The Codex program that sessions are started with; unset: the first ``codex`` on PATH."""
    keep_runs: int = 200
    """How many runs that were started here are kept in each workspace; 0 keeps all. Pinned ones always stay."""
    agent_slots: int = 8
    """How many agents work at once with one Codex home, over all runs on this machine that coordinate several."""
    converge_server: str = "http://127.0.0.1:8080"
    """Where Converge's own server listens on this machine; its tasks are answered and cancelled there."""
    codex_silence_s: float = 600.0
    """Seconds without progress after which a turn of a session started here is ended: Codex retries a dead network for
    ever."""
    attention: Literal["off", "unfocused", "always"] = "unfocused"
    """When to tell you outside of the screen that something waits: the window title, a notification, the hook."""
    attention_bell: bool = False
    """Ring the terminal's bell as well."""
    attention_hook: tuple[str, ...] = ()
    """Command that is run once for each new question: the program and its words; no shell reads it."""


POSITIVE = ("silent_after_s", "codex_silence_s")
"""Keys whose seconds must be more than none."""


def load_config(file: Path, *, must_exist: bool) -> Config:
    """Read ``file``; without one, the defaults.

    Raises ``ConfigError`` that names the file, the line, the key and the nearest valid key.
    """
    text = config_text(file, must_exist=must_exist)
    return Config() if text is None else parse_config(text, file)


def config_text(file: Path, *, must_exist: bool) -> str | None:
    """What stands in ``file``, None without one. Raises ``WrongConfig`` when it cannot be read."""
    try:
        # As bytes, so that line ends stay what they are when a key is changed.
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if must_exist:
            raise WrongConfig(_unusable(file, "does not exist; --config names a TOML file")) from None
        return None
    except UnicodeDecodeError:
        raise WrongConfig(_unusable(file, "is not UTF-8 text; save it as UTF-8")) from None
    except OSError as error:
        said = f"cannot be read: {error.strerror}; make it readable or name another one"
        raise WrongConfig(_unusable(file, said)) from None


def parse_config(text: str, file: Path) -> Config:
    """The configuration that ``text`` holds; ``file`` is where it came from."""
    given = given_in(text, file)
    hints = get_type_hints(Config)
    names = {one.name for one in fields(Config)}
    if all(key in names and fits(value, hints[key]) for key, value in given.items()):
        checked: dict[str, Any] = {key: _freeze(value) for key, value in given.items()}
        config = Config(**checked)
        if all(getattr(config, key) > 0 for key in POSITIVE):
            return replace(
                config,
                places=tuple(absolute_place(place, file) for place in config.places),
                place_names={absolute_place(place, file): name for place, name in config.place_names.items()},
            )
    from odw_core.config_check import mistakes_in

    raise WrongConfig(mistakes_in(text, file)[0])


def given_in(text: str, file: Path) -> dict[str, Any]:
    """The keys that ``text`` sets, unchecked; a single key of an action as a list. ``WrongConfig`` for no TOML."""
    import tomllib

    try:
        return _with_lists(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        at = re.search(r" \(at line (\d+), column \d+\)$", reason)
        line = int(at[1]) if at else text.rstrip().count("\n") + 1
        said = f"not valid TOML: {reason[: at.start()] if at else reason}"
        raise WrongConfig(Mistake(str(file), line, "", said)) from None


def fits(value: object, hint: object) -> bool:
    """Whether ``value``, as TOML gives it, is of the type that a key of ``Config`` takes."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return any(fits(value, one) for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return isinstance(value, list) and all(fits(one, arguments[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, dict) and all(fits(one, arguments[1]) for one in value.values())
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)


def _unusable(file: Path, reason: str) -> Mistake:
    return Mistake(str(file), 0, "", reason)


def _with_lists(given: dict[str, Any]) -> dict[str, Any]:
    """A single key may be written without brackets."""
    keys = given.get("keys")
    if not isinstance(keys, dict):
        return given
    return {**given, "keys": {action: [one] if isinstance(one, str) else one for action, one in keys.items()}}


def _freeze(value: object) -> object:
    if isinstance(value, list):
        return tuple(_freeze(one) for one in value)
    if isinstance(value, dict):
        return {key: _freeze(one) for key, one in value.items()}
    return value


def absolute_place(place: str, file: Path) -> str:
    """The path that ``place`` means in the configuration ``file``."""
    return str((file.parent / Path(place).expanduser()).absolute())
