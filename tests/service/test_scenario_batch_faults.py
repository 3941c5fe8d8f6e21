"""A supervisor killed at any point leaves a batch that is taken up to the very same end. A spread of all points stands
here; ``FAULT_WALK=all`` walks every one of them."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drivers.fault_walk import begun_again, differing, launched, raws, resumed_to_its_end, walked_points
from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import VARIABLES, ScenarioBatch, every, listed, writes
from odw_core.model.address import Address
from odw_core.runs.spec import RunSpec
from odw_core.workflows.scenario_batch.event_lines import END, START

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SPREAD = 8
SHARES = 23 if os.environ.get("FAULT_WALK") == "all" else 1
"""The whole walk is cut into so many, for processes that share it; no test takes minutes."""
Story = dict[str, Any]


def walk(base: Path, wish: str) -> tuple[Story, int]:
    """Run the batch in a world of its own, with this fault; its story, and how often it was taken up."""
    world = RunsWorld(base)
    place = ScenarioBatch(world, base)
    place.write("input/DataTransferScenarioList.md", listed(3))
    place.write("outputs/old/deep.md", "old")
    place.play(
        writes(1, {"tool": "shell", "args": {"command": "ls"}}),
        {"key": "scenario-002", "do": [{"say": "half"}], "result": "only words"},
        *every(),
    )
    given = place.given(clears=True)
    run = launched(world, RunSpec("", "scenario-batch", given, str(world.workspace), started_by="tester"), wish)
    resumed = resumed_to_its_end(world, run)
    return _story(place, run), resumed


def _story(place: ScenarioBatch, run: Address) -> Story:
    events = raws(place.world, run)
    kinds = Counter(str(event["type"]) for event in events)
    log, mirror = place.log(run).read_bytes(), (place.world.folder(run).root / "batch.log").read_bytes()
    records = [json.loads(line) for line in mirror.splitlines()]
    result = place.result(run)
    return {
        "outputs": place.outputs(),
        "left of what was cleared": (place.root / "outputs" / "old").exists(),
        "begun again though finished": begun_again(events),
        "counts": {kind: kinds[kind] for kind in ("agent_done", "agent_session", "workflow_done", "batch", "phase")},
        "lines": [_without_times(line) for line in place.lines(run)],
        "records": [(one["type"], one.get("index"), one.get("check")) for one in records],
        "statuses": [(one["index"], one["status"]) for one in records if one["type"] == "scenario_end"],
        "result": [(row["index"], row["status"], row["file"], row["bytes"]) for row in result["scenarios"]],
        "kinds": [one["kind"] for one in result["diagnoses"]],
        "logs": len([*(place.root / "logs").glob("run-*.log")]),
        # A run that was killed between its very last record and the log is over; nobody takes it up to copy that.
        "is_mirrored": log in (mirror, mirror[: mirror[:-1].rfind(b"\n") + 1]),
    }


def _without_times(line: str) -> tuple[object, ...]:
    begins, ends = START.match(line), END.match(line)
    return ("START", *begins.groups()[1:]) if begins else (ends[2], ends[3], ends[4], ends[6]) if ends else (line,)


@pytest.mark.parametrize("share", range(SHARES))
def test_wherever_it_is_killed_the_batch_comes_to_the_same_end(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    count = tmp_path / "points"
    story, resumed = walk(tmp_path / "undisturbed", f"count:{count}")
    assert resumed == 0
    points = count.read_text().splitlines()
    print(f"{len(points)} points: {dict(Counter(points))}")
    assert story["statuses"] == [(1, "OK"), (2, "NO_FILE"), (3, "OK")]
    assert story["begun again though finished"] == [] and story["logs"] == 1 and story["is_mirrored"]
    assert not story["left of what was cleared"]
    assert Counter(points)["before a record of the log"] == len(story["records"])
    wrong: dict[str, Any] = {}
    for number in walked_points(points, SPREAD)[share::SHARES]:
        found, resumed = walk(tmp_path / str(number), str(number))
        print(number, points[number - 1], resumed)
        wrong |= differing(f"{number} ({points[number - 1]})", found, story)
    assert wrong == {}
