"""The app server of one run: attached to when it still lives, started when not, ended when nothing needs it. Keeps its
record in the run's private folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from odw_core.agents.base import AgentHost
from odw_core.appserver.attach import client_at
from odw_core.appserver.client import Client
from odw_core.appserver.server import OwnServer, answers, decode_server, forget_socket, start_server
from odw_core.appserver.trace import Trace
from odw_core.engines.loose import integer, mapping
from odw_core.process.groups import is_there
from odw_core.process.spawn import Child, python_module

STDERR = "server.stderr.log"
RECORD = "server.json"
_PATIENCE_S = 2.0


class RunServer:
    """At most one server at a time."""

    def __init__(self, program: Path, home: str, host: AgentHost, version: str) -> None:
        self._program, self._home, self._host, self._version = program, home, host, version
        self._server = decode_server(mapping({"server": host.kept("server")}, "server"))
        self._keeper: Child | None = None

    @property
    def stderr(self) -> Path:
        """What every server of this run printed, masked."""
        return self._host.folder / STDERR

    @property
    def lives(self) -> bool:
        """Whether a server of this run is there to attach to."""
        return self._server is not None and self._server.lives

    def client(self, trace: Trace) -> Client:
        """A client for the server that lives."""
        assert self._server is not None
        return client_at(self._server.socket, version=self._version, trace=trace, tries=3)

    async def start(self) -> None:
        """Start one; the one before is gone. Raises ``NoServer``."""
        number = integer(mapping({"n": self._host.kept("servers")}, "n"), "count") or 0
        self._host.keep("servers", {"count": number + 1})
        socket = self._host.folder / f"server-{number}.sock"
        environ = {**self._host.environ, "CODEX_HOME": self._home}
        said = self.stderr.stat().st_size if self.stderr.exists() else 0
        ends, begins = os.pipe()
        try:
            server = start_server(
                self._program, self._home, socket, environ=environ, spawn=self._host.spawn, stderr=begins
            )
            self._remember(server)
            words = [str(self._host.folder), json.dumps(server.encode()), str(self.stderr)]
            nothing = os.open(os.devnull, os.O_RDWR)
            try:
                self._keeper = self._host.spawn(
                    python_module("odw_core.runs.keeper", *words),
                    cwd=self._host.folder,
                    env=self._host.environ,
                    stdin=ends,
                    stdout=nothing,
                    stderr=nothing,
                )
            finally:
                os.close(nothing)
        finally:
            os.close(ends)
            os.close(begins)
        await answers(server, self.stderr, said)

    async def stop(self) -> None:
        """End it and what belongs to it. Nothing happens when there is none."""
        server, self._server = self._server, None
        if server is not None:
            await self._host.end(server.child, patience_s=_PATIENCE_S, is_polite=False)
            forget_socket(server.socket)
        if self._keeper is not None and is_there(self._keeper):
            await self._host.end(self._keeper, patience_s=_PATIENCE_S, is_polite=False)
        self._host.keep("server", None)
        (self._host.folder / RECORD).unlink(missing_ok=True)

    def _remember(self, server: OwnServer) -> None:
        self._server = server
        self._host.keep("server", server.encode())
        record = self._host.folder / RECORD
        draft = record.with_suffix(".draft")
        draft.write_text(json.dumps(server.encode()))
        draft.chmod(0o600)
        draft.replace(record)
