"""Preparing: what to know before a start: the checks, the models, what was started the last time. Starts no run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.engines.codex.layout import is_home
from odw_core.errors import NotFound, OdwError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Start
from odw_core.model.conversation import Conversation, EntryKind
from odw_core.model.item import Item
from odw_core.model.landing import CommitPlan
from odw_core.service.campaign_checks import NAME as CAMPAIGN
from odw_core.service.campaign_checks import campaign_checks
from odw_core.service.preflight import BATCH, models_of, newest_limits, preflight
from odw_core.service.work_checks import NAME, work_checks
from odw_core.state.driving import UPSTREAM

if TYPE_CHECKING:
    from odw_core.workflows.scenario_batch.checks.place import Asked, Place
    from odw_core.workflows.scenario_batch.given import ScenarioBatchInput

_FIRST_ENTRIES = 50
_ASKED_S = 60.0
"""For so long the executor of a batch is not asked again."""


class Preparing:
    """One for each room. Starts no run; asks a Codex of its own for the models, once."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        conversation: Callable[[Address], AbstractAsyncContextManager[Conversation]] | None,
        *,
        state: Path | None,
        program: str | None,
    ) -> None:
        """``conversation`` opens what was said in a session; without it a session is repeated by its first line alone.
        ``state`` is where the runs of ours keep what they were asked; None where there are none."""
        self._snapshot, self._conversation = snapshot, conversation
        self._state, self._program = state, program
        self._models: dict[str, tuple[str, ...]] = {}
        self._asked: dict[tuple[str, str, str | None, str], tuple[float, Asked]] = {}

    @property
    def _home(self) -> str:
        """The Codex home that a start would use."""
        named = os.environ.get("CODEX_HOME")
        return named or next(_homes(self._snapshot().places), str(Path("~/.codex").expanduser()))

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        """What stands for and against it."""
        if start.workflow == BATCH and start.reuse and self._state is not None:
            from odw_core.service.batch_again import failed_of

            try:
                start = await asyncio.to_thread(failed_of, start, self._state)
            except OdwError as error:
                return (Check("again", "again", Level.FAIL, str(error)),)
        home = start.home or self._home
        limits = newest_limits(self._snapshot().items.values(), home)
        found = await asyncio.to_thread(
            lambda: preflight(
                start.workflow,
                start.given,
                start.workspace,
                program=self._program,
                home=home,
                limits=limits,
                now=time.time(),
                ask=self._ask,
            )
        )
        if start.workflow == CAMPAIGN:
            return (*found, *await campaign_checks(start, self._state))
        if start.workflow != NAME:
            return found
        return (*found, *await work_checks(start.given, start.workspace, self._state))

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
        if item is None:
            return None
        if address.engine == "odw":
            return await asyncio.to_thread(self._of_run, address.root, item)
        if address.engine == "scenario":
            return await asyncio.to_thread(self._of_batch, address.root, item.place)
        if address.engine == "converge":
            from odw_core.service.converge_upstream import converge_again

            return await asyncio.to_thread(converge_again, address, item.place)
        return await self._of_session(item) if address.engine == "codex" else None

    async def commit_plan(self, address: Address) -> CommitPlan:
        """What a commit of what a run landed would be. Raises ``OdwError`` with a sentence when there is nothing."""
        from odw_core.runs.committing import plan_of
        from odw_core.runs.control import is_ours

        item = self._snapshot().items.get(address.root)
        place = item.place if item is not None else None
        if self._state is None or address.engine != "odw" or not is_ours(self._state, address.root.item, place):
            raise NotFound(f"{address.root} was not started by odw-tui here, so nothing of it can be committed.")
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

    def _of_run(self, root: Address, item: Item) -> Start | None:
        from odw_core.runs.folders import RunFolder
        from odw_core.runs.spec import read_spec
        from odw_core.service.upstream_again import odw_again

        if item.driver == UPSTREAM:
            return odw_again(root, item.place, {})
        if self._state is None:
            return None
        try:
            spec = read_spec(RunFolder(self._state, root.item))
        except OdwError:
            return None
        if spec.workflow == BATCH:
            return self._of_batch(root, spec.workspace)
        return Start(spec.workflow, dict(spec.given), spec.workspace, parent=root, home=spec.codex_home)

    def _of_batch(self, root: Address, place: str) -> Start:
        from odw_core.service.batch_again import batch_again

        return batch_again(root, place, failed_only=False, state=self._state)

    async def _of_session(self, item: Item) -> Start:
        prompt = item.goal or ""
        try:
            if self._conversation is None:
                raise NotFound(f"{item.address} is not read here.")
            async with self._conversation(item.address) as said:
                prompt = await asyncio.to_thread(_first_prompt, said) or prompt
        except (OdwError, OSError):
            # Its first line is better than nothing.
            pass
        given: dict[str, object] = {"prompt": prompt}
        if item.model:
            given["model"] = item.model
        return Start("session", given, item.folder or item.place, parent=item.address, home=item.place)


def _first_prompt(said: Conversation) -> str:
    said.refresh()
    entries = said.entries(0, min(said.count, _FIRST_ENTRIES))
    first = next((entry for entry in entries if entry.kind is EntryKind.USER), None)
    return "" if first is None else said.body(first)


def _homes(places: Iterable[str]) -> Iterator[str]:
    return (place for place in places if is_home(place))
