"""The one ref that a run may hold in the person's repository: whoever clears up after a dead run takes it away."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place
from drivers.runs_world import Room, RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Clean, Outcome
from odw_core.model.item import State
from odw_core.runs.retention import prune
from odw_core.service.leftovers import Kind, leftovers

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def _killed_in_a_later_round(place: ReviewApply, world: RunsWorld, room: Room) -> Address:
    """A run whose supervisor was killed while git kept what its second round had begun from."""
    place.play({"key": "view-repair-1", "do": [{"hang": True}]}, CORE, VIEW, FINE)
    run = await place.start(room, gate="ask")
    first = await room.question(run)
    place.repository.write("src/view.py", "# mine\n")
    await place.decide(room, first, "approve")
    barred = await room.question(run, lambda one: one.id != first.id)
    await place.decide(room, barred, "add_round")
    await room.item(run, State.RUNNING, where=lambda item: "view-repair-1" in place.keys(run))
    assert [*leftovers(world.state)] == []
    os.kill(world.supervisor(run), signal.SIGKILL)
    await room.item(run, State.STALE)
    return run


def _refs(place: ReviewApply) -> list[str]:
    return place.repository.git("for-each-ref", "--format=%(refname)").decode().split()


async def test_what_a_killed_run_let_git_keep_is_listed_and_taken_away(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await _killed_in_a_later_round(place, world, room)
        # Wherever git keeps it by now.
        place.repository.git("pack-refs", "--all")
        found = {one.kind: one for one in leftovers(world.state)}
        assert found[Kind.REF].is_resumable
        assert found[Kind.REF].paths == (f"{world.workspace / '.git'}: refs/odw-tui/{run.item}",)
        assert _refs(place) == ["refs/heads/main", f"refs/odw-tui/{run.item}"]
        receipt = await room.service.submit(Clean(tuple(one.name for one in found.values())))
        assert receipt.outcome is Outcome.ACCEPTED and "1 ref" in receipt.reason
        assert _refs(place) == ["refs/heads/main"] and [*leftovers(world.state)] == []
        # It can still go on, and says so when it is over.
        await room.service.submit(Cancel(run))
        await room.item(run, State.IDLE)
    assert place.text("src/view.py") == "# mine\n" and place.is_tidy(run)


async def test_a_run_that_goes_by_its_age_takes_its_ref_with_it(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await _killed_in_a_later_round(place, world, room)
        # Another git holds the ref while the run is ended, so it stays behind.
        lock = world.workspace / f".git/refs/odw-tui/{run.item}.lock"
        lock.touch()
        await room.service.submit(Cancel(run))
        await room.item(run, State.IDLE)
        assert [one.kind for one in leftovers(world.state)] == [Kind.REF] and place.is_tidy(run)
        newer = await room.start(world, "true")
        await room.item(newer, State.DONE)
        await asyncio.to_thread(prune, world.state, str(world.workspace), 1)
        # What cannot be let go of is not forgotten.
        assert world.folder(run).root.exists()
        lock.unlink()
        assert await asyncio.to_thread(prune, world.state, str(world.workspace), 1) == (run.item,)
    assert _refs(place) == ["refs/heads/main"] and [*leftovers(world.state)] == []
