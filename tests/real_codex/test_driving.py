"""A person at the wheel of a real session: interrupt, steer, follow up, fork, go on."""

from __future__ import annotations

from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun

SLEEP = "sleep 5417"


def test_an_interrupt_ends_the_turn_and_the_command_it_left_running(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "sleep_in_front")
    run.until(lambda: codex.processes_of(SLEEP), "no sleep began")
    sleepers = list(codex.processes_of(SLEEP))
    assert run.interrupt().outcome == "accepted"
    assert codex.ends_within(sleepers)
    over = run.until_over()
    assert (over["status"], over["code"]) == ("failed", None)
    assert run.of("turn")[-1]["status"] == "interrupted"


def test_an_interrupt_while_a_question_waits_takes_it_back(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    run.until_asked()
    run.interrupt()
    run.until_over()
    assert run.of("question_closed")[0]["how"] == "moot"
    assert not (codex.project / "approved.txt").exists()


def test_what_is_said_into_a_turn_is_heard_at_the_next_step(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "steerable")
    run.until(lambda: codex.processes_of("sleep 2"), "no sleep began")
    assert run.say("mind the gap").outcome == "accepted"
    assert run.until_over()["status"] == "completed"
    assert run.of("agent_done")[0]["result"]["text"] == "Last words heard: mind the gap"
    assert len(run.of("turn")) == 2


def test_what_waits_is_said_after_the_turn(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "steerable")
    run.until_event("turn", status="started")
    run.say(codex.prompt("say_last", "and now this"), waits=True)
    assert run.until_over()["status"] == "completed"
    result = run.of("agent_done")[0]["result"]
    assert (result["turns"], result["text"]) == (2, "You said: [[script:say_last]] and now this")


def test_a_fork_begins_with_what_was_said_and_leaves_the_first_alone(codex: RealCodex) -> None:
    first = SessionRun.start(codex, "hello")
    first.until_over()
    thread = first.of("agent_session")[0]["thread"]
    fork = SessionRun.start(codex, "exec_ok", thread=thread, fork=True)
    assert fork.until_over()["status"] == "completed"
    assert fork.of("agent_session")[0]["thread"] != thread
    assert codex.model.requests[-1]["input_items"] > codex.model.requests[0]["input_items"]


def test_a_session_that_ended_is_gone_on_with(codex: RealCodex) -> None:
    first = SessionRun.start(codex, "hello")
    first.until_over()
    thread = first.of("agent_session")[0]["thread"]
    second = SessionRun.start(codex, "say_last", thread=thread)
    assert second.until_over()["status"] == "completed"
    assert second.of("agent_session")[0]["thread"] == thread


def test_a_cancelled_run_leaves_nothing(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "sleep_in_front")
    run.until(lambda: codex.processes_of(SLEEP), "no sleep began")
    assert run.cancel().outcome == "accepted"
    assert run.until_over()["code"] is None
    assert codex.processes() == {}
