"""Tool calls and words of an agent, read from its talk with its server or player as it goes on. Pure, never raises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from odw_core.engines.loose import Json, integer, mapping, objects, parse_object, text

_LONGEST = 20_000
"""Characters of one error or output that go into a record; the whole talk lies beside the log."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that is over."""

    id: str
    name: str
    args: dict[str, object] = field(default_factory=dict)
    ok: bool = True
    error: str = ""


@dataclass(slots=True)
class Talk:
    """Filled line by line. Knows the frames of an app server and the lines of a scripted player."""

    thread: str = ""
    """The agent's own session: its server tells of others too."""
    words: list[str] = field(default_factory=list)
    """What the agent said, piece by piece."""
    _seen: set[str] = field(default_factory=set)
    _open: dict[str, str] = field(default_factory=dict)
    """Messages that are still being said, by item."""
    _edits: int = 0

    @property
    def said(self) -> str:
        """Everything the agent said so far."""
        return "\n".join(filter(None, (*self.words, *self._open.values())))

    def feed(self, line: str) -> list[ToolCall]:
        """One more line; the calls that it says are over."""
        told = parse_object(line.encode("utf-8", "surrogatepass"))
        if told is None:
            return []
        if "msg" in told:
            return list(self._frame(text(told, "dir"), mapping(told, "msg")))
        return list(self._played(told))

    def _played(self, told: Json) -> Iterator[ToolCall]:
        match text(told, "type"):
            case "say":
                self.words.append(text(told, "text"))
            case "edit":
                self._edits += 1
                yield ToolCall(f"edit-{self._edits}", "edit", {"what": text(told, "what")})
            case "tool":
                self._edits += 1
                error = text(told, "error")
                yield ToolCall(f"tool-{self._edits}", text(told, "name"), dict(mapping(told, "args")), not error, error)
            case _:
                pass

    def _frame(self, direction: str, message: Json) -> Iterator[ToolCall]:
        params = mapping(message, "params")
        if direction == "client->server":
            # Whatever it asks for is about its own session.
            self.thread = text(params, "threadId") or self.thread
            return
        started = mapping(mapping(message, "result"), "thread")
        if text(started, "id"):
            self.thread = text(started, "id")
            for turn in objects(started, "turns")[-1:]:
                for item in objects(turn, "items"):
                    yield from self._item(item)
            return
        of = text(params, "threadId")
        if of and self.thread and of != self.thread:
            return
        match text(message, "method"):
            case "item/agentMessage/delta":
                message_id = text(params, "itemId")
                self._open[message_id] = self._open.get(message_id, "") + text(params, "delta")
            case "item/completed":
                yield from self._item(mapping(params, "item"))
            case _:
                pass

    def _item(self, item: Json) -> Iterator[ToolCall]:
        identity, kind = text(item, "id"), text(item, "type")
        if kind == "agentMessage":
            self._open.pop(identity, None)
            if identity not in self._seen:
                self._seen.add(identity)
                self.words.append(text(item, "text"))
            return
        call = _call_of(item, identity, kind)
        if call is not None and identity not in self._seen:
            self._seen.add(identity)
            yield call


def _call_of(item: Json, identity: str, kind: str) -> ToolCall | None:
    status = text(item, "status")
    if status in ("inProgress", "in_progress"):
        return None
    failed = status in ("failed", "declined")
    match kind:
        case "commandExecution":
            code = integer(item, "exitCode")
            said = text(item, "aggregatedOutput")[-_LONGEST:]
            is_bad = failed or code not in (None, 0)
            error = (said.strip() or f"{status or 'failed'}, exit {code}") if is_bad else ""
            args: dict[str, object] = {"command": text(item, "command"), "cwd": text(item, "cwd")}
            return ToolCall(identity, "exec", args if code is None else {**args, "exit": code}, not is_bad, error)
        case "mcpToolCall":
            error = text(mapping(item, "error"), "message") or text(item, "error")
            name = f"{text(item, 'server')}/{text(item, 'tool')}".strip("/")
            return ToolCall(identity, name, _args(item), not (failed or error), error or (status if failed else ""))
        case "fileChange":
            paths = [text(one, "path") for one in objects(item, "changes")]
            error = f"the patch was {status}" if failed else ""
            return ToolCall(identity, "patch", {"paths": paths}, not failed, error)
        case "webSearch":
            return ToolCall(identity, "web_search", {"query": text(item, "query")})
        case "dynamicToolCall" | "collabToolCall":
            return ToolCall(identity, text(item, "tool") or kind, _args(item), not failed, status if failed else "")
        case _:
            return None


def _args(item: Json) -> dict[str, object]:
    arguments = item.get("arguments")
    return dict(arguments) if isinstance(arguments, dict) else {} if arguments is None else {"arguments": arguments}
