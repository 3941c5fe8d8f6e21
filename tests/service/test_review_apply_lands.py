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
