"""An agent that waits for a person keeps nobody from working: neither the others of its run nor those of other runs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.review_apply import CORE, FINE, VIEW, Json, ReviewApply, place, writes
from drivers.runs_world import RunsWorld, world
from odw_core.agents.seat import Seat
from odw_core.model.command import Resume
from odw_core.model.item import State
from odw_core.runs.slots import LIMIT_VARIABLE, Slots

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

PATIENCE_S = 30.0
ASK = {"ask": "Which colour?", "options": ["red", "blue"]}
ASKS: Json = {"key": "core", "do": [ASK, *CORE["do"]], "result": "{{answer}}"}


@pytest.fixture
def one_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1")


@pytest.mark.usefixtures("one_slot")
async def test_other_runs_work_while_an_agent_waits_for_a_person(place: ReviewApply, world: RunsWorld) -> None:
    place.play(ASKS, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, gate="ask")
        question = await room.question(run)
        place.play(writes("docs", "src/docs.py", "9\n"), FINE)
        tasks = [{"id": "docs", "files": ["src/docs.py"], "prompt": "Write."}]
        other = await place.start(room, tasks=tasks)
        assert (await place.over(room, other)).state is State.DONE
        assert place.keys(run, "agent_done") == ["view"]
        await place.decide(room, question, question.decisions[0], **{question.fields[0].id: "blue"})
        await place.decide(room, await room.question(run, lambda one: one.kind == "gate"), "stop")
        await place.over(room, run)
    assert {"core", "view"} <= {*place.keys(run, "agent_done")}


async def test_the_others_of_its_run_take_its_place_meanwhile(place: ReviewApply, world: RunsWorld) -> None:
    place.play(ASKS, VIEW, FINE)
    async with world.room() as room:
        run = await place.start(room, concurrency=1)
        question = await room.question(run)
        await room.until(lambda snapshot: "view" in place.keys(run, "agent_done"))
        await place.decide(room, question, question.decisions[0], **{question.fields[0].id: "blue"})
        assert (await place.over(room, run)).state is State.DONE


@pytest.mark.usefixtures("one_slot")
async def test_an_answered_agent_says_that_it_is_queued_and_goes_on_once_there_is_a_slot(
    place: ReviewApply, world: RunsWorld
) -> None:
    go = place.script.parent / "go"
    place.play(ASKS, {**VIEW, "do": [{"wait": str(go)}, *VIEW["do"]]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        # The other one has the slot now, and keeps it until it may go.
        await room.until(lambda snapshot: "view" in place.keys(run))
        await place.decide(room, question, question.decisions[0], **{question.fields[0].id: "blue"})
        await room.until(lambda snapshot: place.keys(run, "queued")[-1:] == ["core"])
        assert place.text("src/core.py") == "# core\n" and "core" not in place.keys(run, "agent_done")
        go.touch()
        assert (await place.over(room, run)).state is State.DONE
    assert place.keys(run, "seated") == ["core"]
    assert place.text("src/core.py") == "SUM = 1 + 1\n"


@pytest.mark.usefixtures("one_slot")
async def test_an_answer_that_waits_for_a_slot_is_not_lost_with_the_supervisor(
    place: ReviewApply, world: RunsWorld
) -> None:
    go = place.script.parent / "go"
    place.play(ASKS, {**VIEW, "do": [{"wait": str(go)}, *VIEW["do"]]}, FINE)
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        await room.until(lambda snapshot: "view" in place.keys(run))
        await place.decide(room, question, question.decisions[0], **{question.fields[0].id: "blue"})
        await room.until(lambda snapshot: place.keys(run, "queued")[-1:] == ["core"])
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        go.touch()
        await room.service.submit(Resume(run))
        assert (await place.over(room, run)).state is State.DONE
    assert len(world.events(run, "question")) == 1
    assert "blue" in str([event for event in world.events(run, "agent_done") if event["key"] == "core"])


async def test_many_who_leave_and_come_back_never_wait_for_each_other_for_ever(tmp_path: Path) -> None:
    places, slots, at_once = asyncio.Semaphore(3), Slots("home", 2, tmp_path), 0

    async def work(number: int) -> None:
        nonlocal at_once
        async with Seat(places, slots, lambda: None) as seat:
            for _ in range(3):
                at_once += 1
                assert at_once <= 2
                await asyncio.to_thread(lambda: None)
                at_once -= 1
                await seat.leave()
                await asyncio.to_thread(lambda: None)
                await seat.retake()
            assert seat.is_held

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(work(number) for number in range(12)))


async def test_a_turn_that_goes_on_unasked_has_a_seat_again_as_soon_as_there_is_one(tmp_path: Path) -> None:
    places, slots, back = asyncio.Semaphore(1), Slots("home", 1, tmp_path), asyncio.Event()
    async with Seat(places, slots, lambda: None, back.set) as seat:
        await seat.leave()
        async with Seat(places, slots, lambda: None):
            seat.retake_later()
            await asyncio.to_thread(lambda: None)
            assert not seat.is_held
        async with asyncio.timeout(PATIENCE_S):
            await back.wait()
        assert seat.is_held
    assert not places.locked()
