"""Elsewhere: to the terminal in which somebody's session runs, or a terminal of one's own beside it.

Looks at processes and asks tmux only when a key says so, never on the way to a frame; sends nothing to a session.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING

from odw_core.model.item import Item
from odw_tui.present.elsewhere import where
from odw_tui.terminal.clipboard import copy

if TYPE_CHECKING:
    from odw_core.model.address import Address
    from odw_core.process.terminal import Whereabouts
    from odw_core.service.service import Service
    from odw_tui.screens.base import ActionScreen

_THREAD = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]*$")
_NO_PROCESS = "Nobody can tell which process runs it; its writer holds no lock, or has ended."
READ_ONLY = "This room is read-only: it starts nothing. Leave out --read-only to open a terminal."


async def find(service: Service, address: Address) -> Whereabouts | None:
    """The process that runs a session, its terminal and pane; None when nobody can tell."""
    # Imported late: it is asked for by few.
    from odw_core.process.terminal import whereabouts

    pid = service.owner_pid(address)
    return None if pid is None else await asyncio.to_thread(whereabouts, pid, os.environ)


def go_there(screen: ActionScreen, address: Address) -> None:
    """Show the pane in which the session runs, or say how to get there."""
    screen.run_worker(_go_there(screen, address), name="go to its terminal")


def open_beside(screen: ActionScreen, item: Item) -> None:
    """Open ``codex resume`` for the session in a new window of this tmux; outside of tmux the command is copied."""
    screen.run_worker(_open_beside(screen, item), name="open a terminal beside it")


def why_no_window(item: Item | None, *, is_read_only: bool) -> str | None:
    """Why no terminal can be opened for it; None when one can."""
    if item is None or item.address.engine != "codex" or _THREAD.match(item.address.item) is None:
        return "Only a session of Codex can be resumed in a terminal."
    return READ_ONLY if is_read_only else None


async def _go_there(screen: ActionScreen, address: Address) -> None:
    from odw_core.process.tmux import attaching, can_go_to, go_to

    found = await find(screen.kit.service, address)
    if found is None:
        screen.flash(_NO_PROCESS)
        return
    pane = found.pane
    if pane is None:
        screen.flash(f"It runs as {where(found)}; no tmux shows that terminal, so only you can go there.")
    elif await asyncio.to_thread(can_go_to, pane, os.environ):
        error = await asyncio.to_thread(go_to, pane, os.environ)
        screen.flash(f"Gone to {where(found)}." if error is None else f"tmux did not go there: {error}.")
    else:
        screen.flash(f"{copy(screen.app, attaching(pane))}. It runs as {where(found)}.")


async def _open_beside(screen: ActionScreen, item: Item) -> None:
    from odw_core.process.tmux import in_folder, open_window, own_socket

    words = ["env", f"CODEX_HOME={item.place}", screen.kit.codex or "codex", "resume", item.address.item]
    folder = item.folder or item.place
    if own_socket(os.environ) is None:
        screen.flash(copy(screen.app, in_folder(words, folder)))
        return
    error = await asyncio.to_thread(open_window, words, folder, "codex", os.environ)
    screen.flash("Opened in a new window of this tmux." if error is None else f"tmux opened no window: {error}.")
