"""The guard around verifying: sees every change, puts back what was tracked and clean, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.landing_world import LandingWorld, git, shape
from odw_core.errors import OdwError
from odw_core.runs.guard import Guard


@pytest.fixture
def world(tmp_path: Path) -> LandingWorld:
    (tmp_path / "world").mkdir()
    return LandingWorld(tmp_path / "world").build()


def guard_of(world: LandingWorld) -> Guard:
    return Guard(world.git, world.blobs, world.folder.root)


async def test_a_verify_that_only_reads_is_clean(world: LandingWorld) -> None:
    before = shape(world.root)
    async with guard_of(world) as guard:
        (world.root / "core.py").read_text()
    assert guard.difference.is_clean
    assert guard.value["ok"] is True
    restored = await guard.restore()
    assert (restored.restored, restored.left, restored.failed) == ((), (), ())
    assert shape(world.root) == before


async def test_what_was_tracked_and_clean_comes_back_whole(world: LandingWorld) -> None:
    before = shape(world.root)
    async with guard_of(world) as guard:
        (world.root / "core.py").write_text("formatted by a hook\n")
        (world.root / "picture.bin").unlink()
        (world.root / "old/deep/gone.txt").unlink()
        (world.root / "old/deep").rmdir()
        (world.root / "plain.sh").chmod(0o755)
        (world.root / "pointer").unlink()
        (world.root / "pointer").symlink_to("bin/tool")
    assert guard.difference.removed == ("old/deep/gone.txt", "picture.bin")
    assert guard.difference.modified == ("core.py", "plain.sh", "pointer")
    restored = await guard.restore()
    assert restored.restored == ("core.py", "old/deep/gone.txt", "picture.bin", "plain.sh", "pointer")
    assert (restored.left, restored.failed) == ((), ())
    assert shape(world.root) == before
    replaced = {path: world.blobs.get(blob) for path, blob in restored.replaced}
    assert replaced == {"core.py": b"formatted by a hook\n", "plain.sh": b"#!/bin/sh\n", "pointer": b"bin/tool"}
    assert world.litter() == []
    assert git(world.root, "diff", "--stat", "core.py", "picture.bin", "plain.sh", "pointer") == b""


async def test_what_was_dirty_or_untracked_is_never_touched(world: LandingWorld) -> None:
    async with guard_of(world) as guard:
        (world.root / "mine.txt").write_text("the tests wrote here\n")
        (world.root / "notes.txt").unlink()
        (world.root / "staged.txt").write_text("and here\n")
        (world.root / "report.xml").write_text("<ok/>\n")
        (world.root / "core.py").write_text("and here\n")
    restored = await guard.restore()
    assert restored.restored == ("core.py",)
    assert restored.left == ("mine.txt", "notes.txt", "report.xml", "staged.txt")
    assert restored.value["ok"] is False
    assert (world.root / "mine.txt").read_text() == "the tests wrote here\n"
    assert not (world.root / "notes.txt").exists()
    assert (world.root / "staged.txt").read_text() == "and here\n"
    assert (world.root / "report.xml").exists()


async def test_nothing_is_put_back_through_a_link_or_over_a_folder(world: LandingWorld, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    async with guard_of(world) as guard:
        (world.root / "old/stays.txt").unlink()
        (world.root / "old/deep/gone.txt").unlink()
        (world.root / "old/deep").rmdir()
        (world.root / "old").rmdir()
        (world.root / "old").symlink_to(outside)
        (world.root / "core.py").unlink()
        (world.root / "core.py").mkdir()
        (world.root / "core.py/inside").write_text("x")
        (world.root / "plain.sh").unlink()
        os.mkfifo(world.root / "plain.sh")
    restored = await guard.restore()
    assert restored.restored == ()
    assert [path for path, _ in restored.failed] == ["core.py", "old/deep/gone.txt", "old/stays.txt", "plain.sh"]
    assert list(outside.iterdir()) == []
    assert (world.root / "core.py/inside").read_text() == "x"


async def test_a_verify_that_fails_is_looked_at_all_the_same(world: LandingWorld) -> None:
    guard = guard_of(world)
    with pytest.raises(ValueError, match="tests failed"):
        async with guard:
            (world.root / "core.py").write_text("broken\n")
            raise ValueError("tests failed")
    assert guard.difference.modified == ("core.py",)
    assert (await guard.restore()).restored == ("core.py",)


async def test_what_nobody_saw_is_not_put_back(world: LandingWorld) -> None:
    with pytest.raises(OdwError, match="Nobody saw"):
        _ = guard_of(world).difference


async def test_a_repository_that_was_deleted_meanwhile_raises_a_sentence(world: LandingWorld) -> None:
    guard = guard_of(world)
    with pytest.raises(OdwError):
        async with guard:
            (world.root / ".git").rename(world.base / "gone")


async def test_a_guard_that_was_killed_is_judged_by_its_picture_of_before(world: LandingWorld) -> None:
    picture = await guard_of(world).picture()
    (world.root / "core.py").write_text("the killed verify wrote here\n")
    (world.root / "plain.sh").write_text("and the person here\n")
    (world.root / "picture.bin").unlink()
    guard = guard_of(world)
    await guard.take_up(picture)
    async with guard:
        # The same bytes again: it is verifying that writes them.
        (world.root / "core.py").write_text("the killed verify wrote here\n")
    assert guard.difference.modified == ("core.py", "plain.sh") and guard.difference.removed == ("picture.bin",)
    restored = await guard.restore()
    assert (restored.restored, restored.left) == (("core.py",), ("picture.bin", "plain.sh"))
    assert (world.root / "plain.sh").read_text() == "and the person here\n"


async def test_a_picture_survives_whatever_a_path_is_made_of(world: LandingWorld) -> None:
    name = os.fsdecode(b"n\xff\n.txt")
    (world.root / name).write_text("mine\n")
    guard = guard_of(world)
    await guard.take_up(await guard_of(world).picture())
    async with guard:
        pass
    assert guard.difference.is_clean


@pytest.mark.parametrize("picture", [b"", b"[]", b'{"files": {"a": 1}}', b'{"files": {"a": ["x", 1, "folder"]}}'])
async def test_what_is_no_picture_is_refused(world: LandingWorld, picture: bytes) -> None:
    with pytest.raises(OdwError, match="Nobody knows"):
        await guard_of(world).take_up(picture)
