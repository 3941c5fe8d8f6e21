"""Client: one conversation with one app server. Calls with deadlines, events in order, the connection made anew when it
breaks. Accepts nothing by itself: what the server asks is handed on and waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from odw_core.appserver.buffer import Back, Ended, Event, EventBuffer, Gone, Lost
from odw_core.appserver.messages import (
    Failure,
    Notification,
    Request,
    RequestId,
    Result,
    decode,
    encode_answer,
    encode_call,
    encode_notice,
    encode_refusal,
    version_of,
)
from odw_core.appserver.trace import FROM_SERVER, TO_SERVER, Trace
from odw_core.appserver.transport import Disconnected, Transport
from odw_core.engines.loose import Json, mapping, objects, text, texts
from odw_core.errors import OdwError

CALL_S = 30.0
"""Seconds until a call without an answer is given up."""
SOURCES = ("cli", "vscode", "exec", "appServer", "subAgent", "unknown")
_PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Between attempts to connect again; the last one repeats."""

Connect = Callable[[], Awaitable[Transport]]


class Unanswered(OdwError):
    """The server did not answer in time."""


class ServerRefused(OdwError):
    """The server refused a call; ``message`` is its own sentence."""

    def __init__(self, method: str, failure: Failure) -> None:
        super().__init__(f"The app server refused {method}: {failure.message}")
        self.message = failure.message
        self.reason = failure.reason


class ServerKey(NamedTuple):
    """Which server process: request ids mean something only together with it."""

    socket: str
    pid: int | None


