"""Upstream's Converge driven as a watched child: seen live, linked, its ends told apart, ended with all it started."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.converge import PLAYS, install
from drivers.runs_world import Room, RunsWorld, open_gate, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Outcome, Resume, Start
from odw_core.model.item import Item, State
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

PLAN = {"summary": "add it", "proposed_changes": ["one"], "questions_for_hitl": []}
ASKS = {**PLAN, "questions_for_hitl": ["Which currency?"]}
DENIED = (
    "".join(f"trace {number}: nothing unusual\n" for number in range(400))
    + "ERROR failed to create session directory under /home/dev/.codex/sessions/2026/02/12\n"
    + "Error: Fatal error: Codex cannot access session files at /home/dev/.codex/sessions (permission denied)\n"
)


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-ins on the PATH."""
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "codex"))
    return tmp_path / "bin"


def repo(world: RunsWorld, name: str, **plays: object) -> str:
    folder = world.workspace / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / PLAYS).write_text(json.dumps(plays))
    return name


async def start(room: Room, world: RunsWorld, **given: object) -> Address:
    receipt = await room.service.submit(
        Start("converge-coordinate", {"goal": "coupons", **given}, str(world.workspace))
    )
    assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert receipt.address is not None
    return receipt.address


async def upstream_of(room: Room, run: Address) -> Item:
    """The run of Converge that a run of ours began."""

    def is_child(one: Item) -> bool:
        return one.parent == run and one.address.engine == "converge"

    snapshot = await room.until(lambda snapshot: any(map(is_child, snapshot.items.values())))
    return next(filter(is_child, snapshot.items.values()))


async def test_a_run_of_converge_is_started_linked_and_shown_once(world: RunsWorld) -> None:
    repos = [repo(world, "api", plan=PLAN), repo(world, "web", plan=PLAN)]
    async with world.room() as room:
        run = await start(room, world, repos=repos, no_llm=True)
        item = await room.item(run, State.DONE)
        theirs = await room.item((await upstream_of(room, run)).address, State.DONE)
    assert item.goal == "coupons"
    assert theirs.parent == run
    asked = json.loads((world.workspace / "api" / ".codex-asked").read_text())
    assert asked["stdin"] == "/dev/null"
    log = (world.run(run) / "attempts" / "converge-1" / "stdout.log").read_text()
    assert f"Artifacts Location: .converge/runs/{theirs.address.item}" in log


async def test_the_row_says_live_which_round_and_repo_is_planned(world: RunsWorld) -> None:
    gate = world.gate("gate")
    repos = [repo(world, "api", plan=ASKS), repo(world, "web", plan=PLAN, waits_for=str(gate))]
    async with world.room() as room:
        run = await start(room, world, repos=repos)
        item = await room.item(run, State.RUNNING, where=lambda one: "web at work" in one.why)
        assert item.stage == "plan r1/2"
        # Nothing of it is on disk yet; the log that we keep tells the same of the run itself.
        theirs = await upstream_of(room, run)
        theirs = await room.item(theirs.address, State.RUNNING, where=lambda one: "planning web" in one.stage)
        assert theirs.stage == "planning web, round 1"
        open_gate(gate)
        await room.item(run, State.RUNNING, where=lambda one: one.stage == "plan r2/2" and "web at work" in one.why)
        open_gate(gate)
        item = await room.item(run, State.BLOCKED)
    assert item.why.startswith("hitl_required: 1 question waits for you: api: Which currency?")
    assert "odw-tui adopt converge:" in item.why


async def test_a_call_that_failed_is_told_with_its_cause_and_the_plan_is_called_by_rule_of_thumb(
    world: RunsWorld,
) -> None:
    repos = [repo(world, "api", exit=1, stderr=DENIED)]
    async with world.room() as room:
        run = await start(room, world, repos=repos, max_rounds=1)
        await room.item(run, State.DONE)
        theirs = await upstream_of(room, run)
        async with room.service.detail(theirs.address) as feed:
            while feed.value is None or not feed.value.plans or not feed.value.plans[0].causes:
                await feed.changed()
        detail = feed.value
    (done,) = [one for one in world.events(run, "agent_done") if one["key"] == "plan-api-r1"]
    assert done["ok"] is False
    assert "not writable; the plan (OK) is by rule of thumb" in str(done["result"])
    assert b"permission denied" in (world.run(run) / "attempts" / "plan-api-r1-1" / "stderr.log").read_bytes()
    assert detail.plans[0].badge == "heuristic: Codex failed (exit 1)"


