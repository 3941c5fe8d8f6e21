"""A task of the Converge server, made and seen through to its end; cancelled as far as that goes there."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from odw_core.converge_server.client import ConvergeServer, NoServer
from odw_core.converge_server.task import CANCELLED, CLAIMED, FAILED, HITL_REQUIRED, PENDING, RUNNING, SUCCEEDED, Task
from odw_core.converge_server.where import DEFAULT, where_of
from odw_core.engines.converge.names import task_address
from odw_core.engines.loose import mapping, text
from odw_core.engines.odw.names import HITL_REQUIRED as CATEGORY
from odw_core.errors import NotFound, OdwError, Refused
from odw_core.model.command import Cancel, Interrupt
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result
from odw_core.text.ansi import one_line
from odw_core.workflows.converge_coordinate.given import ConvergeInput

KEY = "task"
_LOOK_S = 1.0
_OVER = (SUCCEEDED, HITL_REQUIRED, FAILED, CANCELLED)
_ONLY_A_FLAG = "the server was told; a worker that has the task finishes it all the same, and overwrites that"
_DOING = {PENDING: "waits for a worker", CLAIMED: "a worker took it", RUNNING: "a worker runs it"}


async def see_through(context: Context, given: ConvergeInput) -> Result:
    """The workflow, by way of the server."""
    try:
        server = ConvergeServer(where_of(given.server or DEFAULT))
        task = await _made(context, given, server)
    except OdwError as error:
        return Result(False, {"error": {"message": str(error)}})
    return await _Seen(context, server, task).run()


async def _made(context: Context, given: ConvergeInput, server: ConvergeServer) -> Task:
    """The task of this run: made once, whatever became of who made it."""
    known = mapping({"task": context.kept("task")}, "task")
    if identity := text(known, "id"):
        return await server.task(identity)
    if known:
        # Whoever was about to make it is gone; perhaps the server had it already.
        for task in await server.tasks():
            if task.odw_run == context.run_id:
                context.keep("task", {"id": task.id})
                return task
    context.keep("task", {"id": ""})
    # A worker works wherever it was started, so nothing may depend on that.
    repos = [os.path.join(context.spec.workspace, repo) for repo in given.repos]  # noqa: PTH118
    task = await server.create(
        given.goal, repos, max_rounds=given.max_rounds, agent=given.coding_agent, run=context.run_id
    )
    context.keep("task", {"id": task.id})
    return task


class _Seen:
    def __init__(self, context: Context, server: ConvergeServer, task: Task) -> None:
        self._context, self._server, self._task = context, server, task
        self._node: dict[str, object] = {"index": 0, "key": KEY, "label": "task", "phase": "queue", "attempt": 1}
        self._node |= {"runtime": "command", "maxAttempts": 1}

    async def run(self) -> Result:
        context, task = self._context, self._task
        start: dict[str, object] = {**self._node, "type": "agent_start", "model": "inherit"}
        preview = f"task {task.id} of {self._server.address}"
        context.emit_once({**start, "config": {"runtime": "command"}, "promptPreview": preview}, preview)
        link: dict[str, object] = {"type": "agent_session", "key": KEY, "attempt": 1, "runtime": "converge"}
        context.emit_once({**link, "thread": task_address(task.id).item}, f"it is task {task.id}")
        listening = asyncio.create_task(self._listen())
        try:
            task = await self._until_over()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        result = _result(task)
        done = {"type": "agent_done", "ok": result.ok, "result": {**result.value, "ok": result.ok}}
        context.emit({**self._node, **done}, f"task {task.status}")
        return result

    async def _until_over(self) -> Task:
        task, told = self._task, ""
        while task.status not in _OVER:
            said = _DOING.get(task.status, one_line(task.status, 40))
            try:
                task = await self._server.task(task.id)
            except NotFound as error:
                raise OdwError(f"{error} It was there before.") from None
            except (NoServer, Refused) as error:
                # A server that is started anew knows its tasks.
                said = one_line(str(error), 300)
            if said != told:
                told = said
                self._context.emit({"type": "output", "key": KEY, "attempt": 1, "last": said}, said)
            if task.status not in _OVER:
                await asyncio.sleep(_LOOK_S)
        return task

    async def _listen(self) -> None:
        async for command in self._context.commands:
            if isinstance(command, Interrupt | Cancel):
                with suppress(OdwError):
                    await self._server.cancel(self._task.id)
                    self._context.emit({"type": "warning", "key": KEY, "message": _ONLY_A_FLAG}, _ONLY_A_FLAG)


def _result(task: Task) -> Result:
    value: dict[str, object] = {"task": task.id, "status": task.status, "attempts": task.attempts}
    value |= {"artifacts": task.artifacts_dir}
    if task.status == SUCCEEDED:
        return Result(True, value)
    if task.status == HITL_REQUIRED:
        count = len(task.questions)
        asked = f"{count} {'question waits' if count == 1 else 'questions wait'} for you"
        first = f"{asked}: {one_line(task.questions[0], 300)}" if task.questions else "a person is required"
        return Result(False, {**value, "error": {"category": CATEGORY, "message": first}})
    if task.status == CANCELLED:
        return Result(False, {**value, "error": {"category": "cancelled", "message": "the task was cancelled"}})
    said = one_line(task.last_error, 400) or "it says nothing"
    message = f"the task failed after {task.attempts} attempts: {said}"
    return Result(False, {**value, "error": {"category": "upstream_failed", "message": message}})
