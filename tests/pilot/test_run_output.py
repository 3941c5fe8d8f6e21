"""Output and journal: one key from a cell to its text, with the cause on top; missing text says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import plan_samples, samples
from drivers.run_driver import opened
from odw_core.model.address import Address
from odw_core.model.detail import Cell, Mark
from odw_core.model.item import State

LANDED = samples.run_detail()
CORE = next(cell for cell in LANDED.cells if (cell.row, cell.column) == ("core", "round-3")).attempts[0].address
RUN = LANDED.item.address


def broken(*, tries: int = 1, error: str = "exit 1: the disk is full\nsecond\nthird\nfourth") -> object:
    attempts = tuple(
        samples.attempt(
            Address("odw", RUN.item, ("core",)),
            number,
            Mark.FAILED,
            error=error,
            streams=("stdout", "stderr", "prompt"),
        )
        for number in range(1, tries + 1)
    )
    cells = (
        *(cell for cell in LANDED.cells if cell.column != "round-3"),
        Cell("core", "round-3", Mark.FAILED, "", attempts),
    )
    return replace(LANDED, cells=cells)


FAILED = broken()
TASK = Address("odw", RUN.item, ("core",))
STDERR = [f"line {number}" for number in range(1, 100)]


async def test_enter_opens_the_whole_output_of_a_cell() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): [f"line {number}" for number in range(1, 301)]}) as run:
        await run.press("enter")
        assert run.tab == "output"
        assert run.shows("core, round 3")
        assert "300 lines" in run.row("stream stdout")
        assert run.shows("300  line 300")
        await run.press("g")
        assert run.shows("1  line 1")


async def test_the_cause_stands_on_top_and_the_text_opens_at_it() -> None:
    text = [*STDERR, "ERROR exit 1: the disk is full", *STDERR]
    async with opened(FAILED, logs={(TASK.child("1"), "stderr"): text}) as run:
        await run.press("enter")
        assert run.row("cause").strip() == "cause  exit 1: the disk is full"
        assert run.shows("2 more lines   + unfolds")
        assert run.shows("▌100  ERROR exit 1: the disk is full")
        await run.press("+")
        assert run.shows("fourth")
        await run.press("+")
        assert not run.shows("fourth")


BACKTRACE = ["Stack backtrace:", "  0: <unknown>", "  1: <unknown>", "  2: <unknown>"]


async def test_harmless_lines_are_folded_and_a_key_shows_them() -> None:
    text = ["start", *BACKTRACE, "ERROR exit 1: the disk is full", "end"]
    async with opened(FAILED, logs={(TASK.child("1"), "stderr"): text}) as run:
        await run.press("enter")
        assert run.row("4 harmless lines folded   + unfolds").split()[0] == "4"
        assert run.shows("▌  6  ERROR exit 1: the disk is full")
        assert "7 lines" in run.row("stream")
        await run.press("+")
        assert run.shows("  4    1: <unknown>")
        await run.press("+")
        assert not run.shows("<unknown>")


async def test_a_longer_text_is_folded_too_and_a_very_long_one_when_asked() -> None:
    text = [*["fine"] * 4_998, *BACKTRACE, "ERROR exit 1: the disk is full"]
    for rounds, keys in ((1, ()), (12, ("+", "+"))):
        async with opened(FAILED, logs={(TASK.child("1"), "stderr"): text * rounds}) as run:
            await run.press("enter")
            await run.press(*keys, "G")
            assert run.shows("4 harmless lines folded") and not run.shows("<unknown>")


async def test_what_is_searched_for_is_found_in_folded_lines_too() -> None:
    text = ["start", *BACKTRACE, "ERROR exit 1: the disk is full", "end"]
    async with opened(FAILED, logs={(TASK.child("1"), "stderr"): text}) as run:
        await run.press("enter", "/")
        await run.type("unknown")
        await run.press("enter")
        assert run.shows("▌  3    0: <unknown>") and not run.shows("folded")


async def test_the_card_names_cause_line_and_fix_and_the_text_opens_there() -> None:
    logs = {(plan_samples.ADDRESS, "stdout"): [*["fine"] * 298, plan_samples.PROOF.text, "after"]}
    async with opened(plan_samples.planning_detail(), logs=logs) as run:
        await run.press("5")
        assert run.row("cause").strip() == "cause  planning failed because the sessions folder is not writable"
        assert "line 299  2026-02-12T03:04:13Z ERROR" in run.row("rollout writer failed for")
        assert run.row("fix").strip().startswith("fix    give yourself ~/.codex/sessions")
        assert run.shows("▌299  2026-02-12T03:04:13Z ERROR codex_core::rollout")


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_the_card_says_how_often_the_same_cause_came_today(size: tuple[int, int]) -> None:
    logs = {(plan_samples.ADDRESS, "stdout"): ["fine"]}
    detail = plan_samples.planning_detail()
    own = replace(detail.item, state=State.FAILED, changed_at=samples.NOW, cause=plan_samples.CAUSE.sentence)
    others = [
        samples.item(name, State.FAILED, cause=plan_samples.CAUSE.sentence, changed_at=samples.NOW) for name in "abc"
    ]
    room = samples.snapshot([own, *others])
    async with opened(replace(detail, item=own), logs=logs, size=size, room=room) as run:
        await run.press("5")
        assert run.shows("same cause 4 times today")
        assert run.shows("fix    give yourself") and run.shows("it again"), "and the fix is told whole"


async def test_a_text_that_does_not_hold_the_cause_opens_at_its_end() -> None:
    async with opened(FAILED, logs={(TASK.child("1"), "stderr"): STDERR}) as run:
        await run.press("enter")
        assert run.shows("99  line 99")
        assert "enter" not in run.footer and "No line" not in run.footer


async def test_streams_go_round() -> None:
    logs = {(CORE, "stdout"): ["said"], (CORE, "prompt"): ["asked"], (CORE, "diff"): ["+ added"]}
    async with opened(LANDED, logs=logs) as run:
        await run.press("enter")
        for key, words in (("tab", "asked"), ("tab", "+ added"), ("tab", "said"), ("shift+tab", "+ added")):
            await run.press(key)
            assert run.shows(words)


async def test_prompt_and_diff_are_one_key_from_the_cell() -> None:
    logs = {(CORE, "stdout"): ["said"], (CORE, "prompt"): ["asked"], (CORE, "diff"): ["+ added"]}
    async with opened(LANDED, logs=logs) as run:
        await run.press("p")
        assert run.shows("  1  asked")
        await run.press("d")
        assert run.tab == "diff" and run.shows("core, round 3") and run.shows("+ added")
        await run.press("escape", "j", "d")
        assert "There is no diff of this." in run.footer


async def test_what_is_not_there_falls_back_to_what_is() -> None:
    async with opened(FAILED, logs={(TASK.child("1"), "stdout"): ["all there is"]}) as run:
        await run.press("enter")
        assert run.shows("all there is")


async def test_an_empty_text_is_passed_over_for_one_that_says_something() -> None:
    logs = {(TASK.child("1"), "stderr"): [], (TASK.child("1"), "stdout"): ["all there is"]}
    async with opened(FAILED, logs=logs) as run:
        await run.press("enter")
        assert run.shows("all there is")
        await run.press("tab")
        assert run.shows("Nothing was written to it.")


async def test_a_stream_that_was_wished_for_and_is_missing_says_why_and_the_next_key() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["said"]}) as run:
        await run.press("enter", "tab")
        assert run.shows("No prompt here.")
        assert run.shows("has no prompt.")
        assert run.shows("tab  the next stream")
        await run.press("tab", "tab")
        assert run.shows("said")


async def test_what_was_missing_appears_when_the_attempt_is_over() -> None:
    running = samples.attempt(TASK, 1, Mark.RUNNING, streams=("stdout",))
    item = replace(LANDED.item, state=State.RUNNING, ended_at=None)
    before = replace(LANDED, item=item, cells=(Cell("core", "round-3", Mark.RUNNING, "", (running,)),))
    async with opened(before) as run:
        await run.press("enter")
        assert run.shows("No stdout here.")
        run.service.add_log(TASK.child("1"), "stdout", ["there it is"])
        done = replace(running, mark=Mark.DONE, ended_at=samples.NOW)
        await run.tell(replace(before, cells=(Cell("core", "round-3", Mark.DONE, "", (done,)),)))
        assert run.shows("there it is")


async def test_a_growing_text_is_followed() -> None:
    running = samples.attempt(TASK, 1, Mark.RUNNING, streams=("stderr",))
    item = replace(LANDED.item, state=State.RUNNING, ended_at=None)
    detail = replace(LANDED, item=item, cells=(Cell("core", "round-3", Mark.RUNNING, "", (running,)),))
    async with opened(detail, logs={(TASK.child("1"), "stderr"): STDERR}) as run:
        await run.press("enter")
        assert "99 lines, follows the end" in run.row("stream")
        run.service.logs[TASK.child("1"), "stderr"].text.append("the newest")
        await run.tell(replace(detail, checkpoints=("more",)))
        assert run.shows("100  the newest")


async def test_other_attempts_are_one_key_away() -> None:
    logs = {(TASK.child("1"), "stderr"): ["first try"], (TASK.child("2"), "stderr"): ["second try"]}
    async with opened(broken(tries=2), logs=logs) as run:
        await run.press("enter")
        assert run.shows("second try") and run.shows("attempt 2 of 2")
        await run.press("<")
        assert run.shows("first try") and run.shows("attempt 1 of 2")
        await run.press("<")
        assert "no other attempt that way" in run.footer
        await run.press(">")
        assert run.shows("second try")


async def test_the_output_of_the_run_itself() -> None:
    async with opened(LANDED, logs={(RUN, "stderr"): ["runner talks"], (CORE, "stdout"): ["agent talks"]}) as run:
        await run.press("enter", "u")
        assert run.shows("whole run") and run.shows("runner talks")
        await run.press("1", "j", "5")
        assert run.shows("runner talks"), "a cell where nothing ran leaves the output of the run"


async def test_search_finds_and_goes_on() -> None:
    text = ["apple", *STDERR, "Apple pie", *STDERR]
    async with opened(LANDED, logs={(CORE, "stdout"): text}) as run:
        await run.press("enter", "g", "/")
        await run.type("apple")
        assert run.footer.startswith(" /apple")
        await run.press("enter")
        assert run.shows("▌  1  apple")
        await run.press("n")
        assert run.shows("▌101  Apple pie")
        await run.press("/")
        await run.type("pear")
        await run.press("enter")
        assert "No line has pear." in run.footer


async def test_keys_that_cannot_do_anything_say_why() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["said"]}) as run:
        await run.press("enter", "n")
        assert "Nothing was searched for yet" in run.footer
        await run.press("+")
        assert "Nothing is folded here." in run.footer
        await run.press("8")
        assert "Nothing is asked here." in run.footer


async def test_escape_goes_back_to_the_timeline_and_then_to_the_room() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["said"]}) as run:
        await run.press("enter", "escape")
        assert run.tab == "timeline"
        await run.press("escape")
        assert not run.is_open


async def test_the_journal_is_read_line_by_line_and_followed() -> None:
    item = replace(LANDED.item, state=State.RUNNING, ended_at=None)
    detail = replace(LANDED, item=item)
    async with opened(detail, logs={(RUN, "journal"): ["03:00:01  launch", "03:00:02  [phase] plan"]}) as run:
        await run.press("7")
        assert run.shows("2  03:00:02  [phase] plan")
        run.service.logs[RUN, "journal"].text.append("03:00:03  exit")
        await run.tell(replace(detail, checkpoints=("more",)))
        assert run.shows("3  03:00:03  exit")
        assert "3 lines, follows the end" in run.row("journal  ")


async def test_a_run_without_a_journal_says_so() -> None:
    async with opened(LANDED) as run:
        await run.press("7")
        assert run.shows("No journal here.")


async def test_the_end_of_what_an_attempt_said_is_seen_below_its_story() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["first words", "last words"]}) as run:
        assert run.shows("last words")
        await run.press("j")
        assert not run.shows("last words")


async def test_an_attempt_of_few_words_shows_its_diff_instead() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["done"], (CORE, "diff"): ["+ added"]}) as run:
        assert run.shows("       + added")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_at_every_size_cause_and_text_are_there(size: tuple[int, int]) -> None:
    text = [*STDERR, "ERROR exit 1: the disk is full", *STDERR]
    async with opened(FAILED, logs={(TASK.child("1"), "stderr"): text}, size=size) as run:
        await run.press("enter")
        assert all(len(row) <= size[0] for row in run.rows)
        assert run.shows("cause  exit 1: the disk is full")
        assert run.shows("100  ERROR exit 1")


async def test_hostile_output_is_shown_and_not_obeyed() -> None:
    evil = ["\x1b]52;c;eA==\x07\x1b[2J[bold]not bold[/bold]", "\u202eback", "\x9b2J"]
    async with opened(LANDED, logs={(CORE, "stdout"): evil}) as run:
        await run.press("enter")
        assert run.shows("[bold]not bold[/bold]")
        assert run.shows("<202e>back")


async def test_copying_gives_the_address_of_what_is_shown() -> None:
    async with opened(LANDED, logs={(CORE, "stdout"): ["said"]}) as run:
        await run.press("y")
        assert run.pilot.app.clipboard == str(CORE)
        await run.press("enter", "u", "y")
        assert run.pilot.app.clipboard == str(RUN)
