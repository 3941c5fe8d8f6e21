"""A disk that is really full in the middle of a batch: it stops and says so, and goes on when there is room again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import VARIABLES, ScenarioBatch, every, writes
from drivers.small_disk import SmallDisk, small_disk
from odw_core.model.command import Outcome, Resume
from odw_core.model.item import State
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

MEGABYTES = 8
FULL = "No space left on device"


@pytest.fixture
def cramped(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ScenarioBatch, SmallDisk]]:
    """A repository with three scenarios; what its runs keep lies on a small disk."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with small_disk(world.state, MEGABYTES) as disk:
        yield ScenarioBatch(world, tmp_path), disk


async def test_a_disk_that_fills_up_stops_a_batch_that_goes_on_when_there_is_room(
    cramped: tuple[ScenarioBatch, SmallDisk], world: RunsWorld
) -> None:
    place, disk = cramped
    once = place.script.parent / "filled"
    fills = {"run": ["sh", "-c", f"[ -e '{once}' ] || {{ touch '{once}'; cat /dev/zero > '{disk.filler}'; }}; true"]}
    place.play(writes(2, fills, {"say": "word " * 20_000}), *every())
    async with world.room() as room:
        run = await place.start(room)
        item = await room.item(run, State.STALE, State.FAILED, where=lambda item: FULL in item.why)
        assert (item.state, item.ended_at) == (State.STALE, None)
        assert item.why.endswith("make room, then resume it to go on")
        assert bearers(f"{MARKER}={run.item}") == []
        # What a full disk broke is no failure of a scenario.
        assert place.statuses(run) == {1: "OK"} and place.records(run, "run_end") == []
        disk.make_room()
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why
    assert place.statuses(run) == {1: "OK", 2: "OK", 3: "OK"}
    assert place.calls(run).count("scenario-001") == 1
    assert place.log(run).read_bytes() == (world.folder(run).root / "batch.log").read_bytes()
