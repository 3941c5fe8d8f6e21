"""One ``converge coordinate``: started in a group of its own with nothing to read, its streams kept whole and heard."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from dataclasses import dataclass

from odw_core.diagnose.causes import cause_of
from odw_core.engines.converge.acc import LogAcc
from odw_core.engines.converge.names import LOG_KEY
from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.model.command import Cancel, Interrupt
from odw_core.process.groups import signal_group
from odw_core.process.spawn import Child
from odw_core.runs.attending import attend
from odw_core.runs.children import MARKER
from odw_core.runs.context import Context
from odw_core.text.ansi import one_line
from odw_core.workflows.converge_coordinate.command import NewFolder, argv, folder_name
from odw_core.workflows.converge_coordinate.given import ConvergeInput
from odw_core.workflows.converge_coordinate.listening import Heard, Listener, RepoBegan, RepoDone, RoundBegan

LABEL = "converge"
_LOOK_S = 0.05
_DRAIN_S = 1.0
_PATIENCE_S = 5.0
"""Converge ends its Codex itself when it is interrupted; what is left then is killed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. ``code`` is negative after a signal; ``folder`` is empty when it made none."""

    code: int
    folder: str
    is_named: bool
    """Whether the log itself names the folder: only a run that came to its end does."""
    log: LogAcc | None
    last: str
    """The last line of its stderr, else of its log."""


async def attempt(context: Context, given: ConvergeInput, number: int, found: str) -> Ended:
    """Run it to its end. Raises ``OSError`` when the workspace is not there."""
    return await _Attempt(context, given, number).run(argv(given, found))


class _Attempt:
    def __init__(self, context: Context, given: ConvergeInput, number: int) -> None:
        self._context, self._given, self._number = context, given, number
        self._files = context.attempt(LOG_KEY, number)
        self._listener = Listener()
        self._new = NewFolder(context.spec.workspace, context.now())
        self._folder = ""
        self._index = 0
        self._indexes: dict[str, int] = {}

    async def run(self, words: list[str]) -> Ended:
        context, files = self._context, self._files
        files.prompt(shlex.join(words) + "\n")
        out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
        self._begin(LOG_KEY, LABEL, LABEL, shlex.join(words)[:8000])
        started = await context.start(words, cwd=context.spec.workspace)
        came = await attend(
            context,
            started,
            files,
            patience_s=_DRAIN_S,
            stdout=self._hear,
            beside=[self._listen(started.child), self._find_folder()],
        )
        code = came.code
        self._tell(self._listener.end())
        self._look()
        files.close()
        log = self._listener.part
        named = folder_name(log.artifacts) if log is not None else ""
        ended = Ended(code, self._folder, bool(named), log, err.last_line or out.last_line)
        is_over = code in (0, 2) and bool(named)
        result: dict[str, object] = {"ok": is_over, "exit_code": code, "summary": one_line(ended.last, 400)}
        if not is_over:
            result["error"] = {"message": one_line(ended.last, 400) or f"converge exited with {code}"}
        files.result(result)
        self._done(LOG_KEY, LABEL, LABEL, result)
        return ended

    def _hear(self, data: bytes) -> None:
        self._files.stdout(data)
        self._tell(self._listener.feed(data))

    def _tell(self, heard: list[Heard]) -> None:
        most = self._given.max_rounds
        for one in heard:
            match one:
                case RoundBegan(number):
                    self._context.phase(f"Plan r{number}/{most}", f"round {number}/{most}")
                case RepoBegan(key, repo, number):
                    self._begin(key, repo, f"Plan r{number}/{most}", f"{repo}, round {number}")
                case RepoDone():
                    self._planned(one)
        if heard:
            self._look()

    def _planned(self, one: RepoDone) -> None:
        """What the log kept of the calls is all that anybody keeps; it lies with the repo's own node as well."""
        files = self._context.attempt(one.key, self._number)
        whole = "\n".join(one.fails)
        if whole:
            files.stderr(whole.encode("utf-8", "backslashreplace") + b"\n")
        files.close()
        said = one_line(one.status, 40) or "no status"
        result: dict[str, object] = {"ok": not one.is_fallback, "summary": said}
        if one.is_fallback:
            cause = cause_of(whole, file="log", first_line=1, what="planning failed")
            why = cause.sentence if cause is not None else one_line(one.fails[-1], 400)
            result["error"] = {"message": f"{why}; the plan ({said}) is by rule of thumb"}
        self._done(one.key, one.repo, f"Plan r{one.round}/{self._given.max_rounds}", result)

    def _begin(self, key: str, label: str, phase: str, preview: str) -> None:
        self._indexes.setdefault(key, len(self._indexes))
        start = {**self._node(key, label, phase), "type": "agent_start", "model": "inherit"}
        start |= {"config": {"runtime": "command"}, "promptPreview": preview}
        self._context.emit(start, f"{label} started")

    def _done(self, key: str, label: str, phase: str, result: dict[str, object]) -> None:
        done = {**self._node(key, label, phase), "type": "agent_done", "ok": result["ok"], "result": result}
        self._context.emit(done, f"{label}: {result['summary']}")

    def _node(self, key: str, label: str, phase: str) -> dict[str, object]:
        node: dict[str, object] = {"index": self._indexes.get(key, 0), "key": key, "label": label, "phase": phase}
        is_planner = key != LOG_KEY
        node |= {"agentType": "planner"} if is_planner else {}
        return {**node, "attempt": self._number, "maxAttempts": self._number, "runtime": "command"}

    def _look(self) -> None:
        """Link the run folder: at first the one that came meanwhile, in the end the one that the log names."""
        log = self._listener.part
        named = folder_name(log.artifacts) if log is not None else ""
        found = named or (self._folder or self._new.look() or "")
        if not found or found == self._folder:
            return
        if self._folder:
            message = f"its run folder is {found}; {self._folder} came at the same time and belongs to somebody else"
            self._context.emit({"type": "warning", "key": LOG_KEY, "message": message}, message)
        self._folder = found
        self._context.keep("converge", {"attempt": self._number, "folder": found, "is_over": False})
        link = {"type": "agent_session", "key": LOG_KEY, "attempt": self._number, "runtime": "converge"}
        self._context.emit({**link, "thread": found}, f"converge works in {found}")

    async def _find_folder(self) -> None:
        while not self._folder:
            self._look()
            await asyncio.sleep(_LOOK_S)

    async def _listen(self, child: Child) -> None:
        async for command in self._context.commands:
            if isinstance(command, Interrupt | Cancel):
                await self._interrupt(child)

    async def _interrupt(self, child: Child) -> None:
        """INT to the whole group, time to end, then KILL: told to end, Converge alone goes and leaves its Codex."""
        marker = f"{MARKER}={self._context.run_id}"
        if not signal_group(child, marker, signal.SIGINT):
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_S
        while loop.time() < until and _is_there(child.group):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        signal_group(child, marker, signal.SIGKILL)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
