"""Where the repository of a campaign is, read off the journal of its run."""

from __future__ import annotations

import pytest

from odw_core.engines.odw.names import CAMPAIGN_STOPPED, STOPPED_BY_OWNER
from odw_core.engines.odw.records import JournalLine
from odw_core.workflows.campaign.standing import State, Story

Event = dict[str, object]

LAND = {"type": "phase", "title": "Land"}
LANDED = {"type": "landed", "ok": True, "files": ["a.py", "b.py"]}
HELD = {"type": "waits_for", "what": "release", "status": "held"}
GATE = {"decision": "reject", "blockers": ["a.py drops it", "b.py too"]}


def story(*events: Event, exit_status: str = "") -> Story:
    """What these events say; ``exit_status`` ends the run."""
    found = Story()
    found.take(JournalLine({"type": "script_stream", "raw": event}) for event in events)
    if exit_status:
        found.take([JournalLine({"type": "exit", "status": exit_status})])
    return found


def done(**result: object) -> Event:
    return {"type": "workflow_done", "result": result}


def question(name: str, title: str) -> Event:
    return {"type": "question", "question": {"id": name, "title": title}}


@pytest.mark.parametrize(
    ("events", "exit_status", "state"),
    [
        ([], "", State.RUNNING),
        ([{"type": "phase", "title": "Review"}], "", State.RUNNING),
        ([LAND], "", State.APPROVED),
        ([HELD], "", State.APPROVED),
        ([{**HELD, "what": "run"}], "", State.RUNNING),
        ([LAND, LANDED], "", State.LANDED),
        ([LAND, LANDED], "failed", State.LANDED),
        ([LAND, LANDED], "completed", State.VERIFIED),
        ([LAND, {**LANDED, "ok": False}], "", State.APPROVED),
        ([LAND, LANDED, {"type": "landing_undone"}], "failed", State.FAILED),
        ([LAND], "failed", State.FAILED),
        ([{"type": "cancelled"}], "failed", State.STOPPED),
        ([done(error={"category": STOPPED_BY_OWNER, "message": "no more"})], "failed", State.STOPPED),
        ([done(error={"category": CAMPAIGN_STOPPED, "message": "no more"})], "failed", State.STOPPED),
        ([done(error={"category": "planning_failed", "message": "no plan"})], "failed", State.FAILED),
        ([{"type": "of a later version"}], "", State.RUNNING),
    ],
)
def test_each_state_of_a_repository_is_in_its_journal(events: list[Event], exit_status: str, state: State) -> None:
    assert story(*events, exit_status=exit_status).state is state


def test_a_landing_that_says_nothing_of_how_it_ended_has_landed() -> None:
    found = story({"type": "landed", "files": ["a.py"]})
    assert found.has_landed
    assert found.files == ("a.py",)


@pytest.mark.parametrize(("status", "is_held"), [("held", True), ("left", True), ("released", False), ("", False)])
def test_a_run_waits_for_the_campaign_until_it_is_released(status: str, is_held: bool) -> None:
    assert story({**HELD, "status": status}).is_held is is_held
    released = story(HELD, {**HELD, "status": status})
    assert released.is_held is is_held
    assert released.is_ready, "what may land once may land until it goes back to work"


def test_a_candidate_that_the_tree_did_not_take_is_not_ready_any_more() -> None:
    assert not story(LAND, {"type": "phase", "title": "Repair"}).is_ready
    assert story(HELD, {"type": "phase", "title": "Repair"}).is_ready, "it still waits for the campaign"


def test_the_oldest_open_question_is_what_a_repository_asks() -> None:
    found = story(question("q1", "land it?"), question("q2", "which port?"))
    assert found.asks == "land it?"
    assert found.told == "asks: land it?"
    found.take([JournalLine({"raw": {"type": "question_closed", "id": "q1", "verdict": "approve"}})])
    assert found.told == "asks: which port?"
    found.take([JournalLine({"raw": {"type": "question_closed", "id": "q2", "how": "withdrawn"}})])
    assert (found.asks, found.told) == ("", "")
    assert found.questions == [("land it?", "approve"), ("which port?", "withdrawn")]
    found.take([JournalLine({"raw": {"type": "question_closed", "id": "nobody's"}})])
    assert len(found.questions) == 2


def test_a_run_that_is_over_asks_nothing_any_more() -> None:
    assert story(question("q1", "land it?"), exit_status="failed").told == "it ended without a word"
    over = story(question("q1", "land it?"), exit_status="completed")
    assert (over.told, over.asks) == ("", "")


def test_lines_without_an_event_say_nothing() -> None:
    found = Story()
    found.take([JournalLine({"type": "launch"}), JournalLine({"type": "script_stream", "raw": "stray words"})])
    assert (found.state, found.told) == (State.RUNNING, "")


def test_what_was_turned_down_says_in_which_round_and_by_what() -> None:
    history = [{"step": "review"}, {"step": "repair"}, {"step": "review"}]
    found = story(done(ok=False, gate=GATE, history=history), exit_status="failed")
    assert found.is_rejected
    assert found.told == "rejected in round 2: a.py drops it"
    assert story(done(ok=False, gate=GATE), exit_status="failed").told == "rejected: a.py drops it"
    assert story(done(ok=False, gate={"decision": "reject"}), exit_status="failed").told == "rejected"


def test_what_broke_was_not_turned_down() -> None:
    found = story(done(ok=False, gate=GATE, error={"category": "x", "message": "disk full"}), exit_status="failed")
    assert not found.is_rejected
    assert found.told == "disk full"
    assert not story(done(ok=True, gate=GATE)).is_rejected
    assert not story(done(ok=False)).is_rejected


def test_the_verification_of_what_landed_passed_or_says_why_not() -> None:
    assert story(LANDED, done(ok=True)).verification == "passed"
    failed = done(ok=False, error={"category": "verification_failed", "message": "2 tests fail"})
    assert story(LANDED, failed).verification == "failed: 2 tests fail"
    assert story(failed).verification == ""


def test_the_last_line_of_an_error_and_a_cancellation_say_why() -> None:
    assert story({"type": "workflow_error", "message": "Traceback\n  at x\nit broke\n"}).why == "it broke"
    assert story({"type": "cancelled"}, exit_status="failed").told == "it was cancelled"


def test_a_commit_is_known_with_its_branch() -> None:
    found = story({"type": "committed", "commit": "abc", "branch": "main"})
    assert (found.commit, found.branch) == ("abc", "main")
