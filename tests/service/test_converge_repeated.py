"""A call whose stderr Converge cut is made once more: read-only, with the same prompt, and kept whole with its plan."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from drivers.converge import PLAYS, install
from drivers.runs_world import Room, RunsWorld, world
from odw_core.errors import NotFound, Refused
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Receipt, Repeat, Start
from odw_core.model.detail import RunDetail
from odw_core.model.item import Item, State
from odw_core.service.upstream.converge import repetition

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

PLAN = {"summary": "add it", "proposed_changes": ["one"], "questions_for_hitl": []}
CAUSE = "Error: Fatal error: Codex cannot access session files at /home/dev/.codex/sessions (permission denied)\n"
STDERR = CAUSE + "".join(f"trace {number}: nothing unusual to report here\n" for number in range(400))
"""What tells is above the last 1200 characters, which are all that Converge keeps."""


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return tmp_path / "bin"


def play(world: RunsWorld, **plays: object) -> Path:
    folder = world.workspace / "src" / "api"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    (folder / PLAYS).write_text(json.dumps(plays))
    return folder


def asked(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / ".codex-asked").read_text().splitlines()]


async def planned(room: Room, world: RunsWorld) -> Address:
    """A run of Converge whose only call failed."""
    given: dict[str, object] = {"goal": "coupons", "repos": ["src/api"], "max_rounds": 1, "no_llm": True}
    receipt = await room.service.submit(
        Start("converge-coordinate", {**given, "planner_model": "gpt-5"}, str(world.workspace))
    )
    assert receipt.address is not None, receipt.reason
    await room.item(receipt.address, State.DONE)

    def theirs(one: Item) -> bool:
        return one.address.engine == "converge" and one.state is State.DONE

    snapshot = await room.until(lambda snapshot: any(map(theirs, snapshot.items.values())))
    return next(one.address for one in snapshot.items.values() if theirs(one))


async def repeat(room: Room, run: Address, **changed: object) -> Receipt:
    receipt = await room.service.submit(Repeat(run.child("src/api"), changed))
    assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
    return receipt


async def detail_of(room: Room, run: Address) -> RunDetail:
    """The run as soon as the repeated call is filed with it."""
    async with room.service.detail(run) as feed:
        while not isinstance(feed.value, RunDetail) or not any("repeated" in one.text for one in feed.value.notices):
            await feed.changed()
        return feed.value


async def test_the_whole_stderr_is_filed_with_the_plan_and_called_repeated(world: RunsWorld) -> None:
    folder = play(world, exit=1, stderr=STDERR)
    async with world.room() as room:
        run = await planned(room, world)
        before = {path: path.read_bytes() for path in (world.workspace / ".converge").rglob("*") if path.is_file()}
        receipt = await repeat(room, run)
        assert receipt.address is not None
        item = await room.item(receipt.address, State.FAILED)
        detail = await detail_of(room, run)
        async with room.service.log(run.child("src/api"), "repeated") as log:
            log.refresh()
            while log.count_more():
                pass
            lines = log.lines(0, 3)
    assert (item.parent, item.goal) == (run, f"repeated: src/api, round 1 of {run}")
    assert "cannot access session files" in item.why
    first, again = asked(folder)
    assert again["prompt"] == first["prompt"]
    assert again["stdin"] == "/dev/null"
    words = again["argv"]
    assert isinstance(words, list)
    assert words[words.index("-m") + 1] == "gpt-5"
    assert words[words.index("--sandbox") + 1] == "read-only"
    kept = (world.run(receipt.address) / "attempts" / "repeat-1" / "stderr.log").read_text()
    assert kept == STDERR
    assert "cannot access session files" in str(lines)
    (plan,) = detail.plans
    assert plan.causes[0].sentence.startswith("repeated: planning failed because")
    assert plan.causes[0].proof is not None and plan.causes[0].proof.line == 1
    assert any(one.startswith("repeated with gpt-5, exit 1: Error: Fatal error") for one in plan.evidence)
    assert detail.cells[-1].attempts[-1].streams[:3] == ("plan", "prompt", "stderr")
    assert "repeated" in detail.cells[-1].attempts[-1].streams
    after = {path: path.read_bytes() for path in (world.workspace / ".converge").rglob("*") if path.is_file()}
    assert after == before


async def test_a_call_that_succeeds_this_time_says_so_and_changes_no_plan(world: RunsWorld) -> None:
    play(world, exit=1, stderr=STDERR)
    async with world.room() as room:
        run = await planned(room, world)
        play(world, plan=PLAN)
        receipt = await repeat(room, run, model="gpt-5-mini")
        assert receipt.address is not None
        await room.item(receipt.address, State.DONE)
        detail = await detail_of(room, run)
    assert detail.plans[0].badge == "heuristic: Codex failed (exit 1)"
    assert any(one.startswith("repeated with gpt-5-mini, Codex answered") for one in detail.plans[0].evidence)
    result = json.loads((world.run(receipt.address) / "attempts" / "repeat-1" / "result.json").read_text())
    assert (result["label"], result["plan"]) == ("repeated", PLAN)


async def test_its_own_deadline_ends_it_and_keeps_what_it_said(world: RunsWorld) -> None:
    play(world, exit=1, stderr=STDERR)
    gate = world.gate("gate")
    async with world.room() as room:
        run = await planned(room, world)
        play(world, plan=PLAN, stderr_first="connecting\n", waits_for=str(gate))
        receipt = await repeat(room, run, deadline_s=1.5)
        assert receipt.address is not None
        item = await room.item(receipt.address, State.FAILED)
    assert item.why.endswith("connecting (ended after 1.5 s)")
    assert (world.run(receipt.address) / "attempts" / "repeat-1" / "stderr.log").read_text() == "connecting\n"


async def test_nothing_is_repeated_that_nobody_kept(world: RunsWorld) -> None:
    play(world, exit=1, stderr=STDERR)
    place = str(world.workspace)
    async with world.room() as room:
        run = await planned(room, world)
    with pytest.raises(NotFound):
        repetition(run.child("web"), place)
    with pytest.raises(Refused):
        repetition(run, place)
    with pytest.raises(Refused):
        repetition(Address("odw", "odw-exec-1-1").child("x"), place)
    record = next((world.workspace / ".converge" / "runs").glob("*/run.json"))
    record.write_text(record.read_text().replace('"codex_prompt"', '"nothing"'))
    with pytest.raises(Refused):
        repetition(run.child("src/api"), place)
