"""One turn on a thread: what starts it, steered, interrupted, its commands ended. Remembers nothing itself."""

from __future__ import annotations

from contextlib import suppress

from odw_core.agents.base import AgentCall
from odw_core.agents.codex_memory import Memory
from odw_core.appserver.client import Client, ServerRefused, Unanswered
from odw_core.engines.loose import objects, text

_INTERRUPTING_S = 15.0


def start_params(call: AgentCall, memory: Memory) -> dict[str, object]:
    """What ``turn/start`` is asked for the prompt that is remembered."""
    params: dict[str, object] = {"threadId": memory.thread, "input": [_words(memory.prompt)]}
    if call.effort:
        params["effort"] = call.effort
    if call.schema is not None:
        params["outputSchema"] = call.schema
    if call.mode == "plan":
        settings = {"model": memory.accepted, "reasoning_effort": call.effort, "developer_instructions": None}
        params["collaborationMode"] = {"mode": "plan", "settings": settings}
    return params


async def steer(client: Client, memory: Memory, said: str) -> bool:
    """Say it into the turn that runs; False when that is just over, or is one that cannot be steered."""
    params = {"threadId": memory.thread, "expectedTurnId": memory.turn, "input": [_words(said)]}
    try:
        await client.call("turn/steer", params)
    except ServerRefused:
        return False
    return True


async def interrupt(client: Client, memory: Memory) -> None:
    """Ask the turn to stop, and end its commands."""
    params = {"threadId": memory.thread, "turnId": memory.turn}
    with suppress(ServerRefused, Unanswered):
        await client.call("turn/interrupt", params, within_s=_INTERRUPTING_S)
    await end_commands(client, memory.thread)


async def end_commands(client: Client, thread: str) -> None:
    """An interrupted command goes on in the background until it is told to end."""
    of_thread = {"threadId": thread}
    with suppress(ServerRefused, Unanswered):
        listed = await client.call("thread/backgroundTerminals/list", of_thread)
        for one in objects(listed, "data"):
            process = {**of_thread, "processId": text(one, "processId")}
            await client.call("thread/backgroundTerminals/terminate", process)
        await client.call("thread/backgroundTerminals/clean", of_thread)


def _words(said: str) -> dict[str, object]:
    return {"type": "text", "text": said, "text_elements": []}
