"""One turn of a Codex thread as its server tells it: what was said, what runs, how it ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from odw_core.appserver.messages import Notification
from odw_core.engines.loose import Json, flag, integer, mapping, objects, text

_QUIET = frozenset({"item/started", "item/completed", "item/agentMessage/delta", "turn/started", "turn/completed"})


@dataclass(slots=True)
class TurnStory:
    """Filled by ``take``. ``thread`` and ``turn`` say what it is about; anything else is ignored."""

    thread: str
    turn: str = ""
    status: str = ""
    """``completed``, ``failed`` or ``interrupted`` once it is over."""
    text: str = ""
    """The agent's last whole words."""
    error: str = ""
    errors: list[str] = field(default_factory=list)
    """What went wrong on the way, in order; a retry may have mended it."""
    running: dict[str, str] = field(default_factory=dict)
    """Commands that run now, by item."""
    changes: dict[str, list[Json]] = field(default_factory=dict)
    """What each patch would change, by item."""
    diff: str = ""
    tokens: int | None = None
    window: int | None = None
    plan: list[Json] = field(default_factory=list)
    accepted: str = ""
    """The model that the thread was set to meanwhile."""
    served: str = ""
    """The model that really answered, when the server said that it was another one."""
    reason: str = ""
    warnings: list[str] = field(default_factory=list)
    is_progress: bool = False
    """Whether the last thing taken says that the turn goes on."""

    @property
    def is_over(self) -> bool:
        return bool(self.status)

    def take(self, event: Notification) -> str:
        """Go on with what happened. Returns what a person would read of it, as text."""
        self.is_progress = False
        if event.thread and event.thread != self.thread:
            return ""
        return self._take(event)

    def _take(self, event: Notification) -> str:
        params, item = event.params, mapping(event.params, "item")
        # A retry and a repeated status are no progress: they go on for ever without a network.
        self.is_progress = event.method in _QUIET or event.method.startswith(("item/", "turn/"))
        match event.method:
            case "item/agentMessage/delta" | "item/commandExecution/outputDelta":
                return text(params, "delta")
            case "item/started":
                return self._started(item, event.item)
            case "item/completed":
                return self._completed(item, event.item)
            case "turn/diff/updated":
                self.diff = text(params, "diff")
            case "turn/plan/updated":
                self.plan = objects(params, "plan")
            case "thread/tokenUsage/updated":
                usage = mapping(params, "tokenUsage")
                self.tokens = integer(mapping(usage, "total"), "totalTokens")
                self.window = integer(usage, "modelContextWindow")
                self.is_progress = True
            case "model/rerouted":
                self.served, self.reason = text(params, "toModel"), text(params, "reason")
            case "thread/settings/updated":
                self.accepted = text(mapping(params, "threadSettings"), "model")
            case "warning":
                self.warnings.append(text(params, "message"))
            case "error":
                error = mapping(params, "error")
                more = text(error, "additionalDetails")
                self.errors.append(text(error, "message") + (f" ({more})" if more else ""))
                if not flag(params, "willRetry"):
                    self.error = text(error, "message")
            case "turn/completed":
                if not self.turn or event.turn == self.turn:
                    self.end(mapping(params, "turn"))
            case _:
                pass
        return ""

    def end(self, turn: Json) -> None:
        """It is over, as ``turn`` says (from its end or from a list of turns)."""
        status = text(turn, "status")
        self.status = status if status in ("completed", "failed", "interrupted") else ""
        self.error = text(mapping(turn, "error"), "message") or self.error
        for item in objects(turn, "items"):
            if text(item, "type") == "agentMessage" and text(item, "text"):
                self.text = text(item, "text")

    @property
    def ended(self) -> dict[str, object]:
        """How it ended, to be kept."""
        return {"status": self.status, "text": self.text, "error": self.error, "tokens": self.tokens}

    def restore(self, ended: Json) -> None:
        """What ``ended`` was."""
        self.status = text(ended, "status") or "failed"
        self.text, self.error, self.tokens = text(ended, "text"), text(ended, "error"), integer(ended, "tokens")

    def _started(self, item: Json, id_: str) -> str:
        match text(item, "type"):
            case "commandExecution":
                if text(item, "source") != "agent" or text(item, "processId"):
                    self.running[id_] = text(item, "command")
                return f"\n$ {_command(item)}\n"
            case "fileChange":
                self.changes[id_] = objects(item, "changes")
            case _:
                pass
        return ""

    def _completed(self, item: Json, id_: str) -> str:
        self.running.pop(id_, None)
        self.changes.pop(id_, None)
        match text(item, "type"):
            case "agentMessage":
                self.text = text(item, "text") or self.text
                return "\n"
            case "commandExecution":
                code = integer(item, "exitCode")
                return f"\n[{text(item, 'status')}{'' if code is None else f', exit {code}'}]\n"
            case "fileChange":
                paths = ", ".join(text(change, "path") for change in objects(item, "changes"))
                return f"\n[patch {text(item, 'status')}: {paths}]\n"
            case _:
                return ""


def _command(item: Json) -> str:
    actions = objects(item, "commandActions")
    return text(actions[0], "command") if len(actions) == 1 else text(item, "command")
