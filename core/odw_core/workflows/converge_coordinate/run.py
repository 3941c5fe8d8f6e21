"""Runs ``converge coordinate`` to its end, or sees a task of its server through, and says what came of it."""

from __future__ import annotations

from odw_core.engines.loose import flag, integer, mapping, text
from odw_core.errors import OdwError
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result
from odw_core.workflows.converge_coordinate.attempt import attempt
from odw_core.workflows.converge_coordinate.command import program
from odw_core.workflows.converge_coordinate.given import ConvergeInput, goal_of
from odw_core.workflows.converge_coordinate.queued import see_through
from odw_core.workflows.converge_coordinate.telling import of_record, record_of, result_of

_AGAIN = "Converge keeps nothing of a run that is cut off, so it plans from the beginning"


async def run(context: Context, given: ConvergeInput) -> Result:
    """The workflow."""
    context.phase("Converge", goal_of(given))
    if given.through == "server":
        return await see_through(context, given)
    try:
        found = program(given, context.environ)
    except OdwError as error:
        return Result(False, {"error": {"message": str(error)}})
    last = mapping({"converge": context.kept("converge")}, "converge")
    place, folder = context.spec.workspace, text(last, "folder")
    if folder and (acc := record_of(place, folder)) is not None:
        # It came to its end while nobody watched it.
        return of_record(acc, integer(last, "code"))
    number = (integer(last, "attempt") or 0) + 1
    if number > 1 and flag(last, "is_over") is not True:
        context.emit({"type": "warning", "key": "", "message": _AGAIN}, _AGAIN)
    context.keep("converge", {"attempt": number, "folder": "", "is_over": False})
    ended = await attempt(context, given, number, found)
    context.keep("converge", {"attempt": number, "folder": ended.folder, "is_over": True, "code": ended.code})
    return result_of(place, ended)
