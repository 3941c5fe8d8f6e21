"""Demo: a live room on recorded runs, with screen or without. Starts the players, prints nothing, loads no Textual."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from odw_core.demo.launch import playing


def run(
    *,
    open_screen: Callable[[Path], int],
    print_status: Callable[[Path], int],
    headless: bool = False,
    keep: Path | None = None,
    pace: float = 1.0,
) -> int:
    """Play the demo and show it; the exit code is what the screen ended with, or 0 without one.

    ``open_screen`` and ``print_status`` are given the workspace. Raises ``UsageError`` for a ``keep`` or ``pace`` that
    cannot be used.
    """
    with playing(keep=keep, pace=pace, only_once=headless) as stage:
        # What is remembered about a workspace that will be gone must not be left in the person's own cache.
        os.environ["XDG_CACHE_HOME"] = str(stage.scratch / "cache")
        if not headless:
            return open_screen(stage.workspace)
        stage.wait_until_played()
        print_status(stage.workspace)
        return 0
