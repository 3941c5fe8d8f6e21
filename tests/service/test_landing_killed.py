"""A supervisor killed at every point of a landing: the next one finishes it or takes it back, and never lands twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.landing_world import LandingWorld, Shape, every_kind, shape
from odw_core.runs import carrying, faults
from odw_core.runs.landing import Approval, Landed

_TESTS = Path(__file__).parents[1]


class Killer:
    """Real processes that land and are killed on their way."""

    def __init__(self, whole: LandingWorld, places: Path) -> None:
        self.whole, self._places = whole, places
        environ = {**os.environ, "PYTHONPATH": str(_TESTS)}
        command = (sys.executable, "-m", "drivers.landing_supervisor")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True, cwd=_TESTS
        )

    def fresh(self, name: str) -> LandingWorld:
        return self.whole.copied(self._places / name)

    def work(self, world: LandingWorld, wish: str) -> int:
        """How a supervisor with that fault ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{world.base}\t{wish}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def points(self, world: LandingWorld) -> list[str]:
        """Names of the points that an undisturbed landing passes; it has landed then."""
        assert self.work(world, f"count:{world.base / 'points'}") == 0
        return (world.base / "points").read_text().splitlines()


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    (tmp_path / "whole").mkdir()
    whole = LandingWorld(tmp_path / "whole").build()
    patch = whole.patch(every_kind)
    (whole.base / "patch").write_bytes(patch)
    whole.approve(whole.candidate(patch))
    killer = Killer(whole, tmp_path)
    yield killer
    killer.process.communicate()


def has_landed_once(world: LandingWorld, wanted: Shape) -> None:
    assert shape(world.root) == wanted
    assert world.litter() == []
    assert len(world.told("landed")) == 1


def test_killed_at_any_point_the_next_supervisor_lands_it_whole(killer: Killer) -> None:
    undisturbed = killer.fresh("undisturbed")
    names = killer.points(undisturbed)
    wanted, before = shape(undisturbed.root), shape(killer.whole.root)
    assert len([name for name in names if name.startswith("landing: ")]) > 25
    assert len([name for name in names if name.endswith("a line of the journal")]) == 4
    halves = 0
    for number, name in enumerate(names, 1):
        world = killer.fresh(f"killed-{number}")
        assert killer.work(world, str(number)) == -signal.SIGKILL, name
        left = shape(world.root)
        halves += left not in (before, wanted)
        # Each file is one of the two, whole, at every moment.
        for path in before.keys() & wanted.keys():
            assert left.get(path) in (before[path], wanted[path], None), name
        assert killer.work(world, "") == 0, name
        has_landed_once(world, wanted)
        if number % 6 == 0:
            assert killer.work(world, "") == 0, name
            has_landed_once(world, wanted)
    assert halves > 8


def test_killed_again_while_it_is_taken_up_it_still_lands_once(killer: Killer) -> None:
    undisturbed = killer.fresh("undisturbed")
    names = killer.points(undisturbed)
    wanted = shape(undisturbed.root)
    for number in range(3, len(names) + 1, 4):
        world = killer.fresh(f"killed-{number}")
        assert killer.work(world, str(number)) == -signal.SIGKILL
        for again in range(1, len(names) + 2):
            if killer.work(world, str(again)) == 0:
                break
        has_landed_once(world, wanted)


