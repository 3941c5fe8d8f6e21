"""How frames travel: a WebSocket on a unix socket, or the pipes of a process for one short talk. Knows no message."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import WebSocketException

from odw_core.errors import OdwError

_LARGEST_FRAME = 256 * 1024 * 1024
"""Bytes; a larger frame ends the connection, which is then made anew."""
_CONNECTING_S = 5.0


class Disconnected(OdwError):
    """The other end is gone, or never was there."""


class Transport(Protocol):
    """One connection."""

    @property
    def peer(self) -> int | None:
        """Process id of the server; None where the system does not tell."""

    async def send(self, frame: str) -> None:
        """Hand over one frame. Raises ``Disconnected``."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises ``Disconnected`` at the end."""

    async def close(self) -> None:
        """End the connection; never raises."""


class SocketTransport:
    """A WebSocket on a unix socket. The one other end is the server of the same user."""

    def __init__(self, connection: ClientConnection, peer: int | None) -> None:
        self._connection = connection
        self._peer = peer

    @classmethod
    async def connect(cls, path: Path) -> SocketTransport:
        """Connect to the socket at ``path`` (already resolved). Raises ``Disconnected``, also for another user's."""
        try:
            connection = await unix_connect(
                str(path),
                "ws://localhost/",
                compression=None,
                max_size=_LARGEST_FRAME,
                open_timeout=_CONNECTING_S,
                close_timeout=1.0,
                ping_interval=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Disconnected(f"No app server answers at {path}: {error}.") from error
        return cls(connection, _peer_of(connection))

    @property
    def peer(self) -> int | None:
        return self._peer

    async def send(self, frame: str) -> None:
        try:
            await self._connection.send(frame)
        except (OSError, WebSocketException) as error:
            raise Disconnected("The app server closed the connection.") from error

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except (OSError, WebSocketException) as error:
            raise Disconnected("The app server closed the connection.") from error

    async def close(self) -> None:
        await self._connection.close()


class PipeTransport:
    """An app server that lives only as long as this talk: it ends when its input does. For single calls."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, program: Path, environ: Mapping[str, str]) -> PipeTransport:
        """Start ``program`` for one talk. Raises ``Disconnected`` when it cannot be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                str(program),
                "app-server",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(environ),
                start_new_session=True,
                limit=_LARGEST_FRAME,
            )
        except OSError as error:
            raise Disconnected(f"{program} cannot be started: {error.strerror}.") from error
        return cls(process)

    @property
    def peer(self) -> int | None:
        return self._process.pid

    async def send(self, frame: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(frame.encode() + b"\n")
            await self._process.stdin.drain()
        except OSError as error:
            raise Disconnected("The app server closed its input.") from error

    async def receive(self) -> str | bytes:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
        except (OSError, ValueError) as error:
            raise Disconnected("The app server said more at once than can be taken in.") from error
        if not line:
            raise Disconnected("The app server ended.")
        return line

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(1.0):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _peer_of(connection: ClientConnection) -> int | None:
    found = connection.transport.get_extra_info("socket")
    option = getattr(socket, "SO_PEERCRED", None)
    if found is None or option is None:
        return None
    try:
        pid, _, _ = struct.unpack("3i", found.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    except (OSError, struct.error):
        return None
    return int(pid) or None
