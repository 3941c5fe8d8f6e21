"""The key that starts a campaign with the plans of a run: the form is filled in already; what has no plans says so."""

from __future__ import annotations

import pytest

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.command import Outcome, Receipt, Start
from odw_core.model.item import Item, State

pytestmark = pytest.mark.asyncio


def planned(state: State = State.DONE) -> Item:
    return samples.item("plans", state, driver="odw-tui")


async def test_the_key_opens_a_form_that_is_filled_in_and_starts_the_campaign() -> None:
    async with open_room(samples.snapshot([planned()])) as room:
        given: dict[str, object] = {"goal": "Prices.", "repos": ["api", "web"], "agent": "codex", "model": "m-1"}
        room.service.starts[planned().address] = Start("coordinate", given, "/w/shop")
        room.service.answers_with = Receipt("", Outcome.ACCEPTED, "", planned().address)
        await room.press("L")
        assert room.shows("plans of") and room.shows(str(planned().address)) and room.shows("/w/shop")
        assert room.service.submitted == []
        await room.press("ctrl+s")
        (start,) = room.service.submitted
        assert isinstance(start, Start) and (start.workflow, start.workspace) == ("campaign", "/w/shop")
        assert start.given["from_run"] == str(planned().address) and start.given["model"] == "m-1"


async def test_a_run_of_something_else_has_no_plans() -> None:
    async with open_room(samples.snapshot([planned()])) as room:
        room.service.starts[planned().address] = Start("command", {"argv": ["true"]}, "/w/shop")
        await room.press("L")
        assert room.shows("It makes no plans; a campaign carries out those of a coordinate run.")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (planned(State.RUNNING), "It is not over; its plans can be carried out once it is."),
        (samples.item("other", State.DONE, driver="pandacode"), "Only a run over several repositories makes plans"),
    ],
)
async def test_what_cannot_be_carried_out_is_left_alone_with_a_reason(item: Item, why: str) -> None:
    async with open_room(samples.snapshot([item])) as room:
        await room.press("L")
        assert room.shows(why)


@pytest.mark.parametrize(
    ("state", "kept", "typed"),
    [(State.FAILED, "what failed", "--failed-only"), (State.DONE, "everything", "rerun odw:")],
)
async def test_run_again_a_campaign_that_stopped_half_way_offers_what_did_not_land(
    state: State, kept: str, typed: str
) -> None:
    campaign = samples.item("prices", state, driver="odw-tui")
    async with open_room(samples.snapshot([campaign])) as room:
        given: dict[str, object] = {"from_run": "odw:odw-exec-1700000000000-1", "agent": "codex"}
        room.service.starts[campaign.address] = Start("campaign", given, "/w/shop", parent=campaign.address)
        room.service.steps_of[campaign.address] = ("plans", "start-api")
        await room.press("R")
        await room.idle()
        assert room.shows(kept) and room.shows(typed) and not room.shows("from a step")
