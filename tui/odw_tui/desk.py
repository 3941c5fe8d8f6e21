"""Desk: what a person set, where each of it comes from, and how one setting is written down. Loads no toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

from odw_core.config import Config, config_text, parse_config
from odw_core.config_origin import DEFAULT, Origin, Source, origins
from odw_themes.loader import fitting_theme
from odw_tui.actions import ACTIONS
from odw_tui.motion import wants_no_motion

_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")

Decided = Mapping[str, tuple[str, object]]
"""Key to the name of what decides it, and the value that it gives."""


class Setting(NamedTuple):
    """One setting as it holds now."""

    key: str
    value: object
    origin: Origin


@dataclass(frozen=True, slots=True)
class Desk:
    """The settings of one start of the program."""

    file: Path
    must_exist: bool = False
    """Whether the file was named by the person."""
    typed: Decided = field(default_factory=dict)
    """What options decide."""
    environ: Mapping[str, str] = field(default_factory=dict)
    has_letters: bool = True
    """Whether the output takes more than ASCII."""

    def settings(self) -> tuple[Setting, ...]:
        """Every key, the keys of each action among them, read anew. Raises ``ConfigError`` when the file is wrong."""
        text = config_text(self.file, must_exist=self.must_exist) or ""
        config = parse_config(text, self.file)
        found = origins(text, self.file)
        values = {one.name: getattr(config, one.name) for one in fields(Config) if one.name != "keys"}
        values["theme"] = config.theme or fitting_theme("")
        for key, (name, value) in self._surroundings(config).items():
            values[key], found[key] = value, Origin(Source.ENVIRONMENT, name=name)
        for key, (name, value) in self.typed.items():
            values[key], found[key] = value, Origin(Source.FLAG, name=name)
        for action in ACTIONS:
            values[f"keys.{action.id}"] = config.keys.get(action.id, action.keys)
        return tuple(Setting(key, value, found.get(key, DEFAULT)) for key, value in values.items())

    def keep(self, key: str, value: str | bool) -> None:
        """Write one setting into the person's file. Raises ``ConfigError`` when that cannot be done."""
        from odw_core.config_edit import set_key

        set_key(self.file, key, value)

    def _surroundings(self, config: Config) -> Decided:
        """What the environment decides, where the file leaves it open or asks for more than there is."""
        decided: dict[str, tuple[str, object]] = {}
        if config.theme is None and (colours := self.environ.get("COLORFGBG")):
            decided["theme"] = ("COLORFGBG", fitting_theme(colours))
        if not config.ascii and not self.has_letters:
            decided["ascii"] = (next((name for name in _LOCALE if self.environ.get(name)), _LOCALE[-1]), True)
        if not config.reduced_motion and wants_no_motion(self.environ):
            decided["reduced_motion"] = ("TEXTUAL_ANIMATIONS", True)
        return decided
