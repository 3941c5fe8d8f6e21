"""Rounds: a rejected candidate, who is repaired and who is kept, blocks before a review, the ceiling, the owner."""

from __future__ import annotations

import sys

import pytest

from drivers.review_apply import (
    CORE,
    FINE,
    PLAN,
    TASKS,
    VIEW,
    ReviewApply,
    approve,
    needs_owner,
    place,
    reject,
    reviews,
    writes,
)
from drivers.runs_world import RunsWorld, world
from odw_core.model.detail import RunDetail
from odw_core.model.item import State

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

BLOCKER = "src/core.py:1 returns the wrong sum, it must be three"
REPAIRED = writes("core-repair-1", "src/core.py", "SUM = 1 + 2\n")


async def test_only_the_task_a_blocker_names_is_repaired_and_the_other_candidate_is_kept(
    place: ReviewApply, world: RunsWorld
) -> None:
    """odw-exec-1780507859710-45655."""
    place.play(REPAIRED, CORE, VIEW, reviews(reject(BLOCKER), key="review-correctness-r1"), FINE)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run) == [
        *("core", "view", "review-correctness-r1", "review-owner-risk-r1"),
        *("core-repair-1", "review-correctness-r2", "review-owner-risk-r2", "verify"),
    ]
    assert "repairing tasks=core" in [event["message"] for event in world.events(run, "log")]
    assert BLOCKER in place.prompt(run, "core-repair-1")
    assert place.text("src/core.py") == "SUM = 1 + 2\n" and place.text("src/view.py") == "print('sum')\n"
    steps = [step["step"] for step in place.result(run)["history"]]
    assert steps == ["implement", "review", "repair_plan", "repair", "review", "verify"]
    assert place.is_tidy(run)


async def test_a_file_of_somebody_else_blocks_the_batch_before_its_review(place: ReviewApply, world: RunsWorld) -> None:
    trespass = {"key": "core", "do": [{"write": "src/core.py", "text": "1\n"}, {"write": "src/view.py", "text": "2\n"}]}
    view = writes("view-repair-1", "src/view.py", "print(2)\n")
    place.play(trespass, VIEW, REPAIRED, view, FINE)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    gates = world.events(run, "worktree_review_gate")
    assert [gate["label"] for gate in gates] == ["batch-review-r2"]
    block = place.result(run)["history"][1]
    assert (block["step"], block["round"]) == ("pre_review_block", 1)
    assert block["scope_issues"] == [{"task": "core", "file": "src/view.py", "owner_task": "view"}]


async def test_a_failed_task_is_repaired_before_anybody_reviews(place: ReviewApply, world: RunsWorld) -> None:
    place.play({"key": "core", "do": [{"exit": 3}]}, REPAIRED, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
    assert place.text("src/core.py") == "SUM = 1 + 2\n"


async def test_at_the_ceiling_nothing_lands_and_the_blockers_stay(place: ReviewApply, world: RunsWorld) -> None:
    """odw-exec-1780510655854-15704 and F16."""
    place.play(writes("core*", "src/core.py", "SUM = 0\n"), VIEW, reviews(reject(BLOCKER)))
    async with world.room() as room:
        run = await place.start(room, reviewers=["correctness"])
        item = await place.over(room, run)
    assert item.raw_state == "rejected, nothing landed"
    assert item.why == f"rejected in round 2 of 2, nothing landed: {BLOCKER}"
    assert item.stage == "rejected, round 2/2"
    result = place.result(run)
    assert (result["ok"], result.get("error"), result["gate"]["blockers"]) == (False, None, [BLOCKER])
    assert place.status() == "" and place.is_tidy(run)


async def test_a_block_at_the_ceiling_ends_the_run(place: ReviewApply, world: RunsWorld) -> None:
    place.play({"key": "core*", "do": [{"exit": 3}]}, VIEW)
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    assert place.result(run)["error"]["category"] == "implementation_pre_review_blocked"
    assert item.questions == 0 and place.status() == ""


async def test_what_only_the_owner_can_say_is_asked_and_goes_to_the_next_review(
    place: ReviewApply, world: RunsWorld
) -> None:
    asks = reviews(needs_owner("Three or four digits?"), key="review-owner-risk-r1")
    place.play(CORE, VIEW, asks, FINE)
    async with world.room() as room:
        run = await place.start(room, max_review_rounds=1)
        question = await room.question(run)
        assert (question.kind, question.title, question.decisions) == ("question", "Three or four digits?", ("answer",))
        await place.decide(room, question, "answer", answer="four")
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run)[-3:] == ["review-correctness-r2", "review-owner-risk-r2", "verify"]
    told = place.prompt(run, "review-owner-risk-r2")
    assert "Three or four digits?" in told and "four" in told


