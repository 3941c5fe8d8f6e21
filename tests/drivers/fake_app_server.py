"""FakeAppServer: speaks just enough of the app server's protocol for a test to break it in every way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, unix_serve

Reply = Callable[[dict[str, Any]], Any]


class FakeAppServer:
    """One server on a unix socket. ``replies`` answer calls by method; None says nothing at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[dict[str, Any]] = []
        self.connections: list[ServerConnection] = []
        self.pending: dict[int, dict[str, Any]] = {}
        """What it asks; asked again of whoever subscribes."""
        self.flags: list[str] = []
        self.replies: dict[str, Reply] = {
            "initialize": lambda _: {"userAgent": "fake/0.169.0 (test)", "codexHome": "/home/dev/.codex"},
            "thread/list": lambda _: {"data": [{"id": "t", "status": {"type": "active", "activeFlags": self.flags}}]},
            "thread/resume": lambda _: {"thread": {"id": "t", "status": {"type": "active", "activeFlags": self.flags}}},
        }
        self._server: Server | None = None
        self._changed = asyncio.Event()

    async def start(self) -> None:
        self._server = await unix_serve(self._serve, str(self.path), compression=None, max_size=None)

    async def stop(self) -> None:
        """Go away at once, as if killed."""
        assert self._server is not None
        for connection in self.connections:
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()
        self.path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Break every connection without a word; the server stays."""
        for connection in self.connections:
            connection.transport.abort()
        self.connections.clear()

    async def say(self, message: dict[str, Any] | str | bytes) -> None:
        """Say something to everybody."""
        for connection in [*self.connections]:
            await connection.send(json.dumps(message) if isinstance(message, dict) else message)

    async def ask(self, id_: int, method: str, params: dict[str, Any], flag: str = "waitingOnApproval") -> None:
        """Ask everybody, and go on asking who comes later."""
        self.pending[id_] = {"id": id_, "method": method, "params": params}
        self.flags = [flag]
        await self.say(self.pending[id_])

    async def resolve(self, id_: int) -> None:
        """Somebody answered."""
        del self.pending[id_]
        self.flags = []
        await self.say({"method": "serverRequest/resolved", "params": {"threadId": "t", "requestId": id_}})

    async def until_heard(self, count: int, method: str = "") -> list[dict[str, Any]]:
        """Wait until so many messages (of a method, or answers) were heard."""
        while len(found := [one for one in self.heard if one.get("method", "") == method]) < count:
            self._changed.clear()
            async with asyncio.timeout(5.0):
                await self._changed.wait()
        return found

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for frame in connection:
            message = json.loads(frame)
            self.heard.append(message)
            self._changed.set()
            if "method" in message and "id" in message:
                await self._reply(connection, message)

    async def _reply(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        reply = self.replies.get(message["method"], lambda _: {})(message["params"])
        if isinstance(reply, Exception):
            error = {"code": -32600, "message": str(reply)}
            await connection.send(json.dumps({"id": message["id"], "error": error}))
        elif reply is not None:
            await connection.send(json.dumps({"id": message["id"], "result": reply}))
        if message["method"] == "thread/resume":
            for request in self.pending.values():
                await connection.send(json.dumps(request))


@asynccontextmanager
async def fake_app_server(folder: Path) -> AsyncIterator[FakeAppServer]:
    """One that listens below ``folder``, through a link as the real one does."""
    server = FakeAppServer(folder / "real.sock")
    await server.start()
    (folder / "app.sock").symlink_to(server.path)
    try:
        yield server
    finally:
        await server.stop()
