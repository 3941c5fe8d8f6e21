"""Killed at any point, a session is still there and answerable; and nothing runs that nobody needs."""

from __future__ import annotations

from drivers.codex_room import watching
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from odw_core.model.item import State

_AT_GATE = "until [ -e gate ]; do sleep 0.2; done"


def test_the_question_is_still_there_after_the_supervisor_was_killed(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    asked = run.until_asked()
    server = run.server
    run.kill_supervisor()
    assert server is not None
    assert server.lives
    run.resume()
    assert run.until_asked() == asked
    assert run.server == server
    assert run.decide("accept", asked).outcome == "accepted"
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").read_text() == "approved\n"
    assert len(run.of("question")) == 1


def test_a_patch_is_still_shown_whole_after_the_supervisor_was_killed(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_patch", sandbox="read-only")
    asked = run.until_asked()
    run.kill_supervisor()
    run.resume()
    run.until(lambda: len(run.of("supervisor")) == 2)
    run.decide("accept", asked)
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.md").read_text() == "approved content\n"


def test_a_turn_goes_on_without_its_supervisor_and_is_read_afterwards(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "writes_slowly")
    run.until(lambda: codex.processes_of("sleep 2"), "no command began")
    run.kill_supervisor()
    server = run.server
    assert server is not None
    run.until((codex.project / "slow.txt").exists)
    # Nobody is there and nothing runs in it: it ends by itself.
    assert codex.ends_within([server.child.pid], 30.0)
    run.resume()
    assert run.until_over()["status"] == "completed"
    assert run.of("agent_done")[0]["result"]["text"] == "Written."


def test_a_server_that_waits_for_a_person_stays_when_its_supervisor_is_gone(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    asked = run.until_asked()
    run.kill_supervisor()
    server = run.server
    assert server is not None
    assert not codex.ends_within([server.child.pid], 6.0)
    run.resume()
    run.decide("decline", asked)
    run.until_over()


def test_after_the_server_was_killed_nothing_is_sent_before_a_person_says_so(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    first = run.until_asked()
    run.kill_server()
    run.until_event("question_closed", id=first.id)
    lost = run.until_asked()
    assert lost.title == "its server ended in the middle of a turn; go on?"
    requests = len(codex.model.requests)
    assert run.decide("answer", lost, next=("the same again",)).outcome == "accepted"
    again = run.until_asked()
    assert len(codex.model.requests) > requests
    run.decide("accept", again)
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").exists()


def test_supervisor_and_server_killed_at_once_leave_a_run_that_can_be_gone_on_with(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    run.until_asked()
    run.kill_supervisor()
    run.kill_server()
    run.resume()
    lost = run.until(lambda: [one for one in run.open_questions if "server ended" in one.title])[0]
    run.decide("cancel", lost)
    assert run.until_over()["code"] is None
    assert not (codex.project / "approved.txt").exists()


async def test_twenty_sessions_at_once_are_all_done_and_leave_no_process_behind(codex: RealCodex) -> None:
    async with watching(codex) as room:
        said = {"say": "I am through.", "phase": "final_answer"}
        # Codex never waits longer than half a minute for a command: the model asks again, however slow all else is.
        codex.model.teach("gated", [*[{"exec": _AT_GATE, "yield_time_ms": 30_000}] * 4, said])
        runs = [SessionRun.start(codex, "gated") for _ in range(20)]
        for run in runs:
            run.until_event("turn", status="started")
        servers = [run.server for run in runs]
        assert len({server.child.pid for server in servers if server is not None and server.lives}) == 20
        (codex.project / "gate").touch()
        for run in runs:
            assert run.until_over()["status"] == "completed"
        for run in runs:
            row = await room.item(run.address, lambda item: item.ended_at is not None)
            assert row.state is State.DONE
    assert codex.processes() == {}
