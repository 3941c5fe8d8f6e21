"""ConvergeServer: single calls to the REST server of Converge. Believes nothing it says, waits for no longer than told,
follows no redirect and uses no proxy."""

from __future__ import annotations

import asyncio
import errno
import http.client
import ipaddress
import json
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from odw_core.converge_server.task import Task, is_task_id, task_of
from odw_core.converge_server.where import Where
from odw_core.engines.loose import Json, text
from odw_core.errors import NotFound, Refused
from odw_core.text.ansi import one_line

DEADLINE_S = 10.0
_MOST = 8 << 20
_CONNECTING_S = 3.0
_BROKE_OFF = "broke off in the middle of its reply"


class NoServer(Refused):
    """Nobody listens there, or nothing that can be understood comes back in time."""


class _Strange(http.client.HTTPException):
    """What came back is no reply; says how, as a sentence that begins with who answers."""


class ConvergeServer:
    """The server at one address. Each call is a connection of its own."""

    def __init__(self, where: Where, *, deadline_s: float = DEADLINE_S) -> None:
        self._where, self._deadline_s = where, deadline_s

    @property
    def address(self) -> str:
        """Where it is."""
        return self._where.address

    async def is_healthy(self) -> bool:
        """Whether a Converge server answers there. Raises ``NoServer`` when nobody does."""
        status, value = await self._call("GET", "/healthz")
        return status == 200 and isinstance(value, dict) and value.get("ok") is True

    async def task(self, identity: str) -> Task:
        """One task. Raises ``NotFound`` when the server does not know it."""
        if not is_task_id(identity):
            raise NotFound(f"{one_line(identity, 60)!r} is no id of a task.")
        status, value = await self._call("GET", f"/api/tasks/{identity}")
        if status == 404:
            raise NotFound(f"The server at {self.address} does not know this task; it serves another queue.")
        return self._task(status, value)

    async def tasks(self) -> tuple[Task, ...]:
        """The newest tasks, at most a hundred."""
        # Older servers take limit and answer with a list, later ones take page_size and put it on a page.
        status, value = await self._call("GET", "/api/tasks?limit=100&offset=0&page_size=100")
        listed = value.get("items") if isinstance(value, dict) else value
        if status != 200 or not isinstance(listed, list):
            raise self._strange(status, value)
        found = (task_of(one) for one in listed if isinstance(one, dict))
        return tuple(one for one in found if one is not None)

    async def create(self, goal: str, repos: Sequence[str], *, max_rounds: int, agent: str | None, run: str) -> Task:
        """Put a task into the queue. ``run`` is noted in it, so that it is found again."""
        body: dict[str, object] = {"goal": goal, "repos": [*repos], "max_rounds": max_rounds}
        body |= {"agent_provider": agent, "metadata": {"odw_run": run}}
        status, value = await self._call("POST", "/api/tasks", body)
        return self._task(status, value)

    async def made_by(self, run: str) -> Task | None:
        """The task that a run of ours made, however much of that call was heard; None when it has none."""
        return next((task for task in await self.tasks() if task.odw_run == run), None)

    async def resolve(self, identity: str, answer: Mapping[str, object]) -> str:
        """Hand in an answer; what the server says of it. It runs the task anew and never reads the answer."""
        return await self._told(identity, "resolve", answer)

    async def cancel(self, identity: str) -> str:
        """Set the flag; what the server says of it. A worker that has the task finishes it all the same."""
        return await self._told(identity, "cancel", None)

    async def _told(self, identity: str, verb: str, body: Mapping[str, object] | None) -> str:
        if not is_task_id(identity):
            raise NotFound(f"{one_line(identity, 60)!r} is no id of a task.")
        status, value = await self._call("POST", f"/api/tasks/{identity}/{verb}", body)
        if status != 200 or not isinstance(value, dict):
            raise self._strange(status, value)
        return one_line(text(value, "message"), 200)

    def _task(self, status: int, value: object) -> Task:
        task = task_of(value) if status == 200 and isinstance(value, dict) else None
        if task is None:
            raise self._strange(status, value)
        return task

    def _strange(self, status: int, value: object) -> Refused:
        said = _detail(value)
        if status >= 500:
            return Refused(f"The server at {self.address} failed{f': {said}' if said else ''} (status {status}).")
        if status >= 400:
            return Refused(f"The server at {self.address} refused it: {said or f'status {status}'}.")
        if 300 <= status < 400:
            how = f"it sends elsewhere (status {status}), where nothing of yours goes"
            return Refused(f"What answers at {self.address} is no Converge server: {how}.")
        return Refused(f"What answers at {self.address} is no Converge server ({said or f'status {status}'}).")

    async def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, object]:
        data = None if body is None else json.dumps(body).encode()
        try:
            status, reply = await asyncio.to_thread(self._exchange, method, path, data)
        except TimeoutError:
            said = f"took the call and did not answer within {self._deadline_s:g} s"
            raise NoServer(
                f"What listens at {self.address} {said}; look whether the Converge server is well."
            ) from None
        except _Strange as error:
            raise NoServer(f"What answers at {self.address} {error}.") from None
        except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
            raise NoServer(f"What listens at {self.address} hung up without an answer.") from None
        except http.client.IncompleteRead:
            raise NoServer(f"What answers at {self.address} {_BROKE_OFF}.") from None
        except http.client.HTTPException:
            raise NoServer(f"What listens at {self.address} is no server of the web.") from None
        except OSError as error:
            said = one_line(str(error.strerror or type(error).__name__), 80)
            raise NoServer(
                f"No Converge server answers at {self.address} ({said}); start one with converge "
                "server --host 127.0.0.1, or name another in converge_server of the configuration."
            ) from None
        return status, _value(reply)

    def _exchange(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._where.host, self._where.port, timeout=_CONNECTING_S)
        try:
            there = _connected(connection)
            there.settimeout(self._deadline_s)
            # Who sends a byte now and then is never late for a single read.
            is_late = threading.Event()
            timer = threading.Timer(self._deadline_s, _cut, (there, is_late))
            timer.daemon = True
            timer.start()
            try:
                headers = {"Accept": "application/json", "Connection": "close"}
                headers |= {"Content-Type": "application/json"} if data is not None else {}
                connection.request(method, path, data if data is not None or method == "GET" else b"", headers)
                reply = connection.getresponse()
                said = reply.read(_MOST + 1)
                is_short = bool(reply.length) and len(said) <= _MOST
            except (OSError, http.client.HTTPException):
                if is_late.is_set():
                    raise TimeoutError from None
                raise
            finally:
                timer.cancel()
            if is_late.is_set():
                raise TimeoutError
            if len(said) > _MOST:
                raise _Strange(f"says more than {_MOST >> 20} MiB, which no Converge server does")
            if is_short:
                raise _Strange(_BROKE_OFF)
            return reply.status, said
        finally:
            connection.close()


