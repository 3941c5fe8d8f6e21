"""Campaigns that a person stops, whose runs lose their drivers, that could not begin; one repository, and twenty."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from drivers.campaigned import Campaigned, does, place
from drivers.command import Ran, odw_tui
from drivers.runs_world import Room, RunsWorld, world
from odw_core.engines.odw.half_way import Standing, half_way
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Interrupt, Outcome, Resume
from odw_core.model.item import State
from odw_core.model.question import Question
from odw_core.runs.launch import resume
from odw_core.state.driving import Wish, why_not

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

MOVED = "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/v2/orders/{orderId}:\n    get: {}\n"


async def gate(place: Campaigned, room: Room, run: Address, repo: str) -> Question:
    """What the run of a repository asks."""
    await room.until(lambda _: place.path(repo) in place.children(run))
    return await room.question(place.child(run, repo))


def start(place: Campaigned, *words: str) -> Ran:
    """Type the start of a campaign over both."""
    given = place.world.workspace / "campaign.json"
    return odw_tui("--root", str(place.world.workspace), "start", "campaign", "--input", str(given), *words)


async def test_a_run_whose_driver_died_is_said_in_the_row_and_one_wish_takes_it_up(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        run = await place.start(room, gate="ask")
        await gate(place, room, run, "api")
        web = place.child(run, "web")
        await gate(place, room, run, "web")
        os.kill(world.supervisor(web), signal.SIGKILL)
        item = await room.item(run, State.STALE)
        assert item.why == "web stands still: its driver is gone; api asks: land 1 file of 1 task?; resume it to go on"
        assert why_not(Wish.RESUME, item) is None
        receipt = await room.service.submit(Resume(run))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "web goes on.")
        assert (await room.item(run, State.RUNNING)).why.startswith("api asks: land 1 file of 1 task?")
        for repo in ("api", "web"):
            await place.decide(room, await gate(place, room, run, repo), "approve")
        assert (await place.over(room, run)).state is State.DONE
        told = await room.service.submit(Resume(run))
        assert told.outcome is Outcome.REFUSED
    assert place.child(run, "web") == web


async def test_a_campaign_whose_own_driver_died_says_what_has_landed(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        parts = [place.part("api", spec="Serve it."), place.part("web")]
        run = await place.start(room, repos=parts, after={"web": ["api"]}, gate="ask")
        await place.decide(room, await gate(place, room, run, "api"), "approve")
        await gate(place, room, run, "web")
        os.kill(world.supervisor(run), signal.SIGKILL)
        item = await room.item(run, State.STALE)
        assert "landed: api; not landed: web; resume it to go on" in item.why
        resume(run.item, world.state)
        await place.decide(room, await gate(place, room, run, "web"), "approve")
        assert (await place.over(room, run)).state is State.DONE


async def test_interrupted_it_starts_nothing_more_and_what_is_at_work_goes_on(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]}, gate="ask")
        api = await gate(place, room, run, "api")
        assert (await place.told(room, Interrupt(run))).outcome is Outcome.ACCEPTED
        await room.until(lambda _: place.states(run).get("web", [])[-1:] == ["stopped"])
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        resume(run.item, world.state)
        await place.decide(room, api, "approve")
        item = await place.over(room, run)
    assert item.state is State.BLOCKED
    assert "landed: api; not landed: web; web stopped: you stopped the campaign before it started" in item.why
    assert [*place.children(run)] == [place.path("api")]


async def test_cancelled_half_way_it_says_which_have_landed(place: Campaigned) -> None:
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]}, gate="ask")
        await place.decide(room, await gate(place, room, run, "api"), "approve")
        await gate(place, room, run, "web")
        assert (await place.told(room, Cancel(run))).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    assert item.why == "you cancelled it; landed: api; not landed: web; web stopped: it was cancelled"
    assert place.text("api", "src/main.py") == "PRICE = 1\n" and place.status("web") == ""


async def test_a_person_who_stops_one_repository_at_its_gate_lets_the_others_land(place: Campaigned) -> None:
    async with place.room() as room:
        run = await place.start(room, gate="ask")
        await place.decide(room, await gate(place, room, run, "web"), "stop")
        await place.decide(room, await gate(place, room, run, "api"), "approve")
        item = await place.over(room, run)
    assert item.state is State.FAILED
    assert item.why.startswith("landed: api; not landed: web; web stopped: ")


async def test_cards_of_a_campaign_say_what_has_landed_so_far(place: Campaigned) -> None:
    place.play("api", does("openapi.yaml", MOVED))
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]})
        card = await room.question(run)
        item = await room.item(run, State.WAITING)
        await place.decide(room, card, "stop")
        await place.over(room, run)
    assert card.body.startswith("api landed, and contracts that fitted before do not any more:")
    assert item.why.endswith("; landed: api; not landed: web")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (
            {"after": {"web": ["api"], "api": ["web"]}},
            2,
            "These repositories wait for each other, so none of them could start: api, web.",
        ),
        ({"after": {"web": ["web"]}}, 2, "These repositories wait for each other, so none of them could start: web."),
        ({"after": {"web": ["nope"]}}, 2, "nope is none of the campaign's repositories: api, web."),
        (
            {"repos": [{"repo": "api", "spec": "x"}, {"repo": "./api", "spec": "y"}]},
            2,
            "Two of the repositories are the",
        ),
        ({"from_run": "odw:odw-exec-1700000000000-1"}, 4, "was not started by odw-tui on this machine"),
        ({"repos": [{"repo": "nope", "spec": "x"}]}, 2, "nope is no folder."),
    ],
)
def test_what_could_never_begin_is_refused_in_a_sentence_and_leaves_nothing(
    place: Campaigned, world: RunsWorld, more: dict[str, object], code: int, said: str
) -> None:
    given = world.workspace / "campaign.json"
    given.write_text(json.dumps(place.given(script=str(place.script("api")), **more)))
    ran = start(place)
    assert (ran.code, ran.out) == (code, ""), ran
    assert said in ran.err and len(ran.err.splitlines()) == 1
    assert not (world.state / "runs").exists()


async def test_one_repository_alone_is_a_campaign(place: Campaigned) -> None:
    async with place.room() as room:
        run = await place.start(room, repos=[place.part("api")], hold_landings=True)
        item = await place.over(room, run)
    assert (item.state, item.stage, item.why) == (State.DONE, "1 of 1 landed", "landed: api")


async def test_twenty_repositories_land_in_one_row(place: Campaigned) -> None:
    names = [f"a-service-with-a-name-{number:02}" for number in range(1, 21)]
    parts = [place.add(name) for name in names]
    async with place.room() as room:
        run = await place.start(room, repos=parts, hold_landings=True)
        item = await place.over(room, run)
    assert (item.state, item.stage) == (State.DONE, "20 of 20 landed"), item.why
    assert item.why == f"landed: {', '.join(names)}"
    assert [place.text(name, "done.txt") for name in names] == [f"{name}\n" for name in names]


def test_what_broke_is_named_before_what_only_waited_for_it() -> None:
    repos = [Standing("web", "stopped", "api did not land"), Standing("api", "failed", "rejected in round 1")]
    assert half_way(repos) == "not landed: web, api; api failed: rejected in round 1"
