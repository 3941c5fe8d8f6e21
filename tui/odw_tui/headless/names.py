"""Judges names in a configuration that only the screen knows: themes and actions. Loads no toolkit, prints nothing."""

from __future__ import annotations

from pathlib import Path

from odw_core.config import Config, misnamed, nearest
from odw_core.errors import UsageError
from odw_themes.loader import theme_names
from odw_tui.actions import ACTIONS


def check_names(config: Config, file: Path, theme: str | None) -> None:
    """Raises ``ConfigError`` for a name in ``file``, ``UsageError`` for the ``theme`` that was typed."""
    actions = [action.id for action in ACTIONS]
    for name in config.keys:
        if name not in actions:
            raise misnamed(file, ("keys", name), "is no action", name, actions)
    themes = theme_names()
    if config.theme is not None and config.theme not in themes:
        raise misnamed(file, ("theme",), f"is {config.theme!r}, which is no theme", config.theme, themes)
    if theme is not None and theme not in themes:
        raise UsageError(f"There is no theme {theme!r}{nearest(theme, themes)}")
