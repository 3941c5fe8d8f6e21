"""The run screen as a whole: blockers, questions, sessions, and what happens while one looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.run_driver import opened
from odw_core.model.detail import ColumnKind
from odw_core.model.item import State
from odw_tui.screens.card import CardScreen

LANDED = samples.run_detail()
ASKED = samples.question(LANDED.item.address)
WAITING = replace(
    LANDED, item=replace(LANDED.item, state=State.WAITING, why="task core asks how long"), questions=(ASKED,)
)


async def test_blockers_stand_by_round_and_enter_goes_to_the_cell_that_dealt_with_one() -> None:
    async with opened(LANDED) as run:
        await run.press("3")
        assert run.row("round 2").strip() == "round 2   rejected   1 blocker"
        assert run.row("render.js").endswith("correctness → markdown, core   fixed in round 3")
        assert run.shows("no test for an empty packet")
        await run.press("G")
        assert run.shows("src/queue.js:40   the queue loses closed items")
        await run.press("enter")
        assert (run.tab, run.cursor) == ("timeline", ("core", "round-2"))


async def test_a_run_that_takes_no_words_is_not_offered_any_and_says_so() -> None:
    deaf = replace(LANDED.item, state=State.RUNNING, driver="odw-tui", is_deaf=True)
    async with opened(replace(LANDED, item=deaf), size=(80, 24)) as run:
        await run.press("3")
        assert "m say" not in run.footer and run.footer.endswith("I interrupt   esc back   ? help")
        await run.press("m")
        assert run.footer.strip().startswith("This run takes no words while it works")
        await run.tell(replace(LANDED, item=replace(deaf, is_deaf=False)))
        await run.press("1", "3")
        assert "m say" in run.footer


async def test_new_blockers_leave_the_cursor_on_its_own() -> None:
    async with opened(LANDED) as run:
        await run.press("3", "G")
        more = replace(LANDED.blockers[0], text="something new", round=3, fate="open")
        await run.tell(replace(LANDED, blockers=(*LANDED.blockers, more)))
        assert run.shows("something new")
        assert run.row("▌✗").startswith("▌✗ src/queue.js:40")


async def test_a_run_that_nobody_reviews_has_no_blockers_and_says_so() -> None:
    phases = tuple(replace(column, kind=ColumnKind.PHASE) for column in LANDED.columns)
    async with opened(replace(LANDED, columns=phases, gates=(), blockers=())) as run:
        assert "blockers" not in run.row("1 timeline")
        await run.press("3")
        assert "Nobody reviews this run" in run.footer


async def test_a_reviewed_run_without_findings_says_so() -> None:
    async with opened(replace(LANDED, gates=(), blockers=())) as run:
        await run.press("3")
        assert run.shows("No blockers.") and run.shows("No reviewer has looked at it yet.")


async def test_a_question_is_a_card_with_options_and_who_can_answer() -> None:
    async with opened(WAITING) as run:
        assert run.shows("◆ Which queue keeps closed items?")
        assert run.shows("1  7 days    what the old queue did")
        assert run.shows("who    pandacode answer in the workspace")
        assert run.shows("here   not from here: the run was started outside this room")
        assert run.shows("8 questions 1")


async def test_where_space_is_short_the_card_is_too_and_a_key_shows_it_in_full() -> None:
    async with opened(WAITING, size=(80, 24)) as run:
        assert run.shows("1 7 days   2 30 days") and run.shows("8 shows it in full")
        assert not run.shows("who    pandacode")
        await run.press("8")
        assert run.shows("who    pandacode answer in the workspace")
        await run.press("enter")
        assert isinstance(run.pilot.app.screen, CardScreen)


async def test_an_answered_question_takes_its_tab_away() -> None:
    async with opened(WAITING) as run:
        await run.press("8")
        await run.tell(replace(LANDED, questions=()))
        assert run.tab == "timeline"
        assert not run.shows("Which queue keeps")


async def test_a_run_that_is_still_being_read_has_its_head_already() -> None:
    async with opened(LANDED.item) as run:
        assert run.shows("add owner handoff packet") and run.shows("why    both reviewers approved")
        assert run.shows("Reading its files.")
        await run.tell(LANDED)
        assert run.cursor == ("core", "round-3")


async def test_a_run_that_is_pruned_while_open_stays_readable() -> None:
    async with opened(LANDED) as run:
        await run.prune()
        assert run.shows("gone   its files were removed while you looked")
        assert run.shows("round 3  11m 40s")
        await run.press("h")
        assert run.cursor == ("core", "round-2")


async def test_a_run_that_is_gone_before_it_was_read_says_so_and_the_way_back() -> None:
    async with opened(LANDED.item) as run:
        await run.prune()
        assert run.shows("cannot be shown.")
        assert run.shows("Its files were removed before they were read.")
        assert run.shows("esc  back to the room")
        await run.press("escape")
        assert not run.is_open


async def test_the_state_changes_under_the_eye() -> None:
    running = replace(LANDED, item=replace(LANDED.item, state=State.RUNNING, ended_at=None, why="round 3 repairs core"))
    async with opened(running) as run:
        assert "▸ running" in run.rows[0]
        await run.tell(LANDED)
        assert "✓ done" in run.rows[0]
        assert run.shows("why    both reviewers approved")


async def test_tabs_can_be_clicked() -> None:
    async with opened(LANDED) as run:
        row = run.row("timeline")
        await run.pilot.click("#tabs", offset=(row.index("journal"), 1))
        await run.idle()
        assert run.tab == "journal"


async def test_help_lists_the_keys_of_what_is_shown() -> None:
    async with opened(LANDED, size=(120, 60)) as run:
        await run.press("?")
        assert run.shows("Show what was done by whom in which round")
        await run.press("escape", "7", "?")
        assert run.shows("To the next line that sounds like an error")


async def test_a_session_shows_its_question_first_and_then_its_output() -> None:
    item = samples.session_item("core-1", state=State.WAITING, why="codex asks about the queue")
    session = samples.session_detail(item, questions=(samples.question(item.address),), streams=("stderr", "stdout"))
    logs = {(item.address, "stdout"): ["last words"], (item.address, "stderr"): ["noise"]}
    async with opened(session, logs=logs) as run:
        assert run.tab == "questions"
        assert run.shows("why    codex asks about the queue")
        assert run.shows("Which queue keeps closed items?")
        await run.press("5")
        assert run.shows("noise")
        await run.press("tab")
        assert run.shows("last words")
        await run.press("1")
        assert "left no transcript" in run.footer


async def test_a_session_without_a_question_opens_at_its_output() -> None:
    session = samples.session_detail(streams=("stdout",))
    async with opened(session, logs={(session.item.address, "stdout"): ["last words"]}) as run:
        assert run.tab == "output"
        assert run.shows("last words")
        await run.press("escape")
        assert not run.is_open


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("tab", ["1", "3", "5", "7", "8"])
async def test_every_tab_keeps_its_head_at_every_size(size: tuple[int, int], tab: str) -> None:
    async with opened(WAITING, size=size) as run:
        await run.press(tab)
        assert len(run.rows) == size[1]
        assert "◆ waiting" in run.rows[0]
        assert run.shows("why    task core asks how long")
        assert run.footer.strip()


async def test_the_footer_says_how_to_decide_as_soon_as_the_questions_are_shown() -> None:
    asked = samples.question(LANDED.item.address, "channel", asked_at=samples.NOW)
    async with opened(replace(LANDED, questions=(asked,)), size=(80, 24)) as run:
        await run.press("8")
        assert run.tab == "questions" and run.footer.startswith(" enter open")


async def test_how_long_ago_it_was_asked_follows_the_clock() -> None:
    asked = samples.question(LANDED.item.address, "channel", asked_at=samples.NOW)
    async with opened(replace(LANDED, questions=(asked,))) as run:
        assert run.shows("asked 0s ago")
        run.clock.time += 130
        run.screen.grow_older()
        await run.idle()
        assert run.shows("asked 2m ago")
        await run.press("8")
        run.clock.time += 60
        run.screen.grow_older()
        await run.idle()
        assert run.shows("asked 3m ago")
