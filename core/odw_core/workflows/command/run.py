"""Runs the command, once; a command that was cut off is started again only if a person says so."""

from __future__ import annotations

import hashlib
import shlex
import shutil

from odw_core.decide.digest import digest
from odw_core.engines.loose import flag, integer
from odw_core.engines.odw.names import COMMAND
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result
from odw_core.workflows.command.attempt import Ended, attempt
from odw_core.workflows.command.given import CommandInput
from odw_core.workflows.command.telling import failure_of

_AGAIN, _LEAVE = "run it again", "leave it"


async def run(context: Context, given: CommandInput) -> Result:
    """The workflow."""
    last = context.kept("attempt")
    number = 1
    if isinstance(last, dict) and flag(last, "is_over") is not True:
        number = (integer(last, "number") or 0) + 1
        if not await _is_wanted_again(context, given, number):
            error = {"message": "it was cut off, and you decided to leave it"}
            return Result(False, {"error": error})
    context.phase("run", shlex.join(given.argv))
    if "/" not in given.argv[0] and shutil.which(given.argv[0], path=context.environ.get("PATH")) is None:
        message = f"{given.argv[0]}: command not found; install it, or name it with its path"
        return Result(False, {"error": {"message": message}})
    context.keep("attempt", {"number": number, "is_over": False})
    ended = await attempt(context, given, number)
    context.keep("attempt", {"number": number, "is_over": True})
    return _result(ended)


def _result(ended: Ended) -> Result:
    value: dict[str, object] = {"exit_code": ended.code, "seconds": round(ended.seconds, 3), "masked": ended.masked}
    if ended.code == 0:
        return Result(True, value)
    return Result(False, {**value, "error": failure_of(ended.code, ended.line)})


async def _is_wanted_again(context: Context, given: CommandInput, number: int) -> bool:
    """Ask: what the command did so far may not bear being done twice, and only a person knows."""
    deciding = {"kind": "question", "run": context.run_id, "attempt": number, "argv": given.argv, "cwd": given.cwd}
    identity = hashlib.sha256(f"{context.run_id}\0command\0{number}".encode()).hexdigest()[:12]
    choices = (
        Choice(_AGAIN, "from its beginning, as a second attempt"),
        Choice(_LEAVE, "the run ends as failed; its output stays"),
    )
    question = Question(
        id=identity,
        address=context.address.child(COMMAND),
        kind="question",
        asked_at=context.now(),
        title="run it again?",
        body="The command was cut off: its supervisor ended while it ran. What it did so far is not undone.",
        subject="command",
        fields=(Field("again", "what now", choices),),
        decisions=("answer",),
        risk=None,
        digest=digest(deciding),
        witnesses=("journal",),
        inferred=False,
        answer_via="you, here; its supervisor waits for it",
        why_not=None,
        road=Road.SUPERVISOR,
        details=(("command", shlex.join(given.argv)), ("folder", given.cwd or context.spec.workspace)),
    )
    decision = await context.ask(question)
    return any(_AGAIN in picked for _, picked in decision.values)
