"""The person goes on working in the tree while a run lands and verifies there: what they write is never lost, what the
run changed and what it left is named."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY
from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place
from drivers.runs_world import Room, RunsWorld, open_gate, world
from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.runs.blobs import Blobs
from odw_core.runs.faults import VARIABLE
from odw_core.runs.launch import launch
from odw_core.runs.spec import RunSpec

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

EDITED = "# edited by me, just now\n"


def _place(base: Path) -> ReviewApply:
    place = ReviewApply(RunsWorld(base), base)
    place.play(CORE, VIEW, FINE)
    place.repository.write("src/docs.py", "# mine\n")
    place.repository.write("notes.txt", "mine\n")
    return place


def _landed(base: Path, wish: str, monkeypatch: pytest.MonkeyPatch) -> tuple[ReviewApply, Address]:
    """A batch that landed or not; where the fault hook holds it the person edits a file of it and two of their own."""
    place = _place(base)
    world = place.world
    spec = RunSpec("", "parallel-review-apply", place.given(), str(world.workspace), started_by="tester")
    monkeypatch.setenv(VARIABLE, wish)
    run = launch(spec, world.state)
    monkeypatch.delenv(VARIABLE)
    supervisor = world.supervisor(run)
    if wish.startswith("hold:"):
        _, status = os.waitpid(supervisor, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"it ended before {wish}"
        for name in ("src/view.py", "src/docs.py", "notes.txt"):
            place.repository.write(name, EDITED)
        os.kill(supervisor, signal.SIGCONT)
    with suppress(ChildProcessError):
        # Unless somebody heard of its end already.
        os.waitpid(supervisor, 0)
    return place, run


def test_a_file_that_is_edited_at_any_moment_of_the_landing_keeps_the_edit(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    count = tmp_path / "points"
    undisturbed, run = _landed(tmp_path / "undisturbed", f"count:{count}", monkeypatch)
    assert undisturbed.result(run)["ok"]
    names = count.read_text().splitlines()
    found = [number for number, name in enumerate(names, 1) if name.startswith("landing: ")]
    # By default the last of each kind.
    numbers = found if os.environ.get("FAULT_WALK") == "all" else sorted({names[n - 1]: n for n in found}.values())
    ends: list[bool] = []
    for number in numbers:
        place, run = _landed(tmp_path / str(number), f"hold:{number}", monkeypatch)
        result = place.result(run)
        where = f"held at {number}, {names[number - 1]}: {result}"
        assert [place.text(name) for name in ("src/view.py", "src/docs.py", "notes.txt")] == [EDITED] * 3, where
        # Either it had its place before the person wrote over it, or the edit kept everything out.
        assert place.text("src/core.py") == ("SUM = 1 + 1\n" if result["ok"] else "# core\n"), where
        if not result["ok"]:
            assert result["error"]["category"] == "patch_conflict", where
            assert "src/view.py" in result["error"]["message"], where
        assert place.is_tidy(run) and place.repository.head() == place.base, where
        ends.append(result["ok"])
    assert ends == sorted(ends) and {*ends} == {False, True}


async def _verified(place: ReviewApply, room: Room, edit: dict[str, str]) -> tuple[Address, Item]:
    """A batch during whose verification the person saves these files."""
    gate = place.script.parent / "gate"
    os.mkfifo(gate)
    run = await place.start(room, verify=["cat", str(gate)])
    await room.until(lambda snapshot: "verify" in place.keys(run))
    for name, text in edit.items():
        place.repository.write(name, text)
    open_gate(gate)
    return run, await place.over(room, run)


async def test_what_the_person_saves_while_it_verifies_stays_and_is_named(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    place.repository.write("src/docs.py", "# mine\n")
    place.repository.write("notes.txt", "mine\n")
    edits = dict.fromkeys(("src/docs.py", "notes.txt", "new.txt", "src/view.py"), EDITED)
    async with world.room() as room:
        run, item = await _verified(place, room, edits)
    assert item.raw_state == "landed but verification failed"
    assert {name: place.text(name) for name in edits} == edits
    assert place.text("src/core.py") == "SUM = 1 + 1\n"
    result = place.result(run)
    assert result["error"]["category"] == "verification_mutated_worktree"
    assert result["verifyGuard"]["files"] == sorted(edits) and result["verifyGuard"]["added"] == ["new.txt"]
    assert all(name in item.why for name in edits)
    assert result["verifyRestore"]["restored"] == [] and result["verifyRestore"]["left"] == sorted(edits)
    (told,) = world.events(run, "worktree_snapshot_restore")
    assert all(name in str(told["message"]) for name in edits)


async def test_a_clean_file_is_put_back_and_what_stood_there_can_be_had_again(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    place.repository.write("notes.txt", "mine\n")
    async with world.room() as room:
        run, item = await _verified(place, room, {"src/docs.py": EDITED})
    assert "src/docs.py" in item.why
    assert place.text("src/docs.py") == "# docs\n" and place.text("notes.txt") == "mine\n"
    blob = place.result(run)["verifyRestore"]["replaced"]["src/docs.py"]
    assert Blobs(world.folder(run).root).get(blob) == EDITED.encode()
    (told,) = world.events(run, "worktree_snapshot_restore")
    kept = world.folder(run).root / "blobs" / blob
    assert told["message"] == f"what stood there is kept: src/docs.py in {kept}"
    assert kept.read_text() == EDITED
