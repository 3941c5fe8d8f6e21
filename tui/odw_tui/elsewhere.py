"""Elsewhere: keys that lead to the terminal of somebody's session, or to one beside it, and what is said about it.

Nothing is looked for before a key or an open card asks, and never on the way to a frame.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from odw_core.model.item import Item
from odw_tui.present.elsewhere import where
from odw_tui.terminal.clipboard import copy

if TYPE_CHECKING:
    from odw_core.model.address import Address
    from odw_core.model.whereabouts import Whereabouts
    from odw_core.service.service import Service
    from odw_tui.screens.base import ActionScreen

READ_ONLY = "This room is read-only: it starts nothing. Leave out --read-only to open a terminal."
_NO_PROCESS = "Nobody can tell which process runs it: it holds no lock, or has ended."


async def find(service: Service, address: Address) -> Whereabouts | None:
    """The process that runs a session, its terminal and pane; None when nobody can tell."""
    # Imported late here and below: few ask for it.
    from odw_core.service import elsewhere

    pid = service.owner_pid(address)
    return None if pid is None else await asyncio.to_thread(elsewhere.find, pid, os.environ)


def go_there(screen: ActionScreen, address: Address) -> None:
    """Show the pane in which the session runs, or say how to get there."""
    screen.run_worker(_go_there(screen, address), name="go to its terminal")


def open_beside(screen: ActionScreen, item: Item) -> None:
    """Open ``codex resume`` for the session in a new window of this tmux; outside of tmux the command is copied."""
    screen.run_worker(_open_beside(screen, item), name="open a terminal beside it")


def why_not_beside(item: Item | None, *, is_read_only: bool) -> str | None:
    """Why no terminal can be opened for it; None when one can."""
    from odw_core.service import elsewhere

    if item is None or not elsewhere.can_resume(item):
        return "Only a session of Codex can be resumed in a terminal."
    return READ_ONLY if is_read_only else None


async def _go_there(screen: ActionScreen, address: Address) -> None:
    from odw_core.service import elsewhere

    found = await find(screen.kit.service, address)
    if found is None:
        screen.flash(_NO_PROCESS)
        return
    way = await asyncio.to_thread(elsewhere.go_there, found, os.environ)
    if way.is_done:
        screen.flash(f"Went to {where(found)}.")
    elif way.error:
        screen.flash(f"tmux did not go there: {way.error}.")
    elif way.typed:
        screen.flash(f"{copy(screen.app, way.typed)}")
    else:
        screen.flash(f"It runs as {where(found)}: no tmux shows that, so only you can go there.")


async def _open_beside(screen: ActionScreen, item: Item) -> None:
    from odw_core.service import elsewhere

    way = await asyncio.to_thread(elsewhere.resume_beside, item, screen.kit.config.codex, os.environ)
    if way.is_done:
        screen.flash("Opened in a new window of this tmux.")
    else:
        screen.flash(copy(screen.app, way.typed) if way.typed else f"tmux opened no window: {way.error}.")
