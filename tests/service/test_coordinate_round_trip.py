"""What a coordination of ours writes for others says, read back, all that its live view said, field by field."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from drivers.coordinated import Coordinated, fails, place, plan, plans
from drivers.runs_world import Room, RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.detail import RunDetail
from odw_core.model.item import State
from odw_core.model.question import Question

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def detail_of(room: Room, address: Address) -> RunDetail:
    async with room.service.detail(address) as feed:
        value = feed.value
    assert isinstance(value, RunDetail)
    return value


async def both(room: Room, run: Address) -> tuple[RunDetail, RunDetail]:
    """The run as the room shows it at its end, and the folder that it wrote as the reader of Converge shows it."""
    await room.service.settle()
    (child,) = [one for one in room.service.snapshot().items.values() if one.address.engine == "converge"]
    assert child.parent == run
    return await detail_of(room, run), await detail_of(room, child.address)


def told(detail: RunDetail) -> dict[str, Any]:
    """Every field that both views have. Who splits the work is a row of the native view alone."""
    rows = {row.key for row in detail.rows if row.kind == "task"}
    graph = detail.graph
    assert graph is not None
    return {
        "goal": detail.item.title,
        "state": detail.item.state,
        "tasks": detail.item.tasks,
        "max_rounds": detail.max_rounds,
        "duties": detail.duties,
        "plans": [(one.repo, one.markdown, one.model, one.evidence, one.badge) for one in detail.plans],
        "plans by round": {
            one.repo: [
                (at.number, at.status, at.badge, at.summary, at.changes, at.questions, at.answers) for at in one.rounds
            ]
            for one in detail.plans
        },
        "contracts": [(one.repo, one.declared, one.consumed, one.artifacts) for one in detail.contracts],
        "mismatches": detail.mismatches,
        "rounds": [(one.key, one.title, one.mark, one.note, one.why) for one in detail.columns],
        "cells": sorted((one.row, one.column, one.mark, one.note) for one in detail.cells if one.row in rows),
        "graph": (graph.lit, graph.is_over, graph.edges, graph.loops, [(one.key, one.times) for one in graph.nodes]),
        "blockers": sorted((one.round, one.reviewer, one.text, one.fate) for one in detail.blockers),
        "questions": [one.title for one in detail.questions],
    }


async def answered(place: Coordinated, room: Room, run: Address, kind: str, verdict: str, **values: str) -> Question:
    question = await room.question(run, lambda one: one.kind == kind)
    await place.decide(room, question, verdict, **values)
    return question


async def test_rounds_questions_answers_and_both_sides_are_read_as_they_were_shown(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("api", "cmd/main.go", "package main\n")
    place.write("web", "src/app.ts", 'export const order = () => fetch("/api/refunds/42");\n')
    asks = plan("Hide the button.", questions=("Which orders?",))
    place.play(plans("web", plan("Show it for open orders."), prompt="Only open ones."), plans("web", asks))
    async with world.room() as room:
        run = await place.start(room)
        await answered(place, room, run, "coordination", "accept")
        await answered(place, room, run, "question", "answer", answer="Only open ones.")
        assert (await place.over(room, run)).state is State.DONE
        live, read = await both(room, run)
    known, found = told(live), told(read)
    for name in known:
        assert known[name] == found[name], name
    assert [len(one.rounds) for one in read.plans] == [3, 3]
    assert read.plans[1].rounds[2].answers == (("Which orders?", "Only open ones."),)
    assert [(side.path, side.line) for side in read.mismatches[0].consumed] == [("src/app.ts", 1)]
    assert {one.fate for one in live.blockers} == {"accepted as it is", "fixed in round 3"}
    assert abs((live.item.ended_at or 0) - (read.item.ended_at or 0)) < 30, (
        "when it was written, not when it last looked"
    )


async def test_a_plan_that_a_person_edited_is_the_plan_for_both(place: Coordinated, world: RunsWorld) -> None:
    words = "# web\n\nIt is mine.\n\n## Proposed changes\n\n- Do this.\n- Do that."
    async with world.room() as room:
        run = await place.start(room, approval="ask")
        await answered(place, room, run, "plans", "approve", plan__web=words)
        assert (await place.over(room, run)).state is State.DONE
        live, read = await both(room, run)
    known, found = told(live), told(read)
    for name in known:
        assert known[name] == found[name], name
    web = live.plans[1]
    assert (web.badge, web.rounds[-1].summary) == ("edited by a person", "It is mine.")
    assert web.rounds[-1].changes == ("Do this.", "Do that.")


async def test_fallbacks_missing_repos_and_a_stop_are_read_as_they_were_shown(
    place: Coordinated, world: RunsWorld
) -> None:
    place.play(fails("web", "You've hit your usage limit."))
    async with world.room() as room:
        run = await place.start(room, repos=["api", "web", "gone"], split="heuristic")
        await answered(place, room, run, "coordination", "stop")
        live_state = (await place.over(room, run)).state
        live, read = await both(room, run)
    assert live_state is State.BLOCKED
    known, found = told(live), told(read)
    for name in known:
        assert known[name] == found[name], name
    assert [one.status for one in read.plans] == ["OK", "HITL_REQUIRED", "HITL_REQUIRED"], "in upstream's own words"


async def test_accepted_fallbacks_stand_in_nobodys_way_for_both(place: Coordinated, world: RunsWorld) -> None:
    place.play(fails("web", "You've hit your usage limit."))
    async with world.room() as room:
        run = await place.start(room, max_rounds=1)
        await answered(place, room, run, "coordination", "accept")
        assert (await place.over(room, run)).state is State.DONE
        live, read = await both(room, run)
    known, found = told(live), told(read)
    for name in known:
        assert known[name] == found[name], name
    assert {one.fate for one in read.blockers} == {one.fate for one in live.blockers} == {"accepted as it is"}
    assert not read.findings
