"""Upstream's own commands read a run of ours at every stage of its life, and its retention spares one that waits."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place, reject, reviews, writes
from drivers.runs_world import PATIENCE_S, Room, RunsWorld, open_gate, world
from drivers.upstream_reader import removable, report, reported, runs_list, runs_list_text, runs_show
from odw_core.clock import SystemClock
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Outcome, Resume
from odw_core.model.question import Road
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.projections import Projections
from odw_core.runs.spec import RunSpec, read_spec, write_spec
from odw_core.runs.supervisor import Supervisor
from odw_core.runs.workspace import RunPlace

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

DAY_MS = 24 * 3_600_000


def read(world: RunsWorld, run: Address, status: str) -> None:
    """Everything that upstream's commands read of it."""
    workspace = world.workspace
    listed = runs_list(workspace)
    assert listed["runs_dir"] == str(workspace / ".odw" / "runs")
    (record,) = [one for one in listed["runs"] if one["run_id"] == run.item]
    assert record["status"] == status
    assert record["workflow"].startswith("odw-tui:")
    assert (record["finished_ms"] is None) is (status == "running")
    assert f"{run.item} {status} {record['workflow']}" in runs_list_text(workspace)
    assert (reported(workspace, run.item) == "running") is (status == "running")
    assert runs_show(workspace) == runs_show(workspace, run.item)
    assert runs_show(workspace)[0] == f"{run.item} {status}"


def shown(world: RunsWorld, run: Address, start: str) -> list[str]:
    """The lines of ``runs show`` that begin so."""
    return [line for line in runs_show(world.workspace, run.item) if line.startswith(start)]


def nodes(world: RunsWorld, run: Address) -> tuple[int, int, int]:
    """How many are active, completed and failed."""
    (line,) = shown(world, run, "Nodes: ")
    active, done, failed = (int(word.partition("=")[2]) for word in line.split()[1:4])
    return active, done, failed


async def _stages(place: ReviewApply, room: Room, ended: Callable[[Address], Awaitable[None]]) -> AsyncIterator[str]:
    world, go = place.world, place.script.parent / "go"
    place.play({**CORE, "do": [{"wait": str(go)}, *CORE["do"]]}, VIEW, FINE)
    run = await place.start(room, gate="ask")
    await room.until(lambda snapshot: "view" in place.keys(run, "agent_done"))
    read(world, run, "running")
    # Written down a moment after it happened.
    world.until(lambda: nodes(world, run) == (1, 1, 0))
    assert [line.partition(" key=")[2] for line in shown(world, run, "activeAgents: ")] == ["core"]
    yield "running"
    go.touch()
    question = await room.question(run)
    read(world, run, "running")
    world.until(lambda: nodes(world, run) == (0, 4, 0))
    yield "waiting"
    await place.decide(room, question, "approve")
    await ended(run)
    read(world, run, "completed")
    assert nodes(world, run) == (0, 5, 0)
    listed = [line.partition(" key=")[2] for line in shown(world, run, "agents: ")]
    assert listed[-1] == "verify" and {*listed[:2]} == {"core", "view"}
    assert [line.partition(" files")[0] for line in runs_show(world.workspace) if " blockers=" in line] == [
        "implement r1: core,view",
        "review r1: ",
        "verify r1: ",
    ]
    yield "done"
    place.repository.commit("landed")
    again = writes("core", "src/core.py", "SUM = 3\n"), writes("view", "src/view.py", "print('sums')\n")
    place.play(*again, reviews(reject("src/core.py:1 returns the wrong sum")))
    run = await place.start(room, max_review_rounds=1)
    await ended(run)
    read(world, run, "failed")
    # At the ceiling upstream names no cause either: the history says it.
    assert shown(world, run, "Failure: ") == []
    assert shown(world, run, "review r1: ") == ["review r1:  files=2 blockers=1"]
    yield "rejected"
    place.play({"key": "*", "do": [{"fail": "no quota is left"}]})
    run = await place.start(room, max_review_rounds=1)
    await ended(run)
    read(world, run, "failed")
    assert nodes(world, run) == (0, 0, 2)
    (cause,) = shown(world, run, "Failure: ")
    assert cause.startswith("Failure: implementation_pre_review_blocked: ") and "no quota is left" in cause
    yield "failed"
    place.play({"key": "*", "do": [{"hang": True}]})
    run = await place.start(room)
    await room.until(lambda snapshot: "core" in place.keys(run))
    await place.told(room, Cancel(run))
    await ended(run)
    read(world, run, "failed")
    assert nodes(world, run) == (0, 0, 0)
    (cause,) = shown(world, run, "Failure: ")
    assert cause == f"Failure: cancelled by {world.events(run, 'cancelled')[0]['by']}"
    yield "cancelled"
    run = await room.start(world, "sh", "-c", "echo done; exit 0")
    await ended(run)
    read(world, run, "completed")
    assert nodes(world, run) == (0, 1, 0)
    yield "a command"


