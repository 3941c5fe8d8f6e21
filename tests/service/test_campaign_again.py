"""Campaigns that stopped half-way, run again: only what did not land, on what has, once a person wants it."""

from __future__ import annotations

import json
import sys

import pytest

from drivers.campaigned import Campaigned, does, place
from drivers.review_apply import reject
from drivers.runs_world import Room, RunsWorld, world
from odw_core.diagnose.doctor.check import Level
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Outcome, Receipt, Rerun, Start
from odw_core.model.item import State
from odw_core.runs.reuse import FINISHED, before
from odw_core.runs.spec import read_spec
from odw_core.service.campaigns.reading import campaign_rows
from odw_core.service.checks.campaign import campaign_checks

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

BROKEN = does("src/main.ts", "broken\n", review=reject("src/main.ts:1 is broken, mend it"))
MENDED = 'export const order = () => fetch("/api/orders/2");\n'
MOVED = "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/v2/orders/{orderId}:\n    get: {}\n"


async def again(room: Room, run: Address, **changed: object) -> Address:
    """Run again what of a campaign did not land; the new campaign."""
    receipt = await room.service.submit(Rerun(run, changed, reuse=FINISHED))
    assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert receipt.address is not None
    return receipt.address


async def refused(room: Room, run: Address, reuse: str = FINISHED, **changed: object) -> str:
    """Why it is not run again."""
    receipt: Receipt = await room.service.submit(Rerun(run, changed, reuse=reuse))
    assert receipt.outcome is Outcome.REFUSED
    return receipt.reason


async def half_way(place: Campaigned, room: Room, **more: object) -> Address:
    """A campaign that landed api, and whose web was rejected."""
    place.play("web", BROKEN)
    run = await place.start(room, **{"max_review_rounds": 1, **more})
    assert (await place.over(room, run)).state is State.FAILED
    place.play("web", does("src/main.ts", MENDED))
    return run


def agents(world: RunsWorld, run: Address) -> list[str]:
    """Every node of a run whose agent was at work."""
    return [str(one["key"]) for one in world.events(run, "agent_start")]


async def test_only_what_did_not_land_is_run_again(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await half_way(place, room)
        first = place.child(run, "web")
        place.repositories["api"].write("notes.txt", "mine\n")
        second = await again(room, run)
        item = await place.over(room, second)
        assert (item.state, item.stage) == (State.DONE, "2 of 2 landed"), item.why
        assert (await room.item(place.child(second, "web"), State.DONE)).parent == second
        assert (await room.item(place.child(run, "api"), State.DONE)).parent == run
    assert [*place.children(second)] == [place.path("web")]
    assert place.text("web", "src/main.ts") == MENDED
    assert place.status("api").splitlines() == [" M src/main.py", "?? notes.txt"]
    assert read_spec(world.folder(second)).parent == run.item
    assert read_spec(world.folder(place.child(second, "web"))).parent == first.item
    api, web = place.result(second)["repos"]
    assert (api["run"], api["state"], api["files"]) == (place.child(run, "api").item, "verified", ["src/main.py"])
    assert (web["run"], web["state"]) == (place.child(second, "web").item, "verified")
    assert [row.state for row in campaign_rows(world.state, second)] == ["verified", "verified"]
    (begun,) = world.events(second, "campaign")
    assert begun["again"] == run.item
    assert [one.get("has_landed", False) for one in begun["repos"]] == [True, False]


async def test_what_was_rejected_is_made_anew_and_what_only_did_not_land_is_kept(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        run = await half_way(place, room, hold_landings=True)
        second = await again(room, run)
        assert (await place.over(room, second)).state is State.DONE
    assert agents(world, place.child(second, "api")) in ([], ["verify"]), "it was made and approved already"
    assert "it" in agents(world, place.child(second, "web"))
    assert (place.text("api", "src/main.py"), place.text("web", "src/main.ts")) == ("PRICE = 1\n", MENDED)


async def test_contracts_are_looked_at_on_what_has_landed_before_the_rest_starts_again(
    place: Campaigned, world: RunsWorld
) -> None:
    place.play("api", does("openapi.yaml", MOVED))
    async with place.room() as room:
        run = await half_way(place, room)
        second = await again(room, run)
        card = await room.question(second)
        assert card.title == "start web although contracts do not fit: http:path:/api/orders/{id}?"
        assert card.body.startswith("api landed, and contracts that fitted before do not any more:")
        assert place.children(second) == {}
        await place.decide(room, card, "accept")
        assert (await place.over(room, second)).state is State.DONE


async def test_a_mismatch_that_a_person_let_be_is_not_put_before_them_again(
    place: Campaigned, world: RunsWorld
) -> None:
    place.play("api", does("openapi.yaml", MOVED))
    place.play("web", BROKEN)
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]}, max_review_rounds=1)
        await place.decide(room, await room.question(run), "accept")
        assert (await place.over(room, run)).state is State.FAILED
        place.play("web", does("src/main.ts", MENDED))
        second = await again(room, run)
        assert (await place.over(room, second)).state is State.DONE
    assert world.events(second, "question") == []


