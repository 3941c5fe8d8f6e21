"""The form of a run of several agents: every input from its schema, one wish said in one way, and a run run again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Receipt, Start
from odw_core.model.item import State

pytestmark = pytest.mark.asyncio
RUN = Address("odw", "odw-exec-1-2")
NAME = "parallel-review-apply"
SIZES = [(80, 24), (120, 40)]


async def form(room: RoomDriver) -> None:
    """The form of a new run of this kind."""
    room.service.answers_with = Receipt("", Outcome.ACCEPTED, "", RUN)
    await room.press("n")
    while not room.shows("wanted as"):
        await room.press("ctrl+t")


def sent(room: RoomDriver) -> Start:
    (start,) = [one for one in room.service.submitted if isinstance(one, Start)]
    return start


async def go_to(room: RoomDriver, label: str) -> None:
    """The cursor on an input."""
    bar = room.app.kit.signs.cursor
    for _ in range(40):
        if any(row.strip().startswith(f"{bar} {label}") for row in room.rows):
            return
        await room.press("tab")
    raise AssertionError(f"there is no input {label!r} on\n" + "\n".join(room.rows))


@pytest.mark.parametrize("size", SIZES)
async def test_a_request_is_all_it_takes(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        await form(room)
        await room.type("add rounding")
        await room.press("ctrl+s")
        assert (sent(room).workflow, sent(room).given) == (NAME, {"request": "add rounding"})


async def test_who_looks_at_another_kind_of_run_loses_nothing_that_was_typed() -> None:
    async with open_room() as room:
        await form(room)
        await room.type("add rounding")
        await go_to(room, "verify")
        await room.type("make test")
        await room.press("ctrl+t")
        assert room.shows("goal") and not room.shows("make test")
        while not room.shows("wanted as"):
            await room.press("ctrl+t")
        assert room.shows("add rounding") and room.shows("make test")


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_the_screen_and_says_how_many_inputs_do_not(size: tuple[int, int]) -> None:
    async with open_room(size=size) as room:
        await form(room)
        assert room.shows("request") and room.shows("folder") and room.shows("gate")
        assert not room.shows("concurrency") and not room.shows("more below")
        await room.press("ctrl+o")
        assert room.shows("more below") == (size == SIZES[0])
        await go_to(room, "concurrency")


async def test_tasks_are_listed_with_their_files_and_prompts() -> None:
    async with open_room() as room:
        await form(room)
        await go_to(room, "wanted as")
        await room.press("left")
        await go_to(room, "tasks")
        await room.type("price: src/price.py")
        await room.press("enter")
        await room.type("  Round the total.")
        await room.press("enter")
        await room.type("steps: src/a.py src/b.py")
        await room.press("enter")
        await room.type("  Write them.")
        await room.press("ctrl+s")
        assert sent(room).given == {
            "tasks": [
                {"id": "price", "files": ["src/price.py"], "prompt": "Round the total."},
                {"id": "steps", "files": ["src/a.py", "src/b.py"], "prompt": "Write them."},
            ]
        }


async def test_gates_switches_lists_and_numbers_are_given_as_what_they_are() -> None:
    async with open_room() as room:
        await form(room)
        await room.type("go")
        await go_to(room, "gate")
        await room.press("right")
        await go_to(room, "hold the plan")
        await room.press("right")
        await go_to(room, "verify")
        await room.type("pytest -x")
        await go_to(room, "rounds")
        await room.type("3")
        await go_to(room, "reviewers")
        await room.press("ctrl+e", "ctrl+u")
        await room.type("security")
        assert room.shows("--set gate=ask-on-risk")
        await room.press("ctrl+s")
        assert sent(room).given == {
            "request": "go",
            "gate": "ask-on-risk",
            "hold_after_planning": True,
            "verify": ["pytest", "-x"],
            "max_review_rounds": 3,
            "reviewers": ["security"],
        }


async def test_the_script_is_asked_of_the_scripted_agent_alone() -> None:
    async with open_room() as room:
        await form(room)
        assert not room.shows("script  ")
        await go_to(room, "agent")
        await room.press("right")
        await go_to(room, "script")
        await room.type("/tmp/script.json")
        await room.press("ctrl+s")
        assert sent(room).given == {"agent": "scripted", "script": "/tmp/script.json"}


async def test_a_run_starts_after_one_that_is_at_work() -> None:
    going = samples.item("odw-exec-1795200000000-77", title="the first", driver="odw-tui")
    async with open_room(samples.snapshot([going])) as room:
        await form(room)
        await room.type("go")
        await go_to(room, "starts")
        await room.press("right")
        assert room.shows(f"--after {going.address}")
        await room.press("ctrl+s")
        assert sent(room).after == going.address


async def again(room: RoomDriver, **given: object) -> None:
    """The form of a run that is run again."""
    item = samples.item("odw-exec-1795200000000-77", State.FAILED, driver="odw-tui")
    room.service.answers_with = Receipt("", Outcome.ACCEPTED, "", RUN)
    known = {"request": "go", "gate": "ask", **given}
    room.service.starts[item.address] = Start(NAME, known, item.place, parent=item.address)
    room.service.steps_of[item.address] = ("planner", "core", "view")
    await room.press("R")
    await room.idle()


async def test_nothing_is_typed_or_started_before_it_is_known_what_is_run_again() -> None:
    item = samples.item("odw-exec-1795200000000-77", State.FAILED, driver="odw-tui")
    async with open_room(samples.snapshot([item])) as room:
        known, found = room.service.repeated, asyncio.Event()

        async def slowly(address: Address) -> Start | None:
            await found.wait()
            return await known(address)

        room.service.repeated = slowly  # type: ignore[method-assign]
        await again(room)
        await room.press("x", "ctrl+s")
        assert room.shows("Looking up what it was started with.") and not room.shows("prompt")
        assert "still being looked up" in room.footer and not room.service.submitted
        found.set()
        await room.idle()
        assert room.shows("wanted as") and not room.shows("gox")


async def test_a_rerun_keeps_what_went_well_or_begins_at_a_step() -> None:
    item = samples.item("odw-exec-1795200000000-77", State.FAILED, driver="odw-tui")
    for keys, reuse, words in (
        ((), "", "rerun odw:odw-exec-1795200000000-77"),
        (("right",), "finished", "--failed-only"),
        (("right", "right", "tab", "right"), "before:core", "--from core"),
    ):
        async with open_room(samples.snapshot([item])) as room:
            await again(room)
            await go_to(room, "again")
            await room.press(*keys)
            assert room.shows(words), words
            await room.press("ctrl+s")
            assert (sent(room).reuse, sent(room).parent, sent(room).given) == (reuse, item.address, {"request": "go"})


async def test_tasks_of_a_run_stand_in_the_form_of_its_rerun() -> None:
    item = samples.item("odw-exec-1795200000000-77", State.FAILED, driver="odw-tui")
    tasks = [{"id": "core", "files": ["a b.py"], "prompt": "one\ntwo", "model": None, "effort": None}]
    async with open_room(samples.snapshot([item])) as room:
        await again(room, request=None, goal="all of it", tasks=tasks)
        assert room.shows("core: 'a b.py'") and room.shows("all of it")
        await room.press("ctrl+s")
        told = [{"id": "core", "files": ["a b.py"], "prompt": "one\ntwo"}]
        assert sent(room).given == {"goal": "all of it", "tasks": told}


async def test_what_was_given_as_json_stays_json() -> None:
    item = samples.item("odw-exec-1795200000000-77", State.FAILED, driver="odw-tui")
    tasks = [{"id": "core", "files": ["a.py"], "prompt": "one", "model": "gpt-6-sol"}]
    async with open_room(samples.snapshot([replace(item)])) as room:
        await again(room, request=None, tasks=tasks)
        await room.press("ctrl+s")
        assert sent(room).given == {"tasks": tasks}
