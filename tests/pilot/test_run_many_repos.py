"""Runs over several repos and batches on the screen: contracts, states, rounds of a plan, scenarios; every key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers import batch_panes, coordination_story, samples
from drivers.batch_panes import LOG
from drivers.odw_recording import BEGAN_MS, Story
from drivers.run_driver import opened
from odw_core.engines.odw.timeline import run_detail
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.detail import RunDetail
from odw_core.model.evidence import Facts

SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


def shown(told: Story) -> RunDetail:
    return run_detail(told.acc, Facts(BEGAN_MS / 1000 + 60, True))


async def test_a_mismatch_is_seen_from_both_sides() -> None:
    async with opened(shown(coordination_story.asking()), size=(120, 40)) as run:
        await run.press("C")
        assert run.tab == "contracts" and run.row("1 mismatch")
        sides = run.row("openapi.yaml:12")
        assert "api  openapi.yaml:12" in sides and "│  web  src/refunds.ts:31" in sides
        assert "/api/refund/{refundId}:" in run.row("fetch(")
        await run.press("enter")
        assert "ctrl+e opens the place in your editor" in run.footer
        await run.press("G")
        assert run.row("needs  http:path:/api/refunds/{id}").rstrip().endswith("src/refunds.ts:31")


async def test_a_narrow_screen_shows_one_side_above_the_other() -> None:
    async with opened(shown(coordination_story.asking()), size=(80, 30)) as run:
        await run.press("C")
        rows = [row.strip() for row in run.rows]
        assert rows.index("declared") < rows.index("api  openapi.yaml:12") < rows.index("consumed")


async def test_what_nobody_declares_says_so_and_what_comes_near() -> None:
    detail = shown(coordination_story.asking())
    lonely = replace(detail, mismatches=tuple(replace(one, declared=()) for one in detail.mismatches))
    near = replace(lonely.contracts[0], declared=("http:path:/api/refunds",))
    async with opened(replace(lonely, contracts=(near, *lonely.contracts[1:])), size=(120, 40)) as run:
        await run.press("C")
        assert run.shows("nobody declares it") and run.row("near   http:path:/api/refunds   api declares it")


async def test_the_state_it_is_in_is_marked_and_the_loop_says_why_on_its_way() -> None:
    async with opened(shown(coordination_story.planning_again()), size=(120, 40)) as run:
        await run.press("S")
        assert run.tab == "states"
        line = run.row("✓ collect")
        assert "▸ plan" in line and "· write" in line
        assert "└─ round 1 of 3 did not agree: web consumes what" in run.text
        assert run.row("round 1  decide → propose").endswith("web consumes what api does not declare")
        await run.press("enter")
        assert "All of it is here already" in run.footer


async def test_a_narrow_screen_draws_the_states_below_each_other() -> None:
    async with opened(shown(coordination_story.agreed()), size=(80, 24)) as run:
        await run.press("S")
        assert run.row("✓ propose").rstrip().endswith("◀╮") and run.row("✓ pause").rstrip().endswith("─╯")
        assert run.row("ended  write")


async def test_round_to_round_shows_what_came_and_went_and_what_was_answered() -> None:
    async with opened(shown(coordination_story.agreed()), size=(120, 40)) as run:
        await run.press("2", "j", "j", "j")
        for words in ("round 1 → 2", "? Which currency do refunds use?", "› EUR alone", "+ show amounts in EUR"):
            assert run.shows(words)
        assert run.shows("- cache refunds for a day") and run.shows("HITL_REQUIRED → OK")


async def test_a_call_of_an_agent_is_told_under_its_cell() -> None:
    async with opened(shown(coordination_story.fallen_back()), size=(120, 40)) as run:
        await run.press("j")
        assert run.shows("call   gpt-5-codex · read-only · with a schema · began ")
        assert run.shows(" · took 14s · exit 1") and run.shows("       codex app-server")


async def test_a_line_of_a_campaign_opens_the_run_it_stands_for() -> None:
    detail = shown(coordination_story.half_landed())
    child = samples.item("child", title="refunds in api", parent=detail.item.address)
    child = replace(child, address=Address("odw", coordination_story.CHILD_API))
    known = samples.snapshot((detail.item, child))
    async with opened(detail, size=(120, 40), room=known) as run:
        assert run.row("api ").count("done") == 4
        await run.press("enter")
        assert "which is not watched here; p in the room adds it" in run.footer
        await run.press("k", "enter")
        assert run.shows("refunds in api") and not run.is_open


async def test_a_batch_says_how_far_it_is_when_it_ends_and_what_broke() -> None:
    async with opened(batch_panes.running(), size=(120, 40)) as run:
        run.clock.time = batch_panes.NOW
        await run.a_second_later(0)
        assert run.tab == "batch" and run.shows("3 of 6 done") and run.shows("left, over at")
        assert run.row("✗ EMPTY_MODEL").count("scenario 2") == 1
        assert run.row("MCP_SCHEMA   cascade of EMPTY") and run.row("output missing   1")
        assert run.shows("and 2 more to come")


async def test_a_root_cause_leads_to_the_line_that_shows_it() -> None:
    logs = {(LOG, "file"): [f"line {number}" for number in range(1, 12)]}
    async with opened(batch_panes.running(), logs=logs, size=(120, 40)) as run:
        await run.press("B")
        assert run.shows("fix    ") and run.shows("logs/run-20260220-101500.log:")
        await run.press("enter")
        assert not run.is_open and run.shows("line 4")


async def test_a_scenario_opens_its_tool_calls_records_and_diagnoses_in_one_text() -> None:
    told = (
        "10:15:00  start 2  the second\n10:15:01  tool 2  shell failed: denied   PERMISSION\n10:15:02  end   2  FAILED"
    )
    async with opened(batch_panes.running(), size=(120, 40)) as run:
        run.service.logs[LOG.child("2", "1"), "records"] = TextLines(told, "records")
        await run.press("B", "j", "j", "j")
        assert run.shows("diagnoses") and run.shows("enter tool calls, records, diagnoses   5 answer   p prompt")
        await run.press("enter")
        assert run.tab == "output" and run.shows("shell failed: denied   PERMISSION")


async def test_a_batch_opens_on_its_pane_and_comes_back_to_it_and_no_key_is_needed() -> None:
    async with opened(batch_panes.running(), size=(120, 40)) as run:
        assert run.tab == "batch"
        await run.press("1")
        assert run.tab == "timeline"
        await run.press("escape")
        assert run.tab == "batch" and run.is_open
        await run.press("escape")
        assert not run.is_open
    async with opened(shown(coordination_story.asking()), size=(120, 40)) as run:
        assert run.tab == "timeline"


async def test_a_run_that_says_only_now_that_it_is_a_batch_takes_nothing_away_that_is_read() -> None:
    batch = batch_panes.running()
    before = replace(batch, batch=None)
    async with opened(before, size=(120, 40)) as run:
        assert run.tab == "timeline"
        await run.tell(batch)
        assert run.tab == "batch"
    async with opened(before, size=(120, 40)) as run:
        await run.press("7")
        await run.tell(batch)
        assert run.tab == "journal"


@pytest.mark.parametrize(("key", "stream", "said"), [("5", "output", "I could not."), ("p", "prompt", "do it well")])
async def test_answer_and_prompt_of_a_scenario_are_a_key_away(key: str, stream: str, said: str) -> None:
    async with opened(batch_panes.running(), size=(120, 40)) as run:
        run.service.logs[LOG.child("2", "1"), stream] = TextLines(said, stream)
        await run.press("j", "j", "j", key)
        assert run.tab == "output" and run.shows(said)
        await run.press("escape")
        assert run.tab == "batch"


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_fits_every_size(size: tuple[int, int], tmp_path: Path) -> None:
    for detail, keys in (
        (shown(coordination_story.asking()), ("C", "S", "2")),
        (shown(coordination_story.agreed()), ("C", "S", "2")),
        (batch_panes.running(), ("B", "j", "G")),
    ):
        async with opened(detail, size=size) as run:
            for key in keys:
                await run.press(key, "ctrl+d", "ctrl+u", "G", "g", "J", "K")
                assert all(len(row) <= size[0] for row in run.rows)