async def test_every_stage_of_a_native_run_is_listed_shown_and_reported_by_upstream(
    place: ReviewApply, world: RunsWorld
) -> None:
    async with world.room() as room:

        async def ended(run: Address) -> None:
            await place.over(room, run)
            world.leaves(run)
            assert run.item in report(world.workspace, run.item).read_text()

        stages = [stage async for stage in _stages(place, room, ended)]
    assert stages == ["running", "waiting", "done", "rejected", "failed", "cancelled", "a command"]
    assert len(runs_list(world.workspace)["runs"]) == 5


async def test_the_report_of_a_run_holds_no_secret(place: ReviewApply, world: RunsWorld) -> None:
    secret = "sk-proj-" + "a1B2c3D4e5F6g7H8" * 2
    place.play({**CORE, "result": f"the key is {secret}"}, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        world.leaves(run)
    assert secret not in report(world.workspace, run.item).read_text()


async def test_a_run_that_has_waited_for_25_hours_survives_upstreams_retention(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        (record,) = runs_list(world.workspace)["runs"]
        later = record["started_ms"] + DAY_MS + DAY_MS // 24
        _foreign(world.workspace, record, record["started_ms"] - 10)
        assert removable(world.workspace, 0, later) == [f"odw-exec-{record['started_ms'] - 10}-1", run.item]
        # What its supervisor does every minute while it lives.
        spec = read_spec(world.folder(run))
        projections = Projections(
            RunPlace(spec.workspace, spec.run_id), world.folder(run).root, spec, record["started_ms"]
        )
        await room.service.settle()
        before = room.service.snapshot().items[run]
        projections.renew(later - 60_000)
        await room.service.settle()
        # A sign of life for others: nothing happened in the run, so it is as old as it was.
        assert room.service.snapshot().items[run] == before
        assert removable(world.workspace, 0, later) == [f"odw-exec-{record['started_ms'] - 10}-1"]
        assert runs_show(world.workspace)[0] == f"{run.item} running"
        latest = world.workspace / ".odw" / "runs" / "latest.json"
        newer = latest.read_text().replace(run.item, "odw-exec-1-2")
        latest.write_text(newer)
        projections.renew(later)
        # Whoever waits does not become the latest again each minute.
        assert latest.read_text() == newer
        assert removable(world.workspace, 0, later + DAY_MS) == [f"odw-exec-{record['started_ms'] - 10}-1"]
        await place.decide(room, question, "approve")
        await place.over(room, run)
        world.leaves(run)
    read(world, run, "completed")


RECORDED = Path(__file__).parents[1] / "fixtures" / "odw"


@pytest.mark.parametrize("name", ["a", "b", "d", "f", "g"])
def test_the_reader_that_ours_are_held_against_takes_what_upstream_itself_wrote(name: str, tmp_path: Path) -> None:
    workspace = tmp_path / "project"
    shutil.copytree(RECORDED / name / "project", workspace)
    records = [*workspace.glob(".odw/runs/*/run.json"), workspace / ".odw" / "runs" / "latest.json"]
    for path in records:
        path.write_text(path.read_text().replace("/home/dev/project", str(workspace)))
    (listed,) = runs_list(workspace)["runs"]
    said = runs_show(workspace)
    assert said[0] == f"{listed['run_id']} {listed['status']}"
    failed = [line for line in said if line.startswith("Failure: ")]
    assert bool(failed) is (listed["status"] == "failed")
    assert [line for line in said if line.startswith("Nodes: ")]


class Wall(SystemClock):
    """The clock on the wall; a machine that sleeps finds it later when it wakes."""

    slept_s = 0.0

    def now(self) -> float:
        return super().now() + self.slept_s


async def test_a_machine_that_slept_for_25_hours_gives_a_sign_before_upstream_looks(world: RunsWorld) -> None:
    wall, gate = Wall(), world.gate("gate")
    folder = RunFolder(world.state, f"odw-exec-{int(wall.now() * 1000)}-{os.getpid()}")
    private_chain(folder.root)
    given: dict[str, object] = {"argv": ["sh", "-c", f"read -r line <{gate}"]}
    write_spec(folder, RunSpec(folder.run_id, "command", given, str(world.workspace)))
    supervisor = Supervisor(folder, wall)
    supervisor.begin()
    driving = asyncio.create_task(supervisor.run())
    (record,) = runs_list(world.workspace)["runs"]
    later = record["started_ms"] + DAY_MS + DAY_MS // 24
    assert removable(world.workspace, 0, later) == [folder.run_id]
    run = Address("odw", folder.run_id)
    await _comes_to(lambda: world.events(run, "agent_start"))
    wall.slept_s = (later - record["started_ms"]) / 1000
    await _comes_to(lambda: not removable(world.workspace, 0, later))
    await asyncio.to_thread(open_gate, gate)
    assert await driving == 0
    assert runs_show(world.workspace)[0] == f"{folder.run_id} completed"


async def test_a_run_that_is_taken_up_after_a_day_gives_a_sign_at_once(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        await room.question(run)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.question(run, lambda one: one.road is Road.RESUME)
        assert (await place.told(room, Resume(run))).outcome is Outcome.ACCEPTED
        question = await room.question(run, lambda one: one.road is Road.SUPERVISOR)
        (record,) = runs_list(world.workspace)["runs"]
        assert record["status"] == "running"
        assert record["started_ms"] < record["finished_ms"]
        assert removable(world.workspace, 0, record["finished_ms"] + DAY_MS - 1) == []
        await place.decide(room, question, "approve")
        await place.over(room, run)
        world.leaves(run)
    read(world, run, "completed")


async def _comes_to(holds: Callable[[], object]) -> None:
    """Until that is so, while a supervisor in this very process goes on."""
    async with asyncio.timeout(PATIENCE_S):
        for _ in itertools.repeat(None):
            if holds():
                return
            await asyncio.sleep(0)


def _foreign(workspace: Path, record: dict[str, object], started_ms: int) -> None:
    """A run of upstream's own that was killed while it ran."""
    run_id = f"odw-exec-{started_ms}-1"
    folder = workspace / ".odw" / "runs" / run_id
    folder.mkdir()
    paths = {"run_dir": folder, "events_path": folder / "events.jsonl", "debug_file": folder / "script-debug.log"}
    own = {**record, "run_id": run_id, "started_ms": started_ms, "finished_ms": None, "workflow": "/srv/w.js"}
    (folder / "run.json").write_text(json.dumps({**own, **{name: str(path) for name, path in paths.items()}}, indent=2))
    for name in ("events.jsonl", "script-debug.log", "input.raw"):
        (folder / name).touch()
