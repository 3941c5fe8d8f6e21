"""One attempt: start it, take both streams as they come, hear what a person wants, see how it ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.odw.names import COMMAND as KEY
from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.attending import attend, hear
from odw_core.runs.context import Context
from odw_core.workflows.command.given import CommandInput
from odw_core.workflows.command.telling import failure_of, telling_line

_PATIENCE_S = 1.5


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. ``code`` is negative after a signal."""

    code: int
    seconds: float
    line: str
    """The line that tells most of a failure."""
    last: str
    masked: int


async def attempt(context: Context, given: CommandInput, number: int) -> Ended:
    """Run the command to its end. Raises ``OSError`` when its folder is not there."""
    files = context.attempt(KEY, number)
    files.prompt(shlex.join(given.argv) + "\n")
    # Both are there from the beginning, so that whoever looks sees an empty text and not a missing one.
    out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
    name = Path(given.argv[0]).name
    node: dict[str, object] = {"index": 0, "key": KEY, "label": name, "phase": "run", "attempt": number}
    start = {**node, "type": "agent_start", "runtime": "command", "model": "inherit", "maxAttempts": number}
    config = {"runtime": "command"}
    context.emit({**start, "promptPreview": shlex.join(given.argv)[:8000], "config": config}, f"{name} started")
    began = context.now()
    started = await context.start(given.argv, cwd=given.cwd or context.spec.workspace)
    beside = [hear(context, started.child, _PATIENCE_S)]
    came = await attend(context, started, files, patience_s=_PATIENCE_S, beside=beside)
    if left := came.left:
        said = f"{left} {'process' if left == 1 else 'processes'} it had left running ended with it"
        context.emit({"type": "warning", "key": KEY, "message": said}, said)
    code = came.code
    masked = out.masked_count + err.masked_count
    files.close()
    line = "" if code == 0 else telling_line(files.path, code)
    ended = Ended(code, context.now() - began, line, out.last_line or err.last_line, masked)
    _done(context, node, ended, files)
    return ended


def _done(context: Context, node: dict[str, object], ended: Ended, files: AttemptFolder) -> None:
    ok = ended.code == 0
    result: dict[str, object] = {"ok": ok, "exit_code": ended.code, "summary": ended.last, "masked": ended.masked}
    if not ok:
        result["error"] = failure_of(ended.code, ended.line)
    files.result({**result, "seconds": ended.seconds})
    done = {
        **node,
        "type": "agent_done",
        "ok": ok,
        "result": result,
        "runtime": "command",
        "maxAttempts": node["attempt"],
    }
    context.emit({**done, "maxAttempts": node["attempt"]}, f"{node['label']} {'is done' if ok else 'failed'}")
