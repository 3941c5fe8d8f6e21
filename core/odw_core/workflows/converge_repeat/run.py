"""Makes the call once more and files all it said: attempt ``repeat``, with a note of the plan it belongs to."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path

from odw_core.agents.codex_program import native_program
from odw_core.diagnose.explain import Source, explain
from odw_core.engines.converge.names import REPEAT_KEY, run_address
from odw_core.engines.loose import parse_object
from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.process.spawn import Child
from odw_core.runs.attending import attend, hear
from odw_core.runs.context import Context
from odw_core.runs.folders import write_private
from odw_core.runs.workflow import Result
from odw_core.text.ansi import one_line
from odw_core.workflows.converge_repeat.call import PLAN_SCHEMA, argv, recorded_prompt
from odw_core.workflows.converge_repeat.given import RepeatInput, goal_of

_SCHEMA, _ANSWER = "plan_schema.json", "codex_plan.json"
_SESSION = re.compile(rb"session id: ([0-9a-f]{8}-[0-9a-f-]{27})")
_LONGEST_PROMPT = 120_000
"""The system takes no longer word on a command line."""
_MOST = 8 << 20
_PATIENCE_S = 3.0


async def run(context: Context, given: RepeatInput) -> Result:
    """The workflow."""
    context.phase("Repeat", goal_of(given))
    of: dict[str, object] = {"run": given.run, "repo": given.repo, "round": given.round, "model": given.model or ""}
    context.emit_once({"type": "repeats", "address": str(run_address(given.run)), **of}, goal_of(given))
    try:
        program, repo, prompt = await asyncio.to_thread(_prepared, context, given)
    except OdwError as error:
        return Result(False, {"error": {"message": str(error)}})
    return await _Repeat(context, given, of).run(program, repo, prompt)


def _prepared(context: Context, given: RepeatInput) -> tuple[str, str, str]:
    """Program, folder of the repo, prompt. Raises ``OdwError`` when one of them is not there."""
    prompt = recorded_prompt(context.spec.workspace, given.run, given.repo)
    program = native_program(given.codex or context.spec.codex, context.environ)
    folder = Path(context.spec.workspace, given.repo).absolute()
    if not folder.is_dir():
        raise OdwError(f"{given.repo} is no folder any more; Codex reads it there")
    if len(prompt.encode("utf-8", "replace")) > _LONGEST_PROMPT:
        raise OdwError("its prompt is longer than the system takes on a command line")
    return str(program), str(folder), prompt


class _Repeat:
    def __init__(self, context: Context, given: RepeatInput, of: dict[str, object]) -> None:
        self._context, self._given, self._of = context, given, of
        # Reading twice harms nobody, so a call that was cut off is made again without asking.
        last = context.kept("repeat")
        self._number = last + 1 if isinstance(last, int) else 1
        context.keep("repeat", self._number)
        self._files = context.attempt(REPEAT_KEY, self._number)
        self._node: dict[str, object] = {"index": 0, "key": REPEAT_KEY, "label": f"repeated: {given.repo}"}
        self._node |= {"phase": "Repeat", "attempt": self._number, "maxAttempts": self._number, "runtime": "command"}
        self._is_linked = False
        self._is_late = False

    async def run(self, program: str, repo: str, prompt: str) -> Result:
        context, files = self._context, self._files
        schema, target = context.folder / _SCHEMA, context.folder / _ANSWER
        write_private(schema, PLAN_SCHEMA)
        target.unlink(missing_ok=True)
        words = argv(program, model=self._given.model, schema=schema, target=target, repo=repo, prompt=prompt)
        files.prompt(prompt)
        out, err = files.stream(STDOUT_FILE), files.stream(STDERR_FILE)
        began = context.now()
        start: dict[str, object] = {**self._node, "type": "agent_start", "model": self._given.model or "inherit"}
        shown = shlex.join([*words[:-1], "<the recorded prompt>"])
        context.emit({**start, "config": {"runtime": "command"}, "promptPreview": shown}, shown)
        started = await context.start(words, cwd=context.spec.workspace)
        came = await attend(
            context,
            started,
            files,
            patience_s=_PATIENCE_S,
            stderr=self._hear,
            beside=[hear(context, started.child, _PATIENCE_S), self._end_late(started.child)],
        )
        code = came.code
        files.close()
        result = self._result(code, began, _answer(target), err.last_line or out.last_line)
        files.result(result)
        context.emit({**self._node, "type": "agent_done", "ok": result["ok"], "result": result}, str(result["summary"]))
        return Result(result["ok"] is True, {key: value for key, value in result.items() if key != "ok"})

    def _result(self, code: int, began: float, answer: dict[str, object] | None, last: str) -> dict[str, object]:
        text = _stderr(self._files.path / STDERR_FILE)
        ok = code == 0 and answer is not None and not self._is_late
        result: dict[str, object] = {"ok": ok, "label": "repeated", "repeats": self._of, "exit_code": code}
        result |= {"began_at": began, "ended_at": self._context.now(), "stderr_bytes": len(text), "plan": answer}
        cause = explain([Source(STDERR_FILE, text)], exit_code=code).root_cause
        line = "" if cause.proof is None else one_line(cause.proof.text, 400)
        if ok:
            return {**result, "summary": "repeated: Codex answered this time"}
        said = line or one_line(last, 400) or "it said nothing"
        if self._is_late:
            how = f"ended after {self._given.deadline_s:g} s"
        elif code == 0:
            how = "it exited with 0 and left no plan"
        else:
            how = f"exited with {code}" if code > 0 else f"was ended by signal {-code}"
        message = f"{said} ({how})"
        result |= {"cause_line": 1 if cause.proof is None else cause.proof.line}
        return {**result, "summary": f"repeated: {message}", "cause": said, "error": {"message": message}}

    def _hear(self, data: bytes) -> None:
        self._files.stderr(data)
        if not self._is_linked and (match := _SESSION.search(data)) is not None:
            self._is_linked = True
            link: dict[str, object] = {"type": "agent_session", "key": REPEAT_KEY, "attempt": self._number}
            self._context.emit({**link, "runtime": "codex", "thread": match[1].decode()}, "its session began")

    async def _end_late(self, child: Child) -> None:
        await asyncio.sleep(self._given.deadline_s)
        self._is_late = True
        await self._context.end(child, patience_s=_PATIENCE_S)


def _answer(target: Path) -> dict[str, object] | None:
    try:
        return parse_object(read_regular(target, _MOST))
    except OSError:
        return None


def _stderr(path: Path) -> bytes:
    try:
        return read_regular(path, 64 << 20)
    except OSError:
        return b""
