"""``config show``, ``config validate``, ``config schema``: what is set, what is wrong with it, what could be set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from odw_core.config import config_text, given_in
from odw_core.config_mistakes import Mistake, WrongConfig
from odw_core.config_origin import Source
from odw_core.errors import ConfigError
from odw_core.service.documents.plain_values import Document
from odw_core.text.ansi import plain
from odw_themes.loader import Gallery
from odw_tui.actions import ACTIONS
from odw_tui.desk import Desk, Setting
from odw_tui.headless.answer import Answer
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Column, Look, table, words
from odw_tui.headless.names import known_themes, name_mistakes
from odw_tui.keymap import Keymap
from odw_tui.present.places import at_home
from odw_tui.present.spans import Span, Spans

_SCHEMA = 1


def show(desk: Desk, *, has_origin: bool) -> Answer:
    """Every setting, its value and, with ``has_origin``, where it comes from; ``--json`` always says that."""
    settings = desk.settings()
    own = [one for one in settings if not one.key.startswith("keys.") or one.origin.source is not Source.DEFAULT]

    def lines(look: Look) -> Iterator[Spans]:
        columns = [Column("key"), Column("value", least=12)] + ([Column("from")] if has_origin else [])
        rows = [_row(one, look.home, has_origin=has_origin) for one in own]
        yield from table(columns, rows, look)
        yield BLANK
        yield words(f"{at_home(str(desk.file), look.home)}{'' if desk.file.exists() else ' does not exist yet'}", QUIET)

    def document() -> Document:
        return {
            "schema": _SCHEMA,
            "file": str(desk.file),
            "exists": desk.file.exists(),
            "settings": [_described(one) for one in settings],
        }

    rest = len(settings) - len(own)
    note = f"{rest} more actions have their built-in keys; odw-tui config show --json lists them."
    return Answer(document, lines, notes=(note,) if rest else ())


def validate(file: Path, theme_folder: Path, *, must_exist: bool) -> Answer:
    """Everything that is wrong with the configuration and the person's themes at once. Exit code 0 or 3."""
    problems, notes = _looked_through(file, theme_folder, must_exist=must_exist)

    def lines(look: Look) -> Iterator[Spans]:
        for problem in problems:
            yield words(plain(problem.sentence))
        if not problems:
            yield words(f"{at_home(str(file), look.home)} is right." if file.exists() else _nothing(file, look.home))
        for note in notes:
            yield words(plain(note), QUIET)

    def document() -> Document:
        return {
            "schema": _SCHEMA,
            "file": str(file),
            "valid": not problems,
            "problems": [{**one._asdict(), "sentence": one.sentence} for one in problems],
            "notes": list(notes),
        }

    return Answer(document, lines, exit_code=ConfigError.exit_code if problems else 0)


def schema(theme_folder: Path) -> Answer:
    """JSON Schema of ``config.toml``, with the themes and the actions that there are."""

    def document() -> Document:
        from odw_core.config_check import schema as made

        whole = made()
        whole["properties"]["theme"]["enum"] = list(known_themes(theme_folder))
        whole["properties"]["keys"]["propertyNames"] = {"enum": [action.id for action in ACTIONS]}
        return whole

    return Answer(document)


def _looked_through(file: Path, theme_folder: Path, *, must_exist: bool) -> tuple[list[Mistake], list[str]]:
    """What is wrong, in the order of the lines, and what is worth knowing."""
    from odw_core.config_check import mistakes_in

    themes = [Mistake(one.file, one.line, "", one.reason) for one in Gallery(theme_folder).problems]
    try:
        text = config_text(file, must_exist=must_exist) or ""
        given = given_in(text, file)
    except WrongConfig as error:
        return [error.mistake, *themes], []
    found = {one.key: one for one in mistakes_in(text, file)}
    theme = given.get("theme")
    keys = _right_keys(given.get("keys"))
    named = name_mistakes(theme if isinstance(theme, str) else None, keys, text, file, known_themes(theme_folder))
    every = [*found.values(), *(one for one in named if one.key not in found)]
    every.sort(key=lambda one: one.line)
    return [*every, *themes], [loss.sentence for loss in Keymap(keys).losses]


def _right_keys(given: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, Mapping):
        return {}
    return {
        str(action): tuple(keys)
        for action, keys in given.items()
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


def _nothing(file: Path, home: str) -> str:
    return f"{at_home(str(file), home)} does not exist, so everything is as built in."


def _row(setting: Setting, home: str, *, has_origin: bool) -> Spans:
    tone = QUIET if setting.origin.source is Source.DEFAULT else STRONG
    origin = (Span(at_home(setting.origin.words, home), QUIET),) if has_origin else ()
    return (Span(setting.key), Span(as_toml(setting.value), tone), *origin)


def _described(setting: Setting) -> Document:
    origin = setting.origin
    value = list(setting.value) if isinstance(setting.value, tuple) else setting.value
    found: Document = {"source": origin.source.value}
    found.update((key, part) for key, part in origin._asdict().items() if key != "source" and part is not None)
    return {"key": setting.key, "value": value, "origin": found}


def as_toml(value: object) -> str:
    """A value as it is written in ``config.toml``."""
    if isinstance(value, tuple):
        return f"[{', '.join(as_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{as_toml(key)} = {as_toml(one)}" for key, one in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return plain(json.dumps(value, ensure_ascii=False))
