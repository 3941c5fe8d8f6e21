"""An app server of our own: started in its own group, told apart from any other by pid and start time, found again by
its record. Never touches the user's daemon."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.appserver.attach import resolved
from odw_core.appserver.transport import Disconnected, SocketTransport
from odw_core.engines.loose import Json, integer, text, text_or_none
from odw_core.errors import OdwError
from odw_core.process.groups import is_there
from odw_core.process.spawn import Child

_STARTING_S = 30.0
_SAYING_S = 3.0
_LOOK_S = 0.02
_MOST_SAID = 2000

Spawn = Callable[..., Child]
"""``spawn(argv, cwd=, env=, stdin=, stdout=, stderr=)``: started and written down."""


class NoServer(OdwError):
    """The app server could not be started; the sentence says what it said."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    """One server process of ours."""

    child: Child
    socket: Path
    """Where it was told to listen; a link to where it does."""
    home: str
    program: str

    @property
    def argv(self) -> tuple[str, ...]:
        """Its command line."""
        return app_server(self.program, self.socket)

    @property
    def lives(self) -> bool:
        """Whether that very process still runs."""
        return is_there(self.child)

    def encode(self) -> dict[str, object]:
        """As it is written into ``server.json``."""
        return {
            "pid": self.child.pid,
            "start_time": self.child.started,
            "group": self.child.group,
            "socket": str(self.socket),
            "home": self.home,
            "program": self.program,
        }


def decode_server(value: Json | None) -> OwnServer | None:
    """What ``encode`` made; None when it is anything else."""
    if value is None:
        return None
    pid, group, socket = integer(value, "pid"), integer(value, "group"), text(value, "socket")
    if not pid or not group or pid < 2 or group < 2 or not socket.startswith("/"):
        return None
    child = Child(pid, text_or_none(value, "start_time"), group)
    return OwnServer(child, Path(socket), text(value, "home"), text(value, "program"))


def app_server(program: Path | str, socket: Path) -> tuple[str, ...]:
    """The command line of a server that listens at ``socket``."""
    return (str(program), "app-server", "--listen", f"unix://{socket}")


def start_server(
    program: Path, home: str, socket: Path, *, environ: Mapping[str, str], spawn: Spawn, stderr: int
) -> OwnServer:
    """Start ``program`` (the native one) listening at ``socket``. Raises ``NoServer``."""
    forget_socket(socket)
    argv: Sequence[str] = app_server(program, socket)
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        child = spawn(argv, cwd=socket.parent, env=environ, stdin=nothing, stdout=nothing, stderr=stderr)
    except OSError as error:
        raise NoServer(f"{program} cannot be started: {error.strerror or error}.") from error
    finally:
        os.close(nothing)
    return OwnServer(child, socket, home, str(program))


async def answers(server: OwnServer, stderr: Path, offset: int = 0) -> None:
    """Wait until it listens. Raises ``NoServer`` with its last words in ``stderr`` (from ``offset`` on) if it ends."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _STARTING_S
    while loop.time() < until:
        found = resolved(server.socket)
        if found is not None:
            with suppress(Disconnected):
                await (await SocketTransport.connect(found)).close()
                return
        if not server.lives:
            raise NoServer(f"The app server ended at once. {await _last_words(stderr, offset)}")
        await asyncio.sleep(_LOOK_S)
    raise NoServer(f"The app server did not answer within {_STARTING_S:g} s. {await _last_words(stderr, offset)}")


def forget_socket(socket: Path) -> None:
    """Remove what a server that is gone left where it listened; a link's target only if it is a socket of ours."""
    with suppress(OSError):
        if socket.is_symlink():
            target = socket.parent / socket.readlink()
            found = target.lstat()
            if stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid():
                target.unlink()
    with suppress(OSError):
        socket.unlink()


async def _last_words(stderr: Path, offset: int) -> str:
    """What it said last. Whoever writes that down may be slower than a server that ends at once."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SAYING_S
    said = ""
    while loop.time() < until and not said:
        await asyncio.sleep(_LOOK_S)
        said = _said_after(stderr, offset)
    lines = said.splitlines()
    # A stack of frames may follow the error.
    telling = [line for line in lines if line.lower().startswith("error")] or lines
    return f"It said: {telling[-1]}" if telling else "It said nothing."


def _said_after(stderr: Path, offset: int) -> str:
    try:
        return stderr.read_bytes()[offset:][-_MOST_SAID:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
