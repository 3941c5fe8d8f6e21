"""Sessions that somebody else runs in a server of their home: watched live, answered, steered, interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from functools import partial

import pytest

from drivers import codex_room
from drivers.codex_terminal import asks_in_terminal
from drivers.foreign_server import foreign_server
from drivers.real_codex import RealCodex
from drivers.tmux import HAS_TMUX, terminal
from odw_core.model.address import Address
from odw_core.model.command import Archive, Fork, Interrupt, Outcome, Rename, Say
from odw_core.model.item import State
from odw_core.model.question import Road

watching = partial(codex_room.watching, patience_s=20.0)


def of(thread: str) -> Address:
    """Somebody's session."""
    return Address("codex", thread)


async def test_an_approval_that_somebody_elses_session_waits_for_is_given_here(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("approve_in_place")
        question = await room.question(of(thread), Road.SERVER)
        assert not question.inferred
        assert "server" in question.witnesses
        address = of(thread)
        now = await room.until(lambda now: (item := now.items.get(address)) and item.is_attached)
        assert (now.items[address].state, now.items[address].is_inferred) == (State.WAITING, False)
        assert await room.decides(question, "accept") is Outcome.ACCEPTED
        await owner.until("turn/completed")
        assert (codex.project / "approved.txt").read_text() == "approved\n"
        await room.until(lambda now: now.items[address].state is State.DONE and not now.questions)


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
async def test_a_question_of_somebodys_terminal_is_answered_through_its_daemon(codex: RealCodex) -> None:
    with terminal(codex.base, 120, 40) as window:
        await asks_in_terminal(window, codex)
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
        question = await room.question(of(thread), Road.SERVER)
        asked = await owner.until("item/commandExecution/requestApproval")
        await owner.answer(asked, "decline")
        await owner.until("turn/completed")
        await room.until(lambda now: not now.questions)
        assert await room.decides(question, "accept") is Outcome.STALE
        assert not (codex.project / "approved.txt").exists()


async def test_a_room_that_only_reads_hears_the_state_and_cannot_answer(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex, reads_only=True) as room:
        thread = await owner.start("approve_in_place")
        address = of(thread)
        now = await room.until(lambda now: (item := now.items.get(address)) and item.is_attached and now.questions)
        assert now.items[address].state is State.WAITING
        assert {one.road for one in now.questions} == {Road.NONE}
        assert await room.decides(now.questions[0], "accept") is Outcome.REFUSED
        assert not (codex.project / "approved.txt").exists()


async def test_a_session_at_work_takes_words_and_is_interrupted_with_its_command(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("exec_long")
        address = of(thread)
        await room.until(lambda now: (item := now.items.get(address)) and item.is_attached and "running" in item.why)
        assert await room.does(Say(address, "and then stop")) is Outcome.ACCEPTED
        assert await room.does(Interrupt(address)) is Outcome.ACCEPTED
        await room.until(lambda now: now.items[address].state is State.IDLE)
    assert codex.ends_within([*codex.processes_of("sleep")])


async def test_a_session_that_is_over_is_named_put_away_and_copied(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner, watching(codex) as room:
        thread = await owner.start("hello")
        address = of(thread)
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
