"""Threads of an app server: opened, copied, taken up again. Says where they stand; sends no prompt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from odw_core.agents.base import AgentCall
from odw_core.agents.codex_memory import Memory
from odw_core.appserver.client import Client, ServerRefused
from odw_core.engines.loose import Json, mapping, objects, text

_LOOKED_AT = 20
_CONFIG: Json = {
    # Questions in every mode; said to be unfinished, which is no news to who drives it.
    "features.default_mode_request_user_input": True,
    "suppress_unstable_features_warning": True,
}


class Stands(Enum):
    """Where a thread stands that an earlier supervisor worked with."""

    NOWHERE = auto()
    """It never got anything: there is no transcript of it."""
    UNSENT = auto()
    """The prompt never arrived."""
    RUNNING = auto()
    OVER = auto()
    LOST = auto()
    """The turn was cut off when its server ended."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A thread as it was found, with the turn that the prompt became."""

    stands: Stands
    turn: Json


async def open_thread(client: Client, call: AgentCall, memory: Memory) -> None:
    """Begin, copy or go on with a thread. Raises ``ServerRefused`` when the server will not."""
    settings: dict[str, object] = {"config": _CONFIG}
    if call.model:
        settings["model"] = call.model
    if not call.thread or call.is_fork:
        settings |= {"cwd": call.cwd, "approvalPolicy": call.approval_policy, "sandbox": call.sandbox}
    method = "thread/start"
    if call.thread:
        settings |= {"threadId": call.thread, "excludeTurns": True}
        method = "thread/fork" if call.is_fork else "thread/resume"
    opened = await client.call(method, settings)
    thread = mapping(opened, "thread")
    memory.thread, memory.path = text(thread, "id"), text(thread, "path")
    memory.accepted = text(opened, "model") or text(thread, "model")
    if call.thread:
        memory.before = text(next(iter(await _turns(client, memory.thread)), {}), "id")


async def take_up(client: Client, memory: Memory) -> TakenUp:
    """Subscribe to the thread again and find out where it stands. What it asks is asked again by the server."""
    try:
        client.watch(memory.thread)
        resumed = await client.call("thread/resume", {"threadId": memory.thread, "excludeTurns": True})
    except ServerRefused as refused:
        if "no rollout found" not in refused.message:
            raise
        client.forget(memory.thread)
        return TakenUp(Stands.NOWHERE, {})
    ours = _ours(await _turns(client, memory.thread), memory)
    if ours is None:
        return TakenUp(Stands.UNSENT, {})
    is_active = text(mapping(mapping(resumed, "thread"), "status"), "type") == "active"
    match text(ours, "status"):
        case "completed" | "failed":
            return TakenUp(Stands.OVER, ours)
        case _ if is_active:
            return TakenUp(Stands.RUNNING, ours)
        case _:
            return TakenUp(Stands.LOST, ours)


async def _turns(client: Client, thread: str) -> list[Json]:
    return objects(await client.call("thread/turns/list", {"threadId": thread, "limit": _LOOKED_AT}), "data")


def _ours(turns: list[Json], memory: Memory) -> Json | None:
    """The turn of the prompt; ``turns`` begin with the newest. Without an id it is the first one after ``before``."""
    newer: Json | None = None
    for turn in turns:
        if memory.turn and text(turn, "id") == memory.turn:
            return turn
        if text(turn, "id") == memory.before:
            break
        newer = turn
    return None if memory.turn else newer
