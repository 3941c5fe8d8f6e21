"""Sessions that somebody else runs in a server of their home: watched live, answered, steered, interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable

import pytest

from drivers.foreign_server import foreign_server
from drivers.real_codex import RealCodex
from drivers.tmux import HAS_TMUX, terminal
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Archive, Command, Decide, Fork, Interrupt, Outcome, Rename, Say
from odw_core.model.decision import Decision
from odw_core.model.item import State
from odw_core.model.question import Question, Road
from odw_core.service.live import LiveService
from odw_core.service.submit import Submitter

PATIENCE_S = 20.0


class Room:
    """Our room over somebody else's home."""

    def __init__(self, codex: RealCodex, *, reads_only: bool = False) -> None:
        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return Submitter(codex.state, self.config, read_only=reads_only, snapshot=snapshot, where="test")

        self.config = Config(codex=str(codex.program))
        places = [str(codex.home), str(codex.project)]
        self.service = LiveService(places, self.config, cache=None, submitter=submitter, reads_only=reads_only)

    async def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        async with asyncio.timeout(PATIENCE_S):
            async for _ in self.service.changes():
                if holds(self.service.snapshot()):
                    return self.service.snapshot()
        raise AssertionError("changes never end")

    async def question(self, thread: str) -> Question:
        def asked(snapshot: Snapshot) -> list[Question]:
            return [one for one in snapshot.questions if one.address.item == thread and one.road is Road.SERVER]

        return asked(await self.until(asked))[0]

    async def does(self, command: Command) -> Outcome:
        receipt = await self.service.submit(command)
        if receipt.outcome is Outcome.SENT:
            receipt = await self.service.outcome(command.id, PATIENCE_S)
        return receipt.outcome

    async def decides(self, question: Question, verdict: str) -> Outcome:
        return await self.does(Decide(Decision(question.id, question.digest, verdict)))


@contextlib.asynccontextmanager
async def watching(codex: RealCodex, *, reads_only: bool = False) -> AsyncIterator[Room]:
    room = Room(codex, reads_only=reads_only)
    running = asyncio.create_task(room.service.run())
    try:
        yield room
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_approval_that_somebody_elses_session_waits_for_is_given_here(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("approve_in_place")
        question = await room.question(thread)
        assert not question.inferred
        assert "server" in question.witnesses
        address = Address("codex", thread)
        now = await room.until(lambda now: (item := now.items.get(address)) and item.is_attached)
        assert (now.items[address].state, now.items[address].is_inferred) == (State.WAITING, False)
        assert await room.decides(question, "accept") is Outcome.ACCEPTED
        await owner.until("turn/completed")
        assert (codex.project / "approved.txt").read_text() == "approved\n"
        await room.until(lambda now: now.items[address].state is State.DONE and not now.questions)


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
async def test_a_question_of_somebodys_terminal_is_answered_through_its_daemon(codex: RealCodex) -> None:
    with terminal(codex.base, 120, 40) as window:
        window.type(f"cd {codex.project} && {codex.program}")
        await asyncio.to_thread(window.wait_for, lambda text: "GPT-5.5" in text)
        window.press("-l", codex.prompt("approve_in_place"))
        await asyncio.to_thread(window.wait_for, lambda text: "approve_in_place]] go" in text)

        def is_asked(text: str) -> bool:
            if "approve_in_place]] go" in text and "Working" not in text and "May I" not in text:
                # An enter that comes with the typing is taken for a pasted line.
                window.press("Enter")
            return "May I write approved.txt?" in text

        await asyncio.to_thread(window.wait_for, is_asked)
        async with watching(codex) as room:
            now = await room.until(lambda now: any(one.road is Road.SERVER for one in now.questions))
            question = next(one for one in now.questions if one.road is Road.SERVER)
            assert "echo approved > approved.txt" in dict(question.details)["command"]
            assert await room.decides(question, "accept") is Outcome.ACCEPTED
            # The dialog of the terminal closes by itself.
            await asyncio.to_thread(window.wait_for, lambda text: "May I write approved.txt?" not in text)
            await room.until(lambda now: not now.questions)
        assert (codex.project / "approved.txt").read_text() == "approved\n"
    # The daemon outlives its terminal, and its updater the daemon: nobody but this test started them.
    for pid in codex.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_what_its_owner_answered_first_is_stale_here(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("approve_in_place")
        question = await room.question(thread)
        asked = await owner.until("item/commandExecution/requestApproval")
        await owner.answer(asked, "decline")
        await owner.until("turn/completed")
        await room.until(lambda now: not now.questions)
        assert await room.decides(question, "accept") is Outcome.STALE
        assert not (codex.project / "approved.txt").exists()


async def test_a_room_that_only_reads_hears_the_state_and_cannot_answer(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex, reads_only=True) as room:
        thread = await owner.start("approve_in_place")
        address = Address("codex", thread)
        now = await room.until(lambda now: (item := now.items.get(address)) and item.is_attached and now.questions)
        assert now.items[address].state is State.WAITING
        assert {one.road for one in now.questions} == {Road.NONE}
        assert await room.decides(now.questions[0], "accept") is Outcome.REFUSED
        assert not (codex.project / "approved.txt").exists()


async def test_a_session_at_work_takes_words_and_is_interrupted_with_its_command(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("exec_long")
        address = Address("codex", thread)
        await room.until(lambda now: (item := now.items.get(address)) and item.is_attached and "running" in item.why)
        assert await room.does(Say(address, "and then stop")) is Outcome.ACCEPTED
        assert await room.does(Interrupt(address)) is Outcome.ACCEPTED
        await room.until(lambda now: now.items[address].state is State.IDLE)
    assert codex.ends_within([*codex.processes_of("sleep")])


async def test_a_session_that_is_over_is_named_put_away_and_copied(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("hello")
        address = Address("codex", thread)
        await owner.until("turn/completed")
        await room.until(lambda now: (item := now.items.get(address)) and item.state is State.DONE)
        assert await room.does(Rename(address, "first steps")) is Outcome.ACCEPTED
        await room.until(lambda now: now.items[address].title == "first steps")
        receipt = await room.service.submit(Fork(address, codex.prompt("hello", "once more")))
        assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
        run = receipt.address
        assert run is not None
        await room.until(lambda now: (item := now.items.get(run)) and item.state is State.DONE)
        copies = [one for one in room.service.snapshot().items.values() if one.parent == run]
        assert len(copies) == 1
        assert copies[0].address != address
        assert await room.does(Archive(address)) is Outcome.ACCEPTED
        await room.until(lambda now: (item := now.items.get(address)) and item.is_archived)
