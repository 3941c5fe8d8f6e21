"""Endings: a room that may write sees to it that the workspace of a run that is over says so.

The supervisor does that itself; only one that was killed in its very last moment leaves it to whoever looks next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from odw_core.errors import OdwError

SWEEP_S = 5.0


class Endings:
    """Looks at the runs of one state folder, in the places of one room; what was settled is not looked at again."""

    def __init__(self, state: Path, places: Callable[[], Sequence[str]]) -> None:
        self._state, self._places = state, places
        self._done: set[str] = set()
        """Runs that need no other look while the places stay the same."""
        self._of: tuple[str, ...] = ()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(SWEEP_S)

    def look(self) -> None:
        """Once. Never raises for what a single run or the disk does."""
        # Imported late: no first picture waits for it.
        from odw_core.runs.ending import is_unsettled, settle
        from odw_core.runs.folders import RunFolder
        from odw_core.runs.past import run_ids

        places, there = tuple(self._places()), run_ids(self._state)
        if places != self._of:
            self._of, self._done = places, set()
        self._done.intersection_update(there)
        for run_id in there:
            if run_id in self._done:
                continue
            folder = RunFolder(self._state, run_id)
            if folder.settled.exists():
                self._done.add(run_id)
            elif is_unsettled(folder):
                self._done.add(run_id)
                with suppress(OSError, OdwError):
                    settle(folder, places)
