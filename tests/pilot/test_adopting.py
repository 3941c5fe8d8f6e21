"""The key that adopts: offered for what odw left, refused with a sentence for everything else."""

from __future__ import annotations

import pytest

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.address import Address
from odw_core.model.command import Adopt, Cancel, Outcome, Receipt, Resume
from odw_core.model.item import Item, State

pytestmark = pytest.mark.asyncio
NEW = Address("odw", "odw-exec-1-2")


def left(state: State = State.BLOCKED, raw: str = "rejected, nothing landed") -> Item:
    return samples.item("left", state, driver="odw", raw_state=raw)


async def test_a_typed_word_adopts_what_odw_left_and_says_what_is_taken_over() -> None:
    async with open_room(samples.snapshot([left()])) as room:
        told = "The new run goes on with 4 tasks, 4 diffs, 1 blocker of odw-exec-1-1."
        room.service.answers_with = Receipt("", Outcome.ACCEPTED, told, NEW)
        await room.press("A")
        assert room.service.submitted == []
        await room.type("adopt")
        await room.press("enter")
        (command,) = room.service.submitted
        assert isinstance(command, Adopt) and command.address == left().address
        assert room.shows("The new run goes on with 4 tasks, 4 diffs, 1 blocker")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (left(State.RUNNING, "running"), "It is at work; wait for its end, or cancel it."),
        (left(State.DONE, "completed"), "It is done; there is nothing to go on with."),
        (left(State.FAILED, "landed but verification failed"), "It is done; there is nothing to go on with."),
        (samples.item("ours", State.FAILED, driver="odw-tui"), "It is one of ours already"),
        (samples.item("other", State.FAILED, driver="converge"), "Only a run of odw can be adopted."),
    ],
)
async def test_everything_else_is_left_alone_with_a_reason(item: Item, why: str) -> None:
    async with open_room(samples.snapshot([item])) as room:
        await room.press("A")
        assert room.service.submitted == []
        assert room.shows(why)


async def test_what_odw_left_can_be_gone_on_with_by_odw_itself() -> None:
    async with open_room(samples.snapshot([left(State.STALE, "orphaned")])) as room:
        await room.press("U")
        assert [type(one) for one in room.service.submitted] == [Resume]


async def test_a_run_of_odw_at_work_is_cancelled_after_a_word() -> None:
    async with open_room(samples.snapshot([left(State.RUNNING, "running")])) as room:
        await room.press("X")
        assert room.service.submitted == []
        await room.type("cancel")
        await room.press("enter")
        assert [type(one) for one in room.service.submitted] == [Cancel]
