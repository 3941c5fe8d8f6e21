"""Converge's own server: tasks made, seen through, answered, cancelled; and what it answers is believed only so far."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.converge import PLAYS, install
from drivers.runs_world import Room, RunsWorld, world
from odw_core.config import Config
from odw_core.converge_server.client import ConvergeServer, NoServer
from odw_core.converge_server.where import Where, where_of
from odw_core.errors import NotFound, Refused, UsageError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Cancel, Decide, Outcome, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item, State
from odw_core.model.question import Question, Road
from odw_core.service.submit import Submitter

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

PLAN = {"summary": "add it", "proposed_changes": ["one"], "questions_for_hitl": []}
ASKS = {**PLAN, "questions_for_hitl": ["Which currency?"]}
SEND = "send to the server (the answer is ignored upstream)"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Server and worker of the stand-in, with their queue in the workspace."""

    program: Path
    place: Path
    where: Where

    @property
    def client(self) -> ConvergeServer:
        return ConvergeServer(self.where, deadline_s=5)

    def work(self) -> None:
        """One task is worked on."""
        subprocess.run([self.program, "worker", "--once"], cwd=self.place, check=True, capture_output=True)


@pytest.fixture
def upstream(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """A server that listens, and a worker to be called."""
    program = install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CONVERGE_NO_LLM", "true")
    argv = [program, "server", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(argv, cwd=world.workspace, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline().rpartition(" ")[2])
        yield Upstream(program, world.workspace, Where("127.0.0.1", port))
        server.terminate()


def repo(world: RunsWorld, name: str, plan: object) -> str:
    folder = world.workspace / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    (folder / PLAYS).write_text(json.dumps({"plan": plan}))
    return name


async def start(room: Room, world: RunsWorld, upstream: Upstream, **given: object) -> Address:
    (world.workspace / ".converge").mkdir(exist_ok=True)
    whole = {"goal": "coupons", "through": "server", "server": upstream.where.address, **given}
    receipt = await room.service.submit(Start("converge-coordinate", whole, str(world.workspace)))
    assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert receipt.address is not None
    return receipt.address


async def task_of(room: Room, run: Address) -> Item:
    """The task that a run of ours made."""

    def is_task(one: Item) -> bool:
        return one.parent == run and one.address.item.startswith("task-")

    snapshot = await room.until(lambda snapshot: any(map(is_task, snapshot.items.values())))
    return next(filter(is_task, snapshot.items.values()))


async def test_a_task_is_made_linked_and_seen_through(world: RunsWorld, upstream: Upstream) -> None:
    repo(world, "api", PLAN)
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"])
        task = await task_of(room, run)
        assert (await room.item(run, State.RUNNING, where=lambda one: bool(one.last_words))).state is State.RUNNING
        await asyncio.to_thread(upstream.work)
        await room.item(run, State.DONE)
        await room.item(task.address, State.DONE)
    found = await upstream.client.task(task.address.item.removeprefix("task-"))
    assert (found.status, found.repos, found.odw_run) == ("SUCCEEDED", (f"{world.workspace}/api",), run.item)


async def test_cancel_sets_the_flag_and_says_that_it_is_one(world: RunsWorld, upstream: Upstream) -> None:
    repo(world, "api", PLAN)
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"])
        task = await task_of(room, run)
        command = Cancel(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        await room.item(run, State.IDLE)
    assert (await upstream.client.task(task.address.item.removeprefix("task-"))).status == "CANCELLED"
    (warning,) = world.events(run, "warning")
    assert "a worker that has the task finishes it all the same" in str(warning["message"])


async def test_a_task_that_nobody_here_made_is_cancelled_at_its_server(world: RunsWorld, upstream: Upstream) -> None:
    (world.workspace / ".converge").mkdir()
    task = await upstream.client.create("theirs", ["api"], max_rounds=2, agent=None, run="")
    address = Address("converge", f"task-{task.id}")
    async with world.room() as room:
        await room.item(address, State.IDLE)
        receipt = await submitter(world, room, upstream).submit(Cancel(address))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.reason.endswith("a worker that has the task finishes it all the same, and overwrites that.")
    assert (await upstream.client.task(task.id)).status == "CANCELLED"


def submitter(world: RunsWorld, room: Room, upstream: Upstream) -> Submitter:
    config = Config(converge_server=upstream.where.address)
    return Submitter(world.state, config, read_only=False, snapshot=room.service.snapshot, where="test")


async def asked(room: Room, world: RunsWorld, upstream: Upstream) -> tuple[Address, Question]:
    """A task that needs a person, and what it asks."""
    (world.workspace / ".converge").mkdir()
    repo(world, "api", ASKS)
    task = await upstream.client.create("coupons", ["api"], max_rounds=1, agent=None, run="")
    await asyncio.to_thread(upstream.work)
    address = Address("converge", f"task-{task.id}")
    await room.item(address, State.WAITING)

    def cards(snapshot: Snapshot) -> list[Question]:
        return [one for one in snapshot.questions if one.road is Road.CONVERGE and len(one.witnesses) == 2]

    return address, cards(await room.until(lambda snapshot: bool(cards(snapshot))))[0]


def answer(question: Question, *how: str) -> Decide:
    values = (("answer", ("euros",)), *((("how", how),) if how else ()))
    return Decide(Decision(question.id, question.digest, "answer", values))


async def test_an_answer_that_is_sent_to_the_server_is_ignored_there_and_that_is_said(
    world: RunsWorld, upstream: Upstream
) -> None:
    async with world.room() as room:
        address, question = await asked(room, world, upstream)
        assert [one.label for one in question.fields[1].choices] == ["start a native run with it", SEND]
        receipt = await submitter(world, room, upstream).submit(answer(question, SEND))
        assert receipt.outcome is Outcome.ACCEPTED
        assert receipt.reason.endswith("it runs the task anew from the beginning and never reads the answer.")
        await asyncio.to_thread(upstream.work)
        # Answered, and asked again.
        await room.item(address, State.WAITING)
    with closing(sqlite3.connect(world.workspace / "converge.db")) as database:
        (kept,) = database.execute("SELECT hitl_resolution_json FROM tasks").fetchone()
    assert json.loads(kept) == {"answer": "euros", "question": "Which currency?"}


async def test_a_task_that_went_on_meanwhile_takes_no_answer(world: RunsWorld, upstream: Upstream) -> None:
    async with world.room() as room:
        address, question = await asked(room, world, upstream)
        snapshot = room.service.snapshot()
        await upstream.client.resolve(address.item.removeprefix("task-"), {"by": "somebody else"})
        config = Config(converge_server=upstream.where.address)
        late = Submitter(world.state, config, read_only=False, snapshot=lambda: snapshot, where="test")
        receipt = await late.submit(answer(question, SEND))
    assert (receipt.outcome, receipt.reason) == (Outcome.STALE, "The task is PENDING by now; it takes no answer.")


async def test_without_a_server_the_next_step_is_said(world: RunsWorld, upstream: Upstream) -> None:
    async with world.room() as room:
        _, question = await asked(room, world, upstream)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            config = Config(converge_server=f"http://127.0.0.1:{free.getsockname()[1]}")
        nobody = Submitter(world.state, config, read_only=False, snapshot=room.service.snapshot, where="test")
        receipt = await nobody.submit(answer(question, SEND))
    assert receipt.outcome is Outcome.REFUSED
    assert "start one with converge server --host 127.0.0.1" in receipt.reason


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.7:8080",
        "http://example.org",
        "https://127.0.0.1:8080",
        "http://me:word@127.0.0.1:8080",
        "http://127.0.0.1:8080/api",
        "127.0.0.1:8080",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_only_a_server_of_this_machine_is_talked_to(address: str) -> None:
    with pytest.raises(UsageError):
        where_of(address)


def test_an_address_of_this_machine_is_one() -> None:
    assert where_of("http://127.0.0.1:8080/") == Where("127.0.0.1", 8080)
    assert where_of("http://localhost") == Where("localhost", 80)
    assert where_of("http://[::1]:81").address == "http://[::1]:81"


class Strange:
    """A server that answers every connection with the same bytes, drop by drop if it is told so."""

    def __init__(self, reply: bytes, *, drips: bool = False) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.where = Where("127.0.0.1", self._listening.getsockname()[1])
        self._reply, self._drips = reply, drips
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        there, _ = self._listening.accept()
        with there:
            there.recv(65536)
            there.sendall(self._reply)
            while self._drips and not self._gone.wait(0.02):
                try:
                    there.sendall(b" ")
                except OSError:
                    return

    def close(self) -> None:
        self._gone.set()
        self._listening.close()
        self._thread.join(5)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>hi<", Refused),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Refused),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n[[[[", Refused),
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7/\r\nContent-Length: 0\r\n\r\n", Refused),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", NotFound),
        (b"SSH-2.0-OpenSSH_9\r\n", NoServer),
        (b"", NoServer),
    ],
)
async def test_a_strange_reply_is_refused_in_a_sentence(body: bytes, error: type[Exception]) -> None:
    strange = Strange(body)
    try:
        with pytest.raises(error) as told:
            await ConvergeServer(strange.where, deadline_s=5).task("abc")
        assert str(told.value).endswith(".")
    finally:
        strange.close()


async def test_a_reply_that_never_ends_is_given_up_at_the_deadline() -> None:
    strange = Strange(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", drips=True)
    try:
        with pytest.raises(NoServer):
            await ConvergeServer(strange.where, deadline_s=0.3).task("abc")
    finally:
        strange.close()


async def test_no_name_of_a_task_leads_elsewhere() -> None:
    with pytest.raises(NotFound):
        await ConvergeServer(Where("127.0.0.1", 1)).task("../../healthz")
