"""A supervisor killed at any point leaves a coordination that is taken up to the very same end. A spread of all points
stands here; ``FAULT_WALK=all`` walks every one of them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drivers.coordinated import Coordinated, plan, plans
from drivers.fault_walk import begun_again, differing, launched, raws, resumed_to_its_end, walked_points
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address
from odw_core.runs.spec import RunSpec

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SPREAD = 8
Story = dict[str, Any]


def walk(base: Path, wish: str) -> tuple[Story, int]:
    """Run the coordination in a world of its own, with this fault; its story, and how often it was taken up. Every
    world lies at the same path: the plans of a repository, and what they are known by, name it."""
    here = base.parent / "here"
    world = RunsWorld(here)
    place = Coordinated(world, here)
    place.play(
        {"key": "plan-web-r1", "attempt": 1, "do": [{"fail": "stream closed before response.completed"}]},
        plans("api", plan("Add DELETE.", questions=("Who may?",)), number=1),
    )
    given = place.given(max_rounds=3)
    run = launched(world, RunSpec("", "coordinate", given, str(world.workspace), started_by="tester"), wish)
    resumed = resumed_to_its_end(world, run)
    story = _story(place, run)
    here.rename(base)
    return story, resumed


def _story(place: Coordinated, run: Address) -> Story:
    events = raws(place.world, run)
    kinds = Counter(str(event["type"]) for event in events)
    told = [e for e in events if str(e["type"]).startswith("coordination")]
    folder = place.folder(run)
    return {
        "counts": {kind: kinds[kind] for kind in ("agent_done", "agent_session", "workflow_done", "phase")},
        "begun again though finished": begun_again(events),
        "told": [_still(place, run, {name: value for name, value in event.items() if name != "ts"}) for event in told],
        "result": _still(place, run, place.result(run)),
        "files": {
            str(one.relative_to(folder)): _still(place, run, _content(one))
            for one in folder.rglob("*")
            if one.is_file()
        },
        "beside": [one.name for one in folder.parent.iterdir()] == [folder.name],
    }


def _content(path: Path) -> object:
    if path.name == "constraints.json":
        return {key: value for key, value in json.loads(path.read_text()).items() if key != "generated_at"}
    if path.name == "run.json":
        # Attempts that a killed supervisor cut off are calls too.
        return {key: value for key, value in json.loads(path.read_text()).items() if key != "calls"}
    return path.read_text()


def _still(place: Coordinated, run: Address, value: object) -> Any:
    """Without what is another in every world."""
    said = json.dumps(value, sort_keys=True)
    stamp = str(place.result(run)["stamp"])
    for name, known in (("RUN", run.item), ("STAMP", stamp)):
        said = said.replace(known, name)
    return json.loads(said)


def test_wherever_it_is_killed_the_coordination_comes_to_the_same_end(world: RunsWorld, tmp_path: Path) -> None:
    count = tmp_path / "points"
    story, resumed = walk(tmp_path / "undisturbed", f"count:{count}")
    points = count.read_text().splitlines()
    assert resumed == 0 and story["result"]["status"] == "CONVERGED" and story["result"]["rounds"] == 2
    assert "converge: a file is written" in points and "converge: the folder is in its place" in points
    print(f"{len(points)} points: {dict(Counter(points))}")
    wrong: Story = {}
    for number in walked_points(points, SPREAD):
        walked, resumed = walk(tmp_path / str(number), str(number))
        print(number, points[number - 1], resumed)
        wrong |= differing(f"{number} ({points[number - 1]})", walked, story)
    assert wrong == {}