def _connected(connection: http.client.HTTPConnection) -> socket.socket:
    """Its socket, which leads to this machine. Raises ``OSError``."""
    try:
        connection.connect()
    except TimeoutError:
        raise ConnectionRefusedError(errno.ETIMEDOUT, f"nobody took the call within {_CONNECTING_S:g} s") from None
    there: socket.socket = connection.sock
    if not _is_here(there):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "its name does not lead to this machine")
    return there


def _is_here(there: socket.socket) -> bool:
    try:
        return ipaddress.ip_address(str(there.getpeername()[0])).is_loopback
    except ValueError:
        return False
    except OSError:
        # Nobody is there any more.
        raise ConnectionResetError from None


def _cut(there: socket.socket, is_late: threading.Event) -> None:
    is_late.set()
    with suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)


def _value(reply: bytes) -> object:
    try:
        return json.loads(reply)
    except (ValueError, RecursionError):
        return None


def _detail(value: object) -> str:
    """Why it refused, in its own words."""
    if not isinstance(value, dict):
        return ""
    fields: Json = value
    detail: Any = fields.get("detail")
    where = ""
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        wrong: Json = detail[0]
        detail, place = wrong.get("msg"), wrong.get("loc")
        # Of a body: ``["body", "repos"]``.
        where = f"{place[-1]}: " if isinstance(place, list) and len(place) > 1 else ""
    return one_line(f"{where}{detail}", 300).rstrip(".") if isinstance(detail, str) else ""