async def test_what_never_came_to_its_turn_starts_once_what_failed_has_landed(
    place: Campaigned, world: RunsWorld
) -> None:
    place.play("api", does("src/main.py", "broken\n", review=reject("src/main.py:1 is broken, mend it")))
    async with place.room() as room:
        run = await place.start(room, after={"web": ["api"]}, max_review_rounds=1)
        assert (await place.over(room, run)).state is State.FAILED
        place.play("api", does("src/main.py", "PRICE = 1\n"))
        second = await again(room, run)
        assert (await place.over(room, second)).state is State.DONE
        third = await refused(room, run)
    assert [*place.children(second)] == [place.path("api"), place.path("web")]
    assert third == f"Everything of odw:{run.item} has landed; there is nothing to run again."


async def test_what_a_person_ran_again_by_hand_has_landed(place: Campaigned) -> None:
    async with place.room() as room:
        run = await half_way(place, room)
        receipt = await room.service.submit(Rerun(place.child(run, "web"), {}))
        assert receipt.address is not None
        assert (await place.over(room, receipt.address)).state is State.DONE
        assert "nothing to run again" in await refused(room, run)


async def test_a_campaign_that_is_not_over_is_not_run_again(place: Campaigned) -> None:
    async with place.room() as room:
        run = await place.start(room, gate="ask")
        assert await refused(room, run) == f"odw:{run.item} is not over; what did not land can be run again once it is."
        await place.told(room, Cancel(run))
        await place.over(room, run)
        assert "no steps to begin at" in await refused(room, run, before("plans"))
        assert "wait for each other" in await refused(room, run, after={"web": ["api"], "api": ["web"]})
        assert "nope is none of the campaign's repositories" in await refused(room, run, after={"web": ["nope"]})


async def test_what_stands_against_it_is_said_before_and_what_landed_too(place: Campaigned, world: RunsWorld) -> None:
    async with place.room() as room:
        run = await half_way(place, room)
        spec = read_spec(world.folder(run))
        start = Start("campaign", spec.given, spec.workspace, parent=run, reuse=FINISHED)
        said = {one.id: (one.level, one.detail) for one in await campaign_checks(start, world.state)}
    assert said["landed"] == (Level.INFO, "api landed already and is not run again.")
    assert {level for level, _ in said.values()} <= {Level.PASS, Level.INFO}


async def test_a_specification_that_was_changed_is_carried_out_as_it_is_now(
    place: Campaigned, world: RunsWorld
) -> None:
    async with place.room() as room:
        run = await half_way(place, room)
        repos = [{"repo": "web", "spec": "Show it in red.", "script": str(place.script("web"))}]
        second = await again(room, run, repos=repos)
        assert (await place.over(room, second)).state is State.DONE
    given = json.loads(world.folder(place.child(second, "web")).spec.read_text())["given"]
    assert given["spec"] == "Show it in red."
    assert [*place.states(second)] == ["api", "web"]


async def test_a_run_that_a_person_runs_again_while_others_are_at_work_stays_a_part_of_the_campaign(
    place: Campaigned, world: RunsWorld
) -> None:
    place.play("web", BROKEN)
    docs = place.add("docs")
    async with place.room() as room:
        parts = [place.part("api"), place.part("web"), docs]
        more: dict[str, object] = {"repos": parts, "after": {"docs": ["web"]}, "max_review_rounds": 1}
        run = await place.start(room, hold_landings=True, gate="ask", **more)
        await room.until(lambda _: place.path("web") in place.children(run))
        first = place.child(run, "web")
        await place.decide(room, await room.question(first), "stop")
        await room.until(lambda _: place.states(run).get("docs", [])[-1:] == ["stopped"])
        await room.until(lambda _: place.path("api") in place.children(run))
        await place.decide(room, await room.question(place.child(run, "api")), "approve")
        assert (await room.question(run)).title == "land api without web, docs?"
        place.play("web", does("src/main.ts", MENDED))
        receipt = await room.service.submit(Rerun(first, {}))
        assert receipt.address is not None
        second = receipt.address
        await room.until(lambda snapshot: all(one.address.root != run for one in snapshot.questions))
        await place.decide(room, await room.question(second), "approve")
        await room.until(lambda _: place.path("docs") in place.children(run))
        assert place.text("web", "src/main.ts") == MENDED
        await place.decide(room, await room.question(place.child(run, "docs")), "approve")
        assert (await place.over(room, run)).state is State.DONE
    assert place.child(run, "web") == second
    assert place.result(run)["repos"][1]["run"] == second.item


async def test_a_landing_that_was_not_verified_stays_and_is_told(place: Campaigned, world: RunsWorld) -> None:
    place.play("web", BROKEN)
    async with place.room() as room:
        run = await place.start(room, max_review_rounds=1, verify=["false"])
        assert (await place.over(room, run)).state is State.FAILED
        api = place.child(run, "api")
        start = Start("campaign", read_spec(world.folder(run)).given, str(world.workspace), parent=run, reuse=FINISHED)
        (told,) = [one for one in await campaign_checks(start, world.state) if one.id == "landed"]
        assert f"The verification of api failed in {api} and is not made again." in told.detail
        place.play("web", does("src/main.ts", MENDED))
        second = await again(room, run, verify=["true"])
        await place.over(room, second)
        said = f"api landed in {api}, but its verification failed; it is not made again"
        assert [one["message"] for one in world.events(second, "warning")] == [said]
        assert await refused(room, second) == (
            f"Everything of {second} has landed; there is nothing to run again. {said}: look at it there, then mend it "
            f"with a run of its own (odw-tui rerun {api}) or take it back."
        )
