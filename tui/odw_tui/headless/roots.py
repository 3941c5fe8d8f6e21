"""Which workspaces a command looks at: those that were named, else this folder and the configured ones. No printing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from odw_core.errors import UsageError
from odw_tui.headless.commands import COMMANDS
from odw_tui.present.places import at_home

_MARKS = (".odw", ".pandacode", ".converge")
_CODEX_HOME = ".codex"
_NEAR = 0.7
"""How like a command a word has to be, from 0 to 1, to be taken for a slip of the fingers."""


def chosen_places(roots: Sequence[str], configured: Iterable[str]) -> tuple[str, ...]:
    """Absolute paths, each once. Raises ``UsageError`` for a named folder that is none.

    A configured place that is missing just now is kept: it is watched in case it comes. What cannot be read is a
    problem of the room, and the rest goes on.
    """
    if not roots:
        return _once((_here(), *configured))
    return _once(_workspace(root) for root in roots)


def chosen_homes(named: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Absolute paths of the Codex homes: those that were named, else the user's own if it is there.

    Raises ``UsageError`` for a named folder that is none.
    """
    if named:
        return _once(_home(home) for home in named)
    usual = environ.get("CODEX_HOME") or os.path.join(environ.get("HOME", ""), _CODEX_HOME)  # noqa: PTH118
    return (os.path.normpath(usual),) if usual.startswith("/") and Path(usual).is_dir() else ()


def is_place(place: str) -> bool:
    """Whether anything that this program reads could be in ``place``."""
    from odw_core.service.places import engines_at

    return bool(engines_at(place))


def nothing_under(places: Sequence[str], home: str) -> str:
    """The sentence for a room without runs."""
    names = [at_home(place, home) for place in places]
    under = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    holding = "name a folder that holds .odw, .pandacode or .converge"
    return f"No runs under {under}; {holding}, or see how it looks: odw-tui demo."


def _here() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        raise UsageError("The current folder is gone; change to another one or name one with --root DIR.") from None


def _home(named: str) -> str:
    path = Path(named).expanduser().absolute()
    if not path.is_dir():
        raise UsageError(f"{named} is no folder; --codex-home names the folder that holds Codex's sessions.")
    return os.path.normpath(path)


def _workspace(root: str) -> str:
    path = Path(root).expanduser().absolute()
    if path.name in _MARKS:
        path = path.parent
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{root} does not exist; {_meant(root)}") from None
    except OSError:
        # The room says why it cannot be read.
        is_folder = True
    if not is_folder:
        raise UsageError(f"{root} is no folder; name the workspace that holds .odw or .pandacode.")
    return os.path.normpath(path)


def _meant(root: str) -> str:
    near = get_close_matches(root, [command.name for command in COMMANDS], n=1, cutoff=_NEAR)
    if near and near[0] == root:
        return f"if you mean the command, put it first: odw-tui {root} DIR."
    if near:
        return f"did you mean odw-tui {near[0]}?"
    return "name a folder that is there."


def _once(places: Iterable[str]) -> tuple[str, ...]:
    """Without those that are the same folder by another name."""
    return tuple({os.path.realpath(place): place for place in reversed(tuple(places))}.values())[::-1]
