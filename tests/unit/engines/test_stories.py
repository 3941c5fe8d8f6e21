"""What made-up runs must be shown as, row by row of the ODW reference §1.3, §2.2, §3 and §6."""

from __future__ import annotations

import pytest

from drivers.odw_recording import BEGAN_MS, RUN_ID, Story
from odw_core.engines.odw.inspection import has_stale_error, inspect_run
from odw_core.engines.odw.item import run_item
from odw_core.engines.odw.question import run_questions
from odw_core.engines.odw.session import SessionAcc, fold_session, session_item, session_questions
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.address import Address
from odw_core.model.detail import Mark
from odw_core.model.evidence import Facts, Replaced
from odw_core.model.item import State

NOW = BEGAN_MS / 1000 + 60
QUESTION = {"id": "q", "header": "Q", "question": "Which?", "options": [{"label": "a"}]}
HELD = {"category": "implementation_pre_review_blocked", "message": "x"}
ASKED = {
    "state": "waiting_for_user",
    "session": "s-1",
    "thread_id": "t-1",
    "pending_user_input": {
        "questions": [{"id": "q", "header": "Q", "question": "Which?", "options": [{"label": "a"}]}]
    },
    "error": {"category": "pandacode_needs_input", "message": '{\n  "a": 1\n}\n'},
}


def told() -> Story:
    return Story().launched().phase("Work").starts("core")


