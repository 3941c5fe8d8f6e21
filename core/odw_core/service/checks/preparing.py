"""Preparing: what to know before a start: the checks, the models, what was started the last time. Starts no run."""

from __future__ import annotations

import asyncio
import os
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.engines.codex.layout import is_home
from odw_core.errors import NotFound, OdwError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Start
from odw_core.model.landing import CommitPlan
from odw_core.model.workflow import CAMPAIGN
from odw_core.service.checks.preflight import preflight
from odw_core.service.repeating import Converse, Repeating
from odw_core.service.starts.codex import models_of, newest_limits
from odw_core.service.starts.starter import Surroundings
from odw_core.service.starts.table import starter

if TYPE_CHECKING:
    from odw_core.workflows.scenario_batch.checks.place import Asked, Place
    from odw_core.workflows.scenario_batch.given import ScenarioBatchInput

_MOST_TOLD = 3
_ASKED_S = 60.0
"""For so long the executor of a batch is not asked again."""


class Preparing:
    """One for each room. Starts no run; asks a Codex of its own for the models, once."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        conversation: Converse | None,
        *,
        state: Path | None,
        program: str | None,
    ) -> None:
        """``conversation`` opens what was said in a session; without it a session is repeated by its first line alone.
        ``state`` is where the runs of ours keep what they were asked; None where there are none."""
        self._snapshot, self._state, self._program = snapshot, state, program
        self._repeating = Repeating(conversation, state)
        self._models: dict[str, tuple[str, ...]] = {}
        self._asked: dict[tuple[str, str, str | None, str], tuple[float, Asked]] = {}

    @property
    def _home(self) -> str:
        """The Codex home that a start would use."""
        named = os.environ.get("CODEX_HOME")
        return named or next(_homes(self._snapshot()), str(Path("~/.codex").expanduser()))

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        """What stands for and against it."""
        if self._state is not None:
            try:
                start = await starter(start.workflow).chosen(start, self._state)
            except OdwError as error:
                return (Check("again", "again", Level.FAIL, str(error)),)
        home = start.home or self._home
        around = Surroundings(
            home,
            time.time(),
            self._program,
            self._state,
            newest_limits(self._snapshot().items.values(), home),
            ask=self._ask,
        )
        return await preflight(start, around)

    def _ask(self, given: ScenarioBatchInput, place: Place) -> Asked:
        """A form is checked with every key, and the executor of a batch takes a second to answer."""
        from odw_core.workflows.scenario_batch.checks.executor import ask_executor

        key = (place.root, place.home, place.program, given.outputs)
        known = self._asked.get(key)
        if known is None or time.monotonic() - known[0] > _ASKED_S:
            known = self._asked[key] = (time.monotonic(), ask_executor(given, place))
        return known[1]

    async def models(self) -> tuple[str, ...]:
        """The models Codex offers, the default first; empty when it does not say."""
        home = self._home
        if home not in self._models:
            self._models[home] = await models_of(self._program, home)
        return self._models[home]

    async def repeated(self, address: Address) -> Start | None:
        """What would start it once more; None for what nobody knows how to start. Raises ``OdwError`` with a sentence
        when what it left does not say."""
        item = self._snapshot().items.get(address.root)
        return None if item is None else await self._repeating.repeated(address, item)

    async def commit_plan(self, address: Address) -> CommitPlan:
        """What a commit of what a run landed would be. Raises ``OdwError`` with a sentence when there is nothing."""
        from odw_core.runs.committing import plan_of
        from odw_core.runs.control import is_ours

        item = self._snapshot().items.get(address.root)
        place = item.place if item is not None else None
        if self._state is None or address.engine != "odw" or not is_ours(self._state, address.root.item, place):
            raise NotFound(f"{address.root} was not started by odw-tui here, so nothing of it can be committed.")
        if parts := await asyncio.to_thread(_landed_elsewhere, self._state, address.root.item):
            raise NotFound(f"A campaign lands through a run in each repository; commit there: {parts}.")
        return await plan_of(self._state, address.root.item)

    async def steps(self, address: Address) -> tuple[str, ...]:
        """Steps from which a run of ours can be run again."""
        from odw_core.runs.folders import RunFolder
        from odw_core.runs.past import journal_of
        from odw_core.runs.reuse import steps_of

        if self._state is None or address.engine != "odw":
            return ()
        try:
            folder = RunFolder(self._state, address.root.item)
        except OdwError:
            return ()
        return await asyncio.to_thread(lambda: steps_of(journal_of(folder)))


def _landed_elsewhere(state: Path, run_id: str) -> str:
    """The commands that commit what a campaign landed; empty for what is none."""
    from odw_core.runs.folders import RunFolder
    from odw_core.runs.spec import read_spec
    from odw_core.workflows.campaign.children import children_of

    if read_spec(RunFolder(state, run_id)).workflow != CAMPAIGN:
        return ""
    found = [f"odw-tui --root {shlex.quote(repo)} commit odw:{run}" for repo, run in children_of(state, run_id).items()]
    more = f" (and {len(found) - _MOST_TOLD} more like it)" if len(found) > _MOST_TOLD else ""
    return f"{'; '.join(found[:_MOST_TOLD])}{more}" or "none of them has begun"


def _homes(snapshot: Snapshot) -> Iterator[str]:
    """Those that the person named."""
    return (place for place in snapshot.places if place not in snapshot.lent and is_home(place))
