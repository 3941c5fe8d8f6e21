"""Who watches a campaign also sees what its runs ask: their repositories are watched along until it is over."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from drivers.campaigned import Campaigned, place
from drivers.command import odw_tui
from drivers.runs_world import Room, RunsWorld, world
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.command import Outcome
from odw_core.model.item import State
from odw_core.service.oneshot import open_room

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture
def mine(place: Campaigned, home: Path) -> Campaigned:
    """The same with the state folder of the user, as commands know it."""
    place.world.state = home / ".local" / "state" / "odw-tui"
    return place


async def asked(place: Campaigned, room: Room) -> Address:
    """A campaign whose runs ask before they land, both of them at it."""
    run = await place.start(room, gate="ask")
    for name in ("api", "web"):
        await room.until(lambda _, name=name: place.path(name) in place.children(run))  # type: ignore[misc]
        await room.question(place.child(run, name))
    return run


async def test_a_room_over_its_workspace_sees_and_decides_what_its_runs_ask(
    place: Campaigned, world: RunsWorld
) -> None:
    async with world.room() as room:
        run = await asked(place, room)
        snapshot = room.service.snapshot()
        repos = (place.path("api"), place.path("web"))
        assert snapshot.places == (str(world.workspace), *repos)
        assert dict(snapshot.lent) == dict.fromkeys(repos, run)
        for name in ("api", "web"):
            item = snapshot.items[place.child(run, name)]
            assert (item.parent, item.place) == (run, place.path(name))
            question = await room.question(place.child(run, name))
            assert (await place.decide(room, question, "approve")).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
        left = await room.until(lambda snapshot: not snapshot.lent)
        assert left.places == (str(world.workspace),)
        assert {item.place for item in left.items.values()} == {str(world.workspace)}


async def test_a_room_that_opens_later_sees_it_as_well(place: Campaigned, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await asked(place, room)
    async with world.room() as later:
        await later.service.settle()
        snapshot = later.service.snapshot()
        assert {one.address.root for one in snapshot.questions} == {place.child(run, one) for one in ("api", "web")}
        await _reject_all(place, later, run)


async def test_a_run_somebody_looks_at_stays_until_they_look_away(place: Campaigned, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await asked(place, room)
        api = place.child(run, "api")
        async with room.service.detail(api) as feed:
            await _reject_all(place, room, run)
            left = await room.until(lambda snapshot: [*snapshot.lent] == [place.path("api")])
            assert api in left.items and not feed.is_gone
        assert not room.service.snapshot().lent
        assert api not in room.service.snapshot().items


async def test_other_places_take_nothing_from_it_and_keep_what_it_needs(place: Campaigned, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await asked(place, room)
        workspace, web = str(world.workspace), place.path("web")
        await room.service.set_places((workspace, web))
        snapshot = room.service.snapshot()
        assert (snapshot.places, [*snapshot.lent]) == ((workspace, web, place.path("api")), [place.path("api")])
        await room.service.set_places((web,))
        assert room.service.snapshot().places == (web,)
        await room.service.set_places((workspace,))
        await room.service.settle()
        assert {one.address.root for one in room.service.snapshot().questions} == {
            place.child(run, name) for name in ("api", "web")
        }
        await _reject_all(place, room, run)


async def test_what_a_workspace_says_of_a_campaign_lends_nothing(place: Campaigned, world: RunsWorld) -> None:
    async with world.room() as room:
        run = await asked(place, room)
        api = place.child(run, "api")
        # The folder of a true campaign in another workspace, and one that some agent made up.
        other = world.workspace.parent / "other"
        copied = other / ".odw" / "runs" / run.item
        shutil.copytree(world.run(run), copied)
        made_up = other / ".odw" / "runs" / "odw-exec-1767225600000-77"
        made_up.mkdir()
        event = {"type": "campaign", "repos": [{"repo": place.path("api")}]}
        line = {
            "type": "script_stream",
            "run_id": made_up.name,
            "ts_ms": 1767225600000,
            "stream": "event",
            "raw": event,
        }
        (made_up / "journal.ndjson").write_text(json.dumps(line) + "\n")
        await room.service.set_places((str(other),))
        await room.service.settle()
        snapshot = room.service.snapshot()
        assert snapshot.places == (str(other),)
        assert api not in snapshot.items
        await room.service.set_places((str(world.workspace),))
        await _reject_all(place, room, run)


async def test_a_command_over_its_workspace_sees_it_too(mine: Campaigned, world: RunsWorld, tmp_path: Path) -> None:
    for cache in (None, tmp_path / "index.sqlite3"):
        async with world.room() as room:
            run = await asked(mine, room)
            children = {mine.child(run, name) for name in ("api", "web")}
            for _ in range(2):
                # The second time the cache knows them.
                looked = open_room((str(world.workspace),), Config(), cache=cache, is_whole=False)
                try:
                    assert {one.address.root for one in looked.snapshot.questions} == children
                    assert [*looked.snapshot.lent] == [mine.path("api"), mine.path("web")]
                    assert looked.detail(mine.child(run, "api")).item.parent == run
                finally:
                    looked.close()
            await _reject_all(mine, room, run)
        looked = open_room((str(world.workspace),), Config(), cache=cache)
        assert (looked.snapshot.places, looked.snapshot.lent) == ((str(world.workspace),), {})
        assert not children & looked.snapshot.items.keys()
        looked.close()


async def test_inbox_status_and_decisions_of_the_command_line_reach_its_runs(
    mine: Campaigned, world: RunsWorld
) -> None:
    async with world.room() as room:
        run = await asked(mine, room)
        inbox = json.loads(odw_tui("--no-codex", "inbox", "--json", cwd=world.workspace).out)["questions"]
        assert {one["address"].partition("/")[0] for one in inbox} == {str(mine.child(run, x)) for x in ("api", "web")}
        status = json.loads(odw_tui("--no-codex", "status", "--json", cwd=world.workspace).out)
        assert status["open_questions"] == 2
        lent = [{"path": mine.path(name), "campaign": str(run)} for name in ("api", "web")]
        assert status["lent_places"] == lent
        said = odw_tui("--no-codex", "status", cwd=world.workspace).out
        assert f"watched too until {run} is over: api, web" in said
        for one in inbox:
            ran = odw_tui("--no-codex", "approve", one["id"], "--digest", one["digest"], cwd=world.workspace)
            assert ran.code == 0, ran.err
        assert (await mine.over(room, run)).state is State.DONE


async def _reject_all(place: Campaigned, room: Room, run: Address) -> None:
    for name in ("api", "web"):
        question = await room.question(place.child(run, name))
        assert "stop" in question.decisions
        await place.decide(room, question, "stop")
    await place.over(room, run)
