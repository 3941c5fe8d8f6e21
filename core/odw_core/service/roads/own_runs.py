"""OwnRuns: what a person wants of runs that odw-tui started: into the control folder of their supervisor, or done here.

A run whose supervisor is gone gets a new one first; nothing is left lying for a dead one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from odw_core.errors import OdwError, Refused
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import (
    Cancel,
    Command,
    Commit,
    Decide,
    Interrupt,
    Outcome,
    Pin,
    Receipt,
    Rerun,
    Resume,
    Say,
)
from odw_core.model.item import State
from odw_core.model.question import Question, Road
from odw_core.runs.control import is_live, is_ours, receipt, send
from odw_core.runs.folders import RunFolder
from odw_core.runs.spec import read_spec
from odw_core.service.roads.carrier import Begin, Carried, as_wished, cannot
from odw_core.service.starts.table import starter

_LOOK_S = 0.05
_DYING_LOOKS = 20
_AT_WORK = (State.RUNNING, State.WAITING, State.STALE)


class OwnRuns:
    """Implements ``Carrier`` for runs of ours, and ``Driver`` for the roads ``SUPERVISOR`` and ``RESUME``."""

    def __init__(self, state: Path, snapshot: Callable[[], Snapshot], begin: Begin, *, who: str) -> None:
        self._state, self._snapshot, self._begin, self._who = state, snapshot, begin, who
        self._told: dict[str, tuple[Command, str]] = {}
        """What was laid down, and for which run."""
        self._secret: dict[str, frozenset[str]] = {}
        """Fields of each decision that must not lie on any disk."""

    def run_of(self, address: Address) -> str | None:
        """The run of ours that an address means or belongs to."""
        items = self._snapshot().items
        root: Address | None = address.root
        if root is not None and root.engine != "odw":
            item = items.get(root)
            root = item.parent if item is not None else None
        if root is None or root.engine != "odw":
            return None
        shown = items.get(root)
        if is_ours(self._state, root.item, shown.place if shown is not None else None):
            return root.item
        if shown is not None and shown.parent is not None and shown.parent.engine == "odw":
            # A run of odw that a run of ours drives, or drove.
            driver = items.get(shown.parent)
            root = shown.parent if driver is not None and driver.state in _AT_WORK else root
            shown = items.get(root)
        return root.item if is_ours(self._state, root.item, shown.place if shown is not None else None) else None

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Lay a signed decision down. Raises ``OdwError`` when the run is not ours, or is over."""
        run = self.run_of(question.address)
        if run is None:
            raise Refused("Its run was started by somebody else or on another machine; answer it there.")
        decision = command.decision
        signed = replace(decision, by=decision.by or self._who)
        self._secret[command.id] = frozenset(field.id for field in question.fields if field.is_secret)
        if question.road is Road.RESUME:
            await self._let_go(run)
        return await self._tell(replace(command, decision=signed), run)

    async def carry(self, command: Carried) -> Receipt:
        """Do it, or lay it down for the supervisor. Raises ``OdwError`` where the run is not ours."""
        run = self.run_of(command.address)
        if run is None:
            raise cannot(command)
        match command:
            case Resume():
                return await self._resume(command, run)
            case Say() | Interrupt() | Cancel():
                return await self._tell(command, run)
            case Rerun():
                return await self._rerun(command, run)
            case Commit():
                return await self._commit(command, run)
            case Pin():
                return self._pin(command, run)
            case _:
                raise cannot(command)

    async def outcome(self, command_id: str) -> Receipt | None:
        """What its supervisor says by now; told to a new one when that died before it saw it."""
        told = self._told.get(command_id)
        if told is None:
            return None
        command, run = told
        said = receipt(self._state, run, command_id)
        if said is not None and said.outcome is Outcome.SENT and not is_live(self._state, run):
            try:
                return await self._tell(command, run)
            except OdwError as error:
                return Receipt(command_id, Outcome.REFUSED, str(error))
        return said

    async def _let_go(self, run: str) -> None:
        """A process that dies can be seen to be gone a moment before it lets go of its lock."""
        for _ in range(_DYING_LOOKS):
            if not is_live(self._state, run):
                return
            await asyncio.sleep(_LOOK_S)

    async def _tell(self, command: Command, run: str) -> Receipt:
        """Into the control folder; a run whose supervisor is gone gets a new one first."""
        from odw_core.runs.launch import resume

        if not is_live(self._state, run):
            await asyncio.to_thread(resume, run, self._state)
        self._lay_down(command, run)
        return Receipt(command.id, Outcome.SENT, "", Address("odw", run))

    def _lay_down(self, command: Command, run: str) -> None:
        send(self._state, run, command, self._who, self._secret.get(command.id, ()))
        self._told[command.id] = command, run

    async def _resume(self, command: Resume, run: str) -> Receipt:
        from odw_core.runs.launch import resume

        if is_live(self._state, run) and (told := await asyncio.to_thread(self._take_up_left, run)):
            return Receipt(command.id, Outcome.ACCEPTED, told, Address("odw", run))
        address = await asyncio.to_thread(resume, run, self._state)
        if not command.text:
            return Receipt(command.id, Outcome.ACCEPTED, "", address)
        self._lay_down(Say(address, command.text, id=command.id), run)
        return Receipt(command.id, Outcome.SENT, "", address)

    def _take_up_left(self, run: str) -> str:
        """Give the runs of a campaign that nobody drives supervisors; what was done, empty where there are none."""
        from odw_core.workflows.campaign.children import left_of, take_up

        left = left_of(self._state, run)
        for one in left.values():
            take_up(self._state, one)
        names = ", ".join(Path(repo).name for repo in left)
        return f"{names} {'goes' if len(left) == 1 else 'go'} on." if left else ""

    async def _rerun(self, command: Rerun, run: str) -> Receipt:
        spec = read_spec(RunFolder(self._state, run))
        again = await asyncio.to_thread(starter(spec.workflow).again, Address("odw", run), spec, self._state)
        return await self._begin(as_wished(replace(again, reuse=command.reuse), command))

    async def _commit(self, command: Commit, run: str) -> Receipt:
        from odw_core.runs.committing import commit

        done = await commit(self._state, run, message=command.message, branch=command.branch, by=self._who)
        return Receipt(command.id, Outcome.ACCEPTED, done.sentence, Address("odw", run))

    def _pin(self, command: Pin, run: str) -> Receipt:
        from odw_core.runs.retention import is_pinned, pin

        is_off = is_pinned(self._state, run) if command.is_off is None else command.is_off
        pin(self._state, run, is_off=is_off)
        said = "It is taken away in its turn again." if is_off else "It is kept from now on, however old."
        return Receipt(command.id, Outcome.ACCEPTED, said, Address("odw", run))
