"""parallel-review-apply from a sentence to landed and verified code: real git, real supervisors, scripted processes."""

from __future__ import annotations

import sys

import pytest

from drivers.review_apply import CORE, FINE, PLAN, VIEW, ReviewApply, place
from drivers.runs_world import RunsWorld, world
from odw_core.model.item import State

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_a_request_is_planned_implemented_reviewed_landed_and_verified(
    place: ReviewApply, world: RunsWorld
) -> None:
    """odw-exec-1780505513941-97703, the baseline."""
    place.play({"key": "planner", "result": PLAN}, CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Show a sum", verify=["grep", "-q", "SUM", "src/core.py"])
        item = await place.over(room, run)
    result = place.result(run)
    assert (item.state, item.why) == (
        State.DONE,
        "2 reviewers approved in round 1; 2 patches landed in 2 files; verify changed nothing",
    )
    assert result["ok"] is True
    assert place.text("src/core.py") == "SUM = 1 + 1\n"
    assert place.status().splitlines() == [" M src/core.py", " M src/view.py"]
    assert place.keys(run) == ["planner", "core", "view", "review-correctness-r1", "review-owner-risk-r1", "verify"]
    assert place.is_tidy(run)


async def test_nine_files_of_four_tasks_land_at_once_in_a_fresh_repository(
    place: ReviewApply, world: RunsWorld
) -> None:
    """odw-exec-1780530282012-8494: request only, four worktrees, approved by both in round 1."""
    files = {"a": ["a/1", "a/2", "a/3"], "b": ["b/1", "b/2"], "c": ["c/1", "c/2"], "d": ["d/1", "d/2"]}
    tasks = [{"id": name, "files": paths, "prompt": f"Write {', '.join(paths)}."} for name, paths in files.items()]
    done = [
        {"key": name, "do": [{"write": path, "text": f"{path}\n"} for path in paths], "result": "written"}
        for name, paths in files.items()
    ]
    place.play({"key": "planner", "result": {**PLAN, "tasks": tasks}}, *done, FINE)
    async with world.room() as room:
        run = await place.start(room, tasks=None, request="Write nine files")
        assert (await place.over(room, run)).state is State.DONE
    result, gate = place.result(run), world.events(run, "worktree_review_gate")[-1]
    assert (gate["files"], gate["review_decisions"]) == (9, ["correctness:approve", "owner-risk:approve"])
    assert [one["files"] for one in result["landed"]["results"]] == [*files.values()]
    assert (result["landed"]["applied"], result["landed"]["failed"]) == (4, 0)
    assert len(world.events(run, "worktree_start")) == 4 and place.is_tidy(run)
    assert place.status().splitlines() == ["?? a/", "?? b/", "?? c/", "?? d/"]
    for paths in files.values():
        assert [place.text(path) for path in paths] == [f"{path}\n" for path in paths]
