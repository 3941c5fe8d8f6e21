"""Submitter: takes a person's wish down the road it has to go, and hears what became of it. Shows nothing.

Never raises for what a person did: a refusal says why, and what to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from odw_core.config import Config
from odw_core.decide import audit
from odw_core.errors import NotFound, OdwError, Refused, Stale
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import (
    Adopt,
    Archive,
    Cancel,
    Clean,
    Command,
    Commit,
    Decide,
    Fork,
    Interrupt,
    Outcome,
    Pin,
    Receipt,
    Rename,
    Repeat,
    Rerun,
    Resume,
    Say,
    Start,
)
from odw_core.model.item import State
from odw_core.model.question import Question, Road

if TYPE_CHECKING:
    from odw_core.service.converge_answers import ConvergeAnswers

READ_ONLY = "This room is read-only: it sends, starts and writes nothing. Leave out --read-only to act."
_BATCH = "scenario-batch"
_LOOK_S = 0.05
_DYING_LOOKS = 20
_AT_WORK = (State.RUNNING, State.WAITING, State.STALE)


class Driver(Protocol):
    """A road that does not end at a supervisor of ours. What cannot be done is raised as ``OdwError``."""

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Send a decision. ``sent``, or what is known at once."""

    async def outcome(self, command_id: str) -> Receipt | None:
        """What became of it by now; None while nothing is known."""


class Carrier(Protocol):
    """Drives sessions that no run of ours holds. What cannot be done is raised as ``OdwError``."""

    async def carry(self, command: Command) -> Receipt:
        """Do it, or send it on its way."""

    async def outcome(self, command_id: str) -> Receipt | None:
        """What became of it by now; None while nothing is known."""


