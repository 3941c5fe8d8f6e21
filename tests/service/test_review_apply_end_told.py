"""A workspace is told that its run is over, also where the supervisor was killed in its very last moment."""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place
from drivers.runs_world import PATIENCE_S, RunsWorld, world
from odw_core.errors import Refused
from odw_core.model.address import Address
from odw_core.model.command import Clean, Outcome
from odw_core.runs.ending import settle
from odw_core.runs.faults import VARIABLE
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch, resume
from odw_core.runs.spec import RunSpec
from odw_core.service.endings import Endings
from odw_core.service.leftovers import Kind, leftovers

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

LAST = ("between the line and its copy", "after a line of the journal")


@pytest.fixture(params=LAST)
def killed(
    request: pytest.FixtureRequest, place: ReviewApply, world: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> Address:
    """A run whose supervisor died right behind its last line; a run before it tells at which point that is."""
    place.play(CORE, VIEW, FINE)
    count = place.script.parent / "points"
    over(place, monkeypatch, f"count:{count}")
    names = count.read_text().splitlines()
    place.repository.git("checkout", "-q", ".")
    run = over(place, monkeypatch, str(max(at for at, name in enumerate(names, 1) if name == request.param)))
    assert is_over(world.folder(run)) and not world.folder(run).settled.exists()
    return run


def over(place: ReviewApply, monkeypatch: pytest.MonkeyPatch, wish: str) -> Address:
    """A run with that fault, once its supervisor is gone. No room looks at it."""
    world = place.world
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, wish)
        spec = RunSpec("", "parallel-review-apply", place.given(), str(world.workspace), started_by="tester")
        run = launch(spec, world.state)
    descriptor = os.pidfd_open(world.supervisor(run))
    assert select.select([descriptor], [], [], PATIENCE_S)[0]
    os.close(descriptor)
    return run


def says_its_end(world: RunsWorld, run: Address) -> bool:
    copied = (world.run(run) / "events.jsonl").read_bytes()
    told = [json.loads(path.read_text()) for path in (world.run(run) / "run.json", world.run(run) / "../latest.json")]
    mirror = world.folder(run).mirror.read_bytes()
    ended = {(one["status"], one["finished_ms"] is not None) for one in told}
    return copied == mirror and b"journal_restored" not in mirror and ended == {("completed", True)}


async def test_whoever_wants_to_resume_it_completes_what_the_workspace_lacks(world: RunsWorld, killed: Address) -> None:
    assert not says_its_end(world, killed)
    with pytest.raises(Refused, match="is over"):
        resume(killed.item, world.state)
    assert says_its_end(world, killed)


async def test_a_room_that_may_write_completes_it_by_itself(world: RunsWorld, killed: Address) -> None:
    Endings(world.state, lambda: [str(world.workspace / "elsewhere")]).look()
    assert not says_its_end(world, killed)
    Endings(world.state, lambda: [str(world.workspace)]).look()
    assert says_its_end(world, killed)


async def test_the_doctor_names_it_and_completes_it_on_request(world: RunsWorld, killed: Address) -> None:
    (left,) = leftovers(world.state)
    assert (left.kind, left.name, left.is_resumable) == (Kind.END, f"{killed.item}/end", False)
    async with world.room(read_only=True) as room:
        assert (await room.service.submit(Clean((left.name,)))).outcome is Outcome.REFUSED
    assert not says_its_end(world, killed)
    async with world.room() as room:
        receipt = await room.service.submit(Clean((left.name,)))
        # The room itself may have been faster.
        assert receipt.outcome is Outcome.ACCEPTED or "look again" in receipt.reason
    assert says_its_end(world, killed) and [*leftovers(world.state)] == []


async def test_a_run_whose_folder_was_taken_away_is_not_laid_down_again(
    world: RunsWorld, killed: Address, tmp_path: Path
) -> None:
    world.run(killed).rename(tmp_path / "elsewhere")
    assert not settle(world.folder(killed)) and not world.run(killed).exists()
    world.folder(killed).settled.unlink()
    world.run(killed).symlink_to(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere/events.jsonl").read_bytes()
    assert not settle(world.folder(killed))
    assert (tmp_path / "elsewhere/events.jsonl").read_bytes() == before
