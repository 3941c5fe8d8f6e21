"""Converge's own server: tasks made, seen through, answered, cancelled; and what it answers is believed only so far."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.converge import PLAYS, install
from drivers.converge_server import PAGES
from drivers.runs_world import Room, RunsWorld, world
from odw_core.config import Config
from odw_core.converge_server.client import ConvergeServer, NoServer
from odw_core.converge_server.where import Where, where_of
from odw_core.errors import NotFound, Refused, UsageError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Cancel, Decide, Outcome, Resume, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item, State
from odw_core.model.question import Question, Road
from odw_core.service.submit import Submitter
from odw_core.service.upstream.converge import converge_again

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


async def test_a_task_is_seen_as_soon_as_there_is_a_queue(world: RunsWorld, upstream: Upstream) -> None:
    async with world.room() as room:
        task = await upstream.client.create("theirs", ["api"], max_rounds=3, agent="codex", run="")
        item = await room.item(Address("converge", f"task-{task.id}"), State.IDLE)
    assert not (world.workspace / ".converge").exists()
    assert (item.goal, item.why) == ("theirs", "no worker took it yet")
    again = converge_again(item.address, str(world.workspace))
    assert (again.given["max_rounds"], again.given["coding_agent"], again.given["through"]) == (3, "codex", "server")


class Between:
    """What stands between us and a server: hands everything on, and may keep an answer back or hang up."""

    def __init__(self, target: Where) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.where, self._target = Where("127.0.0.1", self._listening.getsockname()[1]), target
        self.keeps_answers = threading.Event()
        self.hangs_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                there, _ = self._listening.accept()
            except OSError:
                return
            with there, suppress(OSError):
                if not self.hangs_up.is_set():
                    self._hand_on(there)

    def _hand_on(self, there: socket.socket) -> None:
        asked = there.recv(1 << 20)
        if asked.startswith(b"POST") and asked.endswith(b"\r\n\r\n") and b"Content-Length: 0" not in asked:
            asked += there.recv(1 << 20)
        with socket.create_connection((self._target.host, self._target.port), timeout=10) as server:
            server.sendall(asked)
            answer = b""
            while piece := server.recv(1 << 20):
                answer += piece
        if not (self.keeps_answers.is_set() and asked.startswith(b"POST /api/tasks ")):
            there.sendall(answer)

    def close(self) -> None:
        # Closing alone does not wake who waits for a call.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@pytest.fixture
def between(upstream: Upstream) -> Iterator[Between]:
    found = Between(upstream.where)
    yield found
    found.close()


async def test_a_task_whose_making_was_not_heard_is_found_and_not_made_twice(
    world: RunsWorld, upstream: Upstream, between: Between
) -> None:
    repo(world, "api", PLAN)
    between.keeps_answers.set()
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"], server=between.where.address)
        await task_of(room, run)
        await asyncio.to_thread(upstream.work)
        await room.item(run, State.DONE)
    assert len(await upstream.client.tasks()) == 1


@pytest.fixture
def paging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has to come before ``upstream``: the server is as it was later, and lists its tasks by the page."""
    monkeypatch.setenv(PAGES, "1")


async def test_a_task_whose_making_was_not_heard_is_found_on_the_pages_of_a_later_server(
    paging: None, world: RunsWorld, upstream: Upstream, between: Between
) -> None:
    repo(world, "api", PLAN)
    between.keeps_answers.set()
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"], server=between.where.address)
        await task_of(room, run)
        await asyncio.to_thread(upstream.work)
        await room.item(run, State.DONE)
    assert len(await upstream.client.tasks()) == 1


async def test_the_newest_hundred_tasks_of_a_later_server_are_listed(paging: None, upstream: Upstream) -> None:
    for number in range(22):
        await upstream.client.create(f"goal {number}", ["api"], max_rounds=1, agent=None, run=f"run-{number}")
    assert len(await upstream.client.tasks()) == 22
    assert (await upstream.client.made_by("run-0")) is not None


async def test_without_an_answer_it_is_said_that_the_task_may_be_there(
    world: RunsWorld, upstream: Upstream, between: Between
) -> None:
    between.hangs_up.set()
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"], server=between.where.address)
        item = await room.item(run, State.FAILED)
    assert "hung up without an answer. Whether it took the task is not known." in item.why


