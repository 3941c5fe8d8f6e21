"""A run of odw that cannot go on by itself goes on as a run of ours, with what it left and linked to it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from drivers.review_apply import FINE, ReviewApply, place, writes
from drivers.runs_world import Room, RunsWorld, world
from odw_core.errors import NotFound, Refused
from odw_core.model.address import Address
from odw_core.model.command import Adopt, Cancel, Outcome, Receipt
from odw_core.model.detail import RunDetail
from odw_core.model.item import State
from odw_core.service.upstream.adopting import adoption

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

FIXTURES = Path(__file__).parents[1] / "fixtures"


def recorded(world: RunsWorld, name: str) -> Address:
    """A recorded run in this workspace."""
    shutil.copytree(next(FIXTURES.glob(f"odw*/{name}")) / "project", world.workspace, dirs_exist_ok=True)
    (folder,) = (world.workspace / ".odw" / "runs").glob("odw-exec-*")
    return Address("odw", folder.name)


async def adopt(room: Room, run: Address, **changed: object) -> Receipt:
    await room.item(run, *State)
    return await room.service.submit(Adopt(run, changed))


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ceiling", "goes on with 4 tasks, 4 diffs, 1 blocker of"),
        ("needs_owner", "goes on with 4 tasks, 4 diffs, 1 question of"),
        ("f", "goes on with 4 tasks, 2 diffs of"),
        ("d", "goes on with 1 task, 1 question of"),
    ],
)
async def test_what_it_left_is_the_input_of_a_linked_run(world: RunsWorld, name: str, taken: str) -> None:
    run = recorded(world, name)
    before = {path: path.read_bytes() for path in (world.workspace / ".odw" / "runs" / run.item).iterdir()}
    script = world.workspace / "agent.json"
    script.write_text("[]")
    async with world.room() as room:
        receipt = await adopt(room, run, agent="scripted", script=str(script))
        assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
        assert receipt.reason == f"The new run {taken} {run.item}."
        assert receipt.address is not None
        await room.item(receipt.address, *State)
        async with room.service.detail(receipt.address) as feed:
            while feed.value is None:
                await feed.changed()
            assert isinstance(feed.value, RunDetail)
            assert feed.value.resumed_from == run.item
        await room.service.submit(Cancel(receipt.address))
        await room.item(receipt.address, State.IDLE, State.FAILED)
    spec = json.loads(world.folder(receipt.address).spec.read_text())
    assert (spec["workflow"], spec["parent"]) == ("parallel-review-apply", run.item)
    assert spec["given"]["agent"] == "scripted"
    # Nothing of what somebody else's odw wrote is touched.
    assert {path: path.read_bytes() for path in before} == before


async def test_a_run_that_finished_is_refused_with_a_sentence(world: RunsWorld) -> None:
    run = recorded(world, "b")
    async with world.room() as room:
        receipt = await adopt(room, run)
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason == f"{run.item} has landed or finished; nothing of it is left to do."


async def test_a_room_that_only_reads_adopts_nothing(world: RunsWorld) -> None:
    run = recorded(world, "ceiling")
    async with world.room(read_only=True) as room:
        assert (await adopt(room, run)).outcome is Outcome.REFUSED


def test_only_runs_of_odw_that_are_there_are_adopted(world: RunsWorld) -> None:
    with pytest.raises(Refused):
        adoption(Address("codex", "thread"), str(world.workspace))
    with pytest.raises(NotFound):
        adoption(Address("odw", "odw-exec-1-1"), str(world.workspace))


def test_no_link_is_followed(world: RunsWorld, tmp_path: Path) -> None:
    run = recorded(world, "ceiling")
    folder = world.workspace / ".odw" / "runs" / run.item
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "events.jsonl").rename(outside / "events.jsonl")
    (folder / "events.jsonl").symlink_to(outside / "events.jsonl")
    with pytest.raises(Refused):
        adoption(run, str(world.workspace))


def test_a_long_prompt_is_read_whole_from_its_first_file(world: RunsWorld) -> None:
    run = recorded(world, "ceiling")
    folder = world.workspace / ".odw" / "runs" / run.item
    (folder / "input.raw").unlink()
    journal = folder / "events.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        raw = line.get("raw")
        if isinstance(raw, dict) and raw.get("type") == "agent_start" and raw.get("key") == "clamp-core":
            raw["promptPreview"] = "x" * 8000
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (folder / "codex-impl-clamp-core-2000.prompt.md").write_text("later")
    (folder / "codex-impl-clamp-core-1000.prompt.md").write_text("the whole prompt")
    os.mkfifo(folder / "codex-impl-clamp-core-500.prompt.md")
    start, _ = adoption(run, str(world.workspace))
    tasks = start.given["tasks"]
    assert isinstance(tasks, list)
    assert {task["id"]: task["prompt"] for task in tasks}["clamp-core"] == "the whole prompt"


SWAPPED = "export const clamp = (v, a, b) => Math.max(Math.min(a, b), Math.min(v, Math.max(a, b)));\n"
ADOPTED = {"agent": "scripted", "gate": "ask", "verify": ["grep", "-q", "clamp", "src/clamp.js"]}


def repository_of(place: ReviewApply) -> None:
    """What the recorded runs worked on, as far as their diffs need it."""
    place.repository.write("README.md", "# demo\n")
    place.repository.commit("demo")


async def test_a_run_adopted_at_its_ceiling_is_repaired_reviewed_and_lands(
    place: ReviewApply, world: RunsWorld
) -> None:
    repository_of(place)
    left = recorded(world, "ceiling")
    place.play(writes("clamp-core-repair-1", "src/clamp.js", SWAPPED), FINE)
    async with world.room() as room:
        receipt = await adopt(room, left, **ADOPTED, script=str(place.script))
        assert receipt.address is not None, receipt.reason
        run = receipt.address
        gate = await room.question(run, lambda one: one.kind == "gate")
        assert dict(gate.details)["round"].startswith("2/") and place.status() == "?? .odw/\n"
        await place.decide(room, gate, "approve")
        assert (await place.over(room, run)).state is State.DONE
    # Only whom the blocker of the other run names is done again; what the others had is kept as it was.
    assert place.keys(run, "agent_skip") == ["clamp-core", "clamp-cli", "clamp-tests", "clamp-docs"]
    assert [key for key in place.keys(run) if not key.startswith("review-")] == ["clamp-core-repair-1", "verify"]
    assert "the bounds are swapped" in place.prompt(run, "clamp-core-repair-1")
    assert place.text("src/clamp.js") == SWAPPED and place.text("README.md") == "# demo\n\nSee docs/clamp.md.\n"
    assert place.text("docs/clamp.md").startswith("# clamp\n") and (world.workspace / "bin/clamp.js").exists()
    result = place.result(run)
    assert result["landed"]["ok"] and result["verification"]["ok"] and place.is_tidy(run)


async def test_a_run_adopted_with_a_question_of_its_reviewer_asks_it_and_lands_with_the_answer(
    place: ReviewApply, world: RunsWorld
) -> None:
    repository_of(place)
    left = recorded(world, "needs_owner")
    place.play(FINE)
    async with world.room() as room:
        receipt = await adopt(room, left, **{**ADOPTED, "verify": ["true"]}, script=str(place.script))
        assert receipt.address is not None, receipt.reason
        run = receipt.address
        asked = await room.question(run, lambda one: one.kind == "question")
        assert place.keys(run) == []
        await place.decide(room, asked, "answer", answer="yes, by all means")
        gate = await room.question(run, lambda one: one.kind == "gate")
        await place.decide(room, gate, "approve")
        assert (await place.over(room, run)).state is State.DONE
    first = next(key for key in place.keys(run) if key.startswith("review-"))
    assert "yes, by all means" in place.prompt(run, first)
    assert place.result(run)["landed"]["ok"] and place.is_tidy(run)
