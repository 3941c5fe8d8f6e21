"""The client keeps its word whatever the server does: deadlines, order, bounds, coming back, and never an answer of its
own."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.fake_app_server import FakeAppServer, fake_app_server
from odw_core.appserver.attach import client_at, connections, daemon_socket, resolved
from odw_core.appserver.buffer import Back, Ended, Event, Gone, Lost
from odw_core.appserver.client import Client, ServerRefused, Unanswered
from odw_core.appserver.messages import Notification, Request
from odw_core.appserver.trace import Trace
from odw_core.appserver.transport import Disconnected

PARAMS = {"threadId": "t", "turnId": "u", "itemId": "i", "command": "ls"}
COMMAND = "item/commandExecution/requestApproval"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="odw") as name:
        yield Path(name)


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[FakeAppServer]:
    async with fake_app_server(folder) as fake:
        yield fake


def client_of(server: FakeAppServer, **given: Any) -> Client:
    return client_at(server.path.with_name("app.sock"), version="1", **given)


async def until(client: Client, kind: type[Event]) -> Event:
    async with asyncio.timeout(5.0):
        while not isinstance(event := await client.take(), kind):
            assert not isinstance(event, Ended)
    return event


async def test_the_version_is_the_one_of_the_handshake(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        assert (client.server_version, client.home) == ("0.169.0", "/home/dev/.codex")
        assert client.key.pid == os.getpid()
        await server.until_heard(1, "initialized")


async def test_a_call_without_an_answer_is_given_up_at_its_own_deadline(server: FakeAppServer) -> None:
    server.replies["thread/read"] = lambda _: None
    async with client_of(server) as client:
        with pytest.raises(Unanswered, match=r"did not answer thread/read within 0\.05 s"):
            await client.call("thread/read", {}, within_s=0.05)


async def test_a_refusal_is_told_in_the_servers_own_words(server: FakeAppServer) -> None:
    server.replies["turn/steer"] = lambda _: ValueError("no active turn to steer")
    async with client_of(server) as client:
        with pytest.raises(ServerRefused, match="refused turn/steer: no active turn to steer"):
            await client.call("turn/steer", {})


async def test_nobody_there_is_said_at_once(folder: Path) -> None:
    with pytest.raises(Disconnected, match="No app server answers"):
        async with client_at(folder / "none.sock", version="1"):
            pass


async def test_what_cannot_be_understood_is_counted_and_passed_over(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        for junk in ("{", "[]", "7", b"\xff\xfe", '{"id":true}', '{"result":{}}', "[" * 50_000):
            await server.say(junk)
        await server.say({"method": "something/new", "params": {"threadId": "t", "x": 1}, "y": 2})
        event = await until(client, Notification)
        assert isinstance(event, Notification)
        assert event.method == "something/new"
        assert client.malformed == 7


async def test_a_question_waits_and_nothing_is_answered_by_itself(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        await server.ask(0, COMMAND, PARAMS)
        request = await until(client, Request)
        assert isinstance(request, Request)
        await client.call("thread/list", {})
        assert not [one for one in server.heard if "method" not in one]
        await client.answer(request, {"decision": "decline"})
        assert (await server.until_heard(1))[0] == {"id": 0, "result": {"decision": "decline"}}
        await server.resolve(0)
        gone = await until(client, Gone)
        assert isinstance(gone, Gone)
        assert gone.request == request


async def test_who_only_reads_answers_nothing(server: FakeAppServer) -> None:
    async with client_of(server, reads_only=True) as client:
        await server.ask(0, COMMAND, PARAMS)
        request = await until(client, Request)
        assert isinstance(request, Request)
        with pytest.raises(Disconnected, match="only reads"):
            await client.answer(request, {"decision": "accept"})


async def test_a_broken_connection_is_made_anew_and_what_waits_is_not_asked_twice(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        client.watch("t")
        await server.ask(0, COMMAND, PARAMS)
        await until(client, Request)
        server.drop()
        await until(client, Lost)
        await until(client, Back)
        assert [request.id for request in client.pending.values()] == [0]
        resumed = await server.until_heard(1, "thread/resume")
        assert resumed[0]["params"] == {"threadId": "t", "excludeTurns": True}
        await server.resolve(0)
        assert isinstance(await until(client, Gone), Gone)


async def test_what_was_answered_while_nobody_listened_is_gone_afterwards(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        client.watch("t")
        await server.ask(0, COMMAND, PARAMS)
        await until(client, Request)
        server.drop()
        server.pending.clear()
        server.flags = []
        assert isinstance(await until(client, Gone), Gone)
        await until(client, Back)
        assert client.pending == {}


async def test_another_question_under_the_same_number_is_another_question(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        client.watch("t")
        await server.ask(0, COMMAND, PARAMS)
        await until(client, Request)
        server.drop()
        server.pending[0] = {"id": 0, "method": COMMAND, "params": {**PARAMS, "itemId": "other"}}
        gone, asked = await until(client, Gone), await until(client, Request)
        assert isinstance(gone, Gone)
        assert isinstance(asked, Request)
        assert (gone.request.item, asked.item) == ("i", "other")


async def test_a_server_that_is_gone_ends_the_talk_and_every_call(server: FakeAppServer) -> None:
    server.replies["thread/read"] = lambda _: None
    async with client_of(server, tries=2) as client:
        await server.ask(0, COMMAND, PARAMS)
        await until(client, Request)
        waiting = asyncio.create_task(client.call("thread/read", {}))
        await server.until_heard(1, "thread/read")
        await server.stop()
        with pytest.raises(Disconnected):
            await waiting
        await until(client, Gone)
        await until(client, Ended)
        await server.start()


async def test_a_slow_reader_gets_all_that_was_said_in_few_pieces(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        for number in range(5000):
            await server.say(delta(f"{number} "))
        await server.say({"method": "item/completed", "params": {"threadId": "t", "item": {"id": "i"}}})
        await client.call("thread/list", {})
        taken = []
        while (event := client.take_now()) is not None:
            assert isinstance(event, Notification)
            taken.append(event)
        assert [event.method for event in taken] == ["item/agentMessage/delta", "item/completed"]
        assert taken[0].params["delta"] == "".join(f"{number} " for number in range(5000))


async def test_what_waits_for_a_slow_reader_is_bounded(server: FakeAppServer) -> None:
    async with client_of(server) as client:
        for _ in range(40):
            await server.say(delta("x" * 100_000))
            await server.say({"method": "turn/diff/updated", "params": {"threadId": "t", "diff": "y" * 1000}})
        await client.call("thread/list", {})
        waiting = []
        while (event := client.take_now()) is not None:
            waiting.append(event)
        assert len(waiting) == 2
        first = waiting[0]
        assert isinstance(first, Notification)
        assert len(str(first.params["delta"])) <= 256 * 1024


async def test_every_frame_of_both_sides_is_traced_without_the_secret(server: FakeAppServer) -> None:
    lines: list[str] = []
    async with client_of(server, trace=Trace(lines.append, lambda: 1.5)) as client:
        questions = [{"id": "pin", "isSecret": True}, {"id": "name", "isSecret": False}]
        await server.ask(3, "item/tool/requestUserInput", {"threadId": "t", "itemId": "i", "questions": questions})
        request = await until(client, Request)
        assert isinstance(request, Request)
        answers = {"pin": {"answers": ["42"]}, "name": {"answers": ["Ann"]}}
        await client.answer(request, {"answers": answers})
        await server.until_heard(1)
        await server.say("no json\n at all")
        await client.call("thread/list", {})
    traced = [json.loads(line) for line in lines]
    assert {frame["at_ms"] for frame in traced} == {1500}
    assert [frame["msg"].get("method") for frame in traced[:3]] == ["initialize", None, "initialized"]
    (answered,) = (one["msg"]["result"] for one in traced if "answers" in str(one["msg"]) and "result" in one["msg"])
    assert answered["answers"] == {"pin": {"answers": ["**"]}, "name": {"answers": ["Ann"]}}
    assert server.heard[-2]["result"]["answers"] == answers
    assert any(frame["msg"] == "no json\n at all" for frame in traced)


def test_a_socket_is_found_through_its_link_and_only_if_it_is_one(folder: Path) -> None:
    home = folder / "home"
    (home / "app-server-control").mkdir(parents=True)
    advertised = home / "app-server-control" / "app-server-control.sock"
    assert daemon_socket(home) is None
    advertised.write_text("no socket")
    assert daemon_socket(home) is None
    advertised.unlink()
    advertised.symlink_to(folder / "gone.sock")
    assert daemon_socket(home) is None


async def test_clients_of_a_socket_are_counted(server: FakeAppServer) -> None:
    advertised = server.path.with_name("app.sock")
    assert resolved(advertised) == server.path
    assert connections(advertised) == 0
    async with client_of(server):
        assert connections(advertised) == 1


def delta(text: str) -> dict[str, Any]:
    return {"method": "item/agentMessage/delta", "params": {"threadId": "t", "itemId": "i", "delta": text}}
