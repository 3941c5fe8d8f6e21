"""What a person does with runs of parallel-review-apply: commit, run again, wait for one, keep, clean up."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.review_apply import CORE, FINE, TASKS, VIEW, ReviewApply, place, reject, reviews, writes
from drivers.runs_world import Room, RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Clean, Commit, Outcome, Pin, Rerun, Start
from odw_core.model.item import State
from odw_core.runs.retention import prune
from odw_core.service.leftovers import leftovers
from odw_core.service.starting import reuse_of

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def landed(place: ReviewApply, room: Room) -> Address:
    """A run that landed two files."""
    place.play(CORE, VIEW, FINE)
    run = await place.start(room)
    await place.over(room, run)
    return run


async def test_exactly_what_landed_is_committed_and_everything_else_stays(place: ReviewApply, world: RunsWorld) -> None:
    place.repository.write("src/docs.py", "# mine\n")
    place.repository.write("notes.txt", "mine\n")
    async with world.room() as room:
        run = await landed(place, room)
        plan = await room.service.commit_plan(run)
        assert (plan.branch, sorted(plan.files), plan.commit) == ("main", ["src/core.py", "src/view.py"], "")
        receipt = await room.service.submit(Commit(run))
        assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
        await room.item(run, State.DONE, where=lambda item: "committed as" in item.why)
        async with room.service.detail(run) as feed:
            while feed.value is None or not any("committed as" in one.text for one in feed.value.notices):
                await feed.changed()
        again = await room.service.submit(Commit(run))
    assert place.status().splitlines() == [" M src/docs.py", "?? notes.txt"]
    assert place.repository.git("log", "-1", "--format=%B").decode().strip() == plan.message
    assert again.outcome is Outcome.REFUSED and "committed already" in again.reason
    (event,) = world.events(run, "committed")
    assert event["commit"] == place.repository.git("rev-parse", "HEAD").decode().strip()
    assert (world.run(run) / "events.jsonl").read_bytes() == world.folder(run).mirror.read_bytes()


async def test_a_commit_may_go_to_a_new_branch_in_own_words(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await landed(place, room)
        receipt = await room.service.submit(Commit(run, "Sum\n\nall of it", "sums"))
    assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
    assert place.repository.git("branch", "--show-current").decode().strip() == "sums"
    assert place.repository.git("log", "-1", "--format=%B").decode().strip() == "Sum\n\nall of it"
    assert place.repository.git("rev-parse", "main").decode().strip() == place.base


async def test_edits_made_after_the_landing_stay_out_of_the_commit(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await landed(place, room)
        place.repository.write("src/core.py", "SUM = 1 + 1\n# mine\n")
        assert (await room.service.submit(Commit(run))).outcome is Outcome.ACCEPTED
    assert place.repository.git("show", "HEAD:src/core.py") == b"SUM = 1 + 1\n"
    assert place.text("src/core.py") == "SUM = 1 + 1\n# mine\n"


async def test_what_was_taken_back_after_the_landing_is_not_committed(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await landed(place, room)
        place.repository.write("src/core.py", "# core\n")
        receipt = await room.service.submit(Commit(run))
    assert receipt.outcome is Outcome.REFUSED and "does not hold what landed" in receipt.reason
    assert place.repository.git("rev-parse", "HEAD").decode().strip() == place.base
    assert not world.events(run, "committed")


async def test_a_run_that_landed_nothing_has_nothing_to_commit(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, reviews(reject("src/core.py: no")))
    async with world.room() as room:
        run = await place.start(room, max_review_rounds=1)
        await place.over(room, run)
        receipt = await room.service.submit(Commit(run))
    assert receipt.outcome is Outcome.REFUSED and "landed nothing" in receipt.reason


async def test_a_run_over_files_that_only_landed_offers_the_commit_and_goes_on_from_it(
    place: ReviewApply, world: RunsWorld
) -> None:
    async with world.room() as room:
        first = await landed(place, room)
        place.play(writes("core", "src/core.py", "SUM = 3\n"), VIEW, FINE)
        tasks = [TASKS[0]]
        start = Start("parallel-review-apply", place.given(tasks=tasks, gate="ask"), str(world.workspace))
        checks = {check.id: check for check in await room.service.preflight(start)}
        assert first.item in checks["dirty_task_files"].detail and checks["dirty_task_files"].level.value == "WARN"
        second = await place.start(room, tasks=tasks, gate="ask")
        question = await room.question(second)
        assert (question.kind, question.decisions) == ("commit", ("approve", "stop"))
        await place.decide(room, question, "approve")
        gate = await room.question(second, lambda one: one.kind == "gate")
        await place.decide(room, gate, "approve")
        item = await place.over(room, second)
    assert item.state is State.DONE, item.why
    assert world.events(first, "committed") and place.text("src/core.py") == "SUM = 3\n"
    assert place.status().splitlines() == [" M src/core.py"]


async def test_other_edits_in_those_files_are_never_committed_by_an_offer(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        await landed(place, room)
        place.repository.write("src/core.py", "SUM = 1 + 1\n# mine\n")
        run = await place.start(room, tasks=[TASKS[0]], gate="ask")
        item = await place.over(room, run)
    assert item.state is State.FAILED and place.result(run)["error"]["category"] == "dirty_task_files"


async def test_what_failed_is_done_again_and_what_went_well_is_kept(place: ReviewApply, world: RunsWorld) -> None:
    broken = {"key": "view", "do": [{"fail": "out of luck"}]}
    place.play(CORE, broken, FINE)
    async with world.room() as room:
        first = await place.start(room, max_review_rounds=1)
        assert (await place.over(room, first)).state is not State.DONE
        place.play(writes("core", "src/core.py", "never again\n"), VIEW, FINE)
        receipt = await room.service.submit(Rerun(first, {}, reuse_of(is_failed_only=True)))
        assert receipt.address is not None, receipt.reason
        item = await place.over(room, receipt.address)
    assert item.state is State.DONE, item.why
    assert place.text("src/core.py") == "SUM = 1 + 1\n"
    reused = [one["key"] for one in world.events(receipt.address, "step") if one["status"] == "reused"]
    assert "core" in reused and "view" not in reused


async def test_a_rerun_from_a_step_does_that_step_and_what_follows_again(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, reviews(reject("src/core.py: no")))
    async with world.room() as room:
        first = await place.start(room, max_review_rounds=1)
        await place.over(room, first)
        steps = await room.service.steps(first)
        assert {"core", "view", "review-correctness-r1"} <= {*steps}
        place.play(writes("core", "src/core.py", "never again\n"), VIEW, FINE)
        receipt = await room.service.submit(Rerun(first, {}, reuse_of(step="review-correctness-r1")))
        assert receipt.address is not None, receipt.reason
        item = await place.over(room, receipt.address)
    assert item.state is State.DONE, item.why
    assert place.text("src/core.py") == "SUM = 1 + 1\n"
    started = place.keys(receipt.address)
    assert "review-correctness-r1" in started and "core" not in started


async def test_a_rerun_of_everything_keeps_nothing_and_takes_other_input(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, reviews(reject("src/core.py: no")))
    async with world.room() as room:
        first = await place.start(room, max_review_rounds=1)
        await place.over(room, first)
        place.play(writes("core", "src/core.py", "SUM = 5\n"), VIEW, FINE)
        receipt = await room.service.submit(Rerun(first, {"verify": ["grep", "-q", "5", "src/core.py"]}))
        assert receipt.address is not None, receipt.reason
        item = await place.over(room, receipt.address)
    assert item.state is State.DONE and place.text("src/core.py") == "SUM = 5\n"
    assert item.address != first


async def test_a_step_that_never_began_is_named(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await landed(place, room)
        receipt = await room.service.submit(Rerun(run, {}, reuse_of(step="nothing")))
    assert receipt.outcome is Outcome.REFUSED and "its steps are" in receipt.reason and "core" in receipt.reason


async def test_a_run_waits_until_another_has_landed(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        first = await place.start(room, gate="ask")
        gate = await room.question(first)
        start = Start("command", {"argv": ["cat", "src/core.py"]}, str(world.workspace), after=first)
        second = (await room.service.submit(start)).address
        assert second is not None
        waiting = await room.item(second, State.RUNNING, where=lambda item: item.stage == "waits for a run")
        assert waiting.why == f"waits for {first} to land"
        await place.decide(room, gate, "approve")
        await place.over(room, first)
        await room.item(second, State.DONE)
    assert world.kept(second, "stdout.log") == b"SUM = 1 + 1\n"


async def test_a_run_whose_forerunner_fails_says_so_and_never_starts(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        first = await place.start(room, gate="ask")
        gate = await room.question(first)
        start = Start("command", {"argv": ["touch", "started"]}, str(world.workspace), after=first)
        second = (await room.service.submit(start)).address
        assert second is not None
        await place.decide(room, gate, "stop")
        item = await room.item(second, State.FAILED)
    assert f"{first} ended without landing" in item.why
    assert not (world.workspace / "started").exists()


async def test_a_waiting_run_can_be_cancelled(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        first = await place.start(room, gate="ask")
        await room.question(first)
        start = Start("command", {"argv": ["touch", "started"]}, str(world.workspace), after=first)
        second = (await room.service.submit(start)).address
        assert second is not None
        await room.item(second, State.RUNNING, where=lambda item: item.stage == "waits for a run")
        assert (await place.told(room, Cancel(second))).outcome is Outcome.ACCEPTED
        item = await room.item(second, State.IDLE)
        assert item.why == "you cancelled it"
        await place.told(room, Cancel(first))
        await place.over(room, first)


async def test_nothing_waits_for_a_run_that_failed_already(place: ReviewApply, world: RunsWorld) -> None:
    async with world.room() as room:
        first = await room.start(world, "false")
        await room.item(first, State.FAILED)
        start = Start("command", {"argv": ["true"]}, str(world.workspace), after=first)
        receipt = await room.service.submit(start)
    assert receipt.outcome is Outcome.REFUSED and "landed nothing" in receipt.reason


async def test_the_oldest_runs_go_and_what_is_needed_stays(world: RunsWorld) -> None:
    async with world.room() as room:
        runs = []
        for _ in range(5):
            runs.append(await room.start(world, "true"))
            await room.item(runs[-1], State.DONE)
        child = (await room.service.submit(Rerun(runs[1], {}))).address
        assert child is not None
        await room.item(child, State.DONE)
        await room.service.submit(Pin(runs[0]))
    foreign = world.workspace / ".odw" / "runs" / "odw-exec-1700000000000-1"
    foreign.mkdir()
    gone = prune(world.state, str(world.workspace), 2)
    # The newest two, the pinned one, and the one that a kept one repeats.
    assert {*gone} == {runs[2].item, runs[3].item}
    assert foreign.is_dir()
    for run in runs:
        assert world.run(run).exists() == world.folder(run).root.exists() == (run.item not in gone)


async def test_a_link_in_place_of_a_run_is_not_followed_when_runs_go(world: RunsWorld, tmp_path: Path) -> None:
    async with world.room() as room:
        runs = []
        for _ in range(2):
            runs.append(await room.start(world, "true"))
            await room.item(runs[-1], State.DONE)
    kept = tmp_path / "precious"
    world.run(runs[0]).rename(kept)
    world.run(runs[0]).symlink_to(kept)
    prune(world.state, str(world.workspace), 1)
    assert (kept / "events.jsonl").exists()


async def test_what_a_killed_run_left_is_listed_with_its_size_and_taken_away(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play({"key": "core", "do": [{"write": "src/core.py", "text": "half\n"}, {"hang": True}]}, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.item(run, State.RUNNING, where=lambda item: (world.run(run) / "worktrees" / "core").is_dir())
        assert [*leftovers(world.state)] == []
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        found = {one.kind.value: one for one in leftovers(world.state)}
        assert found["worktrees"].bytes > 0 and found["worktrees"].is_resumable
        receipt = await room.service.submit(Clean(tuple(one.name for one in found.values())))
        assert receipt.outcome is Outcome.ACCEPTED and "worktree" in receipt.reason
    assert place.is_tidy(run) and [*leftovers(world.state)] == []
