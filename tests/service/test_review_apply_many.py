"""Fifty batches at once on one machine: none is lost, every journal is whole, all share the slots of the agents."""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY
from drivers.review_apply import FINE, TASKS, ReviewApply, writes
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch
from odw_core.runs.slots import LIMIT_VARIABLE
from odw_core.runs.spec import RunSpec

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

MANY, SLOTS, PATIENCE_S = 50, 4, 120


def test_fifty_batches_at_once_all_come_to_their_end(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**IDENTITY, LIMIT_VARIABLE: str(SLOTS)}.items():
        monkeypatch.setenv(name, value)
    go = tmp_path / "go"
    places = [_place(tmp_path / str(number), number, go) for number in range(MANY)]
    runs = [_started(place, world.state) for place in places]
    # Nobody is done before everybody is there.
    ends = [os.pidfd_open(world.supervisor(run)) for run in runs]
    go.touch()
    for end in ends:
        assert select.select([end], [], [], PATIENCE_S)[0], "a run does not end"
        os.close(end)
    queued = 0
    assert len({run.item for run in runs}) == MANY
    for number, (place, run) in enumerate(zip(places, runs, strict=True)):
        folder = world.folder(run)
        assert is_over(folder)
        assert place.text("src/core.py") == f"RUN = {number}\n"
        mirror = folder.mirror.read_bytes()
        copied = place.world.run(run) / "events.jsonl"
        assert copied.read_bytes() == mirror and mirror.endswith(b"\n")
        events = [json.loads(line).get("raw") or {} for line in mirror.splitlines()]
        (done,) = [event for event in events if event.get("type") == "workflow_done"]
        assert done["result"]["ok"]
        assert [event["key"] for event in events if event.get("type") == "agent_done"] == [
            "core",
            "review-sole-r1",
            "verify",
        ]
        assert sum(event.get("type") == "landed" for event in events) == 1
        queued += any(event.get("type") == "queued" for event in events)
    assert queued >= MANY - SLOTS
    assert sorted(path.name for path in (world.state / "runs").glob("odw-exec-*")) == sorted(run.item for run in runs)


def _place(base: Path, number: int, go: Path) -> ReviewApply:
    place = ReviewApply(RunsWorld(base), base)
    writing = writes("core", "src/core.py", f"RUN = {number}\n")
    place.play({**writing, "do": [{"wait": str(go)}, *writing["do"]]}, FINE)
    return place


def _started(place: ReviewApply, state: Path) -> Address:
    given = place.given(tasks=TASKS[:1], reviewers=["sole"])
    workspace = str(place.world.workspace)
    return launch(RunSpec("", "parallel-review-apply", given, workspace, started_by="tester"), state)
