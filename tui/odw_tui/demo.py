"""Demo: a live room on a run of its own, or on recorded ones, with screen or without. Prints nothing itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.model.address import Address

if TYPE_CHECKING:
    from odw_core.demo.live import Live


def run(
    *,
    start: Callable[[Live], Address],
    open_screen: Callable[[Path], int],
    follow: Callable[[Path, Address], int],
    print_status: Callable[[Path], int],
    headless: bool = False,
    keep: Path | None = None,
    pace: float = 1.0,
) -> int:
    """Start the run of the demo and show it; the exit code is what the screen, or the run without one, ended with.

    ``start`` starts it, ``follow`` watches it until it is over or waits for a person, ``print_status`` then says how it
    stands. Raises ``UsageError`` for a ``keep`` or ``pace`` that cannot be used, ``OdwError`` when nothing starts.
    """
    from odw_core.demo.live import set_up

    with set_up(keep=keep, pace=pace) as live:
        _keep_out_of_the_persons_own(live.state_home, live.cache_home)
        address = start(live)
        if not headless:
            return open_screen(live.workspace)
        code = follow(live.workspace, address)
        print_status(live.workspace)
        return code


def replay(
    *,
    open_screen: Callable[[Path], int],
    print_status: Callable[[Path], int],
    headless: bool = False,
    keep: Path | None = None,
    pace: float = 1.0,
) -> int:
    """Play what was recorded and show it; the exit code is what the screen ended with, or 0 without one.

    ``open_screen`` and ``print_status`` are given the workspace. Raises ``UsageError`` for a ``keep`` or ``pace`` that
    cannot be used.
    """
    from odw_core.demo.launch import playing

    with playing(keep=keep, pace=pace, only_once=headless) as stage:
        _keep_out_of_the_persons_own(None, stage.scratch / "cache")
        if not headless:
            return open_screen(stage.workspace)
        stage.wait_until_played()
        print_status(stage.workspace)
        return 0


def _keep_out_of_the_persons_own(state: Path | None, cache: Path | None) -> None:
    """What is remembered about a workspace that will be gone must not be left in the person's own folders."""
    for name, folder in (("XDG_STATE_HOME", state), ("XDG_CACHE_HOME", cache)):
        if folder is not None:
            os.environ[name] = str(folder)
