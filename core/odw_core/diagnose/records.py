"""What one JSON line of Codex says about how a run went. Pure; shapes of exec (all versions), rollouts, app-server.

Never raises; what it does not know says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum


class Rank(IntEnum):
    """Where something was said; a cause is looked for in this order."""

    TURN = 0
    EVENT = 1
    STDERR = 2
    ITEM = 3
    TOOL = 4


class End(Enum):
    """How the last turn of a run stands."""

    OPEN = "open"
    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Said:
    """One message with its rank."""

    rank: Rank
    text: str
    exit_code: int | None = None
    """Of the command whose output ``text`` is."""


@dataclass(frozen=True, slots=True)
class Record:
    """One understood line."""

    said: tuple[Said, ...] = ()
    end: End | None = None
    message: str | None = None
    """What the agent said to its user."""
    is_bare: bool = False
    """The format may leave out the end of a turn; then an agent that spoke last has finished."""


def read_record(line: bytes) -> Record | None:
    """What ``line`` says; None when it is no JSON object of a known shape."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return _read(record) if isinstance(record, dict) else None


_Json = Mapping[str, object]


def _read(record: _Json) -> Record | None:
    if isinstance(record.get("dir"), str) and isinstance(inner := record.get("msg"), dict):
        return _server(inner)
    if isinstance(msg := record.get("msg"), dict):
        return _event(msg)
    if isinstance(payload := record.get("payload"), dict):
        return _rollout(_text(record, "type"), payload)
    if isinstance(record.get("method"), str) or ("id" in record and ("error" in record or "result" in record)):
        return _server(record)
    if (found := _exec(record)) is not None:
        return found
    if (found := _scenario(record)) is not None:
        return found
    return _loose_error(record)


def _exec(record: _Json) -> Record | None:
    match record.get("type"):
        case "thread.started" | "turn.started":
            return Record(end=End.OPEN)
        case "turn.completed":
            return Record(end=End.COMPLETED)
        case "turn.failed":
            return Record((Said(Rank.TURN, _message(record.get("error"))),), End.FAILED)
        case "error" if "message" in record:
            return Record((Said(Rank.EVENT, _text(record, "message")),))
        case "item.started" | "item.updated":
            return Record()
        case "item.completed":
            item = record.get("item")
            return _item(item) if isinstance(item, dict) else Record()
        case "function_call_output" | "custom_tool_call_output" | "message":
            return _response(record)
        case _:
            return None


def _item(item: _Json) -> Record:
    kind = _text(item, "type").replace("_", "").lower()
    match kind:
        case "error":
            return Record((Said(Rank.ITEM, _text(item, "message")),))
        case "agentmessage":
            return Record(message=_message_text(item))
        case "commandexecution":
            code = _number(item, "exit_code", "exitCode")
            output = _text(item, "aggregated_output") or _text(item, "aggregatedOutput")
            has_failed = code not in (None, 0) or _text(item, "status") == "failed"
            return Record((Said(Rank.TOOL, output, code),) if has_failed else ())
        case "mcptoolcall" | "filechange" if _text(item, "status") == "failed":
            return Record((Said(Rank.TOOL, _message(item.get("error")) or _text(item, "stderr")),))
        case _:
            return Record()


def _event(msg: _Json) -> Record:
    match msg.get("type"):
        case "task_started" | "turn_started" | "user_message":
            return Record(end=End.OPEN, is_bare=True)
        case "task_complete" | "turn_complete":
            if error := msg.get("error"):
                return Record((Said(Rank.TURN, _message(error)),), End.FAILED)
            last = msg.get("last_agent_message")
            return Record(end=End.COMPLETED, message=last if isinstance(last, str) else None)
        case "turn_aborted":
            return Record(end=End.ABORTED)
        case "error" | "stream_error":
            return Record((Said(Rank.EVENT, _message(msg)),))
        case "warning" | "background_event":
            return Record((Said(Rank.ITEM, _text(msg, "message")),))
        case "agent_message":
            return Record(message=_text(msg, "message"), is_bare=True)
        case "exec_command_begin" | "mcp_tool_call_begin" | "patch_apply_begin":
            return Record(end=End.OPEN)
        case "exec_command_end":
            code = _number(msg, "exit_code")
            output = _text(msg, "aggregated_output") or _text(msg, "stdout") + _text(msg, "stderr")
            return Record((Said(Rank.TOOL, output, code),) if code else ())
        case "patch_apply_end" if msg.get("success") is False:
            return Record((Said(Rank.TOOL, _text(msg, "stderr") or _text(msg, "stdout")),))
        case "item_completed" if isinstance(item := msg.get("item"), dict):
            return _item(item)
        case _:
            return Record()