def test_the_variable_alone_stops_a_supervisor_dead(tmp_path: Path) -> None:
    loop = "for name in 'abc': faults.point(name); print(name, flush=True)"
    script = f"from odw_core.runs import faults\nfaults.arm()\n{loop}"
    for wish, code, said in (("2", -signal.SIGKILL, "a\n"), ("", 0, "a\nb\nc\n"), ("nonsense", 0, "a\nb\nc\n")):
        environ = {**os.environ, faults.VARIABLE: wish}
        done = subprocess.run((sys.executable, "-c", script), env=environ, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (code, said)
    environ = {**os.environ, faults.VARIABLE: f"count:{tmp_path / 'points'}"}
    subprocess.run((sys.executable, "-c", script), env=environ, check=True, capture_output=True)
    assert (tmp_path / "points").read_text() == "a\nb\nc\n"
    # Whoever starts a run hands the wish on, and is not stopped by it.
    script = f"from odw_core.runs import faults\n{loop}; import os; print(os.environ[faults.VARIABLE])"
    environ = {**os.environ, faults.VARIABLE: "1"}
    done = subprocess.run((sys.executable, "-c", script), env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["a", "1", "b", "1", "c", "1"])


def killed_at(killer: Killer, name: str, count: int = 1) -> LandingWorld:
    """A world whose supervisor was killed when it passed that point for the ``count``-th time."""
    names = killer.points(killer.fresh("points"))
    number = [at for at, one in enumerate(names, 1) if one == name][count - 1]
    world = killer.fresh("killed")
    assert killer.work(world, str(number)) == -signal.SIGKILL
    return world


async def resumed(world: LandingWorld) -> Landed | None:
    with world.landing() as landing:
        return await landing.resume()


async def test_a_third_content_stops_a_half_landing_with_a_picture_and_touches_nothing_more(killer: Killer) -> None:
    world = killed_at(killer, "landing: a file is in its place", 5)
    (world.root / "core.py").write_text("my own thought\n")
    before = shape(world.root)
    landed = await resumed(world)
    assert landed is not None
    assert (landed.ok, landed.category) == (False, "patch_conflict")
    assert 0 < landed.applied < len(landed.files)
    assert landed.value["partial"] is True
    (picture,) = landed.pictures
    assert picture.path == "core.py"
    assert world.blobs.get(picture.found.blob) == b"my own thought\n"
    assert shape(world.root) == before
    assert world.litter() == []
    # Once the person has settled it, the same landing goes on.
    (world.root / "core.py").write_bytes(world.blobs.get(picture.before.blob))
    again = await resumed(world)
    assert again is not None
    assert again.ok
    assert len(world.told("landed")) == 1


async def test_an_edit_before_the_first_file_landed_means_that_nothing_lands(killer: Killer) -> None:
    world = killed_at(killer, "landing: everything waits")
    (world.root / "core.py").write_text("my own thought\n")
    before = shape(world.root)
    landed = await resumed(world)
    assert landed is not None
    assert (landed.category, landed.applied) == ("patch_conflict", 0)
    assert shape(world.root) == before
    assert world.litter() == []
    assert await resumed(world) is None


async def test_without_the_audit_log_a_killed_landing_is_not_gone_on_with(killer: Killer) -> None:
    world = killed_at(killer, "landing: a file is in its place", 3)
    (world.state / "audit.jsonl").unlink()
    before = shape(world.root)
    landed = await resumed(world)
    assert landed is not None
    assert landed.category == "not_approved"
    assert shape(world.root) == before


async def test_a_landing_that_was_being_taken_back_is_taken_back_to_the_end(
    killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shape(killer.whole.root)
    world = killer.fresh("back")
    passed = 0

    class Killed(BaseException):
        pass

    def edit(name: str) -> None:
        nonlocal passed
        if name == "landing: the tree is on disk":
            (world.root / "core.py").write_text("written meanwhile\n")
        passed += name == "landing: a file is back"
        if passed == 4:
            raise Killed

    monkeypatch.setattr(carrying, "point", edit)
    candidate = world.candidate((world.base / "patch").read_bytes())
    with world.landing() as landing, pytest.raises(Killed):
        await landing.land(candidate, Approval(candidate.digest, "kim"))
    monkeypatch.undo()
    landed = await resumed(world)
    assert landed is not None
    assert (landed.ok, landed.applied) == (False, 0)
    assert [picture.path for picture in landed.pictures] == ["core.py"]
    after = shape(world.root)
    assert after.pop("core.py")[1] == b"written meanwhile\n"
    before.pop("core.py")
    assert after == before
    assert world.litter() == []


@pytest.mark.parametrize("count", range(1, 12))
async def test_what_the_person_saves_in_the_middle_is_kept_and_the_rest_goes_back(
    killer: Killer, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """At every point in turn an editor saves one file by renaming, and writes another one in place."""
    world = killer.fresh("edited")
    before = shape(world.root)
    passed = 0

    def edit(name: str) -> None:
        nonlocal passed
        passed += 1
        if passed == count * 2:
            (world.root / "core.py~").write_text("saved by renaming\n")
            (world.root / "core.py~").replace(world.root / "core.py")
            with (world.root / "picture.bin").open("ab") as file:
                file.write(b"in place")

    monkeypatch.setattr(carrying, "point", edit)
    candidate = world.candidate((world.base / "patch").read_bytes())
    with world.landing() as landing:
        landed = await landing.land(candidate, Approval(candidate.digest, "kim"))
    assert (landed.ok, landed.category, landed.applied) == (False, "patch_conflict", 0)
    after = shape(world.root)
    assert after.pop("core.py")[1] == b"saved by renaming\n"
    assert after.pop("picture.bin")[1].endswith(b"in place")
    del before["core.py"], before["picture.bin"]
    assert after == before
    assert world.litter() == []


async def test_what_an_open_editor_writes_into_the_file_that_came_out_is_not_lost(
    killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = killer.fresh("open")
    before = shape(world.root)
    with (world.root / "core.py").open("r+b") as editor:

        def edit(name: str) -> None:
            if name == "landing: the tree is on disk":
                editor.write(b"typed late")
                editor.flush()

        monkeypatch.setattr(carrying, "point", edit)
        candidate = world.candidate((world.base / "patch").read_bytes())
        with world.landing() as landing:
            landed = await landing.land(candidate, Approval(candidate.digest, "kim"))
    assert landed.category == "patch_conflict"
    after = shape(world.root)
    assert after.pop("core.py")[1].startswith(b"typed late")
    del before["core.py"]
    assert after == before
