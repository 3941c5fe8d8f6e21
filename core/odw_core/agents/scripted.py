"""The agent that plays a script: a real process, watched and ended like any other. Needs no network, no account.

The process does not outlive its supervisor: a call that was cut off is done again from its beginning.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from odw_core.agents.answer import answer_of
from odw_core.agents.base import AgentCall, AgentHost, AgentResult, Ending
from odw_core.agents.cause import MISMATCH, cause_of, cause_of_loss, crash_of, is_retryable
from odw_core.agents.patience import Patience
from odw_core.agents.scripted_asking import question_of, words_of
from odw_core.agents.scripted_lines import Lines
from odw_core.agents.scripted_player.script import Call, encode_entry, entry_for
from odw_core.agents.telling import done_event, outcome, start_event
from odw_core.engines.loose import Json, integer, mapping, text, texts
from odw_core.errors import NotFound, OdwError, no_room
from odw_core.model.cause import Cause
from odw_core.model.command import Cancel, Command, Interrupt, Say
from odw_core.process.spawn import Child, python_module

_RUNTIME = "scripted"
_CHUNK = 1 << 16
_RECENT = 64 * 1024
_TICK_S = 0.1
_AFTER_STDOUT_S = 0.01
_PATIENCE_S = 1.5
_DRAIN_S, _LAST_DRAIN_S = 1.0, 5.0
_TOLD_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class ScriptedAgent:
    """``script`` is the file that says what is done in which call (``scripted_player.script``)."""

    script: Path

    async def run(self, call: AgentCall, host: AgentHost) -> AgentResult:
        """Do the work. When cancelled, the process and its group are ended."""
        return await _Work(self.script, call, host).run()


class _Work:
    """One call, from the start of its process to its result."""

    def __init__(self, script: Path, call: AgentCall, host: AgentHost) -> None:
        self._script, self._call, self._host = script, call, host
        self._files = host.attempt(call.key, call.attempt)
        self._patience = Patience(call)
        self._lines = Lines()
        self._asked: set[asyncio.Task[None]] = set()
        self._recent = b""
        self._result = AgentResult(Ending.COMPLETED)
        self._has_result = False
        self._error = ""
        self._lost = ""
        self._wish: Interrupt | Cancel | None = None
        self._over = asyncio.Event()
        self._told_at = float("-inf")
        self._printed = [0, 0]
        self._argv: tuple[str, ...] = ()

    @property
    def _memory(self) -> Json:
        """Of every attempt at this key: the newest one, and what was answered by the digest of its question."""
        return mapping({"kept": self._host.kept(f"scripted/{self._call.key}")}, "kept")

    def _keep(self, answers: Json) -> None:
        self._host.keep(f"scripted/{self._call.key}", {"attempt": self._call.attempt, "answers": answers})

    async def run(self) -> AgentResult:
        self._began()
        try:
            result = await self._whole()
        except (OdwError, OSError) as error:
            if no_room(error):
                raise
            result = self._failed(Cause("unknown", str(error), ""))
        result = replace(result, argv=self._argv)
        self._files.result({**outcome(result), "ending": result.ending.value, "fix": result.fix})
        self._files.close()
        if self._call.tells_end:
            self._host.emit(done_event(self._call, result, _RUNTIME))
        return result

    def _began(self) -> None:
        if integer(self._memory, "attempt") == self._call.attempt:
            self._warn("its process ended with its supervisor; the call is done again from its beginning")
            return
        self._keep(mapping(self._memory, "answers"))
        self._files.prompt(self._call.prompt)
        self._host.emit(start_event(self._call, _RUNTIME, {"runtime": _RUNTIME, "script": self._script.name}))

    async def _whole(self) -> AgentResult:
        entry = await asyncio.to_thread(self._entry)
        # Not in the folder of the call: Python would import what lies there.
        argv = python_module("odw_core.agents.scripted_player", str(self._script))
        self._argv = tuple(argv)
        child, process = await self._host.open_child(argv, cwd=self._host.folder, env=self._host.environ)
        assert process.stdout is not None
        assert process.stderr is not None
        told = asyncio.create_task(self._hear(process.stdout, process), name=f"stdout of {self._call.key}")
        printed = asyncio.create_task(self._keep_stderr(process.stderr), name=f"stderr of {self._call.key}")
        obeying = asyncio.create_task(self._obey(process), name=f"commands for {self._call.key}")
        try:
            await self._send(process, self._work(entry))
            await self._until_over(process, told)
            if self._wish is not None or self._lost:
                await self._host.end(child, patience_s=_PATIENCE_S, is_polite=self._wish is not None)
            # What it left running may hold the streams open for ever.
            await asyncio.wait((told, printed), timeout=_DRAIN_S)
            await self._end_rest(child)
            await asyncio.wait((told, printed), timeout=_LAST_DRAIN_S)
        finally:
            tasks = (told, printed, obeying, *self._asked)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if process.returncode is None:
                await self._host.end(child, patience_s=_PATIENCE_S, is_polite=False)
        self._say_rest()
        return replace(self._outcome(process.returncode), exit_code=process.returncode)

    def _entry(self) -> dict[str, object]:
        """What the script has for the call; checked here, so that each process need not."""
        from odw_core.agents.scripted_player.check import read_script

        call, name = self._call, self._script.name
        try:
            data = self._script.read_bytes()
        except OSError as error:
            raise NotFound(f"{self._script} cannot be read: {error.strerror}.") from error
        asked = Call(call.key, call.label, call.phase, call.round, call.attempt, call.prompt)
        return encode_entry(entry_for(read_script(data, name), asked, name))

    def _work(self, entry: dict[str, object]) -> dict[str, object]:
        call = self._call
        names = {"key": call.key, "label": call.label, "phase": call.phase, "cwd": call.cwd, "prompt": call.prompt}
        return {**names, "round": call.round, "attempt": call.attempt, "entry": entry}

    async def _until_over(self, process: Process, told: asyncio.Task[None]) -> None:
        """Until the process ended, a person wants it to end, or it took too long."""
        loop = asyncio.get_running_loop()
        self._patience.begin(loop.time())
        over = asyncio.create_task(self._over.wait())
        try:
            while process.returncode is None and not over.done() and not self._lost:
                # Its stdout usually ends with it; but what it started may hold that open.
                pause = _AFTER_STDOUT_S if told.done() else _TICK_S
                waiting = (over,) if told.done() else (over, told)
                await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                self._lost = self._patience.lost(loop.time(), is_asked=bool(self._asked))
        finally:
            over.cancel()

    async def _end_rest(self, child: Child) -> None:
        left = await self._host.end(child, patience_s=_PATIENCE_S, is_polite=False)
        if left and self._wish is None and not self._lost:
            self._warn(f"{left} {'process' if left == 1 else 'processes'} it had left running ended with it")

    async def _hear(self, stream: asyncio.StreamReader, process: Process) -> None:
        while data := await stream.read(_CHUNK):
            self._patience.touch(asyncio.get_running_loop().time())
            for said in self._lines.feed(data):
                if isinstance(said, bytes):
                    self._put(0, said)
                else:
                    self._take(said, process)

    def _say_rest(self) -> None:
        for said in self._lines.end():
            if isinstance(said, bytes):
                self._put(0, said)

    async def _keep_stderr(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(_CHUNK):
            self._patience.touch(asyncio.get_running_loop().time())
            self._recent = (self._recent + data)[-_RECENT:]
            self._put(1, data)

    def _take(self, told: Json, process: Process) -> None:
        self._files.protocol(json.dumps(told, ensure_ascii=False))
        match text(told, "type"):
            case "say":
                self._put(0, f"{text(told, 'text')}\n".encode("utf-8", "replace"))
                self._tell_output(text(told, "text"))
            case "edit":
                self._put(0, f"[{text(told, 'what')}]\n".encode("utf-8", "replace"))
            case "tool":
                failed = f" failed: {text(told, 'error')}" if text(told, "error") else ""
                self._put(0, f"[{text(told, 'name')}{failed}]\n".encode("utf-8", "replace"))
            case "model":
                self._model(text(told, "model"))
            case "tokens":
                self._result = replace(self._result, tokens=integer(told, "tokens"))
            case "result":
                self._result, self._has_result = replace(self._result, text=text(told, "text")), True
            case "error":
                self._error = text(told, "message")
            case _:
                task = asyncio.create_task(self._ask(told, process), name=f"question of {self._call.key}")
                self._asked.add(task)
                task.add_done_callback(self._asked.discard)

    async def _ask(self, told: Json, process: Process) -> None:
        question = question_of(told, self._call, self._host.run_id, self._host.now())
        known = mapping(self._memory, "answers")
        if question.digest in known:
            words = texts(known, question.digest)
        else:
            words = words_of(await self._host.ask(question))
            # Nobody is asked twice because the call is done again.
            self._keep({**mapping(self._memory, "answers"), question.digest: words})
        await self._send(process, {"type": "answer", "id": text(told, "id"), "values": words})

    def _model(self, served: str) -> None:
        if served == self._result.model:
            return
        self._result = replace(self._result, model=served)
        told = {"requested": self._call.model or "", "accepted": served, "served": "", "reason": ""}
        self._host.emit({"type": "model", "key": self._call.key, **told})

    def _put(self, which: int, data: bytes) -> None:
        self._printed[which] += len(data)
        # A full disk loses output, not the call.
        with suppress(OSError):
            (self._files.stderr if which else self._files.stdout)(data)

    def _tell_output(self, words: str) -> None:
        """At most once a second: a row must not look silent while its agent talks."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at < _TOLD_EVERY_S:
            return
        self._told_at = now
        event: dict[str, object] = {"type": "output", "key": self._call.key, "attempt": self._call.attempt}
        self._host.emit({**event, "last": words[:200], "stdout": self._printed[0], "stderr": self._printed[1]})

    def _warn(self, message: str) -> None:
        self._host.emit({"type": "warning", "key": self._call.key, "message": message})

    async def _obey(self, process: Process) -> None:
        async for command in self._host.commands:
            await self._one(command, process)

    async def _one(self, command: Command, process: Process) -> None:
        match command:
            case Say(text=said):
                self._host.emit({"type": "said", "key": self._call.key, "text": said[:8000]})
                await self._send(process, {"type": "said", "text": said})
            case Interrupt() | Cancel():
                self._wish = command
                self._over.set()
            case _:
                pass

    async def _send(self, process: Process, line: dict[str, object]) -> None:
        assert process.stdin is not None
        # Who is gone hears nothing; how it ended is told elsewhere.
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(json.dumps(line).encode() + b"\n")
            await process.stdin.drain()

    def _outcome(self, code: int | None) -> AgentResult:
        if self._wish is not None:
            ending = Ending.CANCELLED if isinstance(self._wish, Cancel) else Ending.INTERRUPTED
            return replace(self._result, ending=ending)
        if self._lost:
            return self._failed(cause_of_loss(self._lost, (), self._recent))
        if self._error:
            return self._failed(cause_of((), self._error, self._recent), self._error)
        if code != 0 or not self._has_result:
            return self._failed(crash_of(code, self._recent))
        if self._call.schema is None:
            return replace(self._result, turns=1)
        answer = answer_of(self._result.text, self._call.schema)
        if not answer.issues:
            return replace(self._result, turns=1, value=answer.value)
        cause = Cause(MISMATCH, f"its answer is not what was asked for: {answer.issues[0]}", "")
        return replace(self._failed(cause), issues=answer.issues)

    def _failed(self, cause: Cause, error: str = "") -> AgentResult:
        return replace(
            self._result,
            ending=Ending.FAILED,
            cause=cause.sentence or error,
            cause_kind=cause.kind,
            fix=cause.fix,
            evidence=cause.proof.text if cause.proof else "",
            error=error,
            retryable=is_retryable(cause.kind),
        )
