"""Run folders of native coordinations at upstream's own doors: its file server, and a reader of its fields alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.converge_files import served
from drivers.converge_strict import check_folder
from drivers.coordinated import Coordinated, fails, place, plan, plans
from drivers.runs_world import Room, RunsWorld, world
from odw_core.model.address import Address

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
UPSTREAMS = {"summary.md", "responsibility-matrix.md", "constraints.json", "run.json", "contract-map.json"}


async def until_written(place: Coordinated, room: Room, run: Address) -> Path:
    """Answer whatever it asks until it is over; its folder."""
    seen: set[str] = set()
    while True:
        found = await room.until(
            lambda s: (
                s.items.get(run) is not None
                and (
                    s.items[run].ended_at is not None or any(q.id not in seen for q in s.questions if q.address == run)
                )
            )
        )
        if found.items[run].ended_at is not None:
            return place.folder(run)
        for question in found.questions:
            if question.id not in seen:
                seen.add(question.id)
                verdict = {"question": "answer", "plans": "approve"}.get(question.kind, "accept")
                await place.decide(room, question, verdict, **({"answer": "yes"} if verdict == "answer" else {}))


async def _agreed(place: Coordinated, room: Room) -> Path:
    return await until_written(place, room, await place.start(room, approval="ask"))


async def _answered(place: Coordinated, room: Room) -> Path:
    asks = plan("a", questions=("Which?",))
    place.play(plans("web", plan("b"), prompt="yes"), plans("web", asks))
    return await until_written(place, room, await place.start(room))


async def _fallen_back(place: Coordinated, room: Room) -> Path:
    place.play(fails("web"))
    place.write("web", "src/app.ts", 'fetch("/api/refunds/42");\n')
    return await until_written(place, room, await place.start(room, repos=["api", "web", "gone"], max_rounds=1))


async def _strange_names(place: Coordinated, room: Room) -> Path:
    names = ["web", "other/web", "..", ".", "wäb 日本", "sp ace", "日" * 85, "a" * 255]
    for name in names[1:]:
        (place.world.workspace / name).mkdir(parents=True, exist_ok=True)
    return await until_written(place, room, await place.start(room, repos=names, split="heuristic", max_rounds=1))


ENDS = [_agreed, _answered, _fallen_back, _strange_names]


@pytest.mark.parametrize("make", ENDS, ids=lambda one: one.__name__.strip("_"))
async def test_every_file_of_a_run_is_listed_and_served_whole(make: Any, place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        folder = await make(place, room)
    held = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    with served(folder.parent) as server:
        listed = server.files(folder.name)
        assert listed == {path: len(data) for path, data in held.items()}
        assert UPSTREAMS | {"contract-checks.md"} <= listed.keys()
        for path, data in held.items():
            assert server.file(folder.name, path) == (200, data), path
            assert all(part not in ("", ".", "..") and len(part.encode()) <= 255 for part in path.split("/")), path
            assert path.isprintable() and "\\" not in path, path
            assert (folder / path).resolve() == folder / path, "nothing in it leads out of it"
        assert server.file(folder.name, f"../{folder.name}x/run.json")[0] != 200
        assert server.get("/api/runs/20200101T000000000000Z/files")[0] == 404
    assert [one.name for one in folder.parent.iterdir()] == [folder.name], "no draft is left beside it"


RECORDED = Path(__file__).parents[1] / "fixtures" / "converge"
WRITTEN = sorted(RECORDED.glob("*/project/.converge/runs/*/contract-map.json"))


@pytest.mark.parametrize("written", WRITTEN, ids=lambda one: f"{one.parents[4].name} {one.parent.name[9:15]}")
def test_the_reader_that_ours_are_held_against_takes_what_upstream_itself_wrote(written: Path) -> None:
    check_folder(written.parent)


@pytest.mark.parametrize("make", ENDS, ids=lambda one: one.__name__.strip("_"))
async def test_a_reader_of_upstreams_fields_alone_reads_it(make: Any, place: Coordinated, world: RunsWorld) -> None:
    async with world.room() as room:
        folder = await make(place, room)
    check_folder(folder)
    run, constraints = (json.loads((folder / name).read_text()) for name in ("run.json", "constraints.json"))
    assert [one["path"] for one in constraints["repos"]] == [one["repo_path"] for one in run["repo_plans"]]
    assert run["goal"] == constraints["goal"]
    for name in UPSTREAMS | {"contract-checks.md"}:
        (folder / name).read_bytes().decode("utf-8")
    for number, _ in enumerate(run["repo_plans"]):
        base = run["repo_plans"][number]["raw"]["base"]
        for name in ("plan.md", "agent-prompt.txt", "commands.sh"):
            assert (folder / "repo-plans" / base / name).is_file()
        assert (folder / "prompts" / f"{base}_{run['repo_plans'][number]['provider']}_prompt.txt").is_file()
