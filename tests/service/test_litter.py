"""What killed supervisors and holders left aside is listed by the doctor and taken away on request, through no link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place
from drivers.runs_world import PATIENCE_S, RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Clean, Outcome, Resume
from odw_core.model.item import State
from odw_core.process.flock import hold
from odw_core.process.spawn import started_mark
from odw_core.runs.blobs import Blobs, name_of
from odw_core.runs.faults import VARIABLE
from odw_core.runs.launch import launch
from odw_core.runs.spec import RunSpec
from odw_core.service.leftovers import Kind, Leftover, leftovers

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

TOKEN, OTHER = "0123456789abcdef", "fedcba9876543210"
OLD = 3600.0
WRITES = ["sh", "-c", "echo changed > src/docs.py"]


def started(place: ReviewApply, monkeypatch: pytest.MonkeyPatch, wish: str) -> Address:
    """A run with that fault, once its supervisor is gone."""
    world = place.world
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, wish)
        given = place.given(verify=WRITES)
        run = launch(RunSpec("", "parallel-review-apply", given, str(world.workspace), started_by="t"), world.state)
    until = time.monotonic() + PATIENCE_S
    while (lock := hold(world.folder(run).lock)) is None:
        assert time.monotonic() < until
    os.close(lock)
    return run


@pytest.fixture
def killed(place: ReviewApply, world: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """A run whose supervisor died while its guard put a file back."""
    place.play(CORE, VIEW, FINE)
    count = place.script.parent / "points"
    started(place, monkeypatch, f"count:{count}")
    number = count.read_text().splitlines().index("guard: a file came out") + 1
    place.repository.git("checkout", "-q", ".")
    return started(place, monkeypatch, str(number))


def left(world: RunsWorld) -> dict[Kind, Leftover]:
    return {one.kind: one for one in leftovers(world.state)}


def stages(world: RunsWorld) -> list[Path]:
    return sorted((world.workspace / ".git").glob(".odw-*"))


def aged(path: Path) -> Path:
    os.utime(path, (time.time() - OLD, time.time() - OLD), follow_symlinks=False)
    return path


def call(top: Path, name: str, pid: int, mark: str | None) -> Path:
    folder = top / name
    folder.mkdir(parents=True)
    (folder / "call.json").write_text(json.dumps({"words": ["answer"], "pid": pid, "started": mark, "at": 1.0}))
    return folder


def ended_process() -> int:
    """A process id that nobody has any more, for a while."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


async def test_a_guard_that_was_killed_leaves_its_folders_until_they_are_cleaned(
    place: ReviewApply, world: RunsWorld, killed: Address
) -> None:
    (stage,) = stages(world)
    one = left(world)[Kind.SCRATCH]
    assert one.name == f"{killed.item}/scratch" and one.is_resumable and one.bytes > 0
    assert str(stage) in one.paths and len(one.paths) == 2
    (stage / "old").write_text("what somebody wrote in that very moment\n")
    async with world.room() as room:
        receipt = await room.service.submit(Clean((one.name,)))
        assert receipt.outcome is Outcome.ACCEPTED and "2 folders" in receipt.reason
    assert stages(world) == [] and Kind.SCRATCH not in left(world)
    # The tree is not touched, and what waited there is kept where the run keeps its bytes.
    assert place.text("src/docs.py") == "# docs\n"
    kept = Blobs(world.folder(killed).root)
    assert kept.get(name_of(b"changed\n")) and kept.get(name_of(b"what somebody wrote in that very moment\n"))


async def test_whoever_takes_the_run_up_again_cleans_up_first(
    place: ReviewApply, world: RunsWorld, killed: Address
) -> None:
    assert stages(world)
    async with world.room() as room:
        await room.item(killed, State.STALE)
        await room.service.submit(Resume(killed))
        await place.over(room, killed)
    assert stages(world) == [] and Kind.SCRATCH not in left(world)
    assert place.text("src/docs.py") == "# docs\n"


async def test_nothing_of_a_run_that_is_driven_and_nothing_behind_a_link_is_listed(
    place: ReviewApply, world: RunsWorld, killed: Address, tmp_path: Path
) -> None:
    folder, outside = world.folder(killed), tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine\n")
    (folder.root / f"preparing-{TOKEN}").mkdir()
    (folder.root / f"preparing-{OTHER}").symlink_to(outside)
    aged(world.workspace / ".git").joinpath(f".odw-guard-{TOKEN}").symlink_to(outside)
    lying = folder.root / f"guard-{OTHER}"
    lying.mkdir()
    (lying / "stage").write_text(str(outside))
    paths = left(world)[Kind.SCRATCH].paths
    assert str(folder.root / f"preparing-{TOKEN}") in paths and str(lying) in paths
    assert not any(str(outside) in path or OTHER in path for path in paths if path != str(lying))
    lock = hold(folder.lock)
    assert lock is not None
    assert left(world) == {}
    os.close(lock)
    async with world.room() as room:
        receipt = await room.service.submit(Clean((f"{killed.item}/scratch",)))
        assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
    assert (outside / "precious").read_text() == "mine\n" and (folder.root / f"preparing-{OTHER}").is_symlink()
    assert not (folder.root / f"preparing-{TOKEN}").exists()


async def test_a_guards_folder_of_which_no_run_tells_is_listed_once_it_is_old(
    place: ReviewApply, world: RunsWorld, killed: Address
) -> None:
    async with world.room() as room:
        await room.service.submit(Clean((f"{killed.item}/scratch",)))
    stray = world.workspace / ".git" / f".odw-guard-{TOKEN}"
    stray.mkdir()
    assert Kind.SCRATCH not in left(world)
    (stray / "new").write_text("x\n")
    aged(stray)
    found = left(world)[Kind.SCRATCH]
    assert found.paths == (str(stray),)
    async with world.room() as room:
        await room.service.submit(Clean((found.name,)))
    assert not stray.exists()


async def test_calls_that_nobody_holds_any_more_are_listed_and_taken_away(
    place: ReviewApply, world: RunsWorld, killed: Address
) -> None:
    mark = started_mark(os.getpid())
    of_run, by_hand = world.folder(killed).root / "held", world.state / "held"
    gone = [call(top, "1795219696047000000-00000001", ended_process(), "boot:1") for top in (of_run, by_hand)]
    there = [call(top, "1795219696047000000-00000002", os.getpid(), mark) for top in (of_run, by_hand)]
    beginning = by_hand / "1795219696047000000-00000003"
    beginning.mkdir()
    found = [one for one in leftovers(world.state) if one.kind is Kind.HELD]
    assert [(one.name, one.paths) for one in found] == [
        (f"{killed.item}/held", (str(gone[0]),)),
        ("held", (str(gone[1]),)),
    ]
    async with world.room() as room:
        receipt = await room.service.submit(Clean(tuple(one.name for one in found)))
        assert receipt.outcome is Outcome.ACCEPTED and receipt.reason.count("1 call") == 2
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in (*there, beginning))
