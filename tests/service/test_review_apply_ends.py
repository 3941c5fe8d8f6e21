"""How a run ends and goes on: verification, cancel, a killed supervisor, budgets, agents that fail, ask and hang."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place, writes
from drivers.runs_world import RunsWorld, world
from odw_core.model.command import Cancel, Interrupt, Outcome, Rerun, Resume
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.item import State
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER
from odw_core.runs.reuse import FINISHED

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_what_fails_its_verification_stays_landed_and_says_so(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, verify=["sh", "-c", "echo 'AssertionError: no sum' >&2; exit 3"])
        item = await place.over(room, run)
        async with room.service.detail(run) as feed:
            detail = feed.value
        assert isinstance(detail, RunDetail)
    assert (item.state, item.raw_state) == (State.FAILED, "landed but verification failed")
    # What failed is the command: the tree is as it was, and "clean" beside a failure says nothing.
    verified = detail.columns[-1]
    assert (verified.key, verified.mark, verified.note) == ("verify", Mark.FAILED, "")
    assert "AssertionError: no sum" in item.why
    assert place.result(run)["error"]["category"] == "verification_failed"
    assert place.text("src/core.py") == "SUM = 1 + 1\n"


async def test_an_interrupt_is_taken_by_who_is_at_work_and_refused_where_nobody_is(
    place: ReviewApply, world: RunsWorld
) -> None:
    hangs = {"key": "view", "do": [{"say": "up"}, {"hang": True}]}
    place.play(CORE, hangs, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        over = await place.told(room, Interrupt(run.child("core")))
        assert over.outcome is Outcome.REFUSED and over.reason.startswith("Nobody is at work there just now")
        assert (await place.told(room, Interrupt(run.child("view")))).outcome is Outcome.ACCEPTED
        await room.question(run)
        nobody = await place.told(room, Interrupt(run))
        assert nobody.outcome is Outcome.REFUSED and "nothing to interrupt" in nobody.reason
        await place.told(room, Cancel(run))
        await place.over(room, run)


async def test_a_worktree_that_only_git_remembers_is_taken_away_too(place: ReviewApply, world: RunsWorld) -> None:
    # Its supervisor was killed between its files and git's record of it.
    hangs = {"key": "view", "do": [{"say": "up"}, {"hang": True}]}
    place.play(CORE, hangs, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        left = world.run(run) / "worktrees" / "left"
        place.repository.git("worktree", "add", "--detach", str(left))
        shutil.rmtree(left)
        await place.told(room, Cancel(run))
        await place.over(room, run)
    assert place.is_tidy(run)


async def test_a_verification_that_writes_is_seen_and_clean_files_are_put_back(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    place.repository.write("notes.txt", "mine\n")
    script = "echo changed > src/docs.py; echo changed > notes.txt"
    async with world.room() as room:
        run = await place.start(room, verify=["sh", "-c", script])
        item = await place.over(room, run)
    assert item.raw_state == "landed but verification failed"
    result = place.result(run)
    assert result["error"]["category"] == "verification_mutated_worktree"
    assert sorted(result["verifyGuard"]["modified"]) == ["notes.txt", "src/docs.py"]
    assert place.text("src/docs.py") == "# docs\n" and place.text("notes.txt") == "changed\n"


async def test_a_reading_agent_verifies_when_no_command_is_given(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE, {"key": "verify", "result": "It holds together."})
    async with world.room() as room:
        run = await place.start(room, verify=None)
        assert (await place.over(room, run)).state is State.DONE
    assert place.result(run)["verification"]["text"] == "It holds together."


async def test_cancel_ends_every_agent_and_takes_the_worktrees_away(place: ReviewApply, world: RunsWorld) -> None:
    hangs = {"key": "view", "do": [{"say": "up"}, {"hang": True, "stubborn": True}]}
    place.play(CORE, hangs, FINE)
    place.repository.write("notes.txt", "mine\n")
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        receipt = await place.told(room, Cancel(run))
        assert receipt.outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    assert (item.raw_state, item.why) == ("interrupted", "you cancelled it")
    assert bearers(f"{MARKER}={run.item}") == []
    assert place.is_tidy(run) and place.status() == "?? notes.txt\n"
    assert [event["names"] for event in world.events(run, "worktrees_removed")] == [["view"]]


async def test_a_run_that_waits_at_its_gate_can_be_cancelled(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        await room.question(run)
        assert (await place.told(room, Cancel(run))).outcome is Outcome.ACCEPTED
        await place.over(room, run)
        assert not room.service.snapshot().questions
    assert place.is_tidy(run) and place.status() == ""


async def test_a_killed_supervisor_is_resumed_without_doing_a_finished_call_again(
    place: ReviewApply, world: RunsWorld
) -> None:
    gate = place.script.parent / "go"
    waits = {**VIEW, "do": [{"wait": str(gate)}, *VIEW["do"]]}
    place.play(CORE, waits, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        gate.touch()
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run).count("core") == 1 and place.keys(run, "agent_done").count("core") == 1
    assert place.keys(run).count("view") == 2 and place.keys(run, "agent_retry") == ["view"]
    assert len(world.events(run, "worktree_review_gate")) == 1
    assert [event["title"] for event in world.events(run, "phase")] == ["Implement", "Review", "Land", "Verify"]
    assert place.text("src/view.py") == "print('sum')\n" and place.is_tidy(run)


async def test_a_run_that_was_killed_while_it_waited_is_answered_and_lands_once(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        os.kill(world.supervisor(run), signal.SIGKILL)
        left = await room.question(run, lambda one: one.road.value == "resume")
        assert left.digest == question.digest
        await place.decide(room, left, "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert len(world.events(run, "question")) == 1 and len(world.events(run, "landing")) == 1
    assert place.keys(run).count("review-correctness-r1") == 1


async def test_an_agent_that_asks_waits_for_a_person_while_the_others_work(
    place: ReviewApply, world: RunsWorld
) -> None:
    asks = {
        "key": "view",
        "do": [{"ask": "Which colour?", "options": ["red", "blue"]}, *VIEW["do"]],
        "result": "{{answer}}",
    }
    place.play(CORE, asks, FINE)
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        assert (question.address, question.subject) == (run.child("view"), "task view")
        await place.decide(room, question, question.decisions[0], **{question.fields[0].id: "blue"})
        assert (await place.over(room, run)).state is State.DONE


async def test_questions_of_agents_are_answered_by_policy_only_where_that_was_wanted(
    place: ReviewApply, world: RunsWorld
) -> None:
    asks = {
        "key": "view",
        "do": [{"ask": "Which colour?", "options": ["red", "blue"]}, *VIEW["do"]],
        "result": "{{answer}}",
    }
    place.play(CORE, asks, FINE)
    async with world.room() as room:
        run = await place.start(room, auto_answer="first")
        assert (await place.over(room, run)).state is State.DONE
    assert [event["answer"] for event in world.events(run, "auto_answer")] == ["red"]
    assert world.events(run, "question") == []


async def test_no_call_begins_once_the_budget_is_used(place: ReviewApply, world: RunsWorld) -> None:
    place.play({**CORE, "tokens": 900}, {**VIEW, "tokens": 200}, FINE)
    async with world.room() as room:
        run = await place.start(room, budget_tokens=1000)
        await place.over(room, run)
    assert place.keys(run) == ["core", "view"]
    assert "1,100 tokens of its 1,000" in str(world.events(run, "agent_done")[-1]["result"])
    assert place.status() == ""


async def test_an_agent_that_takes_too_long_is_ended(place: ReviewApply, world: RunsWorld) -> None:
    place.play({"key": "core", "do": [{"hang": True}]}, writes("core-repair-1", "src/core.py", "1\n"), VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, deadline_s=1.0)
        assert (await place.over(room, run)).state is State.DONE
    assert bearers(f"{MARKER}={run.item}") == []


async def test_a_supervisor_that_is_told_to_stop_leaves_a_run_that_goes_on(
    place: ReviewApply, world: RunsWorld
) -> None:
    gate = place.script.parent / "go"
    place.play(CORE, {**VIEW, "do": [{"wait": str(gate)}, *VIEW["do"]]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda snapshot: "core" in place.keys(run, "agent_done"))
        os.kill(world.supervisor(run), signal.SIGTERM)
        await room.item(run, State.STALE)
        assert bearers(f"{MARKER}={run.item}") == []
        gate.touch()
        await room.service.submit(Resume(run))
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run).count("core") == 1 and place.is_tidy(run)


async def test_a_rerun_takes_over_what_went_well_and_does_what_failed(place: ReviewApply, world: RunsWorld) -> None:
    place.play(CORE, {"key": "view*", "do": [{"exit": 3}]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        place.play(CORE, VIEW, FINE)
        receipt = await room.service.submit(Rerun(run, {}, reuse=FINISHED))
        assert receipt.address is not None, receipt.reason
        assert (await place.over(room, receipt.address)).state is State.DONE
        again = receipt.address
    assert place.keys(again, "agent_skip") == ["core"]
    assert place.keys(again)[0] == "view" and place.text("src/core.py") == "SUM = 1 + 1\n"


async def test_a_killed_verification_counts_with_what_it_had_written_and_leaves_what_a_person_wrote(
    place: ReviewApply, world: RunsWorld
) -> None:
    place.play(CORE, VIEW, FINE)
    place.repository.write("src/own.py", "# own\n")
    place.repository.commit("own")
    started = place.script.parent / "started"
    told = place.script.parent / "told"
    os.mkfifo(told)
    words = f"echo changed > src/docs.py; test -e {started} && exit 0; touch {started}; echo > {told}; sleep 600"
    async with world.room() as room:
        run = await place.start(room, verify=["sh", "-c", words])
        await asyncio.to_thread(told.read_bytes)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        place.repository.write("src/own.py", "# mine meanwhile\n")
        await room.service.submit(Resume(run))
        item = await place.over(room, run)
    assert item.raw_state == "landed but verification failed"
    result = place.result(run)
    assert result["error"]["category"] == "verification_mutated_worktree"
    assert sorted(result["verifyGuard"]["modified"]) == ["src/docs.py", "src/own.py"]
    assert result["verifyRestore"]["restored"] == ["src/docs.py"]
    assert (place.text("src/docs.py"), place.text("src/own.py")) == ("# docs\n", "# mine meanwhile\n")
