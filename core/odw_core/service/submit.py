"""Submitter: the door of a person's wishes: each once, written down before it is sent, and heard of. Shows nothing.

Never raises for what a person did: a refusal says why, and what to do. Who does it is found by ``roads``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from odw_core.config import Config
from odw_core.decide import audit
from odw_core.errors import OdwError, Refused, Stale
from odw_core.model.change import Snapshot
from odw_core.model.command import Clean, Command, Decide, Outcome, Receipt, Start
from odw_core.model.question import Road
from odw_core.service.roads.carrier import Carrier, Driver
from odw_core.service.roads.launcher import Launcher
from odw_core.service.roads.table import Roads

READ_ONLY = "This room is read-only: it sends, starts and writes nothing. Leave out --read-only to act."
_LOOK_S = 0.05


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
    ) -> None:
        """``where`` says in the audit log from where it was done."""
        self._state, self._read_only, self._snapshot = state, read_only, snapshot
        self._who = audit.who(where)
        self._launcher = Launcher(state, config, who=self._who, codex_home=codex_home)
        self._roads = Roads(state, config, snapshot, self._launcher.begin, who=self._who)
        self._at: dict[str, Driver | Carrier] = {}
        self._known: dict[str, Receipt] = {}
        self._of: dict[str, Command] = {}

    def take(self, road: Road, driver: Driver) -> None:
        """One more road that decisions can travel."""
        self._roads.take(road, driver)

    def carry_with(self, engine: str, carrier: Carrier) -> None:
        """Who carries out what is about this engine and no run of ours."""
        self._roads.carry_with(engine, carrier)

    async def start(self, start: Start) -> Receipt:
        """Begin a run. Raises ``OdwError`` with a sentence when it cannot be begun."""
        return await self._launcher.begin(start)

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
            at = self._at.get(command_id)
            said = await at.outcome(command_id) if at is not None else None
            if said is not None and said.outcome is not Outcome.SENT:
                self._settle(said)
                return said
            if loop.time() >= until:
                reason = "Nobody has confirmed it yet; it stays sent until the supervisor sees it."
                return Receipt(command_id, Outcome.UNCONFIRMED, reason)
            await asyncio.sleep(_LOOK_S)

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
                return await self.start(command)
            case Clean():
                from odw_core.service.leftovers import clean

                return Receipt(command.id, Outcome.ACCEPTED, await clean(self._state, command.names))
            case _:
                carrier = self._at[command.id] = self._roads.carrier(command)
                return await carrier.carry(command)

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
        driver = self._roads.driver(question.road)
        if driver is None:
            raise Refused(f"It cannot be answered from here: {question.answer_via}.")
        self._at[command.id] = driver
        return await driver.decide(command, question)

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
            audit.Entry(
                who=self._who,
                command=command.id,
                address=address,
                digest=digest,
                verdict=verdict,
                outcome=outcome,
                question=question,
                reason=reason,
            ),
        )
