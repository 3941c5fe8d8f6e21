"""The journal lines that every agent writes about a call, in the words of the ODW dialect. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from odw_core.agents.base import AgentCall, AgentResult, Ending

PROMPT_SHOWN = 8000


def start_event(call: AgentCall, runtime: str, config: Mapping[str, object]) -> dict[str, object]:
    """``agent_start``: an attempt is about to get its prompt."""
    return {
        "type": "agent_start",
        "key": call.key,
        **_node(call),
        "runtime": runtime,
        "model": call.model or "inherit",
        "promptPreview": call.prompt[:PROMPT_SHOWN],
        "config": dict(config),
    }


def done_event(
    call: AgentCall, result: AgentResult, runtime: str, more: Mapping[str, object] | None = None
) -> dict[str, object]:
    """``agent_done``: what came of an attempt; ``more`` goes into its ``result`` (``worktree`` with the diff)."""
    return {
        "type": "agent_done",
        "key": call.key,
        **_node(call),
        "ok": result.ending is Ending.COMPLETED,
        "result": {**outcome(result), **(more or {})},
        "runtime": runtime,
        "model": result.model,
        "tokens": result.tokens,
    }


def outcome(result: AgentResult) -> dict[str, object]:
    """``result`` of ``agent_done``: text, session, and what went wrong."""
    value: dict[str, object] = {"text": result.text, "thread_id": result.thread, "turns": result.turns}
    if result.value is not None:
        value["value"] = result.value
    if result.cause and result.ending is Ending.COMPLETED:
        value["warning"] = {"category": result.cause_kind, "message": result.cause, "evidence": result.evidence}
    elif result.ending is not Ending.COMPLETED:
        category = result.cause_kind or result.ending.value
        message = result.cause or f"the session was {result.ending.value}"
        error: dict[str, object] = {"category": category, "message": message, "evidence": result.evidence}
        if result.retryable:
            error["retryable"] = True
        value["error"] = error
    return value


def _node(call: AgentCall) -> dict[str, object]:
    return {
        "index": call.index,
        "label": call.label,
        "phase": call.phase,
        "attempt": call.attempt,
        "maxAttempts": call.max_attempts,
    }