STORIES = {
    "no record, owner alive": (Story(), True, "starting", State.RUNNING),
    "no record, owner gone": (Story(), False, "abandoned folder", State.STALE),
    "at work": (told(), True, "running", State.RUNNING),
    "owner killed": (told(), False, "orphaned", State.STALE),
    "asked and ended": (
        told().ends("core", ASKED, ok=False).returns(ok=False).exits("failed"),
        False,
        "needs input",
        State.WAITING,
    ),
    "asked, called a success by its executor": (
        told().ends("core", ASKED, ok=True).returns(ok=False).exits("failed"),
        False,
        "needs input",
        State.WAITING,
    ),
    "asked, and went on past it": (
        told().ends("core", ASKED, ok=False).phase("Report").returns(ok=False, error="boom").exits("failed"),
        False,
        "failed",
        State.FAILED,
    ),
    "left to the owner": (
        told().returns(ok=False, gate={"decision": "needs_owner"}).exits("failed"),
        False,
        "needs owner decision",
        State.WAITING,
    ),
    "rejected at the ceiling": (
        told().returns(ok=False, gate={"decision": "reject"}).exits("failed"),
        False,
        "rejected, nothing landed",
        State.BLOCKED,
    ),
    "landed, verification failed": (
        told()
        .returns(ok=False, landed={"ok": True}, error={"category": "verification_failed", "message": "no"})
        .exits("failed"),
        False,
        "landed but verification failed",
        State.FAILED,
    ),
    "stopped by a signal": (told().exits("failed", None), False, "interrupted", State.IDLE),
    "blocked before review": (
        told()
        .returns(ok=False, error={"category": "implementation_pre_review_blocked", "message": "x"})
        .exits("failed"),
        False,
        "failed",
        State.BLOCKED,
    ),
    "planning failed": (
        told().returns(ok=False, error={"category": "planning_failed", "message": "prose"}).exits("failed"),
        False,
        "failed",
        State.FAILED,
    ),
    "uncaught error": (
        told().event("workflow_error", message="Error: boom\n  at x").exits("failed", 1),
        False,
        "failed",
        State.FAILED,
    ),
    "finished": (told().ends("core").returns(ok=True).exits("completed"), False, "completed", State.DONE),
    "exit told, run.json not yet rewritten": (
        told().ends("core").returns(ok=True).exits("completed").recorded("running"),
        True,
        "completed",
        State.DONE,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_run_is_shown_as_what_happened_to_it(name: str) -> None:
    story, alive, shown, state = STORIES[name]
    item = run_item(story.acc, Facts(NOW, alive))
    assert (item.raw_state, item.state) == (shown, state)
    assert inspect_run(story.acc, alive)["show_as"] == shown


@pytest.mark.parametrize("name", STORIES)
def test_every_why_is_a_readable_sentence(name: str) -> None:
    story, alive, _, _ = STORIES[name]
    why = run_item(story.acc, Facts(NOW, alive)).why
    assert why and "None" not in why and not why.endswith(".") and "\n" not in why


def test_a_live_run_without_news_turns_stale_at_its_deadline() -> None:
    acc = told().acc
    fresh = run_item(acc, Facts(NOW, True, 900))
    assert fresh.state is State.RUNNING and fresh.next_deadline is not None
    assert run_item(acc, Facts(fresh.next_deadline, True, 900)).state is State.STALE


def test_the_result_in_state_json_counts_when_the_journal_lost_its_end() -> None:
    story = told().exits("failed").remembers(result={"ok": False, "gate": {"decision": "reject"}})
    assert inspect_run(story.acc, False)["show_as"] == "rejected, nothing landed"


def resumed(**state: object) -> Story:
    path = "/elsewhere/.odw/runs/odw-exec-1-2/state.json"
    return (
        Story(f"odw-exec-resume-{BEGAN_MS}-7").launched(resume_from="latest", resume_state_path=path).remembers(**state)
    )


def test_an_old_error_of_the_run_before_is_never_this_runs() -> None:
    story = resumed(error={"message": "old"}, failedAt="2020-01-01T00:00:00Z", result={"ok": False, "error": "old"})
    acc = story.starts("core").ends("core").exits("completed").acc
    found = inspect_run(acc, False)
    assert has_stale_error(acc) and found["state_json_stale_error"] is True
    assert (found["resume_argument"], found["resumed_from_run"]) == ("latest", "odw-exec-1-2")
    assert found["result_error"] is None and run_item(acc, Facts(NOW, False)).cause is None


def test_a_cached_node_counts_only_as_cached() -> None:
    acc = resumed().event("agent_skip", key="core", label="core", reason="cached", result="old").acc
    nodes = inspect_run(acc, True)["nodes"]
    assert nodes == {
        "started": 0,
        "done_ok": 0,
        "done_failed": [],
        "skipped_cached": ["core"],
        "never_finished": [],
        "retries": 0,
        "schema_invalid": 0,
    }


def test_three_attempts_of_a_node_count_once() -> None:
    story = Story().launched()
    for attempt in (1, 2, 3):
        story.starts("plan", attempt=attempt).event("agent_schema_invalid", key="plan", attempt=attempt)
        if attempt < 3:
            story.event("agent_retry", key="plan", attempt=attempt, reason="schema")
    acc = story.ends("plan", {"ok": False, "error": {"category": "schema_mismatch", "message": "x\n"}}, ok=False).acc
    nodes = inspect_run(acc, True)["nodes"]
    assert isinstance(nodes, dict)
    assert (nodes["started"], nodes["done_failed"], nodes["retries"], nodes["schema_invalid"]) == (1, ["plan"], 2, 3)
    assert inspect_run(acc, True)["failed_node_error_message_lines"] == {"plan": 1}
    (cell,) = run_detail(acc, Facts(NOW, True)).cells
    assert [attempt.mark for attempt in cell.attempts] == [Mark.FAILED] * 3


def test_the_first_gate_after_a_block_before_review_is_round_two() -> None:
    acc = told().gate("reject", "batch-review-r2", blockers=1, blocker_samples=["src/a.js:3 wrong"]).acc
    gate = run_detail(acc, Facts(NOW, True)).gates[0]
    assert (gate.round, gate.blockers[0].path, gate.blockers[0].line) == (2, "src/a.js", 3)


def test_a_candidate_that_could_not_be_applied_is_one_blocker_and_no_reviewer() -> None:
    story = told().gate(
        "reject", reviewers=0, blockers=0, preflight_category="patch_failed", preflight_message="line 3"
    )
    gate = run_detail(story.acc, Facts(NOW, True)).gates[0]
    assert gate.preflight == "patch_failed: line 3"
    assert [blocker.text for blocker in gate.blockers] == ["patch_failed: line 3"]
    assert run_item(story.acc, Facts(NOW, True)).blockers == 1


@pytest.mark.parametrize(("decision", "fate"), [("approve", "fixed in round 2"), ("reject", "still there in round 2")])
def test_a_blocker_says_what_became_of_it(decision: str, fate: str) -> None:
    again = ["src/a.js:3 wrong"] if decision == "reject" else []
    story = told().gate("reject", blockers=1, blocker_samples=["src/a.js:3 wrong"])
    story.gate(decision, "batch-review-r2", blockers=len(again), blocker_samples=again)
    assert run_detail(story.acc, Facts(NOW, True)).blockers[0].fate == fate


def test_tasks_that_no_repair_ran_again_are_kept() -> None:
    story = told().starts("a", worktree=True).ends("a").starts("b", worktree=True).ends("b").gate("reject")
    story.event("log", message="repairing tasks=a").starts("a-repair-1", worktree=True).ends("a-repair-1")
    cells = {(cell.row, cell.column): cell.mark for cell in run_detail(story.acc, Facts(NOW, True)).cells}
    assert cells["task:a", "round-2"] is Mark.REPAIRED
    assert cells["task:b", "round-2"] is Mark.KEPT


def test_tokens_that_some_agent_did_not_report_make_a_floor() -> None:
    tokens = run_item(told().ends("core", tokens=None).starts("b").ends("b", tokens=7).acc, Facts(NOW, True)).tokens
    assert tokens is not None and (tokens.total, tokens.at_least) == (7, True)


def test_lines_that_are_no_objects_are_counted_and_passed_over() -> None:
    story = told()
    story.journal += b"[1]\nnull\n\n   \n{broken\n\xff\xfe\n"
    found = inspect_run(story.ends("core").acc, True)
    assert (found["events"], found["undecodable_lines"]) == (5, 4)


def test_a_folder_that_names_no_process_has_nobody_alive() -> None:
    from odw_core.engines.odw.engine import OdwEngine
    from odw_core.model.evidence import Unit
    from odw_core.process.liveness import Liveness

    engine = OdwEngine()
    unit = Unit(Address("odw", "my-run"), "/place", "/place/.odw/runs/my-run")
    assert Liveness().of(engine.owner(unit, engine.start(unit))).alive is False


def test_a_question_is_the_same_card_from_journal_and_session() -> None:
    acc = told().ends("core", ASKED, ok=False).returns(ok=False).exits("failed").acc
    (from_run,) = run_questions(acc, Address("odw", RUN_ID), False)
    record = b'{"thread_id":"t-1","artifacts":{"status":"waiting_for_user","pending_questions":[{"id":"q","header":"Q",'
    record += b'"question":"Which?","options":[{"label":"a"}]}]}}'
    session = fold_session(SessionAcc("codex", "s-1", "/place"), Replaced("", record))
    (from_session,) = session_questions(session, Facts(NOW, False))
    assert (from_run.id, from_run.digest) == (from_session.id, from_session.digest)


@pytest.mark.parametrize(
    ("artifacts", "alive", "state"),
    [
        ('"status":"running"', True, State.RUNNING),
        ('"status":"running"', False, State.STALE),
        ('"status":"starting"', False, State.STALE),
        ('"status":"completed"', None, State.DONE),
        ('"status":"failed"', None, State.FAILED),
        ('"status":"timeout"', None, State.FAILED),
        ('"status":"no_report","missing_artifacts":["out.md"]', None, State.FAILED),
        ('"status":"interrupted"', None, State.IDLE),
        ('"status":"stopped"', None, State.IDLE),
        ('"last_state":"completed","last_summary":{"last_agent_message":"bye"}', None, State.DONE),
        ('"last_state":"waiting_for_user","pending_question_id":"q","pending_question":"Which?"', None, State.WAITING),
        ('"status":"a word of a later version"', True, State.RUNNING),
    ],
)
def test_a_session_is_what_its_record_and_its_owner_say(artifacts: str, alive: bool | None, state: State) -> None:
    record = f'{{"runtime":"claude","updated_ms":{BEGAN_MS},"artifacts":{{{artifacts}}}}}'.encode()
    acc = fold_session(SessionAcc("claude", "s", "/place"), Replaced("", record))
    assert session_item(acc, Facts(NOW, alive)).state is state


def test_a_torn_session_record_leaves_the_value_before() -> None:
    acc = fold_session(SessionAcc("codex", "s", "/place"), Replaced("", b'{"artifacts":{"status":"completed"}}'))
    assert session_item(fold_session(acc, Replaced("", b'{"artif')), Facts(NOW)).state is State.DONE
