"""The form of a commit: what landed, a branch, a message; sent once, and refused in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.model.change import Snapshot
from odw_core.model.command import Commit, Outcome, Pin, Receipt
from odw_core.model.item import Item, State
from odw_core.model.landing import CommitPlan
from odw_tui.screens.commit import CommitScreen

pytestmark = pytest.mark.asyncio
FILES = ("src/price.py", "src/rounding.py")
MESSAGE = "Add rounding\n\n- price\n- rounding\n\nOdw-Run: odw-exec-1-2"


def landed(**fields: object) -> Item:
    return samples.item("odw-exec-1795200000000-77", state=State.DONE, driver="odw-tui", **fields)


@asynccontextmanager
async def form_of(plan: CommitPlan | None, size: tuple[int, int] = (120, 40)) -> AsyncIterator[RoomDriver]:
    """The room with one run that landed, and ``c`` pressed on it."""
    item = landed()
    snapshot: Snapshot = samples.snapshot([item])
    async with open_room(snapshot, size=size) as room:
        if plan is not None:
            room.service.commit_plans[item.address] = plan
        await room.press("c")
        yield room


def plan(**fields: object) -> CommitPlan:
    given: dict[str, object] = {"branch": "main", "message": MESSAGE, "files": FILES} | fields
    return CommitPlan(landed().address, **given)  # type: ignore[arg-type]


def sent(room: RoomDriver) -> list[Commit]:
    return [one for one in room.service.submitted if isinstance(one, Commit)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_one_key_shows_the_branch_the_message_and_every_file(size: tuple[int, int]) -> None:
    async with form_of(plan(), size) as room:
        assert isinstance(room.app.screen, CommitScreen)
        for words in ("main, as it is checked out", "Add rounding", "- price", "2 files", *FILES):
            assert room.shows(words), words


async def test_it_is_sent_as_it_stands() -> None:
    async with form_of(plan()) as room:
        room.service.answers_with = Receipt("", Outcome.ACCEPTED, "Committed as 6f0c91 on main: 2 files.")
        await room.press("ctrl+s")
        assert [(one.message, one.branch) for one in sent(room)] == [(MESSAGE, None)]
        assert not isinstance(room.app.screen, CommitScreen)
        assert room.shows("Committed as 6f0c91 on main: 2 files.")


async def test_branch_and_message_are_typed() -> None:
    async with form_of(plan(message="Add")) as room:
        await room.type(" it")
        await room.press("enter")
        await room.type("now")
        await room.press("tab")
        await room.type("pricing")
        await room.press("ctrl+s")
        assert [(one.message, one.branch) for one in sent(room)] == [("Add it\nnow", "pricing")]


async def test_a_refusal_is_said_and_what_was_typed_stays() -> None:
    async with form_of(plan(message="Add")) as room:
        room.service.answers_with = Receipt("", Outcome.REFUSED, "Staged edits are in its way.")
        await room.press("ctrl+s")
        assert isinstance(room.app.screen, CommitScreen)
        assert room.shows("Staged edits are in its way.") and room.shows("Add")


async def test_what_landed_nothing_says_so() -> None:
    async with form_of(None) as room:
        assert room.shows("landed nothing, so there is nothing to commit.")


async def test_what_is_committed_is_not_committed_twice() -> None:
    async with form_of(plan(commit="6f0c91e2ab34cd")) as room:
        assert not isinstance(room.app.screen, CommitScreen)
        assert room.shows("It was committed already, as 6f0c91e2ab.")


async def test_leaving_asks_once_when_something_was_typed() -> None:
    async with form_of(plan()) as room:
        await room.type("x")
        await room.press("escape")
        assert room.shows("esc again leaves")
        await room.press("escape")
        assert not isinstance(room.app.screen, CommitScreen) and not sent(room)


async def test_a_run_is_pinned_with_one_key() -> None:
    async with form_of(None) as room:
        await room.press("*")
        assert [one.is_off for one in room.service.submitted if isinstance(one, Pin)] == [None]