@pytest.mark.parametrize(
    ("given", "category", "said"),
    [
        ({"mode": "interrupt"}, "hitl_required", "its pause is lost"),
        ({"repos": ["latin"]}, "crashed", "left an empty run folder: 'utf-8' codec can't decode byte"),
        ({"repos": ["gone"], "max_rounds": 1}, "hitl_required", "repo gone is missing"),
    ],
)
async def test_its_ends_are_told_apart(world: RunsWorld, given: dict[str, object], category: str, said: str) -> None:
    repo(world, "api", plan=ASKS)
    repo(world, "latin", plan=PLAN)
    (world.workspace / "latin" / "README.md").write_bytes(b"\xff\xfe caf\xe9")
    async with world.room() as room:
        run = await start(room, world, **{"repos": ["api"], **given})
        await room.item(run, State.BLOCKED, State.FAILED)
    (done,) = world.events(run, "workflow_done")
    result = done["result"]
    assert isinstance(result, dict)
    assert result["error"]["category"] == category
    assert said in result["error"]["message"]


async def test_exit_code_2_of_a_usage_error_is_no_person_who_is_needed(world: RunsWorld, programs: Path) -> None:
    strange = programs / "strange"
    strange.write_text("#!/bin/sh\necho 'Error: No such option: --hil-mode' >&2\nexit 2\n")
    strange.chmod(0o755)
    async with world.room() as room:
        run = await start(room, world, repos=["api"], converge=str(strange))
        item = await room.item(run, State.FAILED)
    assert "converge did not understand how it was called: Error: No such option: --hil-mode" in item.why


async def test_cancel_interrupts_the_group_and_leaves_no_codex_behind(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as room:
        run = await start(room, world, repos=[repo(world, "api", plan=PLAN, waits_for=str(gate))])
        await room.item(run, State.RUNNING, where=lambda one: "api at work" in one.why)
        command = Cancel(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        assert (await room.item(run, State.IDLE)).why == "you cancelled it"
    assert bearers(f"{MARKER}={run.item}") == []
    stderr = (world.run(run) / "attempts" / "converge-1" / "stderr.log").read_text()
    assert "Aborted!" in stderr


async def test_after_its_supervisor_was_killed_it_plans_from_the_beginning(world: RunsWorld) -> None:
    gate = world.gate("gate")
    async with world.room() as room:
        run = await start(room, world, repos=[repo(world, "api", plan=PLAN, waits_for=str(gate))])
        await room.item(run, State.RUNNING, where=lambda one: "api at work" in one.why)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        await room.until(lambda _: len(world.events(run, "agent_start")) == 4)
        await asyncio.to_thread(open_gate, gate)
        await room.item(run, State.DONE)
    (warning,) = [one for one in world.events(run, "warning") if "from the beginning" in str(one["message"])]
    assert warning


async def test_codex_sessions_of_its_repos_become_its_children_while_it_plans(world: RunsWorld, tmp_path: Path) -> None:
    gate = world.gate("gate")
    session = "0199a213-81c0-7800-8aa1-bbab2a035a53"
    home = tmp_path / "codex"
    (home / "sessions").mkdir(parents=True)
    name = repo(world, "src/api", plan=PLAN, waits_for=str(gate), session=session)
    async with world.room() as room:
        await room.service.set_places((str(world.workspace), str(home)))
        run = await start(room, world, repos=[name])
        theirs = await upstream_of(room, run)
        address = Address("codex", session)
        snapshot = await room.until(
            lambda snapshot: address in snapshot.items and snapshot.items[address].parent == theirs.address
        )
        assert snapshot.items[theirs.address].parent == run
        open_gate(gate)
        await room.item(run, State.DONE)
