"""Batches under rough conditions: agents that misbehave, worktrees and locks of git that somebody else touched, two
supervisors for one run. The run ends well or says why; what is the person's stays the person's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.flood import is_flood, peak_kb
from drivers.review_apply import CORE, FINE, VIEW, Json, ReviewApply, place, writes
from drivers.runs_world import RunsWorld, world
from odw_core.errors import OdwError
from odw_core.model.command import Resume
from odw_core.model.item import State
from odw_core.process.groups import bearers
from odw_core.process.spawn import python_module
from odw_core.runs.children import MARKER
from odw_core.runs.launch import resume

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

REPAIRED = writes("view-repair-1", "src/view.py", "print('sum')\n")


def behaving(*steps: Json) -> Json:
    """What the agent of the task view does in the first round."""
    return {"key": "view", "do": [*steps], "result": "done"}


FLOOD, FLOOD_GROWTH_KB = 20_000_000, 8 * 1024
"""What ``tests/perf/batch_flood.py`` does with 500 MB."""
ROUGH = {
    "hangs": (behaving({"hang": True, "stubborn": True}), True),
    "floods stderr": (behaving({"flood": 30_000_000}, *VIEW["do"]), False),
    "prints bytes": (behaving({"binary": 3_000_000}, {"binary": 100_000, "to": "stderr"}, *VIEW["do"]), False),
    "exits 0 without a result": (behaving(*VIEW["do"], {"exit": 0}), True),
    "is killed": (behaving(*VIEW["do"], {"signal": "KILL"}), True),
    "takes its worktree away": (behaving(*VIEW["do"], {"run": ["sh", "-c", 'rm -rf "$PWD"']}), True),
    "takes git out of its worktree": (behaving(*VIEW["do"], {"run": ["rm", ".git"]}), False),
    "leaves a lock in its worktree": (
        behaving(*VIEW["do"], {"run": ["sh", "-c", 'touch "$(git rev-parse --git-dir)/index.lock"']}),
        False,
    ),
    "commits what it did": (
        behaving(*VIEW["do"], {"run": ["git", "commit", "-q", "-a", "-m", "mine"]}),
        False,
    ),
}


@pytest.mark.parametrize("name", ROUGH)
async def test_a_batch_with_an_agent_that(place: ReviewApply, world: RunsWorld, name: str) -> None:
    view, is_repaired = ROUGH[name]
    place.play(CORE, REPAIRED, view, FINE)
    place.repository.write("notes.txt", "mine\n")
    place.repository.write("src/docs.py", "# mine\n")
    async with world.room() as room:
        run = await place.start(room, deadline_s=1.5 if name == "hangs" else None)
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why
    assert ("view-repair-1" in place.keys(run)) is is_repaired
    assert place.keys(run).count("core") == 1
    assert place.text("src/view.py") == "print('sum')\n"
    assert place.status().splitlines() == [" M src/core.py", " M src/docs.py", " M src/view.py", "?? notes.txt"]
    assert place.repository.head() == place.base
    assert place.is_tidy(run) and bearers(f"{MARKER}={run.item}") == []


async def test_a_flood_is_on_disk_byte_by_byte_and_its_supervisor_stays_as_small_as_it_was(
    place: ReviewApply, world: RunsWorld
) -> None:
    begin = place.script.parent / "begin"
    place.play(CORE, behaving({"wait": str(begin)}, {"flood": FLOOD}, *VIEW["do"]), FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        supervisor = world.supervisor(run)
        before = peak_kb(supervisor)
        begin.touch()
        question = await room.question(run)
        grown = peak_kb(supervisor) - before
        await place.decide(room, question, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert is_flood(world.run(run) / "attempts" / "view-1" / "stderr.log", FLOOD)
    assert grown < FLOOD_GROWTH_KB, f"{before} KiB before, {grown} more"


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock"])
async def test_a_lock_of_git_that_somebody_left_is_no_reason_to_lose_work(
    place: ReviewApply, world: RunsWorld, lock: str
) -> None:
    place.play(CORE, VIEW, FINE)
    left = world.workspace / ".git" / lock
    left.touch()
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    assert item.state is State.DONE, item.why
    assert left.exists(), "it is not ours"
    assert place.text("src/core.py") == "SUM = 1 + 1\n" and place.is_tidy(run)


async def test_worktrees_that_vanish_with_their_supervisor_are_made_again(place: ReviewApply, world: RunsWorld) -> None:
    gate = place.script.parent / "go"
    place.play(CORE, {**VIEW, "do": [{"wait": str(gate)}, *VIEW["do"]]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        shutil.rmtree(world.run(run) / "worktrees")
        gate.touch()
        await room.service.submit(Resume(run))
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run).count("core") == 1 and place.is_tidy(run)


async def test_of_two_supervisors_one_drives_the_run(place: ReviewApply, world: RunsWorld) -> None:
    gate = place.script.parent / "go"
    place.play(CORE, {**VIEW, "do": [{"wait": str(gate)}, *VIEW["do"]]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        first = world.supervisor(run)
        with pytest.raises(OdwError, match="is being driven"):
            resume(run.item, world.state)
        second = _started(world.folder(run).root)
        assert b"ready\n" not in second.communicate()[0] and second.returncode
        assert world.supervisor(run) == first
        os.kill(first, signal.SIGKILL)
        await room.item(run, State.STALE)
        both = [_started(world.folder(run).root) for _ in range(2)]
        said = [one.stdout.readline() for one in both if one.stdout is not None]
        assert said.count(b"ready\n") == 1, said
        gate.touch()
        assert (await place.over(room, run)).state is State.DONE
        for one in both:
            one.communicate()
    assert place.keys(run, "agent_done").count("view") == 1 and len(world.events(run, "landed")) == 1
    assert (world.run(run) / "events.jsonl").read_bytes() == world.folder(run).mirror.read_bytes()
    assert place.is_tidy(run)


def _started(folder: Path) -> subprocess.Popen[bytes]:
    """A supervisor as nobody starts it: without a look at whether there is one."""
    argv = [*python_module("odw_core.runs.supervisor"), str(folder)]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
