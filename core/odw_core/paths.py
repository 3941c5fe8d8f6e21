"""Where odw-tui keeps things of its own: the XDG folders, on every system. Makes no folder, reads no file.

Not platformdirs: its import costs more than everything else that ``status`` does before it reads the first run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.errors import ConfigError

_NAME = "odw-tui"
CONFIG_VARIABLE = "ODW_TUI_CONFIG"
"""Absolute path of the configuration that whatever is started here reads, too."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders of one user."""

    config: Path
    """``$XDG_CONFIG_HOME/odw-tui``: written by people only."""
    state: Path
    """``$XDG_STATE_HOME/odw-tui``: what must survive."""
    cache: Path
    """``$XDG_CACHE_HOME/odw-tui``: may be deleted at any moment."""
    named: Path | None = None
    """The configuration that was named instead of the person's own."""

    @property
    def config_file(self) -> Path:
        """The configuration that is read."""
        return self.named or self.config / "config.toml"

    @property
    def themes(self) -> Path:
        """Where the person's own colour themes lie."""
        return self.config / "themes"


def user_paths(environ: Mapping[str, str] = os.environ) -> Paths:
    """The folders that ``environ`` asks for. Relative XDG folders are ignored, as that specification demands."""

    def folder(variable: str, *below_home: str) -> Path:
        given = environ.get(variable, "")
        base = Path(given) if given.startswith("/") else _home(environ).joinpath(*below_home)
        return base / _NAME

    return Paths(
        config=folder("XDG_CONFIG_HOME", ".config"),
        state=folder("XDG_STATE_HOME", ".local", "state"),
        cache=folder("XDG_CACHE_HOME", ".cache"),
        named=Path(named) if (named := environ.get(CONFIG_VARIABLE, "")).startswith("/") else None,
    )


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or str(Path("~").expanduser())
    if not home.startswith("/"):
        raise ConfigError(f"Your home folder is not known (HOME is {home!r}); set HOME to its absolute path.")
    return Path(home)
