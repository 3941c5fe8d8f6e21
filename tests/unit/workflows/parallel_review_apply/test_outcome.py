"""History, gate and result in upstream's shape: rebuilt from a recorded run, and read back by its reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from odw_core.engines.odw.outcome import result_of
from odw_core.runs.landed import Landed
from odw_core.workflows.parallel_review_apply import outcome
from odw_core.workflows.parallel_review_apply.plan import Plan
from odw_core.workflows.parallel_review_apply.preflight import Trouble, pre_review
from odw_core.workflows.parallel_review_apply.review import Review
from odw_core.workflows.parallel_review_apply.task import Task

RUN = Path(__file__).parents[3] / "fixtures/odw/b/project/.odw/runs/odw-exec-1795219696047-5105/events.jsonl"
BATCH = (Task("core", ("src/a.js",), "x"), Task("docs", ("README.md", "docs/a.md"), "x"))
REJECT = Review("correctness", "reject", "no", ("src/a.js:1 is wrong",), ("r",), (), ("ran it",), ("src/a.js",))


def recorded(kind: str) -> list[dict[str, Any]]:
    raws = [json.loads(line).get("raw") for line in RUN.read_bytes().splitlines()]
    return [raw for raw in raws if isinstance(raw, dict) and raw["type"] == kind]


def reviews_of(step: dict[str, Any], whole: dict[str, Any] | None = None) -> tuple[Review, ...]:
    def lists(one: dict[str, Any]) -> dict[str, Any]:
        keys = ("blockers", "risks", "owner_questions", "verification", "files_reviewed")
        return {key: tuple(one.get(key, ())) for key in keys}

    said = whole["reviews"] if whole else step["reviewers"]
    return tuple(Review(one["reviewer"], one["decision"], one["summary"], **lists(one)) for one in said)


def test_the_history_of_a_recorded_run_is_rebuilt_word_for_word() -> None:
    """odw-exec-1780505513941-97703, the baseline: approve, one landing, tests pass, guard clean."""
    result = recorded("workflow_done")[0]["result"]
    history = result["history"]
    implement, first, plan, repair, second, verify = history
    assert outcome.implement_step(implement["tasks"], implement["files"]) == implement
    assert outcome.review_step(reviews_of(first), first["files"], 1) == first
    assert outcome.repair_plan_step(plan["tasks"], plan["retained_files"], 2) == plan
    assert outcome.repair_step(repair["tasks"], repair["files"], repair["candidate_files"], 2) == repair
    assert outcome.review_step(reviews_of(second), second["files"], 2) == second
    seen = {"ok": True, "files": [], "added": [], "removed": [], "modified": [], "before_files": 5, "after_files": 5}
    guard = outcome.guard_value(seen)
    assert guard == result["verifyGuard"]
    assert outcome.verify_step(True, guard) == verify


def test_the_gate_and_the_landing_of_a_recorded_run_are_rebuilt_word_for_word() -> None:
    result = recorded("workflow_done")[0]["result"]
    gate = outcome.gate_value(reviews_of({}, result["gate"]), result["gate"]["files"])
    assert gate == result["gate"]
    event = recorded("worktree_review_gate")[1]
    assert {**outcome.gate_event(gate, "batch-review-r2"), "ts": event["ts"]} == event
    results = result["landed"]["results"]
    files = tuple(path for one in results for path in one["files"])
    landed = Landed(ok=True, files=files, applied=len(files), base=results[0]["base"])
    told = outcome.landed_value(landed.value, [one["files"] for one in results])
    assert {name: told[name] for name in result["landed"]} == result["landed"]


def test_a_request_shows_plan_review_repair_and_verify_in_the_history() -> None:
    """odw-exec-1780515008596-9952: all of it is visible without the report."""
    history = [
        outcome.plan_step(Plan("two tasks", BATCH, ("r",))),
        outcome.implement_step(["core", "docs"], ["src/a.js"]),
        outcome.review_step([REJECT], ["src/a.js"], 1),
        outcome.repair_plan_step(["core"], ["README.md"], 2),
        outcome.repair_step(["core"], ["src/a.js"], ["README.md", "src/a.js"], 2),
        outcome.review_step([Review("correctness", "approve")], ["src/a.js"], 2),
        outcome.verify_step(True, {"ok": True}),
    ]
    value = outcome.result_value(ok=True, tasks=BATCH, history=history)
    steps = result_of(json.loads(json.dumps(value)), 1).history
    assert [step["step"] for step in steps] == [
        "plan",
        "implement",
        "review",
        "repair_plan",
        "repair",
        "review",
        "verify",
    ]
    assert history[0]["tasks"] == [
        {"id": "core", "files": ["src/a.js"]},
        {"id": "docs", "files": ["README.md", "docs/a.md"]},
    ]


def test_at_the_ceiling_nothing_lands_and_the_blockers_stay() -> None:
    """odw-exec-1780510655854-15704, and F16: ok is false, without an error; the gate is the evidence."""
    gate = outcome.gate_value([REJECT], ["src/a.js"])
    value = outcome.result_value(ok=False, tasks=BATCH, history=[outcome.review_step([REJECT], [], 4)], gate=gate)
    assert "error" not in value
    assert "landed" not in value
    assert gate["blockers"] == ["src/a.js:1 is wrong"]
    read = result_of(value, 1)
    assert (read.ok, read.has_error, read.decision) == (False, False, "reject")


def test_the_first_blocker_stands_on_the_review_line() -> None:
    """odw-exec-1780524017351-26812."""
    event = outcome.gate_event(outcome.gate_value([REJECT], []), "batch-review")
    assert event["blocker_samples"] == ["src/a.js:1 is wrong"]
    assert event["review_decisions"] == ["correctness:reject"]


def test_a_gate_event_has_samples_of_limited_size() -> None:
    many = Review("x", "reject", "", tuple(f"{number}{'b' * 600}" for number in range(9)))
    event: dict[str, Any] = outcome.gate_event(outcome.gate_value([many], ["f" * 200] * 9), "batch-review")
    assert (event["files"], len(event["file_samples"]), len(event["file_samples"][0])) == (9, 8, 160)
    assert (event["blockers"], len(event["blocker_samples"]), len(event["blocker_samples"][0])) == (9, 5, 500)


def test_a_candidate_that_does_not_combine_is_a_structured_blocker() -> None:
    """odw-exec-1780519926354-29730 and F2: category and message, reviewers 0, blockers 1."""
    gate = outcome.blocked_gate_value(
        Trouble("patch_conflict", "src/a.js: patch does not apply" + "!" * 600), ["src/a.js"]
    )
    event = outcome.gate_event(gate, "batch-review-r2")
    assert (event["reviewers"], event["blockers"], event["decision"], event["ok"]) == (0, 1, "reject", False)
    assert event["category"] == event["preflight_category"] == "patch_conflict"
    assert len(str(event["preflight_message"])) == 500
    assert str(gate["blockers"][0] if isinstance(gate["blockers"], list) else "").startswith("patch_conflict: src/a.js")


def test_a_block_before_review_stands_in_the_history() -> None:
    block = pre_review(BATCH, {"docs": ["src/a.js", "new.js"]}, {"core": "crashed"})
    assert block is not None
    assert outcome.pre_review_block_step(block, 1) == {
        "step": "pre_review_block",
        "round": 1,
        "failed_tasks": [{"id": "core", "file": "src/a.js", "files": ["src/a.js"], "message": "crashed"}],
        "scope_issues": [
            {"task": "docs", "file": "src/a.js", "owner_task": "core"},
            {"task": "docs", "file": "new.js", "owner_task": None},
        ],
    }
    assert outcome.repair_plan_step(["core"], [], 2, reason="pre_review_block")["reason"] == "pre_review_block"


def test_a_landing_is_all_or_nothing() -> None:
    conflict = Landed(False, ("a", "b"), 0, "abc", "patch_conflict", "a holds something else.")
    failed: dict[str, Any] = outcome.landed_value(conflict.value, [["a"], ["b"]])
    assert (failed["ok"], failed["applied"], failed["failed"], failed["partial"]) == (False, 0, 2, False)
    assert [(one["files"], one["ok"], one["applied"]) for one in failed["results"]] == [
        (["a"], False, False),
        (["b"], False, False),
    ]
    assert result_of({"landed": failed}, 1).landed_message == "a holds something else."


def test_nine_files_of_four_tasks_land_after_two_approvals() -> None:
    """odw-exec-1780530282012-8494: fresh repository, request only, approved in round 1."""
    patches = [["a", "b", "c"], ["d", "e"], ["f", "g"], ["h", "i"]]
    files = [path for patch in patches for path in patch]
    gate = outcome.gate_value([Review("correctness", "approve"), Review("owner-risk", "approve")], files)
    assert outcome.gate_event(gate, "batch-review")["files"] == 9
    landed = outcome.landed_value(Landed(True, tuple(files), 9, "abc").value, patches)
    assert (landed["applied"], landed["failed"]) == (4, 0)


def test_a_verifier_that_wrote_shows_what() -> None:
    """F17: guard red, list of files, result of the restore."""
    guard = {"ok": False, "files": ["new", "src/a.js"], "added": ["new"], "removed": [], "modified": ["src/a.js"]}
    step = outcome.verify_step(False, guard, {"ok": True, "restored": 1, "removed": 1})
    assert step["guard"] == {
        "ok": False,
        "files": ["new", "src/a.js"],
        "added": ["new"],
        "removed": [],
        "modified": ["src/a.js"],
    }
    assert step["restore"] == {"ok": True, "restored": 1, "removed": 1}


def test_an_error_of_a_result_is_read_as_object_and_as_text() -> None:
    """F18."""
    errors: tuple[dict[str, object] | str, ...] = (
        {"category": "planning_failed", "message": "no plan"},
        "nothing changed",
    )
    for error in errors:
        read = result_of(outcome.result_value(ok=False, tasks=(), history=(), error=error), 1)
        assert read.message in ("no plan", "nothing changed")
