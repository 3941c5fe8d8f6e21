"""A disk that is really full, anywhere in a batch: the run stops and says so, harms nothing of the person's, and goes
on when there is room again without doing anything twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY, contents
from drivers.review_apply import CORE, TASKS, VIEW, Json, ReviewApply, approve, reviews
from drivers.runs_world import Room, RunsWorld, world
from drivers.small_disk import SmallDisk, small_disk
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Resume
from odw_core.model.item import Item, State
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER
from odw_core.runs.launch import resume

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

MEGABYTES = 8
FULL = "No space left on device"
CALLS = ["core", "review-correctness-r1", "review-owner-risk-r1", "verify", "view"]


@pytest.fixture(params=["workspace", "state"])
def cramped(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[tuple[ReviewApply, SmallDisk]]:
    """A repository that runs work on; it, or what the runs keep, lies on a small disk."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    with small_disk(world.workspace if request.param == "workspace" else world.state, MEGABYTES) as disk:
        place = ReviewApply(world, tmp_path)
        place.repository.write("notes.txt", "mine\n")
        place.repository.write("src/docs.py", "# mine\n")
        yield place, disk


def fills(place: ReviewApply, disk: SmallDisk) -> list[str]:
    """A command that takes all the room there is, once."""
    once = place.script.parent / "filled"
    return ["sh", "-c", f"[ -e '{once}' ] || {{ touch '{once}'; cat /dev/zero > '{disk.filler}' 2> /dev/null; }}; true"]


def mine(place: ReviewApply) -> dict[str, tuple[str, int, str]]:
    """What is the person's, and no run may change."""
    # A run may still be saying its last words in its own folder.
    found = contents(place.world.workspace, left_out=[".odw"])
    landed = {name for task in TASKS for name in task["files"]}
    return {path: one for path, one in found.items() if path not in landed and not path.startswith("filler")}


async def stuck(room: Room, run: Address) -> Item:
    """The run as soon as it cannot go on."""
    return await room.item(run, State.STALE, State.FAILED, State.BLOCKED, where=lambda item: FULL in item.why)


@pytest.mark.parametrize("stage", ["implement", "review", "verify"])
async def test_a_disk_that_fills_up_stops_a_run_that_goes_on_when_there_is_room(
    cramped: tuple[ReviewApply, SmallDisk], world: RunsWorld, stage: str
) -> None:
    place, disk = cramped
    filling: Json = {"run": fills(place, disk)}
    view = {**VIEW, "do": [filling, *VIEW["do"]]} if stage == "implement" else VIEW
    place.play(CORE, view, reviews(approve(), do=[filling] if stage == "review" else []))
    before = mine(place)
    async with world.room() as room:
        run = await place.start(room, verify=fills(place, disk) if stage == "verify" else ["true"])
        item = await stuck(room, run)
        assert (item.state, item.ended_at) == (State.STALE, None)
        assert item.why.endswith("make room, then resume it to go on") and "\n" not in item.why
        assert bearers(f"{MARKER}={run.item}") == []
        assert mine(place) == before
        disk.make_room()
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    world.leaves(run)
    assert item.state is State.DONE, item.why
    assert sorted(place.keys(run, "agent_done")) == CALLS
    assert len(world.events(run, "landing")) == len(world.events(run, "landed")) == 1
    assert place.text("src/view.py") == "print('sum')\n" and place.text("src/core.py") == "SUM = 1 + 1\n"
    assert mine(place) == before and place.is_tidy(run)
    assert (world.run(run) / "events.jsonl").read_bytes() == world.folder(run).mirror.read_bytes()
    assert not world.folder(run).reserve.exists()


async def test_what_was_approved_on_a_full_disk_lands_when_there_is_room(
    cramped: tuple[ReviewApply, SmallDisk], world: RunsWorld
) -> None:
    place, disk = cramped
    place.play(CORE, VIEW, reviews(approve()))
    before = mine(place)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        disk.fill()
        receipt = await place.decide(room, question, "approve")
        if disk.root == world.state:
            # Nothing is decided that cannot be written down; the run goes on waiting.
            assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, f"It cannot be sent: {FULL}.")
            disk.make_room()
            await place.decide(room, question, "approve")
        else:
            item = await stuck(room, run)
            assert item.state is State.STALE and f"{FULL}, so nothing landed: make room" in item.why
            assert {place.text(f"src/{name}.py") for name in ("core", "view")} == {"# core\n", "# view\n"}
            disk.make_room()
            assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
    assert sorted(place.keys(run, "agent_done")) == CALLS and len(world.events(run, "landed")) == 1
    assert len(world.events(run, "question")) == 1
    assert mine(place) == before and place.is_tidy(run)


async def test_a_run_is_not_taken_up_as_long_as_nothing_can_be_written(
    cramped: tuple[ReviewApply, SmallDisk], world: RunsWorld
) -> None:
    place, disk = cramped
    place.play(CORE, {**VIEW, "do": [{"run": fills(place, disk)}, *VIEW["do"]]}, reviews(approve()))
    async with world.room() as room:
        run = await place.start(room)
        await stuck(room, run)
        disk.fill()
        told = world.folder(run).mirror.read_bytes()
        with pytest.raises(OdwError, match=rf"^The run cannot be written: {FULL}"):
            resume(run.item, world.state)
        assert world.folder(run).mirror.read_bytes() == told
        disk.make_room()
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run, "agent_done").count("core") == 1
