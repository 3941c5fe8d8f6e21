"""One ``odw exec``: started deaf to INT in a group of its own, its streams kept, its run linked, its questions held."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.model.command import Cancel, Interrupt
from odw_core.process.spawn import Child
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.context import Context
from odw_core.workflows.command.telling import telling_line
from odw_core.workflows.odw_exec.command import Programs, RunIdSeeker, argv, deaf_to_int, surroundings
from odw_core.workflows.odw_exec.given import OdwExecInput
from odw_core.workflows.odw_exec.questions import hold_for_a_person

KEY = "odw"
_CHUNK = 1 << 16
_LOOK_S = 0.02
_DRAIN_S = 1.0
_PATIENCE_S = 3.0
"""odw writes the end of its run when its runner is gone."""
_TELLS_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. ``code`` is negative after a signal; ``run_id`` is None when it began no run."""

    code: int
    run_id: str | None
    line: str
    last: str


async def attempt(
    context: Context,
    given: OdwExecInput,
    number: int,
    *,
    found: Programs,
    held: Path | None,
    stand_in: Path,
    resume: str | None,
) -> Ended:
    """Run it to its end. Raises ``OSError`` when the workspace is not there."""
    place = context.spec.workspace
    words = argv(given, found, place, context.folder, resume)
    files = context.attempt(KEY, number)
    files.prompt(shlex.join(words) + "\n")
    out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
    node: dict[str, object] = {"index": 0, "key": KEY, "label": "odw exec", "phase": "odw exec", "attempt": number}
    node |= {"runtime": "command", "maxAttempts": number}
    start = {**node, "type": "agent_start", "model": "inherit", "config": {"runtime": "command"}}
    context.emit({**start, "promptPreview": shlex.join(words)[:8000]}, "odw exec started")
    child, process = await context.start(deaf_to_int(words, surroundings(place, found, held, stand_in)), cwd=place)
    assert process.stdout is not None
    assert process.stderr is not None
    seeker = RunIdSeeker()

    def heard(data: bytes) -> None:
        if run_id := seeker.feed(data):
            context.keep("odw", {"attempt": number, "run_id": run_id, "is_over": False})
            link = {"type": "agent_session", "key": KEY, "attempt": number, "runtime": "odw", "thread": run_id}
            context.emit(link, f"odw began {run_id}")
        files.stdout(data)

    pumps = [
        asyncio.create_task(_pump(process.stdout, heard)),
        asyncio.create_task(_pump(process.stderr, files.stderr)),
    ]
    others = [asyncio.create_task(_listen(context, child)), asyncio.create_task(_tell(context, files, number))]
    if held is not None:
        others.append(asyncio.create_task(hold_for_a_person(context, KEY, held)))
    try:
        while process.returncode is None:  # noqa: ASYNC110
            # ``process.wait`` would wait for the ends of both streams as well, and somebody else may hold them.
            await asyncio.sleep(_LOOK_S)
        code = process.returncode
        await asyncio.wait(pumps, timeout=_DRAIN_S)
        await context.end(child, patience_s=_DRAIN_S, is_polite=False)
        await asyncio.wait(pumps, timeout=_DRAIN_S)
    finally:
        for task in (*pumps, *others):
            task.cancel()
        await asyncio.gather(*pumps, *others, return_exceptions=True)
    files.close()
    line = "" if code == 0 else telling_line(files.path, code)
    ended = Ended(code, seeker.found, line, out.last_line or err.last_line)
    result: dict[str, object] = {"ok": code == 0, "exit_code": code, "summary": ended.last, "upstream": ended.run_id}
    if code != 0:
        result["error"] = {"message": line or ended.last or f"odw exited with {code}"}
    files.result(result)
    done = {**node, "type": "agent_done", "ok": code == 0, "result": result}
    context.emit(done, f"odw exec {'is done' if code == 0 else 'failed'}")
    return ended


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
    """How much was printed: a row must not look silent while its command talks."""
    out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
    told = (0, 0)
    while True:
        await asyncio.sleep(_TELLS_EVERY_S)
        now = (out.size, err.size)
        if now != told:
            told = now
            last = out.last_line or err.last_line
            event: dict[str, object] = {"type": "output", "key": KEY, "attempt": number, "last": last}
            context.emit({**event, "stdout": now[0], "stderr": now[1]}, last)
