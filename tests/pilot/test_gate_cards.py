"""The card of work as a whole: a candidate that wants to land, a plan that waits for its agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from drivers import asked
from drivers.room_driver import RoomDriver, open_room
from odw_core.model.command import Decide
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Field, Question
from odw_tui.screens.card import CardScreen

pytestmark = pytest.mark.asyncio
SMALL = (80, 24)


@asynccontextmanager
async def card_of(question: Question, size: tuple[int, int] = (120, 40)) -> AsyncIterator[RoomDriver]:
    async with open_room(asked.room(question), size=size) as room:
        await room.press("i", "enter")
        assert isinstance(room.app.screen, CardScreen)
        room.clock.time += 1
        yield room


def decided(room: RoomDriver) -> list[Decision]:
    return [one.decision for one in room.service.submitted if isinstance(one, Decide)]


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_a_gate_shows_who_said_what_the_patch_and_every_way_to_decide(size: tuple[int, int]) -> None:
    async with card_of(asked.gate(), size) as room:
        for words in ("land round 2", "What shall become different", "Overrule blockers", "src/price.py"):
            assert room.shows(words), words
        for words in ("a approve and land", "x reject with a reason", "r another round", "c stop the run"):
            assert room.shows(words), words


async def test_letters_decide_on_a_gate_until_somebody_goes_to_the_line_of_text() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("r")
        (decision,) = decided(room)
        assert (decision.verdict, decision.values) == ("add_round", ())


async def test_a_rejection_asks_what_shall_become_different_and_sends_it_as_the_feedback() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("x")
        assert not decided(room)
        await room.type("round at the end")
        await room.press("enter")
        (decision,) = decided(room)
        assert decision.verdict == "reject"
        assert decision.values == (("feedback", ("round at the end",)),)


async def test_what_was_typed_into_the_form_is_the_feedback_already() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("tab")
        await room.type("axcr")
        assert not decided(room)
        await room.press("escape", "x")
        (decision,) = decided(room)
        assert decision.values == (("feedback", ("axcr",)),)


async def test_several_blockers_are_overruled_by_name() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("tab", "tab", "space", "l", "l", "space", "r")
        (decision,) = decided(room)
        assert decision.verdict == "add_round"
        assert decision.values == (("overrule", (asked.BLOCKERS[0], asked.BLOCKERS[2])),)


async def test_a_number_picks_a_blocker_and_lets_it_go_again() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("tab", "tab", "2", "3", "2", "r")
        assert decided(room)[0].values == (("overrule", (asked.BLOCKERS[2],)),)


async def test_nothing_is_approved_over_blockers_that_nobody_overruled() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("a")
        assert not decided(room) and room.shows("3 blockers are not overruled, so it would not land; nothing was sent.")
        await room.press("1", "a")
        assert not decided(room) and room.shows("2 blockers are not overruled")
        await room.press("2", "3", "a")
        (decision,) = decided(room)
        assert decision.verdict == "approve" and decision.values == (("overrule", asked.BLOCKERS),)


async def test_another_round_and_the_end_take_a_key_each() -> None:
    for key, verdict in (("r", "add_round"), ("c", "stop")):
        async with card_of(asked.gate()) as room:
            await room.press(key)
            assert [one.verdict for one in decided(room)] == [verdict]


async def test_a_form_is_never_sent_from_a_gate_as_an_approval() -> None:
    async with card_of(asked.gate()) as room:
        await room.press("ctrl+s")
        assert not decided(room)


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_a_plan_shows_each_prompt_and_starts_as_it_is_with_one_key(size: tuple[int, int]) -> None:
    async with card_of(asked.plan(), size) as room:
        assert room.shows("Round the total to cents.") and room.shows("a start on these tasks")
        await room.press("a")
        (decision,) = decided(room)
        assert decision.verdict == "approve"
        assert decision.values == (("price", (asked.PROMPTS[0],)), ("rounding", (asked.PROMPTS[1],)))


async def test_a_prompt_is_edited_line_by_line_before_the_plan_starts() -> None:
    async with card_of(asked.plan()) as room:
        await room.press("tab", "tab", "ctrl+j")
        await room.type("Be brief.")
        await room.press("escape", "a")
        assert decided(room)[0].values[1] == ("rounding", (f"{asked.PROMPTS[1]}\nBe brief.",))


async def test_an_edited_prompt_survives_leaving_the_card() -> None:
    async with card_of(asked.plan()) as room:
        await room.press("tab", "tab")
        await room.type(" now")
        await room.press("escape", "escape", "enter")
        assert room.shows(f"{asked.PROMPTS[1]} now")


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_a_gate_that_is_asked_again_says_why_before_everything_else(size: tuple[int, int]) -> None:
    said = "It was approved in round 1 and did not land. Nothing of yours was touched."
    again = replace(asked.gate(), title="src/price.py changed meanwhile: land again?", body=said)
    async with card_of(again, size) as room:
        assert room.shows("It was approved in round 1 and did not land.")


async def test_a_blocker_that_may_be_overruled_is_listed_once_with_one_number() -> None:
    words = "src/price.py:1: rounding differs"
    field = Field("overrule", "blockers you overrule", (Choice(f"1. {words}", words),), takes_several=True)
    async with card_of(replace(asked.gate(), fields=(field,))) as room:
        await room.press("tab")
        (row,) = [row for row in room.rows if "[ ]" in row]
        assert row.split("[ ]")[1].strip() == words and "1. " not in row
