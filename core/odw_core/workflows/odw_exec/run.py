"""Runs ``odw exec`` to its end, again with ``--resume`` after a supervisor was lost, and says what came of it."""

from __future__ import annotations

import shutil

from odw_core.engines.loose import flag, integer, mapping, text
from odw_core.errors import OdwError
from odw_core.model.item import State
from odw_core.runs.context import Context
from odw_core.runs.folders import make_private
from odw_core.runs.held import RUN_FOLDER, wrapper
from odw_core.runs.workflow import Result
from odw_core.workflows.odw_exec.attempt import Ended, attempt
from odw_core.workflows.odw_exec.command import programs
from odw_core.workflows.odw_exec.given import OdwExecInput, goal_of
from odw_core.workflows.odw_exec.telling import upstream_item


async def run(context: Context, given: OdwExecInput) -> Result:
    """The workflow."""
    context.phase("odw exec", goal_of(given))
    stand_in = wrapper(context.folder.parent.parent)
    try:
        found = programs(given, context.environ, stand_in)
    except OdwError as error:
        return Result(False, {"error": {"message": str(error)}})
    kept = context.kept("odw")
    last = mapping({"odw": kept}, "odw")
    if flag(last, "is_over") is True and text(last, "run_id"):
        return _result(context, given, text(last, "run_id"), integer(last, "code") or 0)
    number = (integer(last, "attempt") or 0) + 1
    # What the lost attempt did is in the run it had begun; odw does none of it again.
    resume = text(last, "run_id") or given.resume
    held = make_private(context.folder / RUN_FOLDER) if given.holds_questions and found.pandacode is not None else None
    context.keep("odw", {"attempt": number, "run_id": resume or "", "is_over": False})
    try:
        ended = await attempt(context, given, number, found=found, held=held, stand_in=stand_in, resume=resume)
    finally:
        if held is not None:
            shutil.rmtree(held, ignore_errors=True)
    told = {"attempt": number, "run_id": ended.run_id or "", "is_over": True, "code": ended.code}
    context.keep("odw", told)
    if ended.run_id is None:
        return Result(False, {"exit_code": ended.code, "error": {"message": _said(ended)}})
    return _result(context, given, ended.run_id, ended.code)


def _said(ended: Ended) -> str:
    return f"{ended.line or ended.last or 'odw said nothing'} (odw began no run and exited with {ended.code})"


def _result(context: Context, given: OdwExecInput, run_id: str, code: int) -> Result:
    value: dict[str, object] = {"upstream": run_id, "exit_code": code}
    found = upstream_item(context.spec.workspace, run_id)
    if found is None:
        message = f"{run_id} left no files below {context.spec.workspace}"
        return Result(False, {**value, "error": {"message": message}})
    item, is_adoptable = found
    value["state"] = item.raw_state
    if item.state is State.DONE and code == 0:
        return Result(True, value)
    how = f"; odw-tui adopt odw:{run_id} goes on with what it has" if is_adoptable else ""
    message = f"{item.raw_state}: {item.why}{how}"
    return Result(False, {**value, "error": {"message": message}})
