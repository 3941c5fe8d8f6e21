"""Attending: what is done for a child process while it works. Its streams are kept as they come, a person's wishes
reach it, how much it prints is told, and nothing of it is left when it has ended. Never says what its end means."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.model.command import Cancel, Interrupt
from odw_core.process.spawn import Child
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.context import Context, Started

_CHUNK = 1 << 16
_LOOK_S = 0.02
_DRAIN_S = 1.0
_FIRST_TOLD_S, _LATER_TOLD_S = 1.0, 10.0
_OFTEN = 30

Put = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended. ``code`` is negative after a signal."""

    code: int
    left: int
    """How many processes it had left running; they ended with it."""


async def attend(
    context: Context,
    started: Started,
    files: AttemptFolder,
    *,
    patience_s: float,
    stdout: Put | None = None,
    stderr: Put | None = None,
    beside: Sequence[Coroutine[None, None, None]] = (),
) -> Exit:
    """Take one attempt's child, begun by ``context.start`` a moment ago, to its end.

    Both streams go to ``files``; ``stdout`` or ``stderr`` takes that one instead. What stands in ``beside`` (such as
    ``hear``) goes on as long as the child does. When this is cancelled the child is left to the supervisor.
    """
    others = [asyncio.create_task(one) for one in (_tell(context, files), *beside)]
    child, process = started
    try:
        async with pumped(process, stdout or files.stdout, stderr or files.stderr) as drained:
            code = await exit_of(process)
            # What it left running may hold the streams open for ever.
            await drained()
            left = await context.end(child, patience_s=patience_s, is_polite=False)
            await drained()
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    return Exit(code, left)


async def exit_of(process: asyncio.subprocess.Process) -> int:
    """Its exit code. ``process.wait`` would wait for the ends of both streams too, and somebody else may hold them."""
    while process.returncode is None:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
    return process.returncode


@asynccontextmanager
async def pumped(
    process: asyncio.subprocess.Process, stdout: Put, stderr: Put
) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Both streams are handed on as they come; gives what waits for their ends, a second at most."""
    assert process.stdout is not None
    assert process.stderr is not None
    pumps = [
        asyncio.create_task(_pump(process.stdout, stdout)),
        asyncio.create_task(_pump(process.stderr, stderr)),
    ]
    try:
        yield lambda: asyncio.wait(pumps, timeout=_DRAIN_S)
    finally:
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def hear(context: Context, child: Child, patience_s: float) -> None:
    """Take a person's wishes for the only child of a run: to interrupt it, to end it. Ends when it is cancelled."""
    async for command in context.commands:
        if isinstance(command, Interrupt):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.group, signal.SIGINT)
        elif isinstance(command, Cancel):
            await context.end(child, patience_s=patience_s)


async def _pump(stream: asyncio.StreamReader, put: Put) -> None:
    while chunk := await stream.read(_CHUNK):
        # A full disk loses output, not the run.
        with suppress(OSError):
            put(chunk)


async def _tell(context: Context, files: AttemptFolder) -> None:
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
            event: dict[str, object] = {"type": "output", "key": files.key, "attempt": files.number, "last": last}
            context.emit({**event, "stdout": now[0], "stderr": now[1]}, last)
