"""Batches once more: what failed alone, whole, and a log of somebody else."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import MODEL, ScenarioBatch, every, listed, place, writes
from odw_core.diagnose.doctor.check import Level
from odw_core.errors import Refused
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Rerun, Start
from odw_core.model.item import State
from odw_core.runs.reuse import FINISHED
from odw_core.runs.spec import read_spec
from odw_core.service.batches.again import batch_again
from odw_core.service.checks.preparing import Preparing
from odw_core.service.first_page import first_snapshot

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

EMPTY = first_snapshot((), None)
FOREIGN = Path(__file__).parents[1] / "fixtures" / "scenario" / "stopped-early"
TALK = {"key": "scenario-002", "do": [], "result": "only words"}


async def test_what_failed_is_run_again_in_a_child_that_clears_nothing(place: ScenarioBatch, world: RunsWorld) -> None:
    place.play(TALK, *every())
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        before = {name: (place.root / "outputs" / name).stat().st_mtime_ns for name in place.outputs()}
        place.write("outputs/notes.md", "mine")
        place.play(*every())
        receipt = await room.service.submit(Rerun(run, {}, reuse=FINISHED))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        assert receipt.address is not None
        again = receipt.address
        assert (await place.over(room, again)).state is State.DONE
    assert place.calls(again) == ["scenario-002"]
    assert read_spec(world.folder(again)).parent == run.item
    assert place.lines(again)[0].endswith("START 2/3 Transfer 2")
    assert {name: (place.root / "outputs" / name).stat().st_mtime_ns for name in before} == before
    assert place.outputs()["notes.md"] == "mine" and place.outputs()["scenario_002.md"] == "# Transfer 2\n"
    begun = place.records(again, "run_start")[0]
    assert (begun["only"], begun["planned"], begun["repeats"]) == ([2], 1, f"scenario:{place.log(run).stem}")
    assert place.records(again, "cleared") == []
    with pytest.raises(Refused, match="nothing that failed"):
        batch_again(again, str(place.root), failed_only=True, state=world.state)


async def test_of_the_first_so_many_only_those_without_a_file_are_run_again(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    place.play(TALK, *every())
    async with world.room() as room:
        run = await place.start(room, max_scenarios=2)
        await place.over(room, run)
        place.play(*every())
        receipt = await room.service.submit(Rerun(run, {}, reuse=FINISHED))
        assert receipt.address is not None, receipt.reason
        assert (await place.over(room, receipt.address)).state is State.DONE
    assert place.calls(receipt.address) == ["scenario-002"]


async def test_what_is_newer_stands_against_running_all_again_and_not_against_what_failed(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    place.play(TALK, *every())
    run = await place.whole()
    place.write("outputs/notes.md", "mine")
    preparing = Preparing(lambda: EMPTY, None, state=world.state, program=None)
    whole = batch_again(run, str(place.root), failed_only=False, state=world.state)

    async def failing(start: Start) -> list[str]:
        return [one.id for one in await preparing.preflight(start) if one.level is Level.FAIL]

    assert await failing(whole) == ["outputs_newer"]
    assert await failing(replace(whole, reuse=FINISHED)) == []
    place.play(*every())
    fine = await place.whole(clears=True)
    nothing = replace(batch_again(fine, str(place.root), failed_only=False, state=world.state), reuse=FINISHED)
    (check,) = await preparing.preflight(nothing)
    assert check.level is Level.FAIL and "nothing that failed" in check.detail


async def test_an_old_file_of_a_failed_scenario_is_no_success_of_the_next(place: ScenarioBatch) -> None:
    place.play({**writes(1), "do": [*writes(1)["do"], {"fail": "after writing"}]}, *every())
    run = await place.whole()
    assert place.statuses(run)[1] == "FAILED"
    place.play({"key": "scenario-001", "do": [], "result": "words"})
    again = await place.whole(only=[1])
    assert place.statuses(again) == {1: "NO_FILE"}
    assert place.outputs()["scenario_001.md"] == "# Transfer 1\n"


async def test_what_was_never_reached_is_run_too(place: ScenarioBatch, world: RunsWorld) -> None:
    place.play({"key": "scenario-001", "do": [{"fail": "no"}]}, *every())
    run = await place.whole(fail_fast=True)
    again = batch_again(run, str(place.root), failed_only=True, state=world.state)
    assert again.given["only"] == [1, 2, 3]


async def test_what_was_agreed_to_once_is_not_agreed_to_again(place: ScenarioBatch, world: RunsWorld) -> None:
    run = await place.whole(clears=True, force=True, smoke=True)
    again = batch_again(run, str(place.root), failed_only=False, state=world.state)
    assert not {"clears", "force", "smoke"} & {*again.given}
    assert (again.parent, again.given["scenarios"]) == (run, "input/DataTransferScenarioList.md")


async def test_a_list_that_changed_meanwhile_is_noticed(place: ScenarioBatch, world: RunsWorld) -> None:
    place.play(TALK, *every())
    run = await place.whole()
    place.write("input/DataTransferScenarioList.md", "1. New\n" + listed(3))
    start = batch_again(run, str(place.root), failed_only=True, state=world.state)
    refused = await place.whole(**{**start.given, "agent": "scripted", "script": str(place.script)})
    assert "Scenario 2 was 'Transfer 2'" in place.result(refused)["error"]["message"]


async def test_a_start_that_keeps_what_went_well_leaves_those_scenarios_out(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    place.play(TALK, *every())
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        start = Start("scenario-batch", place.given(), str(place.root), parent=run, reuse=FINISHED)
        receipt = await room.service.submit(start)
        assert receipt.address is not None, receipt.reason
        await place.over(room, receipt.address)
        assert place.calls(receipt.address) == ["scenario-002"]
        wrong = Start("scenario-batch", place.given(), str(place.root), parent=run, reuse="before:scenario-002")
        assert "no steps to begin at" in (await room.service.submit(wrong)).reason


async def test_a_log_of_another_program_says_list_and_model(place: ScenarioBatch, world: RunsWorld) -> None:
    shutil.copytree(FOREIGN / "logs", place.root / "logs")
    (log,) = (place.root / "logs").glob("run-*.log")
    address = Address("scenario", log.stem)
    again = batch_again(address, str(place.root), failed_only=True, state=world.state)
    assert (again.workflow, again.given["model"], again.given["repeats"]) == ("scenario-batch", MODEL, str(address))
    assert again.given["only"] == [*range(18, 41)] or 18 in again.given["only"]  # type: ignore[operator]
    assert again.given["scenarios"] == "input/DataTransferScenarioList.md"


async def test_a_foreign_log_is_run_again_by_its_address(place: ScenarioBatch, world: RunsWorld) -> None:
    records = [
        {"type": "run_start", "root": "/elsewhere", "model_expected": MODEL, "scenario_count": 3}
        | {"scenario_file": "/elsewhere/input/DataTransferScenarioList.md"},
        *(
            {"type": kind, "index": 1, "title": "Transfer 1", "status": "OK"}
            for kind in ("scenario_start", "scenario_end")
        ),
    ]
    place.write("logs/run-20260101-000000.log", "".join(json.dumps(one) + "\n" for one in records))
    async with world.room() as room:
        address = Address("scenario", "run-20260101-000000")
        await room.until(lambda snapshot: address in snapshot.items)
        changed = {"agent": "scripted", "script": str(place.script)}
        receipt = await room.service.submit(Rerun(address, changed, reuse=FINISHED))
        assert receipt.address is not None, receipt.reason
        await place.over(room, receipt.address)
    assert place.calls(receipt.address) == ["scenario-002", "scenario-003"]


async def test_a_log_of_ours_is_run_again_by_a_command(place: ScenarioBatch, tmp_path: Path) -> None:
    place.play(TALK, *every())
    begin = ("--root", str(place.root), "start", "scenario-batch", "--agent", "scripted", "--script", str(place.script))
    assert odw_tui(*begin, "--foreground", cwd=tmp_path).code == 1
    place.play(*every())
    (log,) = (place.root / "logs").glob("run-*.log")
    ran = odw_tui("--root", str(place.root), "rerun", f"scenario:{log.stem}", "--failed-only", cwd=tmp_path)
    assert ran.code == 0 and ran.out.startswith("odw:"), ran
    waits = odw_tui("--root", str(place.root), "cancel", ran.out.strip(), "--after-current", cwd=tmp_path)
    assert waits.code in (0, 7), waits
    command = ("--root", str(place.root), "start", "command", "--", "true")
    other = odw_tui(*command, cwd=tmp_path).out.strip()
    refused = odw_tui("--root", str(place.root), "cancel", other, "--after-current", cwd=tmp_path)
    assert refused.code == 2 and "no batch of ours" in refused.err


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x.md", "/elsewhere/../x.md"])
def test_paths_in_a_log_are_never_followed_out_of_the_place(place: ScenarioBatch, world: RunsWorld, path: str) -> None:
    start = {"type": "run_start", "root": "/elsewhere", "scenario_file": path, "template": path, "scenario_count": 1}
    place.write("logs/run-20260101-000000.log", json.dumps(start) + "\n")
    address = Address("scenario", "run-20260101-000000")
    given = batch_again(address, str(place.root), failed_only=False, state=world.state).given
    assert "scenarios" not in given and "template" not in given


def test_an_old_error_log_cannot_be_run_again(place: ScenarioBatch, world: RunsWorld) -> None:
    with pytest.raises(Refused, match="no batch"):
        batch_again(Address("scenario", "error-022026_1015"), str(place.root), failed_only=False, state=world.state)
