"""Nodes: what the journal of a run says of each work in it, read when a supervisor begins and told from then on."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.agents.base import AgentResult
from odw_core.agents.work import Done, Work
from odw_core.engines.loose import Json, integer, text
from odw_core.engines.odw.names import STDERR_FILE, attempt_folder
from odw_core.runs.context import Context
from odw_core.runs.steps import Value

_SHOWN = 4000


class Nodes:
    """Belongs to one run. Only what its journal says counts, under whichever supervisor it was written."""

    def __init__(self, context: Context, agent_name: str) -> None:
        self._context, self._agent_name = context, agent_name
        self._indexes: dict[str, int] = {}
        self.attempts: dict[str, int] = {}
        """Key to the number of its last attempt."""
        self.open: set[str] = set()
        """Keys of work that began and did not end."""
        self.tokens = 0
        """All that were used so far."""
        self.calls: list[Json] = []
        """What was told of each attempt, in the order in which they ended."""
        for line in context.told:
            if line.event is not None:
                self._read(line.event)

    def _read(self, event: Json) -> None:
        key = text(event, "key")
        match text(event, "type"):
            case "agent_start":
                self.attempts[key] = max(self.attempts.get(key, 0), integer(event, "attempt") or 1)
                self.open.add(key)
                self.index_of(key)
            case "agent_done" | "agent_retry":
                self._ended(key, integer(event, "tokens") or 0)
            case "agent_call":
                self.calls.append(_untimed(event))
            case _:
                pass

    def index_of(self, key: str) -> int:
        """Number of a node, in the order in which they began."""
        return self._indexes.setdefault(key, len(self._indexes) + 1)

    def is_known(self, key: str) -> bool:
        """Whether any attempt of it began in this run."""
        return key in self.attempts

    def call(self, work: Work, number: int, began: float, result: AgentResult) -> None:
        """An attempt is over: its program, its times, its end."""
        event: dict[str, object] = {"type": "agent_call", "key": work.key, "round": work.round, "attempt": number}
        event |= {"argv": [*result.argv], "model": result.model or work.model, "schema": work.schema is not None}
        event |= {"sandbox": work.sandbox, "started_at": began, "exit_code": result.exit_code, "cause": result.cause}
        event["duration_ms"] = int((self._context.now() - began) * 1000)
        event["stderr"] = f"attempts/{attempt_folder(work.key, number)}/{STDERR_FILE}"
        self._context.emit(event, f"{work.label}: attempt {number} is over")
        self.calls.append(_untimed(event))

    def misfit(self, work: Work, number: int, last: int, issues: Sequence[str], said: str) -> None:
        """An answer is not of the shape that was asked for."""
        event: dict[str, object] = {"type": "agent_schema_invalid", **self._node(work, number, last)}
        more = {"schema": work.role, "retryable": number < last, "issues": [*issues], "result": said[:_SHOWN]}
        self._context.emit({**event, **more}, f"{work.label}: {issues[0]}")

    def retry(self, work: Work, number: int, last: int, reason: str, tokens: int) -> None:
        """Attempt ``number`` came to nothing and another one follows."""
        event = {"type": "agent_retry", **self._node(work, number, last), "nextAttempt": number + 1}
        self._context.emit({**event, "reason": reason, "tokens": tokens}, f"{work.label} is tried again: {reason}")
        self._ended(work.key, tokens)

    def done(self, work: Work, value: Value, done: Done) -> None:
        """Nothing more is tried."""
        number = max(1, self.attempts.get(work.key, 1))
        event: dict[str, object] = {"type": "agent_done", **self._node(work, number, number), "ok": done.ok}
        known = {"runtime": self._agent_name, "model": value.get("model"), "tokens": value.get("tokens")}
        said = done.message or ("done" if done.ok else "failed")
        self._context.emit({**event, **known, "result": _shown(work, value, done)}, f"{work.label}: {said}")
        self._ended(work.key, integer(value, "tokens") or 0)

    def skip(self, work: Work, value: Value, done: Done) -> None:
        """An earlier run did it. Whoever resumes a run counts anew, so none is counted here."""
        event = {"type": "agent_skip", **self._node(work, 1, 1), "index": 0, "reason": "cached", "ok": done.ok}
        said = f"{work.label}: done in an earlier run"
        self._context.emit_once({**event, "result": _shown(work, value, done)}, said)

    def _node(self, work: Work, number: int, last: int) -> dict[str, object]:
        node = {"index": self.index_of(work.key), "key": work.key, "label": work.label, "phase": work.phase}
        return {**node, "agentType": work.role, "attempt": number, "maxAttempts": last}

    def _ended(self, key: str, tokens: int) -> None:
        self.tokens += tokens
        self.open.discard(key)


def _shown(work: Work, value: Value, done: Done) -> object:
    """``result`` as upstream words it: an object of the schema, or text with a worktree; true bytes are blobs."""
    shown: dict[str, object] = {
        name: value[name] for name in ("text", "thread_id", "error", "warning") if name in value
    }
    if isinstance(done.value, dict):
        shown = {**shown, **done.value}
    if work.cwd is None and "files" in value:
        diff = done.patch.decode("utf-8", "replace")
        shown["worktree"] = {
            "changed": done.has_changed,
            "files": [*done.files],
            "diff": diff,
            "base": work.base,
        }
    return {**shown, "ok": False} if not done.ok else shown


def _untimed(event: Json) -> Json:
    """The same whether it was just told or is read again."""
    return {name: event[name] for name in sorted(event) if name != "ts"}
