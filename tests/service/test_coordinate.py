"""Native coordinate runs: real supervisors, scripted planners as processes, real repositories."""

from __future__ import annotations

import sys

import pytest

from drivers.coordinated import GOAL, Coordinated, place
from drivers.runs_world import RunsWorld, world
from odw_core.model.item import State

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_plans_that_agree_are_written_after_one_round(place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    result = place.result(run)
    assert (item.state, result["ok"], result["status"], result["rounds"]) == (State.DONE, True, "CONVERGED", 1)
    assert sorted(place.keys(run)) == ["plan-api-r1", "plan-web-r1", "split-r1"]
    record = place.projected(run)
    assert (record["goal"], record["status"], record["round"]) == (GOAL, "CONVERGED", 1)
    assert record["odw_run"] == str(run)
    assert [one["repo_path"] for one in record["repo_plans"]] == [place.path("api"), place.path("web")]
    assert [one["status"] for one in record["repo_plans"]] == ["OK", "OK"]
