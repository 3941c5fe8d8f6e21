"""Recorded talks with the real app server, said once more by a server at the socket of a home: the room connects to it
as to any other, shows each card while it is asked, takes it away when it is resolved, and sends what is decided."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.app_server_talk import from_server, names, play
from drivers.fake_app_server import FakeAppServer
from odw_core.config import Config
from odw_core.model.change import Snapshot
from odw_core.model.command import Decide, Outcome
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.service.live import LiveService
from odw_core.service.submit import Submitter

Bend = Callable[[dict[str, Any]], list[dict[str, Any]]]
PATIENCE_S = 20.0


class Stage:
    """A home whose server says what it is told to, and a room that looks at it."""

    def __init__(self, base: Path) -> None:
        self.home = base / "home"
        (self.home / "app-server-control").mkdir(parents=True)
        (self.home / "sessions").mkdir()
        (self.home / "config.toml").touch()
        self.server = FakeAppServer(self.home / "app-server-control" / "app-server-control.sock")
        self.server.replies["thread/list"] = lambda _: {"data": []}
        self.server.replies["thread/resume"] = lambda params: {"thread": {"id": params["threadId"]}}
        config = Config()

        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return Submitter(base / "state", config, read_only=False, snapshot=snapshot, where="test")

        self.service = LiveService([str(self.home)], config, cache=None, submitter=submitter)

    @property
    def questions(self) -> list[Question]:
        """What is asked now."""
        return [*self.service.snapshot().questions]

    async def until(self, holds: Callable[[], object], why: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                async for _ in self.service.changes():
                    if holds():
                        return
        except TimeoutError:
            raise AssertionError(f"{why}; there is {self.questions}") from None


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="odw") as name:
        scene = Stage(Path(name))
        await scene.server.start()
        running = asyncio.create_task(scene.service.run())
        try:
            await scene.server.until_heard(1, "thread/list")
            yield scene
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await scene.server.stop()


def said(name: str) -> Iterator[dict[str, Any]]:
    """What the server said of itself: the answers to somebody else's calls are left out."""
    for frame in from_server(name):
        message = json.loads(frame)
        if "method" in message:
            yield message


def as_it_was(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [message]


def of_a_later_version(message: dict[str, Any]) -> list[dict[str, Any]]:
    """More methods, more fields, more kinds of items than anybody knows today."""
    params = {**message.get("params", {}), "novel": {"deep": [1, None]}, "emitted": "soon"}
    strange = {"method": "thread/novel/happened", "params": {"threadId": params.get("threadId", ""), "of": [{}]}}
    item = {"type": "novelItem", "id": "novel", "status": 7}
    started = {"method": "item/started", "params": {"threadId": params.get("threadId", ""), "item": item}}
    return [strange, {**message, "params": params, "jsonrpc": "2.0", "extra": True}, started]


def stuttering(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything twice."""
    return [message, message]


def with_named_requests(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Requests that carry words instead of numbers."""
    if "id" in message:
        return [{**message, "id": f"request-{message['id']}"}]
    if message["method"] == "serverRequest/resolved":
        return [{**message, "params": {**message["params"], "requestId": f"request-{message['params']['requestId']}"}}]
    return [message]


@pytest.mark.parametrize("bend", [as_it_was, of_a_later_version, stuttering, with_named_requests])
@pytest.mark.parametrize("name", names())
async def test_each_card_of_a_talk_is_there_while_it_is_asked(name: str, bend: Bend) -> None:
    expected = [one.title for one in play(from_server(name)).asked]
    async with stage() as scene:
        shown: list[str] = []
        open_now: dict[object, str] = {}
        for message in said(name):
            for one in bend(message):
                await scene.server.say(one)
            if "id" in message and message["id"] not in open_now:
                await scene.until(lambda: len(scene.questions) == len(open_now) + 1, f"{message} made no card")
                (new,) = {one.title for one in scene.questions} - set(open_now.values())
                open_now[message["id"]] = new
                shown += [new] if new not in shown else []
            elif message["method"] == "serverRequest/resolved" and message["params"]["requestId"] in open_now:
                del open_now[message["params"]["requestId"]]
                await scene.until(lambda: len(scene.questions) == len(open_now), "a card outlived its question")
        assert shown == list(dict.fromkeys(expected))
        assert scene.questions == []


@pytest.mark.parametrize("name", [name for name in names() if play(from_server(name)).asked])
async def test_what_is_decided_on_a_card_is_what_the_server_hears(name: str) -> None:
    async with stage() as scene:
        for message in said(name):
            await scene.server.say(message)
            if "id" in message:
                break
        await scene.until(lambda: scene.questions, "no card")
        (question,) = scene.questions
        verdict = "answer" if question.fields else "decline"
        values = tuple((field.id, (field.choices[0].label,)) for field in question.fields)
        other = Decide(Decision(question.id, "0" * 64, verdict, values))
        assert (await scene.service.submit(other)).outcome is Outcome.STALE
        command = Decide(Decision(question.id, question.digest, verdict, values))
        assert (await scene.service.submit(command)).outcome is Outcome.SENT
        (heard,) = await scene.server.until_heard(1)
        assert heard["id"] == message["id"]
        if question.fields:
            labels = {field.id: {"answers": [field.choices[0].label]} for field in question.fields}
            assert heard["result"] == {"answers": labels}
        else:
            assert heard["result"] == {"decision": "decline"}
        thread = message["params"]["threadId"]
        resolved = {"threadId": thread, "requestId": message["id"]}
        await scene.server.say({"method": "serverRequest/resolved", "params": resolved})
        assert (await scene.service.outcome(command.id, PATIENCE_S)).outcome is Outcome.ACCEPTED
        await scene.until(lambda: not scene.questions, "a card outlived its question")
        assert (await scene.service.submit(Decide(command.decision))).outcome is Outcome.STALE
