"""One attempt: start it, take both streams as they come, hear what a person wants, see how it ends."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.odw.names import COMMAND as KEY
from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.model.command import Cancel, Interrupt
from odw_core.process.spawn import Child
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.context import Context
from odw_core.workflows.command.given import CommandInput
from odw_core.workflows.command.telling import failure_of, telling_line

_CHUNK = 1 << 16
_DRAIN_S = 1.0
_LOOK_S = 0.02
_PATIENCE_S = 1.5
_FIRST_TOLD_S, _LATER_TOLD_S = 1.0, 10.0
_OFTEN = 30


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
    child, process = await context.start(given.argv, cwd=given.cwd or context.spec.workspace)
    assert process.stdout is not None
    assert process.stderr is not None
    pumps = [
        asyncio.create_task(_pump(process.stdout, files.stdout)),
        asyncio.create_task(_pump(process.stderr, files.stderr)),
    ]
    others = [
        asyncio.create_task(_listen(context, child)),
        asyncio.create_task(_tell(context, files, number)),
    ]
    try:
        code = await _exit_of(process)
        # What it left running may hold the streams open for ever.
        await asyncio.wait(pumps, timeout=_DRAIN_S)
        if left := await context.end(child, patience_s=_PATIENCE_S, is_polite=False):
            said = f"{left} {'process' if left == 1 else 'processes'} it had left running ended with it"
            context.emit({"type": "warning", "key": KEY, "message": said}, said)
        await asyncio.wait(pumps, timeout=_DRAIN_S)
    finally:
        for task in (*pumps, *others):
            task.cancel()
        await asyncio.gather(*pumps, *others, return_exceptions=True)
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
        result["error"] = failure_of(ended)
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


async def _exit_of(process: asyncio.subprocess.Process) -> int:
    """``process.wait`` would wait for the ends of both streams as well, and somebody else may hold them."""
    while process.returncode is None:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
    return process.returncode


async def _pump(stream: asyncio.StreamReader, put: Callable[[bytes], None]) -> None:
    while chunk := await stream.read(_CHUNK):
        # A full disk loses output, not the run.
        with suppress(OSError):
            put(chunk)


async def _listen(context: Context, child: Child) -> None:
    async for command in context.commands:
        if isinstance(command, Interrupt):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.group, signal.SIGINT)
        elif isinstance(command, Cancel):
            await context.end(child, patience_s=_PATIENCE_S)


async def _tell(context: Context, files: AttemptFolder, number: int) -> None:
    """How much was printed, often at first: a row must not look silent while its command talks."""
    told = (0, 0)
    times = 0
    out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
    while True:
        await asyncio.sleep(_FIRST_TOLD_S if times < _OFTEN else _LATER_TOLD_S)
        now = (out.size, err.size)
        if now != told:
            told, times = now, times + 1
            last = out.last_line or err.last_line
            event: dict[str, object] = {"type": "output", "key": KEY, "attempt": number, "last": last}
            context.emit({**event, "stdout": now[0], "stderr": now[1]}, last)
