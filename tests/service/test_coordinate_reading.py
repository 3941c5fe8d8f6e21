"""What a native coordination writes is read with no difference to the live view: rounds, states, both sides, kin."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from drivers.command import odw_tui
from drivers.coordinated import Coordinated, place, plan, plans
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel
from odw_core.model.coordination import differences
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.item import State

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
ASKED = "Which orders?"


async def detail_of(service: object, address: Address) -> RunDetail:
    async with service.detail(address) as feed:  # type: ignore[attr-defined]
        value = feed.value
    assert isinstance(value, RunDetail)
    return value


async def test_rounds_answers_and_states_of_a_real_run_are_read_as_they_happened(
    place: Coordinated, world: RunsWorld
) -> None:
    asks = plan("Hide the button.", questions=(ASKED,))
    place.play(plans("web", plan("Show it for open orders."), prompt="Only open ones."), plans("web", asks))
    async with world.room() as room:
        run = await place.start(room)
        question = await room.question(run)
        waiting = await detail_of(room.service, run)
        assert waiting.item.stage == "1 question, round 2"
        assert waiting.graph is not None and waiting.graph.lit == "pause"
        await place.decide(room, question, "answer", answer="Only open ones.")
        await place.over(room, run)
        await room.service.settle()
        live = await detail_of(room.service, run)
        (child,) = [one for one in room.service.snapshot().items.values() if one.address.engine == "converge"]
        projected = await detail_of(room.service, child.address)
    async with world.room() as again:
        await again.service.settle()
        assert replace(await detail_of(again.service, run), origins=()) == replace(live, origins=())

    assert live.item.stage == "converged, round 3" and live.item.why.startswith("all repos agree after round 3")
    assert [column.mark for column in live.columns] == [Mark.REJECTED, Mark.REJECTED, Mark.DONE]
    marks = {(cell.row, cell.column): cell.mark for cell in live.cells}
    assert marks[place.path("api"), "round-3"] is Mark.KEPT
    web = next(one for one in live.plans if one.repo == place.path("web"))
    last = differences(web.rounds)[-1]
    assert (last.added, last.removed) == (("Show it for open orders.",), ("Hide the button.",))
    assert last.answered == ((ASKED, "Only open ones."),)
    graph = live.graph
    assert graph is not None and (graph.lit, graph.is_over) == ("write", True)
    assert [(loop.round, loop.source) for loop in graph.loops] == [(1, "decide"), (2, "pause")]
    assert f"a person answered: {ASKED} Only open ones." in graph.loops[1].why
    assert len(live.calls) == len(place.events(run, "agent_call")) and all(call.stderr for call in live.calls)

    # Its folder for others is its child, asks nobody, and says the same of its plans.
    assert child.parent == run and child.state is State.DONE and not projected.questions
    told = {one.repo: (one.status, one.rounds[-1].changes, one.rounds[-1].questions) for one in projected.plans}
    assert told == {one.repo: (one.status, one.rounds[-1].changes, one.rounds[-1].questions) for one in live.plans}
    assert {one.repo: one.declared for one in projected.contracts} == {one.repo: one.declared for one in live.contracts}


async def test_show_tells_both_sides_of_a_mismatch_and_a_report_draws_the_states(
    place: Coordinated, world: RunsWorld
) -> None:
    place.write("web", "src/app.ts", 'export const order = () => fetch("/api/refunds/42");\n')
    async with world.room() as room:
        run = await place.start(room, max_rounds=1)
        await room.question(run)
        mismatch = (await detail_of(room.service, run)).mismatches[0]
        assert mismatch.kind == "undefined_path"
        assert [(side.path, side.line) for side in mismatch.consumed] == [("src/app.ts", 1)]
        assert "fetch" in mismatch.consumed[0].text
        shown = odw_tui("show", str(run), "--json", "--root", str(world.workspace))
        told = json.loads(shown.out)
        (found,) = told["mismatches"]
        assert found["consumed"][0]["path"] == "src/app.ts" and found["consumed"][0]["line"] == 1
        assert told["graph"]["lit"] == "pause"
        report = world.workspace.parent / "walk.md"
        written = odw_tui("show", str(run), "--report", str(report), "--root", str(world.workspace))
        assert written.code == 0, written.err
        words = report.read_text()
        assert "## Contract mismatches" in words and "stateDiagram-v2" in words and "## Rounds and loops" in words
        await place.told(room, Cancel(run))
        await place.over(room, run)
