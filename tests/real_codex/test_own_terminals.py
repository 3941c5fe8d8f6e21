"""A session that only its own terminal can answer: its card and the command line name process, terminal and pane."""

from __future__ import annotations

import asyncio

import pytest

from drivers.codex_terminal import asks_in_terminal
from drivers.command import odw_tui
from drivers.real_codex import RealCodex
from drivers.tmux import HAS_TMUX, terminal

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")


async def test_the_terminal_of_a_session_without_a_daemon_is_named(codex: RealCodex) -> None:
    with terminal(codex.base, 120, 40) as window:
        await asks_in_terminal(window, codex, "--no-daemon")
        places = ("--codex-home", str(codex.home))
        listed = await asyncio.to_thread(odw_tui, *places, "inbox", "--json", cwd=codex.project)
        (question,) = listed.document["questions"]
        assert question["why_not"] is not None
        shown = await asyncio.to_thread(odw_tui, *places, "show", f"question:{question['id']}", "--json")
        process = shown.document["process"]
        assert (process["program"], process["tty"]) == ("codex", window.say("#{pane_tty}"))
        assert process["tmux"] == window.say("#S:#I.#P")
        refused = await asyncio.to_thread(odw_tui, *places, "approve", question["id"], "--yes")
        assert refused.code == 7
        assert not (codex.project / "approved.txt").exists()
        window.press("Escape")
        await asyncio.to_thread(window.wait_for, lambda text: "May I write approved.txt?" not in text)
        window.press("C-c", "C-c")