def _rollout(kind: str, payload: _Json) -> Record:
    match kind:
        case "event_msg":
            return _event(payload)
        case "response_item":
            return _response(payload)
        case _:
            return Record()


_EXIT = re.compile(r"(?:exited with code|[Ee]xit code:?|\"exit_code\":)\s{0,2}(-?\d{1,4})")


def _response(item: _Json) -> Record:
    match item.get("type"):
        case "message" if item.get("role") == "assistant":
            return Record(message=_message_text(item), is_bare=True)
        case "message" if item.get("role") == "user":
            return Record(end=End.OPEN, is_bare=True)
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            text = _text(output, "content") if isinstance(output, dict) else output
            if not isinstance(text, str):
                return Record()
            match = _EXIT.search(text[:2000])
            code = int(match[1]) if match else None
            return Record(() if code == 0 else (Said(Rank.TOOL, text, code),))
        case _:
            return Record()


def _server(message: _Json) -> Record:
    given = message.get("params")
    params: _Json = given if isinstance(given, dict) else {}
    match message.get("method"):
        case "turn/started":
            return Record(end=End.OPEN)
        case "turn/completed":
            turn = params.get("turn")
            return _turn(turn) if isinstance(turn, dict) else Record()
        case "error":
            return Record((Said(Rank.EVENT, _message(params.get("error"))),))
        case "warning":
            return Record((Said(Rank.ITEM, _text(params, "message")),))
        case "model/rerouted":
            words = f"model rerouted: {_text(params, 'fromModel')} -> {_text(params, 'toModel')}"
            return Record((Said(Rank.ITEM, words),))
        case "item/completed" if isinstance(item := params.get("item"), dict):
            return _item(item)
        case "codex/event" if isinstance(msg := params.get("msg"), dict):
            return _event(msg)
        case None if isinstance(result := message.get("result"), dict) and result.get("isError") is True:
            return Record((Said(Rank.TURN, _message_text(result)),), End.FAILED)
        case None if message.get("error"):
            return Record((Said(Rank.EVENT, _message(message.get("error"))),))
        case _:
            return Record()


def _turn(turn: _Json) -> Record:
    match turn.get("status"):
        case "failed":
            return Record((Said(Rank.TURN, _message(turn.get("error"))),), End.FAILED)
        case "interrupted":
            return Record(end=End.ABORTED)
        case "completed":
            return Record(end=End.COMPLETED)
        case _:
            return Record()


def _scenario(record: _Json) -> Record | None:
    """A line of the log of a scenario batch."""
    named = (record.get(key) for key in ("record", "type", "event"))
    name = next((value for value in named if isinstance(value, str) and value in _RECORDS), None)
    match name:
        case None:
            return None
        case "run_start":
            return Record(end=End.OPEN)
        case "run_end":
            counts = record.get("counts")
            failed = isinstance(counts, dict) and any(counts.get(status) for status in _NOT_OK)
            return Record(end=End.FAILED if failed else End.COMPLETED)
        case "diagnostic":
            words = (_text(record, "evidence"), _text(record, "kind"))
            return Record((Said(Rank.EVENT, "\n".join(filter(None, words))),))
        case "scenario_end" if _text(record, "status") in _NOT_OK:
            return Record((Said(Rank.EVENT, _message(record.get("error")) or _text(record, "status")),))
        case "tool_call" if error := _message(record.get("error")):
            return Record((Said(Rank.TOOL, error),))
        case _:
            return Record()


_NOT_OK = ("FAILED", "NO_FILE")
_RECORDS = {"run_start", "preflight", "scenario_start", "tool_call", "diagnostic", "scenario_end", "run_end"}


def _loose_error(record: _Json) -> Record | None:
    """The body of an HTTP error, or an answer of a tool, as a line of its own."""
    said = _message(record.get("error")) or _text(record, "detail")
    return Record((Said(Rank.EVENT, said),)) if said else None


def _message(error: object) -> str:
    """The words of an error object, with its details and the name of its kind."""
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    return "\n".join(filter(None, _words(error)))


def _words(error: _Json) -> Iterator[str]:
    yield _text(error, "message")
    yield _text(error, "additionalDetails")
    for name in ("codexErrorInfo", "codex_error_info"):
        info = error.get(name)
        if isinstance(info, str):
            yield info
        elif isinstance(info, dict):
            yield from (key for key in info if isinstance(key, str))


def _message_text(item: _Json) -> str:
    if text := _text(item, "text") or _text(item, "message"):
        return text
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    return "".join(_text(part, "text") for part in parts if isinstance(part, dict))


def _text(record: _Json, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _number(record: _Json, *names: str) -> int | None:
    values = (record.get(name) for name in names)
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), None)
