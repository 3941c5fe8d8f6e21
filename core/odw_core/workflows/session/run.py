"""Runs the session: one agent, one thread; what came of it is the run's result."""

from __future__ import annotations

from odw_core import __version__
from odw_core.agents.base import AgentCall, AgentResult, Ending
from odw_core.agents.choose import codex_home
from odw_core.agents.codex import CodexAgent
from odw_core.agents.codex_program import native_program
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result
from odw_core.workflows.session.given import SessionInput, goal_of


async def run(context: Context, given: SessionInput) -> Result:
    """The workflow."""
    program = native_program(context.spec.codex, context.environ)
    agent = CodexAgent(program, codex_home(context.spec, context.environ), __version__)
    call = AgentCall(
        prompt=given.prompt,
        cwd=given.cwd or context.spec.workspace,
        model=given.model,
        effort=given.effort,
        sandbox=given.sandbox,
        approval_policy=given.approval_policy,
        mode=given.mode,
        thread=given.thread,
        is_fork=given.fork,
        silence_s=given.silence_s,
    )
    if context.kept("began") is None:
        context.keep("began", {"at": context.now()})
        context.phase("session", goal_of(given))
    return _result(await agent.run(call, context))


def _result(came: AgentResult) -> Result:
    value: dict[str, object] = {
        "text": came.text,
        "thread_id": came.thread,
        "turns": came.turns,
        "model": came.model,
        "tokens": came.tokens,
    }
    match came.ending:
        case Ending.COMPLETED:
            return Result(True, value)
        case Ending.FAILED:
            error = {"category": came.cause_kind or "failed", "message": came.cause or came.error}
            return Result(False, {**value, "error": error})
        case _:
            return Result(False, value, is_cancelled=True)
