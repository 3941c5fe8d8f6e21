"""What goes over the wire, as values: decodes tolerantly, encodes exactly. Never raises on what a server says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from odw_core.engines.loose import Json, mapping, text, text_or_none

RequestId = int | str
"""Counted by each server process from 0 on, shared by all its threads and clients."""

_USER_AGENT = re.compile(r"^[^/]*/(\d[^\s()]*)")


@dataclass(frozen=True, slots=True)
class Notification:
    """Something happened. Nobody answers."""

    method: str
    params: Json

    @property
    def thread(self) -> str:
        """The thread it is about; empty when it is about none."""
        return text(self.params, "threadId") or text(mapping(self.params, "thread"), "id")

    @property
    def turn(self) -> str:
        """The turn it is about; empty when it is about none."""
        return text(self.params, "turnId") or text(mapping(self.params, "turn"), "id")

    @property
    def item(self) -> str:
        """The item it is about; empty when it is about none."""
        return text(self.params, "itemId") or text(mapping(self.params, "item"), "id")


@dataclass(frozen=True, slots=True)
class Request:
    """The server asks and waits for a person, for ever if need be."""

    id: RequestId
    method: str
    params: Json

    @property
    def thread(self) -> str:
        """The thread that asks; empty when none does."""
        return text(self.params, "threadId")

    @property
    def turn(self) -> str:
        """The turn that asks; empty when none does."""
        return text(self.params, "turnId")

    @property
    def item(self) -> str:
        """The call that asks; empty when none does."""
        return text(self.params, "itemId")


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a call of ours; empty when it was no object."""

    id: RequestId
    value: Json


@dataclass(frozen=True, slots=True)
class Failure:
    """A call of ours was refused. Its code says nothing (nearly always -32600): match on the message."""

    id: RequestId | None
    message: str
    reason: str = ""
    """``data.reason``, such as ``serverShuttingDown``."""


Message = Notification | Request | Result | Failure


def decode(frame: str | bytes) -> Message | None:
    """What a frame says; None when it is malformed. Unknown methods and fields are kept as they came."""
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    method, id_ = text_or_none(value, "method"), _request_id(value)
    if method is not None:
        params = mapping(value, "params")
        if id_ is not None:
            return Request(id_, method, params)
        return Notification(method, params)
    if isinstance(value.get("error"), dict):
        error = mapping(value, "error")
        said = text(error, "message") or "the server refused without a word"
        return Failure(id_, said, text(mapping(error, "data"), "reason"))
    if id_ is not None and "result" in value:
        return Result(id_, mapping(value, "result"))
    return None


def encode_call(id_: int, method: str, params: Json) -> str:
    """A call that the server answers."""
    return _line({"id": id_, "method": method, "params": params})


def encode_notice(method: str) -> str:
    """A notification without parameters."""
    return _line({"method": method})


def encode_answer(id_: RequestId, result: Json) -> str:
    """Our answer to what the server asked."""
    return _line({"id": id_, "result": result})


def encode_refusal(id_: RequestId, message: str) -> str:
    """Our word that we cannot answer what the server asked; it decides nothing."""
    return _line({"id": id_, "error": {"code": -32601, "message": message}})


def version_of(user_agent: str) -> str:
    """The server's version as its handshake tells (``name/VERSION (…)``); empty when it does not."""
    match = _USER_AGENT.match(user_agent)
    return match[1] if match else ""


def _request_id(value: Json) -> RequestId | None:
    found = value.get("id")
    return found if isinstance(found, int | str) and not isinstance(found, bool) else None


def _line(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))
