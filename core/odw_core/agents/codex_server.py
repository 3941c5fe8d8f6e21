"""The app server of one run, shared by all its calls: attached to when it still lives, started when not, ended when no
call needs it. Keeps its record in the run's private folder."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from odw_core.agents.base import AgentHost
from odw_core.appserver.attach import client_at
from odw_core.appserver.client import Client
from odw_core.appserver.server import OwnServer, answers, decode_server, forget_socket, start_server
from odw_core.appserver.trace import Secrets, Trace
from odw_core.engines.loose import integer, mapping, texts
from odw_core.process.groups import is_there
from odw_core.process.spawn import Child, python_module

STDERR = "server.stderr.log"
RECORD = "server.json"
_PATIENCE_S = 2.0


class RunServer:
    """At most one server at a time, one value for all calls of a run. A call is named by a word that a resume knows."""

    def __init__(self, program: Path, home: str, host: AgentHost, version: str) -> None:
        self._program, self._home, self._host, self._version = program, home, host, version
        self._server = decode_server(mapping({"server": host.kept("server")}, "server"))
        self.secrets = Secrets()
        """What was typed as a secret in any of its calls: the server prints for all of them."""
        self._keeper: Child | None = None
        self._lock = asyncio.Lock()
        # Also calls of an earlier supervisor, whose turns may go on in the server until they are taken up again.
        self._calls = dict.fromkeys(texts(mapping({"server": host.kept("server")}, "server"), "calls"), "")

    @property
    def stderr(self) -> Path:
        """What every server of this run printed, masked."""
        return self._host.folder / STDERR

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line of the server as it is now; empty when there is none."""
        return self._server.argv if self._server is not None else ()

    @property
    def lives(self) -> bool:
        """Whether a server of this run is there to attach to."""
        return self._server is not None and self._server.lives

    async def client(self, call: str, trace: Trace) -> Client:
        """A client for the server, which is started if there is none, and stays until the call left.

        Raises ``NoServer``.
        """
        async with self._lock:
            if call not in self._calls:
                self._calls[call] = ""
                if self._server is not None:
                    self._remember(self._server)
            if not self.lives:
                await self._start()
        assert self._server is not None
        return client_at(self._server.socket, version=self._version, trace=trace, tries=3)

    def works_in(self, call: str, thread: str) -> None:
        """The call's thread: what it asks is its own business, although every client may hear of it."""
        self._calls[call] = thread

    def is_of_another(self, call: str, thread: str) -> bool:
        """Whether another call works in that thread."""
        return bool(thread) and any(other != call and known == thread for other, known in self._calls.items())

    async def leave(self, call: str) -> None:
        """The call is over. The server ends with the last call, and what belongs to it too."""
        async with self._lock:
            self._calls.pop(call, None)
            if self._calls and self.lives:
                assert self._server is not None
                self._remember(self._server)
            else:
                await self._stop()

    async def _start(self) -> None:
        """The one before is gone."""
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

    async def _stop(self) -> None:
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
        self._host.keep("server", {**server.encode(), "calls": sorted(self._calls)})
        record = self._host.folder / RECORD
        draft = record.with_suffix(".draft")
        draft.write_text(json.dumps(server.encode()))
        draft.chmod(0o600)
        draft.replace(record)
