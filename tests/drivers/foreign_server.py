"""ForeignServer: an app server that somebody else started in a Codex home, with a client of theirs. Real Codex."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from watchfiles import awatch
from websockets.asyncio.client import ClientConnection, unix_connect

from drivers.real_codex import RealCodex

PATIENCE_S = 20.0


class Owner:
    """The person who started the session, at their own terminal."""

    def __init__(self, connection: ClientConnection, codex: RealCodex) -> None:
        self._connection, self._codex = connection, codex
        self._count = 0
        self.heard: list[dict[str, Any]] = []

    async def call(self, method: str, params: dict[str, object]) -> dict[str, Any]:
        """Ask the server; what it says meanwhile is heard."""
        self._count += 1
        mine = self._count
        await self._connection.send(json.dumps({"id": mine, "method": method, "params": params}))
        while True:
            said = await self._next()
            if said.get("id") == mine and "method" not in said:
                assert "error" not in said, said
                return dict(said["result"])

    async def _next(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(await self._connection.recv())
        self.heard.append(said)
        return said

    async def until(self, method: str) -> dict[str, Any]:
        """Listen until the server says this."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (said := await self._next()).get("method") == method:
                    return said

    async def start(self, script: str) -> str:
        """A thread with a turn that plays ``script``."""
        settings = {"cwd": str(self._codex.project), "approvalPolicy": "on-request", "sandbox": "workspace-write"}
        thread = (await self.call("thread/start", settings))["thread"]["id"]
        await self.say(thread, self._codex.prompt(script))
        return str(thread)

    async def say(self, thread: str, words: str) -> None:
        """Begin a turn."""
        said = [{"type": "text", "text": words, "text_elements": []}]
        await self.call("turn/start", {"threadId": thread, "input": said})

    async def answer(self, request: dict[str, Any], decision: str) -> None:
        """Decide at their own terminal."""
        await self._connection.send(json.dumps({"id": request["id"], "result": {"decision": decision}}))


@contextlib.asynccontextmanager
async def foreign_server(codex: RealCodex) -> AsyncIterator[Owner]:
    """A server at the control socket of the home, as its daemon would listen, and its owner."""
    control = codex.home / "app-server-control" / "app-server-control.sock"
    control.parent.mkdir(mode=0o700)
    server = _listening(codex, control)
    try:
        await _appears(control)
        async with unix_connect(_target(control), "ws://localhost/", compression=None, max_size=None) as connection:
            owner = Owner(connection, codex)
            who = {"name": "somebody", "title": "Somebody", "version": "1"}
            await owner.call("initialize", {"clientInfo": who, "capabilities": {"experimentalApi": True}})
            await connection.send(json.dumps({"method": "initialized"}))
            yield owner
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(PATIENCE_S)


def _listening(codex: RealCodex, control: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(codex.program), "app-server", "--listen", f"unix://{control}"],
        env=codex.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _target(control: Path) -> str:
    return str(control.parent / control.readlink()) if control.is_symlink() else str(control)


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


async def _appears(path: Path) -> None:
    if _is_there(path):
        return
    options = {"recursive": False, "step": 20, "debounce": 50, "rust_timeout": 200, "yield_on_timeout": True}
    async with asyncio.timeout(PATIENCE_S):
        async for _ in awatch(path.parent, **options):
            if _is_there(path):
                return
