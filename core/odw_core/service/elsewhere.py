"""To the terminal in which somebody's session runs, or a terminal of one's own beside it. Only when a person asks.

Asks the system and tmux, and waits for them: nothing for a thread that paints. Sends nothing to a session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from odw_core.model.item import Item
from odw_core.model.whereabouts import Whereabouts
from odw_core.process import terminal, tmux

_THREAD = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]*$")


class Way(NamedTuple):
    """What became of a wish to be elsewhere."""

    is_done: bool
    typed: str = ""
    """What a person can type in a shell instead, when it could not be done from here."""
    error: str = ""
    """Why tmux did not do it."""


def find(pid: int, environ: Mapping[str, str]) -> Whereabouts | None:
    """A process of this user by its id; None when it is gone, or the system does not tell."""
    return terminal.whereabouts(pid, environ)


def go_there(found: Whereabouts, environ: Mapping[str, str]) -> Way:
    """Switch the tmux client of this terminal to the pane of that process."""
    if found.pane is None:
        return Way(False)
    if not tmux.can_go_to(found.pane, environ):
        return Way(False, tmux.attaching(found.pane))
    error = tmux.go_to(found.pane, environ)
    return Way(error is None, error=error or "")


def can_resume(item: Item) -> bool:
    """Whether it is a session that ``codex resume`` can open."""
    return item.address.engine == "codex" and _THREAD.match(item.address.item) is not None


def resume_beside(item: Item, program: str | None, environ: Mapping[str, str]) -> Way:
    """Open ``codex resume`` in the session's folder, in a new window of this terminal's tmux."""
    words = ["env", f"CODEX_HOME={item.place}", program or "codex", "resume", item.address.item]
    folder = item.folder or item.place
    if tmux.own_socket(environ) is None:
        return Way(False, tmux.in_folder(words, folder))
    error = tmux.open_window(words, folder, "codex", environ)
    return Way(error is None, error=error or "")
