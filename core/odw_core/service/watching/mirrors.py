"""Mirrors: what supervisors of ours keep of their runs where no agent can write. Writes nothing.

What a person is asked, and how a run ended, is read from there: in the workspace an agent could put other words over a
true question.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from odw_core.files.stamps import FolderStamp, folder_stamp
from odw_core.model.evidence import Unit
from odw_core.paths import user_paths


class Mirrors:
    """Those in one state folder; costs a stat for each run of the dialect while none comes or goes."""

    def __init__(self, state: Path | None = None) -> None:
        """None for the user's own folder."""
        self._state = state
        self._runs = ""
        self._stamp: FolderStamp | None = None
        self._names: frozenset[str] = frozenset()

    def of(self, unit: Unit) -> Unit | None:
        """The same run with the mirror as its root; None where this state folder holds none for that place."""
        name = unit.address.item
        if unit.address.engine != "odw" or name not in self._known():
            return None
        # Imported late: most rooms hold no run of ours.
        from odw_core.runs.control import is_ours

        runs = Path(self._runs)
        # A copy of the run in another place is told by its own files.
        return replace(unit, root=str(runs / name)) if is_ours(runs.parent, name, unit.place) else None

    def _known(self) -> frozenset[str]:
        self._runs = self._runs or str((self._state or user_paths().state) / "runs")
        stamp = folder_stamp(self._runs)
        try:
            if stamp is None or stamp != self._stamp:
                self._names, self._stamp = frozenset(os.listdir(self._runs)), stamp  # noqa: PTH208
        except OSError:
            self._names, self._stamp = frozenset(), None
        return self._names
