"""Campaigns through real supervisors: one run for each repository, in real git repositories, with scripted agents."""

from __future__ import annotations

import sys

import pytest

from drivers.campaigned import Campaigned, does, place
from drivers.review_apply import reject
from drivers.runs_world import RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Outcome
from odw_core.model.item import State
from odw_core.service.campaigns.reading import campaign_rows
from odw_core.service.campaigns.table import table_text
from odw_core.service.run_report import run_report

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


async def test_two_repositories_land_each_by_a_run_of_its_own(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
        assert item.state is State.DONE, item.why
        assert place.text("api", "src/main.py") == "PRICE = 1\n"
        assert place.text("web", "src/main.ts").endswith('fetch("/api/orders/1");\n')
        assert place.states(run)["api"][-1] == place.states(run)["web"][-1] == "verified"
        for repo in ("api", "web"):
            child = await room.item(place.child(run, repo), State.DONE)
            assert child.parent == run
    assert [one["state"] for one in place.result(run)["repos"]] == ["verified", "verified"]


async def test_an_ordered_repository_starts_once_those_before_have_landed(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]})
        assert (await place.over(room, run)).state is State.DONE
    assert (place.states(run)["web"][0], place.states(run)["web"][-1]) == ("waits", "verified")
    api, web = place.child(run, "api"), place.child(run, "web")
    landed = [line["ts_ms"] for line in world.journal(api) if line["type"] == "exit"]
    began = [line["ts_ms"] for line in world.journal(web) if line["type"] == "launch"]
    assert landed[0] <= began[0]
    assert [one["before"] for one in world.events(run, "campaign_contracts")] == [place.path("web"), ""]


async def test_landings_are_held_until_every_repository_is_approved(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await place.start(room, hold_landings=True, gate="ask")
        api = await room.question(await _child(place, room, run, "api"))
        assert (await place.decide(room, api, "approve")).outcome is Outcome.ACCEPTED
        await room.until(lambda _: place.states(run).get("api", [])[-1:] == ["approved"])
        assert place.text("api", "src/main.py") == "# api\n"
        web = await room.question(await _child(place, room, run, "web"))
        assert (await place.decide(room, web, "approve")).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
    assert place.text("api", "src/main.py") == "PRICE = 1\n"
    (released,) = world.events(run, "campaign_released")
    assert released["repos"] == [place.path("api"), place.path("web")]
    for repo in ("api", "web"):
        told = world.events(place.child(run, repo), "waits_for")
        assert [one["status"] for one in told] == ["held", "released"]


async def test_held_landings_come_to_nothing_when_one_repository_is_rejected(place: Campaigned) -> None:
    place.play("web", does("src/main.ts", "broken\n", review=reject("src/main.ts:1 is broken, mend it")))
    async with place.room() as room:
        run = await place.start(room, hold_landings=True, max_review_rounds=1)
        item = await place.over(room, run)
    assert item.state is State.FAILED
    assert place.status("api") == place.status("web") == ""
    said = place.result(run)["error"]["message"]
    why = "rejected in round 1: src/main.ts:1 is broken, mend it"
    assert said == f"not landed: api, web; web failed: {why}"
    assert place.result(run)["repos"][0]["why"] == f"web was not approved ({why}), so this does not land"


async def test_what_has_landed_and_what_not_is_said_in_one_line(place: Campaigned) -> None:
    place.play("web", does("src/main.ts", "broken\n", review=reject("src/main.ts:1 is broken, mend it")))
    async with place.room() as room:
        run = await place.start(room, max_review_rounds=1)
        item = await place.over(room, run)
    assert item.state is State.FAILED
    message = place.result(run)["error"]["message"]
    assert message == "landed: api; not landed: web; web failed: rejected in round 1: src/main.ts:1 is broken, mend it"
    assert message in item.why


async def test_a_person_may_land_the_others_without_the_one_that_was_not_approved(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        run = await place.start(room, hold_landings=True, gate="ask")
        web = await room.question(await _child(place, room, run, "web"))
        await place.decide(room, web, "stop")
        api = await room.question(await _child(place, room, run, "api"))
        await place.decide(room, api, "approve")
        card = await room.question(run)
        assert (card.title, card.decisions) == ("land api without web?", ("accept", "stop"))
        await place.decide(room, card, "accept")
        item = await place.over(room, run)
    assert place.text("api", "src/main.py") == "PRICE = 1\n"
    assert place.status("web") == ""
    assert "landed: api; not landed: web" in item.why


async def test_a_mismatch_found_on_the_landed_tree_is_put_before_a_person(place: Campaigned, world: RunsWorld) -> None:
    moved = "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/v2/orders/{orderId}:\n    get: {}\n"
    place.play("api", does("openapi.yaml", moved))
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]})
        card = await room.question(run)
        assert card.title == "start web although contracts do not fit: http:path:/api/orders/{id}?"
        assert [name for name, _ in card.details] and 'fetch("/api/orders/42")' in card.details[0][1]
        assert card.decisions == ("look_again", "accept", "stop")
        assert place.states(run)["web"] == ["waits"]
        await place.decide(room, card, "accept")
        assert (await place.over(room, run)).state is State.DONE
    assert place.states(run)["web"][-1] == "verified"


