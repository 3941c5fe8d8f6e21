"""A command as a watched run: real supervisors and processes, watched by the same room as everything else."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from drivers.runs_world import RunsWorld, open_gate, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Interrupt, Outcome, Rerun, Resume, Say, Start
from odw_core.model.item import State
from odw_core.model.question import Road
from odw_core.process.flock import hold
from odw_core.process.groups import bearers
from odw_core.process.spawn import spawn_detached
from odw_core.runs import launch
from odw_core.runs.children import MARKER
from odw_core.runs.launch import resume
from odw_core.state.driving import Wish, why_not

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_a_command_is_seen_growing_and_ends_done(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo one; read x < gate; echo two >&2")
        item = await room.item(run, State.RUNNING, where=lambda item: "one" in item.last_words)
        assert item.goal == "sh -c 'echo one; read x < gate; echo two >&2'"
        assert item.driver == "odw-tui"
        async with room.service.log(run.child("command"), "stdout") as source:
            assert source.line_count >= 0
        assert world.kept(run, "stdout.log") == b"one\n"
        open_gate(gate)
        done = await room.item(run, State.DONE)
    assert done.why == "its only task finished"
    assert world.kept(run, "stderr.log") == b"two\n"
    assert world.journal(run)[-1] | {"ts_ms": 0} == {"type": "exit", "status": "completed", "code": 0, "ts_ms": 0}
    assert (world.run(run) / "events.jsonl").read_bytes() == world.folder(run).mirror.read_bytes()


async def test_what_a_run_starts_lets_people_go_first(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "nice")
        await room.item(run, State.DONE)
    assert int(world.kept(run, "stdout.log")) == max(5, os.nice(0))


async def test_a_failing_command_says_the_line_that_tells_why(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo fine; echo 'fatal: no such branch' >&2; exit 3")
        item = await room.item(run, State.FAILED)
    assert item.why == "fatal: no such branch (exited with 3)"


async def test_a_program_that_is_not_there_is_named(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "no-such-program-at-all", "-x")
        item = await room.item(run, State.FAILED)
    assert item.why == "no-such-program-at-all: command not found; install it, or name it with its path"


async def test_cancel_ends_the_whole_group_and_what_left_it(world: RunsWorld) -> None:
    script = "setsid sleep 1000 & sleep 1000 & echo up; trap '' INT; wait"
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", script)
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        command = Cancel(run)
        assert (await room.service.submit(command)).outcome is Outcome.SENT
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        item = await room.item(run, State.IDLE)
    assert (item.raw_state, item.why) == ("interrupted", "you cancelled it")
    assert bearers(f"{MARKER}={run.item}") == []
    assert world.events(run, "cancelled")[0]["by"]


async def test_an_interrupt_reaches_the_command_alone(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(
            world, "sh", "-c", "trap 'echo heard; exit 0' INT; echo up; read x < /dev/tty || sleep 9"
        )
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        command = Interrupt(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 10)).outcome is Outcome.ACCEPTED
        await room.item(run, State.DONE)
    assert world.kept(run, "stdout.log") == b"up\nheard\n"


async def test_a_command_listens_to_nobody(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "read x < gate")
        item = await room.item(run, State.RUNNING)
        assert item.is_deaf
        assert "takes no words" in (why_not(Wish.SAY, item) or "")
        assert why_not(Wish.INTERRUPT, item) is None
        said = Say(run, "hello")
        await room.service.submit(said)
        receipt = await room.service.outcome(said.id, 10)
        assert receipt.outcome is Outcome.REFUSED and "listens to nobody" in receipt.reason
        open_gate(gate)
        await room.item(run, State.DONE)


async def test_a_killed_supervisor_leaves_a_stale_run_that_asks_when_it_is_resumed(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; read x < gate; echo $x")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        stale = await room.item(run, State.STALE)
        assert stale.raw_state == "orphaned" and "resume it to go on" in stale.why
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        question = await room.question(run)
        assert question.road is Road.SUPERVISOR
        # The command of the killed supervisor did not go on behind its back.
        assert [one["message"] for one in world.events(run, "warning")] == [
            "sh was still running without its supervisor and was ended"
        ]

        os.kill(world.supervisor(run), signal.SIGKILL)
        question = await room.question(run, lambda one: one.road is Road.RESUME)
        item = await room.item(run, State.WAITING)
        assert item.why == "command asks: run it again?; its driver is gone; answering resumes it"
        command_id, receipt = await room.answer(question, "run it again")
        assert receipt.outcome is Outcome.SENT
        assert (await room.service.outcome(command_id, 10)).outcome is Outcome.ACCEPTED
        await room.item(run, State.RUNNING)
        open_gate(gate)
        await room.item(run, State.DONE)
    assert world.kept(run, "stdout.log", attempt=2) == b"up\ngo\n"
    assert len({event["epoch"] for event in world.events(run, "supervisor")}) == 3


async def test_a_run_is_resumed_though_the_lock_of_its_killed_supervisor_is_not_taken_away_yet(
    world: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.gate("gate")
    held: list[int | None] = []

    def spawned(*args: Any, **kwargs: Any) -> Popen[bytes]:
        """The kernel closes what a dead process had open a moment after it is seen to be dead: here, only now."""
        process = spawn_detached(*args, **kwargs)
        assert held[0] is not None
        os.close(held[0])
        return process

    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; read x < gate")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        held.append(hold(world.folder(run).lock))
        monkeypatch.setattr(launch, "spawn_detached", spawned)
        receipt = await room.service.submit(Resume(run))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        await room.question(run, lambda one: one.road is Road.SUPERVISOR)
        again = await room.service.submit(Resume(run))
        assert again.outcome is Outcome.REFUSED and "is being driven" in again.reason
        await room.service.submit(Cancel(run))
        await room.item(run, State.IDLE)


async def test_a_stopped_supervisor_is_never_said_to_have_decided(world: RunsWorld) -> None:
    world.gate("gate")
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; read x < gate")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        await room.service.submit(Resume(run))
        question = await room.question(run, lambda one: one.road is Road.SUPERVISOR)
        os.kill(world.supervisor(run), signal.SIGSTOP)
        command_id, receipt = await room.answer(question, "leave it")
        assert receipt.outcome is Outcome.SENT
        assert (await room.service.outcome(command_id, 0.3)).outcome is Outcome.UNCONFIRMED
        await room.service.settle()
        async with world.room() as other:
            # Also a room that did not send it: the file lies there for all of them.
            for one in (room, other):
                now = await one.until(lambda now: any(asked.is_sent for asked in now.questions))
                assert [(asked.id, asked.is_sent) for asked in now.questions] == [(question.id, True)]
        assert world.events(run, "decision") == []
        os.kill(world.supervisor(run), signal.SIGCONT)
        assert (await room.service.outcome(command_id, 10)).outcome is Outcome.ACCEPTED
        item = await room.item(run, State.FAILED)
    assert item.why == "it was cut off, and you decided to leave it"
    assert [event["verdict"] for event in world.events(run, "decision")] == ["answer"]


async def test_words_whose_supervisor_dies_before_it_reads_them_are_told_to_the_next(
    world: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.gate("gate")
    resumed: list[Address] = []

    def stopped(run_id: str, state: Path) -> Address:
        """The first supervisor is stopped as soon as it holds the run, so it sees nothing that is laid down for it."""
        resumed.append(resume(run_id, state))
        if len(resumed) == 1:
            os.kill(world.supervisor(resumed[0]), signal.SIGSTOP)
        return resumed[-1]

    monkeypatch.setattr(launch, "resume", stopped)
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; read x < gate")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        said = Resume(run, "go on")
        assert (await room.service.submit(said)).outcome is Outcome.SENT
        assert (await room.service.outcome(said.id, 0)).outcome is Outcome.UNCONFIRMED
        os.kill(world.supervisor(run), signal.SIGKILL)
        receipt = await room.service.outcome(said.id, 10)
        # What a supervisor of a command says to words: it read them.
        assert receipt.outcome is Outcome.REFUSED and "listens to nobody" in receipt.reason
        await room.service.submit(Cancel(run))
        await room.item(run, State.IDLE)
    assert resumed == [run, run]


async def test_a_supervisor_told_to_go_leaves_a_run_that_goes_on(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; sleep 1000")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGTERM)
        await room.item(run, State.STALE)
        assert bearers(f"{MARKER}={run.item}") == []
        assert not any(line["type"] == "exit" for line in world.journal(run))
        cancel = Cancel(run)
        # Nobody drives it: cancelling takes it up first, and then ends it.
        assert (await room.service.submit(cancel)).outcome is Outcome.SENT
        assert (await room.service.outcome(cancel.id, 20)).outcome is Outcome.ACCEPTED
        await room.item(run, State.IDLE)


async def test_two_rooms_see_the_same(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as one, world.room() as other:
        run = await one.start(world, "sh", "-c", "echo up; read x < gate")
        first = await one.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        assert await other.item(run, State.RUNNING, where=lambda item: "up" in item.last_words) == first
        open_gate(gate)
        # The exit event comes a moment before the record that repeats it.
        ended = [
            await room.item(run, State.DONE, where=lambda item: item.ended_at is not None) for room in (one, other)
        ]
        assert ended[0] == ended[1]


async def test_a_rerun_is_a_new_run_with_a_parent(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo first")
        await room.item(run, State.DONE)
        receipt = await room.service.submit(Rerun(run, {"argv": ["sh", "-c", "echo second"]}))
        assert receipt.outcome is Outcome.ACCEPTED and receipt.address is not None
        again = receipt.address
        await room.item(again, State.DONE)
    assert again != run
    assert world.journal(again)[0]["resume_from"] == run.item
    assert world.kept(again, "stdout.log") == b"second\n"


async def test_a_run_that_is_over_is_neither_resumed_nor_cancelled(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "true")
        await room.item(run, State.DONE)
        for command in (Resume(run), Cancel(run)):
            receipt = await room.service.submit(command)
            assert receipt.outcome is Outcome.REFUSED
            assert "is over; odw-tui rerun" in receipt.reason


async def test_a_read_only_room_starts_and_writes_nothing(world: RunsWorld) -> None:
    async with world.room(read_only=True) as room:
        receipt = await room.service.submit(Start("command", {"argv": ["true"]}, str(world.workspace)))
    assert receipt.outcome is Outcome.REFUSED and "--read-only" in receipt.reason
    assert not world.state.exists()
    assert list(world.workspace.iterdir()) == []


async def test_what_it_leaves_running_ends_with_it_and_is_told(world: RunsWorld) -> None:
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "sleep 1000 & echo up")
        await room.item(run, State.DONE)
    assert [one["message"] for one in world.events(run, "warning")] == [
        "1 process it had left running ended with it",
    ]


async def test_secrets_are_masked_on_disk_in_every_file(world: RunsWorld) -> None:
    secret = "sk-" + "abcdefghij" * 2
    async with world.room() as room:
        run = await room.start(
            world, "sh", "-c", f"printf 'token {secret[:9]}'; printf '{secret[9:]}\\n'; echo {secret}"
        )
        await room.item(run, State.DONE)
    for path in world.run(run).rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert secret.encode() not in world.folder(run).mirror.read_bytes()
    lines = world.kept(run, "stdout.log").splitlines()
    assert [len(line) for line in lines] == [len("token ") + len(secret), len(secret)]


async def test_twenty_runs_leave_no_process_behind(world: RunsWorld) -> None:
    async with world.room() as room:
        runs = [await room.start(world, "sh", "-c", f"sleep 0 & echo {number}") for number in range(20)]
        for run in runs:
            await room.item(run, State.DONE)
    for run in runs:
        assert bearers(f"{MARKER}={run.item}") == []


async def test_a_workspace_that_takes_nothing_is_told_at_once(world: RunsWorld) -> None:
    (world.workspace / ".odw").write_text("")
    missing = world.workspace / "gone"
    async with world.room() as room:
        receipt = await room.service.submit(Start("command", {"argv": ["true"]}, str(missing)))
        assert receipt.outcome is Outcome.REFUSED and "is no folder" in receipt.reason
        wrong = await room.service.submit(Start("command", {"argv": []}, str(world.workspace)))
        assert wrong.outcome is Outcome.REFUSED and "argv" in wrong.reason


async def test_runs_of_others_are_only_watched(world: RunsWorld) -> None:
    foreign = Address("odw", "odw-exec-1795219696047-5105")
    async with world.room() as room:
        for command in (Cancel(foreign), Resume(foreign), Rerun(foreign, {})):
            receipt = await room.service.submit(command)
            assert receipt.outcome is Outcome.REFUSED
            assert "was not started by odw-tui here" in receipt.reason


def test_the_private_folders_are_private(world: RunsWorld) -> None:
    from odw_core.runs.folders import private_chain

    folder = private_chain(world.state, "runs", "x")
    assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent, world.state)} == {0o700}
    assert Path(folder).is_dir()
