"""Whose plans a campaign carries out: of a coordinate run, of a folder of Converge, approved there or first here."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from drivers.campaigned import Campaigned, place
from drivers.coordinated import plan, plans
from drivers.runs_world import Room, RunsWorld, world
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Start
from odw_core.model.item import State
from odw_core.service.checks.campaign import campaign_checks
from odw_core.service.run_report import run_report

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
STAMP = "20260212T030222995117Z"


async def planned(place: Campaigned, room: Room, **more: object) -> Address:
    """A coordinate run over both repositories."""
    split = {
        "assignments": [{"repo": place.path(name), "duties": ["its part"]} for name in ("api", "web")],
        "rationale": "each its own",
        "risks": [],
        "questions_for_hitl": [],
    }
    script = place.script("coordinate")
    entries = [{"key": "split-*", "result": split}, plans("api", plan("Serve it.")), plans("web", plan("Show it."))]
    script.write_text(json.dumps({"entry": entries}))
    given = {"goal": "Prices are shown.", "repos": ["api", "web"], "agent": "scripted", "script": str(script), **more}
    receipt = await room.service.submit(Start("coordinate", given, str(place.world.workspace)))
    assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert receipt.address is not None
    return receipt.address


def of(place: Campaigned, run: str) -> dict[str, object]:
    """The input of a campaign with the plans of a run."""
    repos = [{"repo": name, "script": str(place.script(name))} for name in ("api", "web")]
    return {"from_run": run, "repos": repos}


async def test_plans_nobody_approved_are_put_before_a_person_first(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        source = await planned(place, room)
        await place.over(room, source)
        run = await place.start(room, **of(place, str(source)))
        card = await room.question(run)
        assert card.kind == "plans" and place.children(run) == {}
        assert "Prices are shown." in card.body
        await place.decide(room, card, "approve", plan__web="# web\n\nShow it in red.\n")
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why
    spec = json.loads((world.folder(place.child(run, "web")).spec).read_text())["given"]["spec"]
    assert "Show it in red." in spec
    (told,) = world.events(run, "campaign_plans")
    (approved,) = world.events(run, "plans_approved")
    assert told["plans"] == approved["plans"]
    assert world.events(run, "campaign")[0]["from_run"] == str(source)


async def test_what_is_approved_here_is_handed_over_as_a_pack_bound_by_its_hashes(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        source = await planned(place, room)
        await place.over(room, source)
        run = await place.start(room, **of(place, str(source)))
        card = await room.question(run)
        assert "written as a pack to hand over" in card.body
        pack = world.run(run) / "handoff"
        assert not pack.exists()
        await place.decide(room, card, "approve", plan__web="# web\n\nShow it in red.\n")
        await place.over(room, run)
        async with room.service.detail(run) as feed:
            while (detail := feed.value) is None:
                await feed.changed()
        said = [one.text for one in detail.notices]
    assert f"what was approved, as a pack to hand over: {pack}" in said
    assert str(pack) in run_report(world.state, str(world.workspace), run.item).decode()
    approval = json.loads((pack / "approval.json").read_text())
    (approved,) = world.events(run, "plans_approved")
    assert [{"repo": one["repo"], "sha256": one["sha256"]} for one in approval["plans"]] == approved["plans"]
    for one in approval["plans"]:
        assert hashlib.sha256((pack / one["spec"]).read_bytes()).hexdigest() == one["sha256"]
    assert "Show it in red." in (pack / "web" / "spec.md").read_text()
    assert (approval["run"], approval["approved_by"]) == (str(run), approved["by"])
    assert f"{run} carries them out" in (pack / "README.md").read_text()
    (handed,) = world.events(run, "handoff_written")
    assert (handed["folder"], handed["files"]) == (str(pack), 4)


async def test_a_pack_is_written_through_no_link(place: Campaigned, world: RunsWorld, tmp_path: Path) -> None:
    async with place.room() as room:
        source = await planned(place, room)
        await place.over(room, source)
        run = await place.start(room, **of(place, str(source)))
        card = await room.question(run)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (world.run(run) / "handoff").symlink_to(elsewhere)
        await place.decide(room, card, "approve")
        await place.over(room, run)
    assert [*elsewhere.iterdir()] == []
    assert (world.run(run) / "handoff" / "api" / "spec.md").is_file()


async def test_what_was_approved_there_is_not_asked_again(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        source = await planned(place, room, approval="ask")
        card = await room.question(source)
        await place.decide(room, card, "approve", plan__web="# web\n\nShow it in red.\n")
        await place.over(room, source)
        run = await place.start(room, **of(place, source.item))
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why
    assert world.events(run, "question") == []
    spec = json.loads((world.folder(place.child(run, "web")).spec).read_text())["given"]["spec"]
    assert "Show it in red." in spec
    (approved,) = world.events(source, "plans_approved")
    assert world.events(run, "campaign_plans")[0]["plans"] == approved["plans"]


async def test_the_folder_of_a_run_of_ours_leads_to_that_run(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        source = await planned(place, room)
        await place.over(room, source)
        (stamp,) = [one.name for one in (world.workspace / ".converge" / "runs").iterdir()]
        run = await place.start(room, **of(place, f"converge:{stamp}"))
        await place.decide(room, await room.question(run), "stop")
        item = await place.over(room, run)
    assert "nothing was started" in item.why and place.children(run) == {}


async def test_plans_of_upstream_are_carried_out_after_an_approval(place: Campaigned, world: RunsWorld) -> None:
    folder = world.workspace / ".converge" / "runs" / STAMP
    folder.mkdir(parents=True)
    known = {"provider": "codex", "status": "OK", "questions_for_hitl": [], "raw": {"execution_mode": "codex_cli"}}
    upstream = [
        {"repo_path": name, "summary": f"do {name}", "proposed_changes": ["it"], **known} for name in ("api", "web")
    ]
    upstream[1]["raw"] = {"execution_mode": "heuristic"}
    (folder / "run.json").write_text(json.dumps({"goal": "Prices.", "status": "CONVERGED", "repo_plans": upstream}))
    async with place.room() as room:
        run = await place.start(room, **of(place, STAMP))
        card = await room.question(run)
        assert "No agent made the plan of web" in card.body
        await place.decide(room, card, "approve")
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("odw:odw-exec-1700000000000-1", "not started by odw-tui"),
        ("converge:20260212T030222995118Z", "is not there"),
        ("codex:abc", "makes no plans"),
    ],
)
async def test_a_run_without_plans_is_said_to_be_one(place: Campaigned, name: str, said: str) -> None:
    async with place.room() as room:
        assert said in await place.refused(room, **of(place, name))


def test_nothing_is_read_through_a_link(place: Campaigned, world: RunsWorld, tmp_path: Path) -> None:
    from odw_core.errors import OdwError
    from odw_core.workflows.campaign.sources import read_source

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    plan_of_web = {"repo_path": "web", "summary": "x", "proposed_changes": ["y"]}
    (elsewhere / "run.json").write_text(json.dumps({"repo_plans": [plan_of_web]}))
    (world.workspace / ".converge" / "runs").mkdir(parents=True)
    (world.workspace / ".converge" / "runs" / STAMP).symlink_to(elsewhere)
    with pytest.raises(OdwError, match="through a link"):
        read_source(world.state, str(world.workspace), f"converge:{STAMP}")


async def test_what_stands_against_a_campaign_is_said_before_it_is_one(place: Campaigned, world: RunsWorld) -> None:
    folder = str(world.workspace)
    ordered = place.given(after={"web": ["api"]})

    async def checks(given: dict[str, object]) -> tuple[Check, ...]:
        return await campaign_checks(Start("campaign", given, folder), world.state)

    said = {one.id: (one.level, one.detail) for one in await checks(ordered)}
    assert said["plans"] == (Level.PASS, "Every plan is approved.")
    assert said["repositories"] == (Level.PASS, "2 git repositories, all there.")
    assert said["order"] == (Level.INFO, "web after api.")
    ring = await checks(place.given(after={"web": ["api"], "api": ["web"]}))
    assert [one.level for one in ring if one.id == "plans"] == [Level.FAIL]
    (world.workspace / "loose").mkdir()
    loose = {"repos": [{"repo": "loose", "spec": "x"}, {"repo": "gone", "spec": "x"}]}
    assert [one.level for one in await checks(loose)][1:] == [Level.FAIL]