async def test_a_person_who_does_not_want_the_mismatch_starts_nothing_more(place: Campaigned) -> None:
    moved = "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/v2/orders/{orderId}:\n    get: {}\n"
    place.play("api", does("openapi.yaml", moved))
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]})
        await place.decide(room, await room.question(run), "stop")
        item = await place.over(room, run)
    assert [*place.children(run)] == [place.path("api")]
    assert "landed: api; not landed: web; web stopped" in item.why


async def test_what_waits_for_a_repository_that_did_not_land_never_starts(place: Campaigned) -> None:
    place.play("api", does("src/main.py", "broken\n", review=reject("src/main.py:1 is broken, mend it")))
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]}, max_review_rounds=1)
        await place.over(room, run)
    assert [*place.children(run)] == [place.path("api")]
    assert place.result(run)["repos"][1]["why"] == "api did not land"


async def test_cancelling_a_campaign_ends_every_run_it_started(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await place.start(room, gate="ask")
        for repo in ("api", "web"):
            await room.question(await _child(place, room, run, repo))
        assert (await place.told(room, Cancel(run))).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
        for repo in ("api", "web"):
            assert (await place.over(room, place.child(run, repo))).raw_state
    assert item.state is not State.DONE
    assert {name: states[-1] for name, states in place.states(run).items()} == {"api": "stopped", "web": "stopped"}
    assert place.status("api") == place.status("web") == ""


async def test_repositories_that_wait_for_each_other_are_refused(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        assert "wait for each other" in await place.refused(room, after={"web": ["api"], "api": ["web"]})
    assert not (world.state / "runs").exists()


async def _child(place: Campaigned, room: object, run: Address, repo: str) -> Address:
    await room.until(lambda _: place.path(repo) in place.children(run))  # type: ignore[attr-defined]
    return place.child(run, repo)


async def test_owners_get_a_table_of_what_landed_where(place: Campaigned, world: RunsWorld) -> None:
    place.play("web", does("src/main.ts", "broken\n", review=reject("src/main.ts:1 is broken, mend it")))
    async with place.room() as room:
        run = await place.start(room, max_review_rounds=1)
        await place.over(room, run)
    api, web = campaign_rows(world.state, run)
    assert (api.repo, api.run, api.state) == (place.path("api"), str(place.child(run, "api")), "verified")
    assert (api.commit, api.files, api.verification) == ("not committed", ("src/main.py",), "passed")
    assert (web.state, web.files, web.why) == ("failed", (), "rejected in round 1: src/main.ts:1 is broken, mend it")
    lines = table_text((api, web)).splitlines()
    assert [len(one.split("\t")) for one in lines] == [8, 8, 8]
    assert "Repositories" in run_report(world.state, str(world.workspace), run.item).decode()
    assert campaign_rows(world.state, place.child(run, "api")) == ()
