"""Judges names in a configuration that only the screen knows: themes, actions, keys. Loads no toolkit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from odw_core.config import Config, config_text
from odw_core.config_mistakes import Mistake, WrongConfig, line_of, misnamed
from odw_core.errors import UsageError
from odw_core.text.nearest import nearest
from odw_themes.loader import own_theme_files, theme_names
from odw_tui.actions import ACTIONS
from odw_tui.keymap import Keymap, is_key, nearest_key


def known_themes(folder: Path) -> tuple[str, ...]:
    """The names of all themes, built in and in the person's ``folder``; the files are not looked into."""
    return tuple(dict.fromkeys((*theme_names(), *(file.stem for file in own_theme_files(folder)))))


def check_names(config: Config, file: Path, theme: str | None, folder: Path) -> None:
    """Raises ``ConfigError`` for a name in ``file``, ``UsageError`` for the ``theme`` that was typed.

    ``folder`` is where the person's own themes lie.
    """
    themes = known_themes(folder)
    if any(True for _ in name_mistakes(config.theme, config.keys, "", file, themes)):
        text = config_text(file, must_exist=False) or ""
        raise WrongConfig(min(name_mistakes(config.theme, config.keys, text, file, themes), key=lambda one: one.line))
    if theme is not None and theme not in themes:
        raise UsageError(f"There is no theme {theme!r}{nearest(theme, themes)}")


def name_mistakes(
    theme: str | None, keys: Mapping[str, Sequence[str]], text: str, file: Path, themes: Sequence[str]
) -> Iterator[Mistake]:
    """Everything that is wrong with the names which ``text`` gives, or with two of them together."""
    if theme is not None and theme not in themes:
        yield misnamed(file, text, ("theme",), f"is {theme!r}, which is no theme", theme, themes)
    actions = [action.id for action in ACTIONS]
    for action, given in keys.items():
        if action not in actions:
            yield misnamed(file, text, ("keys", action), "is no action", action, actions)
            continue
        for key in given:
            if not is_key(key):
                line = line_of(text, ("keys", action))
                yield Mistake(str(file), line, f"keys.{action}", f"holds {key!r}, which is no key", nearest_key(key))
    for conflict in Keymap(keys).conflicts:
        line = line_of(text, ("keys", conflict.lost))
        yield Mistake(str(file), line, f"keys.{conflict.lost}", conflict.reason)
