"""The form of a scenario batch: its inputs, its checks with the worst first, and the word that lets it clear."""

from __future__ import annotations

import pytest

from drivers.room_driver import RoomDriver, open_room
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Receipt, Start

pytestmark = pytest.mark.asyncio
RUN = Address("odw", "odw-exec-1-2")
NEWER = Check("outputs_newer", "what is cleared", Level.FAIL, "outputs/ holds what is newer: notes.md.", "Put it away.")
FINE = tuple(Check(f"c{number}", f"check {number}", Level.PASS, f"Check {number} is fine.") for number in range(12))


async def form(room: RoomDriver) -> None:
    room.service.answers_with = Receipt("", Outcome.ACCEPTED, "", RUN)
    await room.press("n")
    while not room.shows("fail fast"):
        await room.press("ctrl+t")


def sent(room: RoomDriver) -> list[Start]:
    return [one for one in room.service.submitted if isinstance(one, Start)]


async def test_a_batch_is_started_with_what_the_repository_has() -> None:
    async with open_room() as room:
        await form(room)
        assert room.shows("input/DataTransferScenarioList.md")
        await room.press("ctrl+s")
        assert [(one.workflow, one.given) for one in sent(room)] == [("scenario-batch", {})]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_wrong_is_shown_on_a_small_screen_too(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        room.service.checks = (*FINE, Check("logs", "logs", Level.FAIL, "logs/ cannot be written."))
        await form(room)
        await room.idle()
        assert room.shows("logs/ cannot be written.")
        await room.press("ctrl+s")
        assert sent(room) == []


async def test_what_is_newer_is_cleared_only_after_a_typed_word() -> None:
    async with open_room() as room:
        room.service.checks = (*FINE, NEWER)
        await form(room)
        await room.press("ctrl+s")
        assert room.shows("type clear and enter") and sent(room) == []
        await room.press("escape")
        assert sent(room) == []
        await room.press("ctrl+s")
        room.service.checks = FINE
        await room.type("clear")
        await room.press("enter")
        await room.idle()
        assert [one.given for one in sent(room)] == [{"clears": True}]


async def test_no_word_helps_where_something_else_is_wrong() -> None:
    async with open_room() as room:
        room.service.checks = (NEWER, Check("scenarios", "scenarios", Level.FAIL, "The list holds no scenario."))
        await form(room)
        await room.press("ctrl+s")
        assert not room.shows("type clear and enter") and sent(room) == []
