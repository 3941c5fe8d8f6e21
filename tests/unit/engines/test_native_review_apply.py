"""What a run of parallel-review-apply is shown as while it goes on: its stage, reviewers, gates, overruled blockers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drivers.odw_recording import BEGAN_MS, RUN_ID
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.fold import fold
from odw_core.engines.odw.records import JournalLine, RunRecord, encode_line, encode_run, script_stream
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.address import Address
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.evidence import Appended, Facts, Replaced
from odw_core.model.question import Question, Road
from odw_core.model.question_json import encode_question
from odw_core.workflows.parallel_review_apply.blocker import blocker_of
from odw_core.workflows.parallel_review_apply.task import Task

BLOCKER = "src/core.py:1 is wrong"
CORE = Task("core", ("src/core.py",), "Make core add.")
TOTAL = "--- a/src/core.py\n+++ b/src/core.py\n@@ -0,0 +1,1 @@\n+def total(items):\n"
Event = dict[str, object]


def question(kind: str) -> Event:
    asked = Question(
        id="gate-1",
        address=Address("odw", RUN_ID),
        kind=kind,
        asked_at=BEGAN_MS / 1000,
        title="land 2 files?",
        body="",
        subject="round 1",
        fields=(),
        decisions=("approve", "stop"),
        risk=None,
        digest="d" * 64,
        witnesses=("journal",),
        inferred=False,
        answer_via="you",
        why_not=None,
        road=Road.SUPERVISOR,
    )
    return {"type": "question", "key": "", "question": encode_question(asked)}


def started(key: str, phase: str, role: str, *, isolation: str = "") -> Event:
    config = {"isolation": isolation}
    node = {"key": key, "label": key.removeprefix("review-").removesuffix("-r1"), "phase": phase}
    return {"type": "agent_start", **node, "agentType": role, "attempt": 1, "runtime": "scripted", "config": config}


def done(key: str, **result: object) -> Event:
    return {"type": "agent_done", "key": key, "attempt": 1, "ok": True, "result": result}


def phase(title: str, detail: str = "") -> Event:
    return {"type": "phase", "title": title, "detail": detail}


PLAN = (phase("Plan"),)
WORK = (
    phase("Implement", "round 1/2"),
    started("core", "Implement", "task", isolation="worktree"),
    started("view", "Implement", "task", isolation="worktree"),
    done("core", text="ok", worktree={"changed": True, "files": ["src/core.py"]}),
)
REVIEW = (
    done("view", text="ok", worktree={"changed": True, "files": ["src/view.py"]}),
    phase("Review", "round 1/2"),
    {"type": "worktree_review_workspace", "label": "batch-review", "status": "start"},
    started("review-correctness-r1", "Review", "reviewer"),
)
GATE = (
    done("review-correctness-r1", decision="reject", blockers=[BLOCKER]),
    {"type": "worktree_review_gate", "label": "batch-review", "decision": "reject", "blockers": 1, "reviewers": 1},
    {"type": "worktree_review_workspace", "label": "batch-review", "status": "done"},
)
REPAIR = (phase("Repair", "round 2/2"), started("core-repair-1", "Repair", "task", isolation="worktree"))


def shown(*events: Event) -> RunDetail:
    launch = JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:x", "ts_ms": BEGAN_MS})
    start: Event = {"type": "workflow_start", "name": "parallel-review-apply", "backend": "native"}
    lines = [launch, *(script_stream(event, "", BEGAN_MS + 1 + i) for i, event in enumerate((start, *events)))]
    acc = fold(RunAcc(RUN_ID, "/shop"), Replaced("run.json", encode_run(RunRecord({"status": "running"}))))
    acc = fold(acc, Appended("events.jsonl", 0, b"".join(map(encode_line, lines)), False))
    return run_detail(acc, Facts(BEGAN_MS / 1000 + 60, True))


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        (PLAN, "plan"),
        ((*PLAN, question("plan")), "plan held"),
        (WORK, "implement 1/2"),
        ((*WORK, *REVIEW), "review r1"),
        ((*WORK, *REVIEW, *GATE), "gate r1"),
        ((*WORK, *REVIEW, *GATE, question("gate")), "gate r1"),
        ((*WORK, *REVIEW, *GATE, *REPAIR), "repair r2 0/1"),
        ((*WORK, phase("Land")), "landing"),
        ((*WORK, phase("Verify")), "verify"),
    ],
)
def test_its_stage_is_told_in_two_words(events: Sequence[Event], stage: str) -> None:
    assert shown(*events).item.stage == stage


def test_a_reviewer_is_a_row_of_its_round() -> None:
    detail = shown(*WORK, *REVIEW, *GATE)
    assert [(row.title, row.kind) for row in detail.rows] == [
        ("core", "task"),
        ("view", "task"),
        ("correctness", "reviewer"),
    ]
    assert [cell.mark for cell in detail.cells if cell.row == "reviewer:correctness"] == [Mark.REJECTED]
    assert [(blocker.text, blocker.reviewer) for blocker in detail.blockers] == [(BLOCKER, "correctness")]


def test_an_overruled_blocker_and_who_decided_at_the_gate_are_told() -> None:
    decided: Event = {"type": "decision", "question_id": "gate-1", "digest": "d", "verdict": "approve", "by": "ada"}
    closed: Event = {"type": "question_closed", "id": "gate-1", "how": "answered"}
    struck: Event = {"type": "blocker_overruled", "text": BLOCKER, "by": "ada"}
    detail = shown(*WORK, *REVIEW, *GATE, question("gate"), decided, closed, struck)
    assert [blocker.fate for blocker in detail.blockers] == ["overruled in round 1"]
    assert "round 1: approved by ada" in [notice.text for notice in detail.notices]


def test_a_blocker_that_was_overruled_later_is_still_there_before() -> None:
    again: Event = {**GATE[1], "label": "batch-review-r2", "blocker_samples": [BLOCKER]}
    struck: Event = {"type": "blocker_overruled", "text": BLOCKER, "by": "ada", "round": 2}
    detail = shown(*WORK, *REVIEW, *GATE, *REPAIR, again, struck)
    assert [blocker.fate for blocker in detail.blockers] == ["still there in round 2", "overruled in round 2"]


def test_what_no_reviewer_saw_again_is_not_called_fixed() -> None:
    """A candidate that cannot be put together is looked at by nobody."""
    torn: Event = {**GATE[1], "label": "batch-review-r2", "preflight_category": "patch_conflict", "reviewers": 0}
    detail = shown(*WORK, *REVIEW, *GATE, *REPAIR, torn)
    assert next(blocker.fate for blocker in detail.blockers if blocker.text == BLOCKER) == "open"


def test_where_a_blocker_points_is_taken_from_its_supervisor() -> None:
    """It knows the diffs: a name in the prose is the function that one of them defines."""
    said = "the total is off by one, says total"
    review = done("review-correctness-r1", decision="reject", blockers=[said])
    read: Event = {
        "type": "blockers",
        "label": "batch-review",
        "round": 1,
        "blockers": [blocker_of(said, (CORE,), diffs={"core": TOTAL}, reviewer="correctness").as_json()],
    }
    (blocker,) = shown(*WORK, *REVIEW, review, GATE[1], read).blockers
    assert (blocker.symbol, blocker.tasks, blocker.path, blocker.round) == ("total", ("core",), None, 1)


def test_where_nobody_read_it_the_sentence_itself_is_read() -> None:
    """As of a run that upstream drives: plain strings."""
    said = "`src/core.py` (line 7): createTotal() drops the last item"
    (blocker,) = shown(
        *WORK, *REVIEW, done("review-correctness-r1", decision="reject", blockers=[said]), GATE[1]
    ).blockers
    assert (blocker.path, blocker.line, blocker.symbol) == ("src/core.py", 7, "createTotal")


def test_a_policy_that_decided_is_told() -> None:
    decided: Event = {
        "type": "decision",
        "question_id": "gate-r1",
        "verdict": "approve",
        "by": "x",
        "policy": "gate auto",
    }
    assert "round 1: approved by gate auto" in [notice.text for notice in shown(*WORK, decided).notices]


def test_who_waits_for_a_slot_says_so() -> None:
    assert shown(*PLAN, {"type": "queued", "key": "core"}).item.last_words == "core waits for a free slot"
