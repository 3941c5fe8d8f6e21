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
        (samples.item("other", State.FAILED, driver="pandacode"), "Only a run of odw or Converge can be adopted."),
        (samples.item("agreed", State.DONE, driver="converge"), "It converged; there is nothing to go on with"),
        (samples.item("planning", State.RUNNING, driver="converge"), "It is at work; wait for its end."),
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


RUN = Address("converge", "20261121T001244464186Z")


async def test_what_converge_left_is_adopted_with_an_answer_to_each_of_its_questions() -> None:
    item = samples.item("left", State.WAITING, driver="converge", address=RUN)
    asked = [
        samples.question(RUN.child(repo), f"q-{repo}", body=body, title=body)
        for repo, body in (("api", "Which currency?"), ("src/web", "Which colour?"), ("jobs", "How often?"))
    ]
    async with open_room(samples.snapshot([item], asked)) as room:
        await room.press("A")
        assert room.shows("1 of 3  Which currency?")
        await room.type("euros, as now")
        await room.press("enter")
        assert room.shows("2 of 3  Which colour?")
        await room.type("-")
        await room.press("enter")
        await room.type("daily")
        await room.press("enter")
        assert room.shows("start agents that plan with its goal, repos, plans and your answers:")
        assert room.service.submitted == []
        await room.type("adopt")
        await room.press("enter")
        (command,) = room.service.submitted
    assert isinstance(command, Adopt) and command.address == RUN
    assert command.changed == {
        "answers": [
            {"question": "Which currency?", "repo": "api", "text": "euros, as now"},
            {"question": "How often?", "repo": "jobs", "text": "daily"},
        ]
    }


async def test_what_was_answered_on_its_card_goes_along_and_is_not_asked_again() -> None:
    item = samples.item("left", State.WAITING, driver="converge", address=RUN)
    asked = [
        samples.question(RUN.child("api"), "q-api", body="Which currency?", is_sent=True),
        samples.question(RUN.child("web"), "q-web", body="Which colour?"),
    ]
    async with open_room(samples.snapshot([item], asked)) as room:
        await room.press("A")
        assert room.shows("1 of 1  Which colour?")
        await room.type("-")
        await room.press("enter")
        assert room.shows("and your answers (1 from cards):")
        await room.type("adopt")
        await room.press("enter")
        (command,) = room.service.submitted
        assert isinstance(command, Adopt) and command.changed == {}


async def test_leaving_any_of_the_questions_starts_nothing() -> None:
    item = samples.item("left", State.WAITING, driver="converge", address=RUN)
    async with open_room(samples.snapshot([item], [samples.question(RUN.child("api"), body="Which?")])) as room:
        await room.press("A")
        await room.type("this")
        await room.press("enter", "escape")
        assert room.service.submitted == []


async def test_a_task_of_converge_is_cancelled_after_a_word_and_a_run_of_it_is_not() -> None:
    task = samples.item("task", State.IDLE, driver="converge", address=Address("converge", "task-1"))
    async with open_room(samples.snapshot([task])) as room:
        await room.press("X")
        await room.type("cancel")
        await room.press("enter")
        assert [type(one) for one in room.service.submitted] == [Cancel]
    async with open_room(samples.snapshot([samples.item("run", State.STALE, driver="converge", address=RUN)])) as room:
        await room.press("X")
        assert room.service.submitted == []
        assert room.shows("Only Converge itself can end a run of its own")
