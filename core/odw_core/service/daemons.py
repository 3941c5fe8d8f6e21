"""Daemons: what the app servers of Codex homes say of the sessions they run, and how a person's answer gets there.

Connects where a home's own socket is; never starts or stops a server. Subscribes only to threads that wait for a
person, and changes nothing about them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from odw_core import __version__
from odw_core.appserver.attach import client_at, daemon_socket
from odw_core.appserver.buffer import Back, Ended, Gone, Lost
from odw_core.appserver.client import SOURCES, Client, ServerRefused, Unanswered
from odw_core.appserver.messages import Notification, Request, RequestId
from odw_core.appserver.transport import Disconnected
from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.server_answer import answer
from odw_core.engines.codex.server_question import server_question
from odw_core.engines.loose import Json, mapping, objects, text, texts
from odw_core.errors import Refused, Stale
from odw_core.model.address import Address
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.evidence import ServerWord
from odw_core.model.question import Question, Road
from odw_core.text.ansi import plain

LOOK_S = 2.0
"""Between looks for a socket that was not there."""
WITNESS = "server"
_VIA = "you, here or in its own terminal: the first answer counts"


@dataclass(slots=True)
class _Attached:
    """One server that we are connected to."""

    home: str
    client: Client
    asked: dict[RequestId, tuple[Request, Question]] = field(default_factory=dict)
    changes: dict[tuple[str, str], Sequence[Json]] = field(default_factory=dict)
    """Of patches by thread and item: what their approval does not say again."""
    threads: dict[str, str] = field(default_factory=dict)
    """Folder of each thread that the server told of."""
    has_looked: bool = False
    """Whether it told of everything that it has loaded."""


@dataclass(frozen=True, slots=True)
class _Sent:
    home: str
    request: Request
    question: str


class Daemons:
    """Fills ``words``; tells ``changed`` whose word is another one, and ``asked`` what the server of a home asks."""

    def __init__(
        self,
        homes: Callable[[], Iterable[str]],
        words: dict[Address, ServerWord],
        changed: Callable[[Address], None],
        asked: Callable[[Address, tuple[Question, ...]], None],
        *,
        reads_only: bool,
    ) -> None:
        """``reads_only`` only listens: it subscribes to nothing and answers nothing."""
        self._homes, self._words = homes, words
        self._changed, self._tell = changed, asked
        self._reads_only = reads_only
        self._attached: dict[str, _Attached] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sent: dict[str, _Sent] = {}
        self._ended: dict[str, Receipt] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Look for servers until cancelled."""
        try:
            while True:
                self.look()
                await asyncio.sleep(LOOK_S)
        finally:
            tasks = [*self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> None:
        """Connect to every server that is there and is not connected yet."""
        for home in self._homes():
            task = self._tasks.get(home)
            if (task is None or task.done()) and (socket := daemon_socket(Path(home))) is not None:
                self._tasks[home] = asyncio.create_task(self._attend(home, socket), name=f"app server of {home}")

    def client_of(self, address: Address) -> Client | None:
        """The connection to whoever has this session loaded."""
        return next((one.client for one in self._attached.values() if address.item in one.threads), None)

    async def all_said(self) -> None:
        """Until every server that is there has told what it asks."""
        self.look()
        while not all(self._has_said(home) for home in self._tasks):
            self._news.clear()
            await self._news.wait()

    def _has_said(self, home: str) -> bool:
        attached = self._attached.get(home)
        if attached is None:
            return self._tasks[home].done()
        asking = {request.thread for request, _ in attached.asked.values()}
        words = ((thread, self._words.get(Address("codex", thread))) for thread in attached.threads)
        waits = {thread for thread, word in words if word is not None and word.is_asking}
        return attached.has_looked and waits <= asking

    async def _attend(self, home: str, socket: Path) -> None:
        """Follow one server until it is gone."""
        try:
            async with client_at(socket, version=__version__, tries=3, reads_only=self._reads_only) as client:
                attached = self._attached[home] = _Attached(home, client)
                await self._look_around(attached)
                while not isinstance(event := await client.take(), Ended):
                    await self._take(attached, event)
        except (Disconnected, Unanswered, ServerRefused):
            # It is looked for again; until then the transcripts are all that is known.
            return
        finally:
            if (gone := self._attached.pop(home, None)) is not None:
                self._forget(gone)
            # Its task is done a moment later.
            asyncio.get_running_loop().call_soon(self._news.set)

    async def _look_around(self, attached: _Attached) -> None:
        """What is loaded at this moment, and what of it waits."""
        listed = await attached.client.call("thread/list", {"limit": 100, "sourceKinds": list(SOURCES[:4])})
        for thread in objects(listed, "data"):
            await self._said_status(attached, text(thread, "id"), mapping(thread, "status"), text(thread, "cwd"))
        attached.has_looked = True
        self._news.set()

    async def _take(self, attached: _Attached, event: object) -> None:
        match event:
            case Request():
                self._ask(attached, event)
            case Gone():
                self._gone(attached, event.request)
            case Lost():
                self._forget(attached)
            case Back():
                await self._look_around(attached)
            case Notification(method="thread/status/changed"):
                await self._said_status(attached, event.thread, mapping(event.params, "status"))
            case Notification(method="thread/started"):
                thread = mapping(event.params, "thread")
                await self._said_status(attached, event.thread, mapping(thread, "status"), text(thread, "cwd"))
            case Notification(method="thread/closed"):
                self._set(attached, event.thread, None)
            case Notification(method="item/started"):
                item = mapping(event.params, "item")
                if text(item, "type") == "fileChange":
                    attached.changes[event.thread, text(item, "id")] = objects(item, "changes")
            case Notification(method="item/completed"):
                attached.changes.pop((event.thread, event.item), None)
            case _:
                pass

    async def _said_status(self, attached: _Attached, thread: str, status: Json, folder: str = "") -> None:
        kind, flags = text(status, "type"), texts(status, "activeFlags")
        if not thread or kind not in ("idle", "active", "systemError"):
            self._set(attached, thread, None)
            return
        if folder or thread not in attached.threads:
            attached.threads[thread] = folder
        is_asking = any(flag.startswith("waiting") for flag in flags)
        word = ServerWord(kind == "active", kind == "active" and is_asking, kind == "systemError")
        is_new = self._words.get(Address("codex", thread)) != word
        self._set(attached, thread, word)
        if is_new and word.is_asking and not self._reads_only:
            # Its request comes with the subscription, under the id that everybody else has.
            with suppress(ServerRefused, Unanswered):
                await attached.client.subscribe((thread,))

    def _set(self, attached: _Attached, thread: str, word: ServerWord | None) -> None:
        address = Address("codex", thread)
        if word is None:
            attached.threads.pop(thread, None)
            if self._words.pop(address, None) is not None:
                self._changed(address)
        elif self._words.get(address) != word:
            self._words[address] = word
            self._changed(address)

    def _forget(self, attached: _Attached) -> None:
        """The server is out of reach: what it said counts no more."""
        for thread in tuple(attached.threads):
            self._set(attached, thread, None)
        attached.asked.clear()
        attached.changes.clear()
        self._publish(attached)

    def _question(self, attached: _Attached, request: Request) -> Question | None:
        why_not = "--read-only only listens; leave it out to answer" if self._reads_only else None
        asker = Asker(
            address=Address("codex", request.thread),
            subject="the session",
            witness=WITNESS,
            answer_via=_VIA,
            road=Road.NONE if self._reads_only else Road.SERVER,
            why_not=why_not,
            workspace=attached.threads.get(request.thread, ""),
            occurrence=str(request.id),
        )
        changes = attached.changes.get((request.thread, request.item))
        return server_question(request.method, request.params, asker, changes)

    def _ask(self, attached: _Attached, request: Request) -> None:
        if (question := self._question(attached, request)) is not None:
            attached.asked[request.id] = request, question
            self._publish(attached)

    def _gone(self, attached: _Attached, request: Request) -> None:
        known = attached.asked.pop(request.id, None)
        for command_id, sent in tuple(self._sent.items()):
            if sent.home == attached.home and sent.request == request:
                del self._sent[command_id]
                self._ended[command_id] = Receipt(command_id, Outcome.ACCEPTED, "Its server took it.")
        if known is not None:
            self._publish(attached)

    def _publish(self, attached: _Attached) -> None:
        questions = tuple(question for _, question in attached.asked.values())
        self._tell(Address("codex", plain(f"server of {attached.home}")), questions)
        self._news.set()

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Answer what a server asks. Raises ``Stale`` when it asks something else by now, or nothing."""
        decision = command.decision
        for attached in self._attached.values():
            for request, asked in attached.asked.values():
                if asked.id != decision.question_id:
                    continue
                if asked.digest != decision.digest:
                    raise Stale("The question changed since it was shown; look at it again.")
                said = answer(request.method, request.params, decision)
                self._sent[command.id] = _Sent(attached.home, request, asked.id)
                try:
                    await attached.client.answer(request, said)
                except Disconnected as error:
                    del self._sent[command.id]
                    raise Refused(str(error)) from None
                return Receipt(command.id, Outcome.SENT, "", question.address)
        raise Stale("Somebody answered it first, or its turn is over.")

    async def outcome(self, command_id: str) -> Receipt | None:
        """What became of an answer by now; None while the server has said nothing."""
        return self._ended.get(command_id)