async def test_a_run_waits_for_its_server_and_says_when_a_cancel_did_not_reach_it(
    world: RunsWorld, upstream: Upstream, between: Between
) -> None:
    repo(world, "api", PLAN)
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"], server=between.where.address)
        task = await task_of(room, run)
        between.hangs_up.set()
        await room.item(run, State.RUNNING, where=lambda one: "hung up without an answer" in one.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        await room.item(run, State.RUNNING, where=lambda one: "hung up without an answer" in one.last_words)
        command = Cancel(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        await room.item(run, State.IDLE)
    (warning,) = world.events(run, "warning")
    assert str(warning["message"]).startswith("the task is not cancelled, a worker may still take it or go on with it:")
    assert (await upstream.client.task(task.address.item.removeprefix("task-"))).status == "PENDING"
    assert len(await upstream.client.tasks()) == 1


async def test_a_task_that_waits_again_is_cancelled_though_the_run_that_made_it_is_over(
    world: RunsWorld, upstream: Upstream
) -> None:
    repo(world, "api", ASKS)
    async with world.room() as room:
        run = await start(room, world, upstream, repos=["api"], max_rounds=1)
        task = await task_of(room, run)
        await asyncio.to_thread(upstream.work)
        await room.item(run, State.BLOCKED)
        identity = task.address.item.removeprefix("task-")
        await upstream.client.resolve(identity, {"answer": "euros"})
        await room.item(task.address, State.IDLE)
        receipt = await submitter(world, room, upstream).submit(Cancel(task.address))
        assert receipt.outcome is Outcome.ACCEPTED, receipt.reason
    assert (await upstream.client.task(identity)).status == "CANCELLED"


async def test_a_task_that_nobody_here_made_is_cancelled_at_its_server(world: RunsWorld, upstream: Upstream) -> None:
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
        assert [one.label for one in question.fields[1].choices] == ["keep it for a native run", SEND]
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
        self.calls = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        there, _ = self._listening.accept()
        self.calls += 1
        with there:
            there.recv(65536)
            with suppress(OSError):
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


OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
WRONG = b'{"detail": [{"loc": ["body", "repos"], "msg": "Field required"}]}'


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (OK % 9 + b"<html>hi<", Refused, "is no Converge server (status 200)"),
        (OK % 2 + b"{}", Refused, "is no Converge server (status 200)"),
        (OK % 4 + b"[[[[", Refused, "is no Converge server (status 200)"),
        (OK % 50 + b'{"id": "a', NoServer, "broke off in the middle of its reply"),
        (OK % (9 << 20) + b"x" * (9 << 20), NoServer, "says more than 8 MiB, which no Converge server does"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7/\r\nContent-Length: 0\r\n\r\n",
            Refused,
            "it sends elsewhere (status 302), where nothing of yours goes",
        ),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", NotFound, "it serves another queue"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\n<html>no<", Refused, "failed (status 500)"),
        (
            b"HTTP/1.1 422 No\r\nContent-Length: %d\r\n\r\n" % len(WRONG) + WRONG,
            Refused,
            "refused it: repos: Field required",
        ),
        (b"SSH-2.0-OpenSSH_9\r\n", NoServer, "is no server of the web"),
        (b"", NoServer, "hung up without an answer"),
    ],
)
async def test_a_strange_reply_is_refused_in_a_sentence_that_says_what_came(
    body: bytes, error: type[Exception], said: str
) -> None:
    strange = Strange(body)
    try:
        with pytest.raises(error) as told:
            await ConvergeServer(strange.where, deadline_s=5).task("abc")
        assert said in str(told.value) and str(told.value).endswith(".")
        assert strange.where.address in str(told.value)
    finally:
        strange.close()


@pytest.mark.parametrize("reply", [b"", OK % 1_000_000, b"HTTP/1.1 200 OK\r\nX: "], ids=["mute", "body", "head"])
async def test_an_answer_that_does_not_come_to_its_end_is_given_up_at_the_deadline(reply: bytes) -> None:
    strange = Strange(reply, drips=True)
    try:
        with pytest.raises(NoServer, match=r"took the call and did not answer within 0\.3 s"):
            await ConvergeServer(strange.where, deadline_s=0.3).task("abc")
    finally:
        strange.close()


async def test_what_goes_elsewhere_is_not_followed_with_a_goal() -> None:
    elsewhere = Strange(OK % 2 + b"{}")
    moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.where.address}/api/tasks\r\nContent-Length: 0\r\n\r\n"
    strange = Strange(moved.encode())
    try:
        with pytest.raises(Refused, match="where nothing of yours goes"):
            client = ConvergeServer(strange.where, deadline_s=5)
            await client.create("secret", ["api"], max_rounds=1, agent=None, run="r")
        assert elsewhere.calls == 0
    finally:
        strange.close()
        with socket.create_connection((elsewhere.where.host, elsewhere.where.port)) as last:
            last.sendall(b"x")
        elsewhere.close()


async def test_no_name_of_a_task_leads_elsewhere() -> None:
    with pytest.raises(NotFound):
        await ConvergeServer(Where("127.0.0.1", 1)).task("../../healthz")
