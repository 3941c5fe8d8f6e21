"""A task of the Converge server, made and seen through to its end; cancelled as far as that goes there."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from odw_core.converge_server.client import ConvergeServer, NoServer
from odw_core.converge_server.task import CANCELLED, CLAIMED, FAILED, HITL_REQUIRED, PENDING, RUNNING, SUCCEEDED, Task
from odw_core.converge_server.where import DEFAULT, Where, where_of
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
_TELLING_S = 5.0
"""A server that does not answer must not keep a run from ending."""
_OVER = (SUCCEEDED, HITL_REQUIRED, FAILED, CANCELLED)
_ONLY_A_FLAG = "the server was told; a worker that has the task finishes it all the same, and overwrites that"
_DOING = {PENDING: "waits for a worker", CLAIMED: "a worker took it", RUNNING: "a worker runs it"}


async def see_through(context: Context, given: ConvergeInput) -> Result:
    """The workflow, by way of the server."""
    try:
        where = where_of(given.server or DEFAULT)
        task = await _made(context, given, ConvergeServer(where))
    except OdwError as error:
        return Result(False, {"error": {"message": str(error)}})
    return await _Seen(context, where, task).run()


async def _made(context: Context, given: ConvergeInput, server: ConvergeServer) -> Task:
    """The task of this run: made once, whatever became of who made it."""
    known = mapping({"task": context.kept("task")}, "task")
    if identity := text(known, "id"):
        # Whether its server is there at this moment is seen later, and waited for.
        return Task(identity, "", given.goal, (), 0, "", "", (), context.run_id)
    # Whoever was about to make it is gone; perhaps the server had it already.
    task = await server.made_by(context.run_id) if known else None
    if task is None:
        context.keep("task", {"id": ""})
        task = await _create(context, given, server)
    context.keep("task", {"id": task.id})
    return task


async def _create(context: Context, given: ConvergeInput, server: ConvergeServer) -> Task:
    # A worker works wherever it was started, so nothing may depend on that.
    repos = [os.path.join(context.spec.workspace, repo) for repo in given.repos]  # noqa: PTH118
    agent, run = given.coding_agent, context.run_id
    try:
        return await server.create(given.goal, repos, max_rounds=given.max_rounds, agent=agent, run=run)
    except NoServer as error:
        # The reply may have been lost, and the task not.
        with suppress(OdwError):
            if (task := await server.made_by(run)) is not None:
                return task
        raise OdwError(f"{error} Whether it took the task is not known.") from None


class _Seen:
    def __init__(self, context: Context, where: Where, task: Task) -> None:
        self._context, self._where, self._task = context, where, task
        self._node: dict[str, object] = {"index": 0, "key": KEY, "label": "task", "phase": "queue", "attempt": 1}
        self._node |= {"runtime": "command", "maxAttempts": 1}

    async def run(self) -> Result:
        context, task = self._context, self._task
        start: dict[str, object] = {**self._node, "type": "agent_start", "model": "inherit"}
        preview = f"task {task.id} of {self._where.address}"
        context.emit_once({**start, "config": {"runtime": "command"}, "promptPreview": preview}, preview)
        link: dict[str, object] = {"type": "agent_session", "key": KEY, "attempt": 1, "runtime": "converge"}
        context.emit_once({**link, "thread": task_address(task.id).item}, f"it is task {task.id}")
        listening = asyncio.create_task(self._listen())
        try:
            result = _result(await self._until_over())
        except NotFound as error:
            value: dict[str, object] = {"task": task.id, "error": {"message": f"{error} It was there before."}}
            result = Result(False, value)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        done = {"type": "agent_done", "ok": result.ok, "result": {**result.value, "ok": result.ok}}
        context.emit({**self._node, **done}, f"task {result.value.get('status', 'gone')}")
        return result

    async def _until_over(self) -> Task:
        """Raises ``NotFound`` when its server forgot it."""
        task, told = self._task, ""
        server = ConvergeServer(self._where)
        while task.status not in _OVER:
            try:
                task = await server.task(task.id)
                said = _DOING.get(task.status, one_line(task.status, 40))
            except Refused as error:
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
                try:
                    await ConvergeServer(self._where, deadline_s=_TELLING_S).cancel(self._task.id)
                    said = _ONLY_A_FLAG
                except OdwError as error:
                    said = f"the task is not cancelled, a worker may still take it or go on with it: {error}"
                self._context.emit({"type": "warning", "key": KEY, "message": said}, said)


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
