"""A campaign whose supervisor is killed at any point comes to the same end, and starts no run twice. A spread of all
points stands here; ``FAULT_WALK=all`` walks every one of them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drivers.campaigned import Campaigned
from drivers.fault_walk import differing, launched, raws, resumed_to_its_end, walked_points
from drivers.git_repository import IDENTITY
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address
from odw_core.runs.past import run_ids

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SPREAD = 2
Story = dict[str, Any]
_STILL = ("campaign", "campaign_repo", "campaign_plans", "campaign_released", "campaign_contracts")


def walk(base: Path, wish: str, **more: object) -> tuple[Story, int]:
    """Run a campaign in a world of its own, with this fault; its story, and how often it was taken up."""
    here = base.parent / "here"
    world = RunsWorld(here)
    place = Campaigned(world, here)
    run = launched(world, place.spec(**more), wish)
    resumed = resumed_to_its_end(world, run)
    story = _story(place, run)
    here.rename(base)
    return story, resumed


def _story(place: Campaigned, run: Address) -> Story:
    events = raws(place.world, run)
    kinds = Counter(str(event["type"]) for event in events)
    result = place.result(run)
    for one in result["repos"]:
        one.pop("run")
    return {
        "counts": {kind: kinds[kind] for kind in ("workflow_done", "campaign", "campaign_plans", "agent_session")},
        "released": kinds["campaign_released"] >= 1,
        "last": {name: states[-1] for name, states in place.states(run).items()},
        "runs": len(run_ids(place.world.state)) - _dead(place.world),
        "children": len(place.children(run)),
        "result": result,
        "files": [place.text("api", "src/main.py"), place.text("web", "src/main.ts")],
        "began": {
            repo: len(place.world.events(Address("odw", child), "workflow_start"))
            for repo, child in place.children(run).items()
        },
    }


def _dead(world: RunsWorld) -> int:
    """Folders of supervisors that were killed before their run was laid down."""
    return sum(not (world.state / "runs" / name / "spec.json").exists() for name in run_ids(world.state))


@pytest.mark.parametrize("more", [{}, {"hold_landings": True, "after": {"web": ["api"]}}], ids=["free", "held"])
def test_wherever_it_is_killed_no_run_is_started_twice(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: Story
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    count = tmp_path / "points"
    story, resumed = walk(tmp_path / "undisturbed", f"count:{count}", **more)
    points = count.read_text().splitlines()
    assert resumed == 0 and story["last"] == {"api": "verified", "web": "verified"}
    assert "launch: a supervisor waits for its run" in points and "launch: the run is laid down" in points
    print(f"{len(points)} points: {dict(Counter(points))}")
    wrong: Story = {}
    for number in walked_points(points, SPREAD):
        walked, resumed = walk(tmp_path / str(number), str(number), **more)
        print(number, points[number - 1], resumed)
        wrong |= differing(f"{number} ({points[number - 1]})", walked, story)
    assert json.dumps(wrong) == "{}"
