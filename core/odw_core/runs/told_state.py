"""ToldState: ``state.json`` as upstream's runner would have written it, told from the lines of a run's journal. Pure;
nothing in ``runs/`` ever reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from odw_core.engines.loose import Json, flag, integer, mapping, text, text_or_none
from odw_core.engines.odw.records import JournalLine, StateRecord


class ToldState:
    """What is known so far. Belongs to one run; ``take`` is handed every line of its journal once, in their order."""

    def __init__(self, budget_tokens: int | None = None) -> None:
        self._workflow: Json = {}
        self._done: dict[str, Json] = {}
        self._active: dict[str, dict[str, object]] = {}
        self._failed: dict[str, Json] = {}
        self._checkpoints: dict[str, Json] = {}
        self._prints: dict[str, str] = {}
        self._begun: dict[str, Json] = {}
        self._order: dict[str, int] = {}
        self._total, self._spent, self._is_approximate = budget_tokens, 0, False
        self._ended: dict[str, object] = {}

    def take(self, lines: Iterable[JournalLine]) -> bool:
        """Whether anything is different now."""
        return sum(self._take(line.event) for line in lines if line.event is not None) > 0

    def record(self) -> StateRecord:
        """In the order of upstream's fields."""
        budget: dict[str, object] = {"total": self._total, "spent": self._spent}
        if self._is_approximate:
            budget["approx"] = True
        said: dict[str, object] = {
            "agents": {**self._done},
            "activeAgents": {key: {**one} for key, one in self._active.items()},
            "failedAgents": {**self._failed},
            "checkpoints": {**self._checkpoints},
            "budget": budget,
            "workflow": self._workflow,
        }
        return StateRecord({**said, **self._ended})

    def _take(self, event: Json) -> bool:
        key, at = text(event, "key"), text(event, "ts")
        match text(event, "type"):
            case "workflow_start":
                self._workflow = {
                    name: event.get(name) for name in ("name", "script", "backend", "resumeFrom", "whenToUse")
                }
            case "supervisor" | "cancelled":
                # Who was at work for a supervisor before this one is asked anew; at the end everybody was ended.
                self._active.clear()
            case "step":
                self._step(event, key, at)
                return key in self._checkpoints
            case "agent_start":
                self._failed.pop(key, None)
                self._begun[key] = event
                since = self._active.get(key, {}).get("startedAt", at)
                self._active[key] = {**self._node(event, key), "state": "running", "startedAt": since, "updatedAt": at}
            case "agent_retry":
                self._spend(event)
                more = {"retryReason": text(event, "reason"), "nextAttempt": integer(event, "nextAttempt")}
                if key in self._active:
                    self._active[key] |= {"state": "retrying", "updatedAt": at, **more}
            case "agent_done":
                self._spend(event)
                self._active.pop(key, None)
                self._over(event, key, at)
            case "agent_skip":
                self._over(event, key, at)
            case "workflow_done":
                self._active.clear()
                self._ended = {"result": event.get("result"), "completedAt": at}
            case "workflow_error":
                self._active.clear()
                self._ended = {"error": {"message": text(event, "message")}, "failedAt": at}
            case _:
                return False
        return True

    def _step(self, event: Json, key: str, at: str) -> None:
        self._prints[key] = text(event, "fingerprint")
        if text(event, "kind") == "checkpoint" and text(event, "status") == "done":
            self._checkpoints[key] = {"name": key, "value": event.get("result"), "ts": at}

    def _spend(self, event: Json) -> None:
        tokens = integer(event, "tokens")
        self._spent += tokens or 0
        self._is_approximate = self._is_approximate or tokens is None

    def _over(self, event: Json, key: str, at: str) -> None:
        begun = self._begun.get(key, {})
        node = self._node({**event, "maxAttempts": begun.get("maxAttempts", event.get("maxAttempts"))}, key)
        if flag(event, "ok") is False:
            self._failed[key] = {**node, "ok": False, "result": event.get("result"), "ts": at}
            return
        self._failed.pop(key, None)
        self._done[key] = {
            "ok": True,
            **node,
            "fingerprint": self._prints.get(key, ""),
            "schema": text_or_none(mapping(begun, "config"), "schema"),
            "model": text(event, "model") or text(begun, "model"),
            "result": event.get("result"),
            "tokens": integer(event, "tokens"),
            "ts": at,
        }

    def _node(self, event: Json, key: str) -> dict[str, object]:
        """Who it is. Numbered as they came: upstream sorts by that, and not every event of ours has a number."""
        node: dict[str, object] = {
            "index": self._order.setdefault(key, len(self._order) + 1),
            "key": key,
            "label": text(event, "label") or key,
            "phase": text(event, "phase"),
        }
        if role := text(event, "agentType"):
            node["agentType"] = role
        attempt = integer(event, "attempt") or 1
        return {**node, "attempt": attempt, "maxAttempts": max(attempt, integer(event, "maxAttempts") or 1)}


def encode_told(fields: Mapping[str, object]) -> bytes:
    """Two spaces, no final newline. What has no UTF-8 form is a question mark: one such character in it, and upstream
    could read nothing of it."""
    return json.dumps(fields, ensure_ascii=False, indent=2).encode("utf-8", "replace")
