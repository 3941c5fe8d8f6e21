"""Several rooms over the same session, and rooms and drivers that are killed: all see the same, nothing is lost."""

from __future__ import annotations

import os
import signal

from drivers.codex_room import on_screen, watching
from drivers.command import PROGRAM
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from drivers.tmux import Terminal
from odw_core.model.command import Decide, Outcome
from odw_core.model.decision import Decision
from odw_core.model.item import State
from odw_core.model.question import Road


async def test_two_rooms_show_the_same_and_the_first_answer_counts(codex: RealCodex) -> None:
    async with watching(codex) as one, watching(codex) as other:
        run = SessionRun.start(codex, "approve_in_place")
        asked = [await room.question(run.address, Road.SUPERVISOR) for room in (one, other)]
        assert asked[0] == asked[1]
        rows = [await room.item(run.address, lambda item: item.state is State.WAITING) for room in (one, other)]
        assert rows[0] == rows[1]
        os.kill(run.supervisor, signal.SIGSTOP)
        # Both rooms still show the question when they answer it.
        first, second = (
            Decide(Decision(question.id, question.digest, verdict))
            for question, verdict in zip(asked, ("accept", "decline"), strict=True)
        )
        assert (await one.service.submit(first)).outcome is Outcome.SENT
        for room in (one, other):
            await room.until(lambda now: [question.is_sent for question in now.questions] == [True])
        assert (await other.service.submit(second)).outcome is Outcome.SENT
        assert not (codex.project / "approved.txt").exists()
        os.kill(run.supervisor, signal.SIGCONT)
        assert (await one.service.outcome(first.id, 20)).outcome is Outcome.ACCEPTED
        late = await other.service.outcome(second.id, 20)
        assert late.outcome is Outcome.STALE
        assert "first answer counted" in late.reason
        ended = [await room.item(run.address, lambda item: item.ended_at is not None) for room in (one, other)]
        assert ended[0] == ended[1]
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").read_text() == "approved\n"
    assert [event["verdict"] for event in run.of("decision")] == ["accept"]


async def test_a_room_that_is_killed_takes_nothing_with_it(codex: RealCodex) -> None:
    room = Terminal([*PROGRAM, str(codex.project)], {**codex.environ, "TERM": "xterm-256color"})
    try:
        run = SessionRun.start(codex, "approve_in_place")
        asked = run.until_asked()
        room.wait_for(b"approve_in_place")
        room.process.send_signal(signal.SIGKILL)
        room.process.wait()
    finally:
        room.close()
    assert run.open_questions == [asked]
    async with on_screen(codex) as screen:
        await screen.press("i", "enter")
        await screen.until("echo approved > approved.txt")
        question = await screen.room.question(run.address, Road.SUPERVISOR)
        assert question.digest == asked.digest
        assert await screen.room.decides(question, "accept") is Outcome.ACCEPTED
        await screen.room.item(run.address, lambda item: item.state is State.DONE)
    run.until_over()
    assert (codex.project / "approved.txt").read_text() == "approved\n"


async def test_a_question_whose_driver_was_killed_is_in_a_new_room_and_answering_it_resumes(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    asked = run.until_asked()
    run.kill_supervisor()
    async with on_screen(codex) as screen:
        question = await screen.room.question(run.address, Road.RESUME)
        assert question.digest == asked.digest
        await screen.press("i", "enter")
        await screen.until("echo approved > approved.txt", "its driver is gone; answering resumes it")
        assert not (codex.project / "approved.txt").exists()
        assert await screen.room.decides(question, "accept") is Outcome.ACCEPTED
        await screen.room.item(run.address, lambda item: item.state is State.DONE)
    run.until_over()
    assert len(run.of("supervisor")) == 2
    assert (codex.project / "approved.txt").read_text() == "approved\n"
