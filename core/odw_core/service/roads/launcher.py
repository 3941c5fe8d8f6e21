"""Launcher: begins runs of our own from what a person wants started. Knows nothing of who drives them then."""

from __future__ import annotations

import asyncio
from pathlib import Path

from odw_core.config import Config
from odw_core.errors import Refused
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Receipt, Start
from odw_core.service.starts.table import starter


class Launcher:
    """One for each room. ``who`` is written down as the one who started it."""

    def __init__(self, state: Path, config: Config, *, who: str, codex_home: str | None) -> None:
        self._state, self._config, self._who, self._codex_home = state, config, who, codex_home

    async def begin(self, start: Start) -> Receipt:
        """Begin a run. Raises ``OdwError`` with a sentence when it cannot be begun."""
        how = starter(start.workflow)
        start = await how.chosen(start, self._state)
        await how.refuse(start, self._state)
        if start.after is not None and start.after.engine != "odw":
            raise Refused(f"{start.after} is no run that lands anything, so nothing can start after it.")
        return Receipt(start.id, Outcome.ACCEPTED, "", await asyncio.to_thread(self._launch, start))

    def _launch(self, start: Start) -> Address:
        # Imported late, and called beside the loop: checking an input loads pydantic.
        from odw_core.runs.control import is_ours
        from odw_core.runs.launch import launch
        from odw_core.runs.retention import prune
        from odw_core.runs.reuse import checked_reuse
        from odw_core.runs.spec import RunSpec
        from odw_core.runs.waiting import check_after
        from odw_core.runs.workflow import checked_input, load_workflow
        from odw_core.service.starting import preferred
        from odw_core.workflows.campaign.children import joined

        parent = start.parent.item if start.parent is not None and start.parent.engine == "odw" else None
        origin = str(start.parent) if start.parent is not None and parent is None else None
        after = start.after.item if start.after is not None else None
        wanted = {**preferred(start.workflow, self._config), **start.given}
        given = checked_input(load_workflow(start.workflow), wanted)
        if after is not None:
            check_after(self._state, after)
        reuse = checked_reuse(self._state, parent, start.reuse) if parent is not None else ""
        # A run of odw's own has a new run for its next try, and belongs to no campaign.
        tried = joined(self._state, parent) if parent is not None and is_ours(self._state, parent) else None
        is_joining = tried is not None and (tried.workflow, tried.workspace) == (start.workflow, start.workspace)
        spec = RunSpec(
            run_id="",
            workflow=start.workflow,
            given=given,
            workspace=start.workspace,
            codex=self._config.codex,
            codex_home=start.home or self._codex_home,
            parent=parent,
            origin=origin,
            started_by=self._who,
            after=after,
            reuse=reuse,
            campaign=tried.campaign if tried is not None and is_joining else None,
            is_held=tried is not None and is_joining and tried.is_held,
        )
        address = launch(spec, self._state)
        prune(self._state, start.workspace, self._config.keep_runs)
        return address
