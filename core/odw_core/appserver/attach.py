"""Where the app server of a Codex home listens. Reads links and looks at owners; starts nothing, opens nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from odw_core.appserver.client import Client
from odw_core.appserver.trace import Trace
from odw_core.appserver.transport import SocketTransport, Transport

_BELOW_HOME = ("app-server-control", "app-server-control.sock")


def daemon_socket(home: Path) -> Path | None:
    """The socket of the home's own daemon, resolved; None when there is none, or it is somebody else's."""
    return resolved(home.joinpath(*_BELOW_HOME))


def resolved(advertised: Path) -> Path | None:
    """The socket that an advertised path leads to. The path may be a link, which is read once and never guessed.

    None when there is none, or when the socket or its folder belongs to another user."""
    try:
        target = advertised.readlink() if advertised.is_symlink() else advertised
        target = advertised.parent / target
        if not stat.S_ISSOCK(target.lstat().st_mode):
            return None
        owners = {target.lstat().st_uid, target.parent.stat().st_uid, advertised.lstat().st_uid}
    except (OSError, ValueError):
        return None
    return target if owners <= {os.getuid()} else None


def connections(socket: Path) -> int | None:
    """How many clients are connected to the server there, our own included; None where the system does not tell."""
    target = str(resolved(socket) or socket)
    try:
        lines = Path("/proc/net/unix").read_text(errors="replace").splitlines()[1:]
    except OSError:
        return None
    rows = (line.split(None, 7) for line in lines)
    return sum(len(row) == 8 and row[7] == target and row[5] == "03" for row in rows)


def client_at(
    socket: Path, *, version: str, trace: Trace | None = None, tries: int = 7, reads_only: bool = False
) -> Client:
    """A client for the server that listens at ``socket`` (advertised; resolved anew for each connection)."""

    async def connect() -> Transport:
        return await SocketTransport.connect(resolved(socket) or socket)

    return Client(connect, socket=str(socket), version=version, trace=trace, tries=tries, reads_only=reads_only)
