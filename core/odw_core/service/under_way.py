"""UnderWay: which open questions have a decision that lies before a supervisor, or an answer that is kept for a run to
come, whichever room sent it. Reads the state folder; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.model.question import Question, Road

if TYPE_CHECKING:
    from odw_core.service.upstream.kept_answers import KeptAnswers


class UnderWay:
    """One for each room."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._kept: KeptAnswers | None = None

    def of(self, asked: Sequence[Question]) -> frozenset[str]:
        """Ids among what is ``asked``; nothing is looked at where nobody asks."""
        # Imported late: most rooms ask nothing.
        found = frozenset[str]()
        driven = [one for one in asked if one.road in (Road.SUPERVISOR, Road.RESUME)]
        if driven:
            from odw_core.runs.control import sent_decisions

            runs = {one.address.item for one in driven if one.address.engine == "odw"}
            found = found.union(*(sent_decisions(self._state, run) for run in runs))
        if any(one.road is Road.CONVERGE for one in asked):
            if self._kept is None:
                from odw_core.service.upstream.kept_answers import KeptAnswers

                self._kept = KeptAnswers(self._state)
            found |= self._kept.ids
        return found
