"""Where a setting comes from: built in, a line of the file, the environment, or what was typed. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from odw_core.config import Config, given_in
from odw_core.config_mistakes import line_of


class Source(StrEnum):
    """Who decides a setting."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


class Origin(NamedTuple):
    """Where the value of one setting comes from."""

    source: Source
    file: str | None = None
    line: int | None = None
    """From 1."""
    name: str | None = None
    """The variable or the option."""

    @property
    def words(self) -> str:
        """``default``, ``/home/ada/.config/odw-tui/config.toml:3``, ``NO_COLOR``, ``--theme``."""
        if self.file is not None:
            return f"{self.file}:{self.line}"
        return self.name or self.source.value


DEFAULT = Origin(Source.DEFAULT)


def origins(text: str, file: Path) -> dict[str, Origin]:
    """The origin of every key of ``Config``, and every ``keys.ACTION`` in ``text``, as far as ``file`` decides."""
    given = given_in(text, file)
    found = {one.name: DEFAULT for one in fields(Config)}
    for key, value in given.items():
        found[key] = Origin(Source.FILE, str(file), line_of(text, (key,)))
        if key == "keys" and isinstance(value, Mapping):
            for action in value:
                found[f"keys.{action}"] = Origin(Source.FILE, str(file), line_of(text, (key, action)))
    return found