class Client:
    """Use as ``async with``. ``take()`` yields events until ``Ended``."""

    def __init__(
        self,
        connect: Connect,
        *,
        socket: str,
        version: str,
        trace: Trace | None = None,
        tries: int = len(_PAUSES_S),
        reads_only: bool = False,
    ) -> None:
        """``tries``: attempts to connect again after a break, before ``Ended``. ``reads_only`` refuses to answer."""
        self.malformed = 0
        """Frames that said nothing understandable."""
        self.server_version = ""
        self.home = ""
        """The server's Codex home."""
        self.key = ServerKey(socket, None)
        self.pending: dict[RequestId, Request] = {}
        """What the server asks and nobody answered yet."""
        self._connect, self._version, self._trace = connect, version, trace
        self._tries, self._reads_only = tries, reads_only
        self._transport: Transport | None = None
        self._calls: dict[int, asyncio.Future[Json]] = {}
        self._names: dict[int, str] = {}
        self._count = 0
        self._buffer = EventBuffer()
        self._watched: set[str] = set()
        self._running: asyncio.Task[None] | None = None
        self._failures = 0

    async def __aenter__(self) -> Client:
        """Connect and shake hands. Raises ``Disconnected``, ``Unanswered``, ``ServerRefused``."""
        self._transport = await self._connect()
        self._running = asyncio.create_task(self._run(), name="app server")
        try:
            await self._shake_hands()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave. The server and its turns go on."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    async def call(self, method: str, params: Json, *, within_s: float = CALL_S) -> Json:
        """Ask the server. Raises ``Unanswered``, ``ServerRefused`` or ``Disconnected``, each with a clear sentence."""
        transport = self._transport
        if transport is None:
            raise Disconnected(f"There is no connection to the app server, so {method} was not sent.")
        self._count += 1
        id_ = self._count
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._calls[id_], self._names[id_] = answer, method
        try:
            async with asyncio.timeout(within_s):
                await self._send(transport, encode_call(id_, method, params))
                return await answer
        except TimeoutError:
            raise Unanswered(f"The app server did not answer {method} within {within_s:g} s.") from None
        finally:
            self._calls.pop(id_, None)
            self._names.pop(id_, None)

    async def answer(self, request: Request, result: Json) -> None:
        """Answer what the server asked. Whether it counted is told by ``Gone``: another client may have been first."""
        transport = self._may_answer()
        frame = encode_answer(request.id, result)
        if self._trace is not None:
            self._trace.answer(request, result, frame)
        await transport.send(frame)

    async def refuse(self, request: Request, message: str) -> None:
        """Say that nobody here can answer this kind of request; it decides nothing."""
        await self._send(self._may_answer(), encode_refusal(request.id, message))

    def watch(self, thread: str) -> None:
        """Subscribe to this thread again whenever the connection is made anew."""
        self._watched.add(thread)

    def forget(self, thread: str) -> None:
        """Do not subscribe to it again."""
        self._watched.discard(thread)

    async def take(self) -> Event:
        """The next event; waits for it. After ``Ended`` there is none."""
        return await self._buffer.take()

    def take_now(self) -> Event | None:
        """An event that is there already; None when none is."""
        return self._buffer.take_now()

    async def active_threads(self, *, only_waiting: bool = False) -> list[str]:
        """Threads of this server with a running turn, or only those that wait for a person."""
        found = []
        listed = await self.call("thread/list", {"limit": 100, "sourceKinds": list(SOURCES[:4])})
        for one in objects(listed, "data"):
            status = mapping(one, "status")
            is_waiting = any(flag.startswith("waiting") for flag in texts(status, "activeFlags"))
            if text(status, "type") == "active" and (is_waiting or not only_waiting):
                found.append(text(one, "id"))
        return found

    async def subscribe(self, threads: Iterable[str]) -> None:
        """Hear of these threads; what they ask is asked again. Changes nothing about them."""
        for thread in threads:
            resumed = await self.call("thread/resume", {"threadId": thread, "excludeTurns": True})
            self.watch(thread)
            status = mapping(mapping(resumed, "thread"), "status")
            is_waiting = any(flag.startswith("waiting") for flag in texts(status, "activeFlags"))
            # A server that says nothing about it has not said that nothing waits.
            if text(status, "type") and not is_waiting:
                self._drop(request for request in self.pending.values() if request.thread == thread)

    def _may_answer(self) -> Transport:
        if self._reads_only:
            raise Disconnected("This connection only reads; nothing was answered.")
        if self._transport is None:
            raise Disconnected("There is no connection to the app server; the answer was not sent.")
        return self._transport

    async def _shake_hands(self) -> None:
        assert self._transport is not None
        self.key = ServerKey(self.key.socket, self._transport.peer)
        client = {"name": "odw_tui", "title": "odw-tui", "version": self._version}
        can = {"experimentalApi": True, "requestAttestation": False, "optOutNotificationMethods": []}
        greeted = await self.call("initialize", {"clientInfo": client, "capabilities": can}, within_s=10.0)
        self.server_version = version_of(text(greeted, "userAgent"))
        self.home = text(greeted, "codexHome")
        await self._send(self._transport, encode_notice("initialized"))

    async def _send(self, transport: Transport, frame: str) -> None:
        if self._trace is not None:
            self._trace.frame(TO_SERVER, frame)
        await transport.send(frame)

    async def _run(self) -> None:
        """Read until the connection breaks, make it anew, and so on."""
        returning: asyncio.Task[None] | None = None
        try:
            while True:
                await self._read()
                if returning is not None:
                    returning.cancel()
                self._break()
                self._buffer.put(Lost())
                if not await self._reconnect():
                    break
                returning = asyncio.create_task(self._come_back(), name="app server again")
        finally:
            if returning is not None:
                returning.cancel()
            self._drop(self.pending.values())
            self._buffer.put(Ended())

    async def _read(self) -> None:
        assert self._transport is not None
        transport = self._transport
        try:
            while True:
                await self._buffer.room()
                self._receive(await transport.receive())
        except Disconnected:
            return

    def _receive(self, frame: str | bytes) -> None:
        message = decode(frame)
        if self._trace is not None:
            self._trace.frame(FROM_SERVER, frame, is_json=message is not None)
        match message:
            case None:
                self.malformed += 1
            case Result():
                self._settle(message.id, message.value)
            case Failure():
                self._settle(message.id, message)
            case Request():
                self._ask(message)
            case Notification():
                self._tell(message)

    def _settle(self, id_: RequestId | None, outcome: Json | Failure) -> None:
        call = self._calls.get(id_) if isinstance(id_, int) else None
        if call is None or call.done() or not isinstance(id_, int):
            return
        if isinstance(outcome, Failure):
            call.set_exception(ServerRefused(self._names[id_], outcome))
        else:
            call.set_result(outcome)

    def _ask(self, request: Request) -> None:
        known = self.pending.get(request.id)
        if known == request:
            return
        if known is not None:
            # Another server process counts from 0 again.
            self._buffer.put(Gone(known))
        self.pending[request.id] = request
        self._buffer.put(request)

    def _tell(self, notification: Notification) -> None:
        if notification.method == "serverRequest/resolved":
            id_ = notification.params.get("requestId")
            if isinstance(id_, int | str) and id_ in self.pending:
                self._drop((self.pending[id_],))
        self._buffer.put(notification)

    def _drop(self, requests: Iterable[Request]) -> None:
        for request in tuple(requests):
            if self.pending.pop(request.id, None) is not None:
                self._buffer.put(Gone(request))

    def _break(self) -> None:
        self._transport = None
        for call in self._calls.values():
            if not call.done():
                call.set_exception(Disconnected("The connection to the app server broke before it answered."))

    async def _reconnect(self) -> bool:
        # A server that takes connections but refuses all else counts as one that is not there.
        while self._failures < self._tries:
            await asyncio.sleep(_PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)])
            self._failures += 1
            try:
                self._transport = await self._connect()
            except Disconnected:
                continue
            return True
        return False

    async def _come_back(self) -> None:
        """Subscribe again to what was watched and to what waits; the server then asks again what waits."""
        before, server = dict(self.pending), self.key
        try:
            await self._shake_hands()
            if self.key != server:
                self._drop(before.values())
            waiting = await self.active_threads(only_waiting=True) if self._watched else []
            for thread in dict.fromkeys((*self._watched, *waiting)):
                with contextlib.suppress(ServerRefused):
                    await self.subscribe((thread,))
        except (Unanswered, ServerRefused):
            if self._transport is not None:
                await self._transport.close()
            return
        except Disconnected:
            return
        self._failures = 0
        self._buffer.put(Back())
