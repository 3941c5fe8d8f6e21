"""Keeper: stays beside an app server of ours. Takes its stderr to disk, masked, as it comes; and once no supervisor is
there, nothing runs or waits in it and nobody is connected, ends it. ``python -m odw_core.runs.keeper``."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

from odw_core.appserver.server import OwnServer, decode_server
from odw_core.engines.loose import parse_object
from odw_core.process.flock import is_held
from odw_core.runs.children import MARKER
from odw_core.runs.masking import MaskedStream

_LOOK_S = 1.0
_ALONE_LOOKS = 3
"""How often in a row the server must be found alone and idle before it is ended."""
_CHUNK = 1 << 16


def main(words: list[str]) -> int:
    """``RUN_FOLDER SERVER_JSON STDERR_FILE``; stdin is the server's stderr."""
    folder, server = Path(words[0]), decode_server(parse_object(words[1].encode()))
    if server is None:
        return 2
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    stream = MaskedStream(os.open(words[2], flags, 0o600))
    try:
        _stay(server, folder, stream)
    finally:
        stream.close()
    return 0


def _stay(server: OwnServer, folder: Path, stream: MaskedStream) -> None:
    alone = 0
    while True:
        if select.select([0], [], [], _LOOK_S)[0]:
            data = os.read(0, _CHUNK)
            if not data:
                return
            stream.write(data)
            continue
        stream.flush()
        if not server.lives:
            return
        alone = alone + 1 if not is_held(folder / "lock") and _is_idle(server) else 0
        if alone >= _ALONE_LOOKS:
            _end(server, folder.name)


def _is_idle(server: OwnServer) -> bool:
    """Whether nothing runs or waits in it and nobody else is connected."""
    import asyncio

    from odw_core import __version__
    from odw_core.appserver.attach import client_at, connections
    from odw_core.errors import OdwError

    async def ask() -> bool:
        async with client_at(server.socket, version=__version__, tries=0, reads_only=True) as client:
            if await client.active_threads():
                return False
        return not connections(server.socket)

    try:
        return asyncio.run(ask())
    except OdwError:
        return False


def _end(server: OwnServer, run_id: str) -> None:
    import asyncio

    from odw_core.appserver.server import forget_socket
    from odw_core.process.groups import end_group

    asyncio.run(end_group(server.child, f"{MARKER}={run_id}", patience_s=2.0, is_polite=False))
    forget_socket(server.socket)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
