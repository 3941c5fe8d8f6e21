"""Codex as somebody runs it in a terminal of theirs, up to where it asks for an approval."""

from __future__ import annotations

import asyncio

from drivers.real_codex import RealCodex
from drivers.tmux import Tmux


async def asks_in_terminal(window: Tmux, codex: RealCodex, *options: str) -> None:
    """Start it in the window and let it ask whether it may write ``approved.txt``."""
    window.type(f"cd {codex.project} && {' '.join((str(codex.program), *options))}")
    await asyncio.to_thread(window.wait_for, lambda text: "GPT-5.5" in text)
    window.press("-l", codex.prompt("approve_in_place"))
    await asyncio.to_thread(window.wait_for, lambda text: "approve_in_place]] go" in text)

    def is_asked(text: str) -> bool:
        if "approve_in_place]] go" in text and "Working" not in text and "May I" not in text:
            # An enter that comes with the typing is taken for a pasted line.
            window.press("Enter")
        return "May I write approved.txt?" in text

    await asyncio.to_thread(window.wait_for, is_asked)