async def test_an_answer_of_the_owner_goes_into_the_repair(place: ReviewApply, world: RunsWorld) -> None:
    both = approve(decision="reject", blockers=[BLOCKER], owner_questions=["Three or four digits?"])
    place.play(REPAIRED, CORE, VIEW, reviews(both, key="review-correctness-r1"), FINE)
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        await place.decide(room, question, "answer", answer="four, always")
        assert (await place.over(room, run)).state is State.DONE
    told = place.prompt(run, "core-repair-1")
    assert BLOCKER in told and "four, always" in told


async def test_a_planner_that_only_talks_fails_the_run_before_anything_starts(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play({"key": "planner", "result": "I would begin with the core."})
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Show a sum")
        item = await place.over(room, run)
    assert place.result(run)["error"]["category"] == "planning_failed"
    assert place.keys(run) == ["planner"] * 3
    assert len(world.events(run, "agent_retry")) == 2
    assert item.cause is not None and place.is_tidy(run)


async def test_an_unsupported_runtime_of_the_planner_never_reaches_anybody(
    place: ReviewApply, world: RunsWorld
) -> None:
    """odw-exec-1780514812502-99690 and P7: refused by the schema, tried again, and the cause is in the header."""
    tasks = [{**TASKS[0], "runtime": "gemini", "permission": None, "model": None, "effort": None}]
    place.play({"key": "planner", "result": {**PLAN, "tasks": tasks}})
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Show a sum")
        item = await place.over(room, run)
    assert place.result(run)["error"]["category"] == "planning_failed"
    assert place.keys(run) == ["planner"] * 3 and not world.events(run, "worktree_start")
    assert "runtime" in item.why


async def test_a_candidate_that_cannot_be_put_together_is_one_blocker_and_is_repaired(
    place: ReviewApply, world: RunsWorld
) -> None:
    """F2, odw-exec-1780519926354-29730: with category and message, no reviewer, never no blocker at all."""
    tasks = [{**TASKS[0], "files": ["src/core.py", "src/extra.py"]}, {**TASKS[0], "id": "more"}]
    more = writes("more", "src/core.py", "SUM = 4\n")
    place.play(writes("core-repair-1", "src/extra.py", "SUM = 5\n"), CORE, more, FINE)
    async with world.room() as room:
        run = await place.start(room, tasks=tasks, allow_duplicate_task_files=True)
        assert (await place.over(room, run)).state is State.DONE
        await room.service.settle()
        async with room.service.detail(run) as feed:
            assert isinstance(feed.value, RunDetail)
            (blocker,) = feed.value.blockers
    gate = world.events(run, "worktree_review_gate")[0]
    assert (gate["category"], gate["reviewers"], gate["blockers"]) == ("patch_conflict", 0, 1)
    (said,) = gate["blocker_samples"]
    assert said == f"patch_conflict: {gate['message']}"
    assert [one["text"] for one in world.events(run, "blockers")[0]["blockers"]] == [said]
    assert (blocker.text, blocker.path, blocker.fate) == (said, "src/core.py", "fixed in round 2")
    assert (place.text("src/core.py"), place.text("src/extra.py")) == ("SUM = 4\n", "SUM = 5\n")


async def test_a_blocker_of_a_reviewer_stands_in_the_journal_with_all_its_parts(
    place: ReviewApply, world: RunsWorld
) -> None:
    said = "`total` in src/core.py (line 1) drops the last item"
    core = writes("core", "src/core.py", "def total(items):\n    return 0\n")
    place.play(REPAIRED, core, VIEW, reviews(reject(said), key="review-correctness-r1"), FINE)
    async with world.room() as room:
        run = await place.start(room)
        assert (await place.over(room, run)).state is State.DONE
        await room.service.settle()
        async with room.service.detail(run) as feed:
            assert isinstance(feed.value, RunDetail)
            (blocker,) = feed.value.blockers
    ((told,),) = [event["blockers"] for event in world.events(run, "blockers")]
    place_, route = (told["path"], told["line"], told["symbol"]), (told["reviewer"], told["task"], told["round"])
    assert (told["text"], place_, route) == (said, ("src/core.py", 1, "total"), ("correctness", "core", 1))
    assert (blocker.path, blocker.line, blocker.symbol) == place_
    assert (blocker.reviewer, blocker.tasks, blocker.round) == ("correctness", ("core",), 1)
    assert blocker.fate == "fixed in round 2"


async def test_a_plan_is_taken_from_a_later_attempt(place: ReviewApply, world: RunsWorld) -> None:
    talks = {"key": "planner", "attempt": 1, "result": "Let me think."}
    place.play(talks, {"key": "planner", "result": PLAN}, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Show a sum")
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run)[:3] == ["planner", "planner", "core"]


async def test_owned_files_with_changes_of_the_person_stop_the_run_before_it_starts(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    place.repository.write("src/core.py", "# mine\n")
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
    assert place.result(run)["error"]["category"] == "dirty_task_files"
    assert place.keys(run) == [] and place.text("src/core.py") == "# mine\n"


async def test_nothing_changed_by_anybody_ends_the_run(place: ReviewApply, world: RunsWorld) -> None:
    place.play({"key": "*", "result": "all fine as it is"})
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    assert "no task changed a file" in item.why


async def test_what_another_run_left_is_gone_on_with(place: ReviewApply, world: RunsWorld) -> None:
    place.repository.write("src/view.py", "print('sum')\n")
    patch = place.repository.git("diff").decode()
    place.repository.git("checkout", "-q", "src/view.py")
    place.play(REPAIRED, CORE, FINE)
    left = {
        "candidates": [{"task": "view", "patch": patch}],
        "blockers": [{"text": BLOCKER, "reviewer": "correctness"}],
        "questions": [{"text": "Which colour?", "options": ["red", "blue"]}],
    }
    async with world.room() as room:
        run = await place.start(room, **left)
        question = await room.question(run)
        assert [choice.label for choice in question.fields[0].choices] == ["red", "blue"]
        await place.decide(room, question, "answer", answer="blue")
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run)[:2] == ["core", "core-repair-1"] and place.keys(run, "agent_skip") == ["view"]
    assert "blue" in place.prompt(run, "core-repair-1")
    assert place.text("src/view.py") == "print('sum')\n" and place.text("src/core.py") == "SUM = 1 + 2\n"


async def test_a_planner_that_must_ask_first_plans_with_the_answer(place: ReviewApply, world: RunsWorld) -> None:
    asks = {**PLAN, "status": "needs_owner", "tasks": [], "owner_questions": ["For whom?"]}
    place.play({"key": "planner", "result": asks}, {"key": "planner-2", "result": PLAN}, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Show a sum")
        await place.decide(room, await room.question(run), "answer", answer="for children")
        assert (await place.over(room, run)).state is State.DONE
    assert "for children" in place.prompt(run, "planner-2") and "for children" in place.prompt(run, "core")