class Submitter:
    """One for each room. Methods belong to one event loop; what waits for processes runs beside it."""

    def __init__(
        self,
        state: Path,
        config: Config,
        *,
        read_only: bool,
        snapshot: Callable[[], Snapshot],
        where: str = "screen",
        codex_home: str | None = None,
        drivers: Mapping[Road, Driver] | None = None,
        carriers: Mapping[str, Carrier] | None = None,
    ) -> None:
        """``where`` says in the audit log from where it was done. ``carriers`` go by the engine of an address."""
        self._state, self._config, self._read_only = state, config, read_only
        self._snapshot, self._codex_home = snapshot, codex_home
        self._who = audit.who(where)
        self._drivers, self._carriers = dict(drivers or {}), dict(carriers or {})
        self._at: dict[str, str | Driver | Carrier] = {}
        self._known: dict[str, Receipt] = {}
        self._of: dict[str, Command] = {}
        self._secret: dict[str, frozenset[str]] = {}
        """Fields of each decision that must not lie on any disk."""
        self._of_converge: ConvergeAnswers | None = None

    def take(self, road: Road, driver: Driver) -> None:
        """One more road that decisions can travel."""
        self._drivers[road] = driver

    def carry_with(self, engine: str, carrier: Carrier) -> None:
        """Who drives what of this engine no run of ours holds."""
        self._carriers[engine] = carrier

    async def submit(self, command: Command) -> Receipt:
        """Send it on its way: ``sent``, ``accepted`` for what is done at once, or a refusal."""
        if self._read_only:
            return Receipt(command.id, Outcome.REFUSED, READ_ONLY)
        if command.id in self._of:
            return self._known.get(command.id, Receipt(command.id, Outcome.SENT))
        self._of[command.id] = command
        try:
            self._record(command, Outcome.SENT.value)
            receipt = await self._send(command)
        except Stale as error:
            receipt = Receipt(command.id, Outcome.STALE, str(error))
        except OdwError as error:
            receipt = Receipt(command.id, Outcome.REFUSED, str(error))
        except OSError as error:
            said = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
            receipt = Receipt(command.id, Outcome.REFUSED, f"It cannot be sent: {said}.")
        if receipt.outcome is not Outcome.SENT:
            self._settle(receipt)
        return receipt

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        """What became of it, waited for at most so long; ``unconfirmed`` when nobody said."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while True:
            if (known := self._known.get(command_id)) is not None:
                return known
            said = await self._ask(command_id)
            if said is not None and said.outcome is not Outcome.SENT:
                self._settle(said)
                return said
            if loop.time() >= until:
                reason = "Nobody has confirmed it yet; it stays sent until the supervisor sees it."
                return Receipt(command_id, Outcome.UNCONFIRMED, reason)
            await asyncio.sleep(_LOOK_S)

    async def _ask(self, command_id: str) -> Receipt | None:
        at = self._at.get(command_id)
        if at is None:
            return None
        if not isinstance(at, str):
            return await at.outcome(command_id)
        from odw_core.runs.control import is_live, receipt

        said = receipt(self._state, at, command_id)
        command = self._of[command_id]
        if said is not None and said.outcome is Outcome.SENT and not is_live(self._state, at):
            # Its supervisor died before it saw this, and nothing is left lying for nobody.
            try:
                return await self._tell(command, at)
            except OdwError as error:
                return Receipt(command_id, Outcome.REFUSED, str(error))
        return said

    def _settle(self, receipt: Receipt) -> None:
        self._known[receipt.command_id] = receipt
        command = self._of.get(receipt.command_id)
        if command is not None:
            try:
                self._record(command, receipt.outcome.value, receipt.reason)
            except (OdwError, OSError):
                # What is done is done; that it was wished for is in the log already.
                return

    async def _send(self, command: Command) -> Receipt:
        match command:
            case Decide():
                return await self._decide(command)
            case Start():
                return await self._start(command.id, command)
            case Rerun():
                return await self._rerun(command)
            case Resume() if (run := self._run_of(command.address)) is not None:
                return await self._resume(command, run)
            case Say() | Interrupt() | Cancel() if (run := self._run_of(command.address)) is not None:
                return await self._tell(command, run)
            case Commit():
                return await self._commit(command)
            case Pin():
                return await self._pin(command)
            case Clean():
                return await self._clean(command)
            case Adopt():
                return await self._adopt(command)
            case Repeat():
                return await self._repeat(command)
            case Resume() | Cancel() if command.address.engine == "odw":
                return await self._of_upstream(command)
            case Resume() | Say() | Interrupt() | Cancel() | Fork() | Rename() | Archive():
                return await self._carry(command, command.address)

    def _run_of(self, address: Address) -> str | None:
        """The run of ours that an address means or belongs to."""
        from odw_core.runs.control import is_ours

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

    async def _decide(self, command: Decide) -> Receipt:
        decision = command.decision
        question = next((one for one in self._snapshot().questions if one.id == decision.question_id), None)
        if question is None:
            raise Stale("Nobody asks that any more; look at the inbox.")
        if question.digest != decision.digest:
            raise Stale("The question changed since it was shown; look at it again.")
        if decision.verdict not in question.decisions:
            raise Refused(f"It can be decided by {', '.join(question.decisions)}, not by {decision.verdict}.")
        if question.road is Road.NONE:
            raise Refused(f"It cannot be answered from here: {question.why_not or question.answer_via}.")
        if question.road in (Road.SUPERVISOR, Road.RESUME):
            run = self._run_of(question.address)
            if run is None:
                raise Refused("Its run was started by somebody else or on another machine; answer it there.")
            signed = replace(decision, by=decision.by or self._who)
            self._secret[command.id] = frozenset(field.id for field in question.fields if field.is_secret)
            if question.road is Road.RESUME:
                await self._let_go(run)
            return await self._tell(replace(command, decision=signed), run)
        driver = self._drivers.get(question.road) or self._take_pandacode(question.road)
        if driver is None and question.road is Road.CONVERGE:
            driver = self._converge()
        if driver is None:
            raise Refused(f"It cannot be answered from here: {question.answer_via}.")
        self._at[command.id] = driver
        return await driver.decide(command, question)

    def _take_pandacode(self, road: Road) -> Driver | None:
        """The driver of PandaCode sessions, made when the first of them is answered."""
        if road not in (Road.PANDACODE_FILE, Road.PANDACODE_ANSWER):
            return None
        from odw_core.service.pandacode import PandaCodeAnswers

        driver = PandaCodeAnswers(self._state, self._snapshot)
        for one in (Road.PANDACODE_FILE, Road.PANDACODE_ANSWER):
            self.take(one, driver)
        return driver

    def _converge(self) -> ConvergeAnswers:
        """Who takes answers to what Converge asked, and drives tasks of its queue."""
        if self._of_converge is None:
            from odw_core.service.converge_answers import ConvergeAnswers

            server = self._config.converge_server
            self._of_converge = ConvergeAnswers(self._state, self._snapshot, self.start, server=server)
        return self._of_converge

    async def _let_go(self, run: str) -> None:
        """A process that dies can be seen to be gone a moment before it lets go of its lock."""
        from odw_core.runs.control import is_live

        for _ in range(_DYING_LOOKS):
            if not is_live(self._state, run):
                return
            await asyncio.sleep(_LOOK_S)

    async def _tell(self, command: Command, run: str) -> Receipt:
        """Into the control folder; a run whose supervisor is gone gets a new one first."""
        from odw_core.runs.control import is_live, send
        from odw_core.runs.launch import resume

        if not is_live(self._state, run):
            await asyncio.to_thread(resume, run, self._state)
        send(self._state, run, command, self._who, self._secret.get(command.id, ()))
        self._at[command.id], self._of[command.id] = run, command
        return Receipt(command.id, Outcome.SENT, "", Address("odw", run))

    async def start(self, start: Start) -> Receipt:
        """Begin a run. Raises ``OdwError`` with a sentence when it cannot be begun."""
        return await self._start(start.id, start)

    async def _start(self, command_id: str, start: Start) -> Receipt:
        from odw_core.runs.launch import launch
        from odw_core.runs.spec import RunSpec

        if start.workflow == _BATCH and start.reuse:
            from odw_core.service.batch_again import failed_of

            start = await asyncio.to_thread(failed_of, start, self._state)
        parent = start.parent.item if start.parent is not None and start.parent.engine == "odw" else None
        after = start.after.item if start.after is not None else None
        if start.after is not None and start.after.engine != "odw":
            raise Refused(f"{start.after} is no run that lands anything, so nothing can start after it.")

        def begin() -> Address:
            # Imported late, and beside the loop: checking an input loads pydantic.
            from odw_core.runs.retention import prune
            from odw_core.runs.reuse import checked_reuse
            from odw_core.runs.waiting import check_after
            from odw_core.runs.workflow import checked_input, load_workflow
            from odw_core.service.starting import preferred

            wanted = {**preferred(start.workflow, self._config), **start.given}
            given = checked_input(load_workflow(start.workflow), wanted)
            if after is not None:
                check_after(self._state, after)
            reuse = checked_reuse(self._state, parent, start.reuse) if parent is not None else ""
            spec = RunSpec(
                run_id="",
                workflow=start.workflow,
                given=given,
                workspace=start.workspace,
                codex=self._config.codex,
                codex_home=start.home or self._codex_home,
                parent=parent,
                started_by=self._who,
                after=after,
                reuse=reuse,
            )
            address = launch(spec, self._state)
            prune(self._state, start.workspace, self._config.keep_runs)
            return address

        return Receipt(command_id, Outcome.ACCEPTED, "", await asyncio.to_thread(begin))

    async def _rerun(self, command: Rerun) -> Receipt:
        run = self._run_of(command.address)
        if run is None and command.address.engine == "scenario":
            return await self._rerun_batch(command, command.address)
        if run is None and command.address.engine == "converge":
            return await self._converge_again(command)
        if run is None and command.address.engine in self._carriers:
            return await self._carry(command, command.address)
        if run is None:
            raise Refused(f"{command.address.root} was not started by odw-tui here, so nobody knows what to repeat.")
        from odw_core.runs.folders import RunFolder
        from odw_core.runs.spec import read_spec

        spec = read_spec(RunFolder(self._state, run))
        if spec.workflow == _BATCH:
            return await self._rerun_batch(command, Address("odw", run))
        given = {**spec.given, **command.changed}
        address = Address("odw", run)
        again = Start(spec.workflow, given, spec.workspace, address, reuse=command.reuse, id=command.id)
        return await self._start(command.id, replace(again, home=spec.codex_home))

    async def _rerun_batch(self, command: Rerun, address: Address) -> Receipt:
        from odw_core.service.batch_again import batch_again, place_of

        snapshot = self._snapshot()
        item = snapshot.items.get(address.root)
        # A command that ends at once may know the places alone.
        place = item.place if item is not None else place_of(address, snapshot.places)
        # What failed is chosen when it is started.
        again = await asyncio.to_thread(batch_again, address, place, failed_only=False, state=self._state)
        given = {**again.given, **command.changed}
        return await self._start(command.id, replace(again, given=given, reuse=command.reuse, id=command.id))

    async def _converge_again(self, command: Rerun) -> Receipt:
        """A run that Converge made, made once more by Converge."""
        from odw_core.service.converge_upstream import converge_again

        start = await asyncio.to_thread(converge_again, command.address, self._place_of(command.address))
        return await self._start(command.id, replace(start, given={**start.given, **command.changed}))

    async def _repeat(self, command: Repeat) -> Receipt:
        from odw_core.service.converge_upstream import repetition

        start = await asyncio.to_thread(repetition, command.address, self._place_of(command.address))
        receipt = await self._start(command.id, replace(start, given={**start.given, **command.changed}))
        return replace(receipt, reason="The call is made once more, read-only; all it says is kept with its plan.")

    def _place_of(self, address: Address) -> str:
        item = self._snapshot().items.get(address.root)
        if item is None:
            raise NotFound(f"{address.root} is not in this room any more.")
        return item.place

    def _own_run(self, address: Address) -> str:
        run = self._run_of(address)
        if run is None:
            raise Refused(f"{address.root} was not started by odw-tui here; it can only be watched.")
        return run

    async def _commit(self, command: Commit) -> Receipt:
        from odw_core.runs.committing import commit

        run = self._own_run(command.address)
        done = await commit(self._state, run, message=command.message, branch=command.branch, by=self._who)
        return Receipt(command.id, Outcome.ACCEPTED, done.sentence, Address("odw", run))

    async def _pin(self, command: Pin) -> Receipt:
        from odw_core.runs.retention import is_pinned, pin

        run = self._own_run(command.address)
        is_off = is_pinned(self._state, run) if command.is_off is None else command.is_off
        pin(self._state, run, is_off=is_off)
        said = "It is taken away in its turn again." if is_off else "It is kept from now on, however old."
        return Receipt(command.id, Outcome.ACCEPTED, said, Address("odw", run))

    async def _clean(self, command: Clean) -> Receipt:
        from odw_core.service.leftovers import clean

        return Receipt(command.id, Outcome.ACCEPTED, await clean(self._state, command.names))

    async def _resume(self, command: Resume, run: str) -> Receipt:
        from odw_core.runs.control import send
        from odw_core.runs.launch import resume

        address = await asyncio.to_thread(resume, run, self._state)
        if not command.text:
            return Receipt(command.id, Outcome.ACCEPTED, "", address)
        send(self._state, run, Say(address, command.text, id=command.id), self._who)
        self._at[command.id] = run
        return Receipt(command.id, Outcome.SENT, "", address)

    async def _adopt(self, command: Adopt) -> Receipt:
        root = command.address.root
        place = self._place_of(root)
        if root.engine == "converge":
            return await self._adopt_converge(command, root, place)
        from odw_core.service.adopting import adoption

        start, note = await asyncio.to_thread(adoption, root, place)
        start = replace(start, given={**start.given, **command.changed})
        return replace(await self._start(command.id, start), reason=f"The new run {note}.")

    async def _adopt_converge(self, command: Adopt, root: Address, place: str) -> Receipt:
        from odw_core.service.converge_answers import adopted, forget_answers

        item = self._snapshot().items[root]
        # Answers on cards are kept for the task that asks, where there is one.
        askers = [root, *([item.parent] if item.parent is not None and item.parent.engine == "converge" else [])]
        start, note = await asyncio.to_thread(adopted, askers, place, self._state, command.changed)
        receipt = await self._start(command.id, start)
        for one in askers:
            forget_answers(self._state, one)
        return replace(receipt, reason=f"The new run {note}.")

    async def _of_upstream(self, command: Resume | Cancel) -> Receipt:
        """A run that odw drives by itself."""
        from odw_core.service.upstream import interrupt, resumption

        root = command.address.root
        if isinstance(command, Resume):
            return await self._start(command.id, resumption(root, self._snapshot().items.get(root)))
        await asyncio.to_thread(interrupt, root)
        return Receipt(command.id, Outcome.ACCEPTED, "odw was told; its run says how it ends.", root)

    async def _carry(self, command: Command, address: Address) -> Receipt:
        carrier = self._carriers.get(address.engine)
        if carrier is None and address.engine == "converge":
            carrier = self._converge()
        if carrier is None:
            if address.engine == "odw":
                raise Refused(f"{address.root} was not started by odw-tui here; it can only be watched.")
            raise NotFound(f"{address.root} can only be watched from here.")
        self._at[command.id] = carrier
        return await carrier.carry(command)

    def _record(self, command: Command, outcome: str, reason: str = "") -> None:
        """Raises ``OSError`` or ``Refused``: what cannot be recorded is not done."""
        address, digest, question, verdict = "", "", "", type(command).__name__.lower()
        match command:
            case Decide(decision):
                digest, question, verdict = decision.digest, decision.question_id, decision.verdict
                asked = next((one for one in self._snapshot().questions if one.id == question), None)
                address = str(asked.address) if asked is not None else ""
            case Start():
                known = self._known.get(command.id)
                address = str(known.address) if known is not None and known.address is not None else command.workflow
            case Clean():
                address = ", ".join(command.names)
            case _:
                address = str(command.address)
        audit.record(
            self._state,
            who=self._who,
            command=command.id,
            address=address,
            digest=digest,
            verdict=verdict,
            outcome=outcome,
            question=question,
            reason=reason,
        )
