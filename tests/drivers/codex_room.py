"""CodexRoom: a room over the home and the project of a real Codex, by its service alone or with its screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from textual.pilot import Pilot

from drivers.real_codex import RealCodex
from odw_core.clock import SystemClock
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Command, Decide, Outcome, Receipt
from odw_core.model.decision import Decision
from odw_core.model.item import Item
from odw_core.model.question import Question, Road
from odw_core.service.live import LiveService
from odw_core.service.submit import Submitter
from odw_tui.app import OdwApp

PATIENCE_S = 60.0


class Room:
    """What one screen's worth of the core sees and does."""

    def __init__(self, codex: RealCodex, *, reads_only: bool = False, patience_s: float = PATIENCE_S) -> None:
        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return Submitter(codex.state, self.config, read_only=reads_only, snapshot=snapshot, where="test")

        self.codex, self.patience_s = codex, patience_s
        self.config = Config(codex=str(codex.program))
        places = [str(codex.home), str(codex.project)]
        self.service = LiveService(places, self.config, cache=None, submitter=submitter, reads_only=reads_only)

    async def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        """The room as soon as that is so."""
        try:
            async with asyncio.timeout(self.patience_s):
                async for _ in self.service.changes():
                    if holds(self.service.snapshot()):
                        return self.service.snapshot()
        except TimeoutError:
            raise AssertionError(f"never so; there is {self.service.snapshot()}") from None
        raise AssertionError("changes never end")

    async def item(self, address: Address, holds: Callable[[Item], object]) -> Item:
        """A row as soon as that is so."""
        now = await self.until(lambda now: (item := now.items.get(address)) is not None and holds(item))
        return now.items[address]

    async def question(self, root: Address, *roads: Road) -> Question:
        """What a run or a session asks, as soon as it does and the answer can travel one of these roads."""

        def asked(snapshot: Snapshot) -> list[Question]:
            return [one for one in snapshot.questions if one.address.root == root and one.road in roads]

        return asked(await self.until(asked))[0]

    async def submits(self, command: Command) -> Receipt:
        """What became of a command."""
        receipt = await self.service.submit(command)
        return await self.service.outcome(command.id, self.patience_s) if receipt.outcome is Outcome.SENT else receipt

    async def does(self, command: Command) -> Outcome:
        """The same in one word."""
        return (await self.submits(command)).outcome

    async def decides(self, question: Question, verdict: str) -> Outcome:
        """Decide as a person at this room would."""
        return await self.does(Decide(Decision(question.id, question.digest, verdict)))


@contextlib.asynccontextmanager
async def watching(
    codex: RealCodex, *, reads_only: bool = False, patience_s: float = PATIENCE_S
) -> AsyncIterator[Room]:
    """A room that watches while the block runs. It waits for anything at most ``patience_s``."""
    room = Room(codex, reads_only=reads_only, patience_s=patience_s)
    running = asyncio.create_task(room.service.run())
    try:
        yield room
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Screen:
    """The same room on a screen."""

    def __init__(self, room: Room, app: OdwApp, pilot: Pilot[None]) -> None:
        self.room, self.app, self.pilot = room, app, pilot

    @property
    def text(self) -> str:
        """Everything that is shown."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def until(self, *words: str) -> str:
        """The screen as soon as it shows all of these."""
        try:
            async with asyncio.timeout(self.room.patience_s):
                while not all(word in self.text for word in words):
                    await self.pilot.pause()
        except TimeoutError:
            raise AssertionError(f"{words} never stood on\n{self.text}") from None
        return self.text

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until they are dealt with."""
        await self.pilot.press(*keys)


@contextlib.asynccontextmanager
async def on_screen(codex: RealCodex) -> AsyncIterator[Screen]:
    """A room with a screen."""
    room = Room(codex)
    app = OdwApp(room.service, room.config, clock=SystemClock(), state=codex.state)
    async with app.run_test(size=(160, 50)) as pilot:
        yield Screen(room, app, pilot)
        await app.do_quit()
