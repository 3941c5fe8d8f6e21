"""A start whose script or plan cannot be read begins nothing: the wish is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.runs_world import RunsWorld, world
from odw_core.model.command import Outcome, Start

pytestmark = pytest.mark.asyncio
__all__ = ["world"]
WANTED = {
    "parallel-review-apply": {"request": "make it so"},
    "coordinate": {"goal": "make it so", "repos": ["/nowhere"]},
    "campaign": {"repos": [{"repo": "/nowhere", "spec": "make it so"}]},
    "scenario-batch": {},
}


async def refused(world: RunsWorld, workflow: str, given: dict[str, object]) -> str:
    """Why such a run is not begun; nothing is left of it."""
    async with world.room() as room:
        receipt = await room.service.submit(Start(workflow, given, str(world.workspace)))
    assert receipt.outcome is Outcome.REFUSED and receipt.address is None
    assert not (world.workspace / ".odw").exists() and not (world.workspace / "logs").exists()
    return receipt.reason


@pytest.mark.parametrize("workflow", [*WANTED])
async def test_nothing_begins_with_a_script_that_is_not_there(world: RunsWorld, workflow: str, tmp_path: Path) -> None:
    script = str(tmp_path / "missing.json")
    reason = await refused(world, workflow, {**WANTED[workflow], "agent": "scripted", "script": script})
    assert reason == f"{script} is not there; the scripted agent plays it."


async def test_a_script_that_cannot_be_read_is_told_with_its_mistake(world: RunsWorld, tmp_path: Path) -> None:
    given = {**WANTED["parallel-review-apply"], "agent": "scripted"}
    for name, text, words in (
        ("a.json", "{", "a.json is no JSON"),
        ("c.toml", "entry =", "c.toml is no TOML"),
    ):
        (tmp_path / name).write_text(text)
        assert words in await refused(world, "parallel-review-apply", {**given, "script": str(tmp_path / name)})
    assert "is no file" in await refused(world, "parallel-review-apply", {**given, "script": str(tmp_path)})


async def test_the_script_of_one_repository_is_enough_to_refuse_a_campaign(world: RunsWorld, tmp_path: Path) -> None:
    parts = [{"repo": name, "spec": "do it", "script": str(tmp_path / f"{name}.json")} for name in ("api", "web")]
    (tmp_path / "api.json").write_text('{"entry": [{"key": "*", "result": "done"}]}')
    assert "web.json is not there" in await refused(world, "campaign", {"repos": parts, "agent": "scripted"})


@pytest.mark.parametrize("key", ["script", "input_file"])
async def test_odw_is_given_no_file_that_is_not_there(world: RunsWorld, key: str) -> None:
    (world.workspace / "flow.js").write_text("//\n")
    reason = await refused(world, "odw-exec", {"script": "flow.js", key: "missing.js"})
    assert reason == f"{world.workspace}/missing.js is not there; odw reads it."
