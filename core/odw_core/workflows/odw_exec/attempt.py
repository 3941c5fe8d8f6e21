"""One ``odw exec``: started deaf to INT in a group of its own, its streams kept, its run linked, its questions held."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.runs.attending import attend, hear
from odw_core.runs.context import Context
from odw_core.workflows.command.telling import telling_line
from odw_core.workflows.odw_exec.command import Programs, RunIdSeeker, argv, deaf_to_int, surroundings
from odw_core.workflows.odw_exec.given import OdwExecInput
from odw_core.workflows.odw_exec.questions import hold_for_a_person

KEY = "odw"
_PATIENCE_S = 3.0
"""odw writes the end of its run when its runner is gone."""


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
    started = await context.start(deaf_to_int(words, surroundings(place, found, held, stand_in)), cwd=place)
    seeker = RunIdSeeker()

    def heard(data: bytes) -> None:
        if run_id := seeker.feed(data):
            context.keep("odw", {"attempt": number, "run_id": run_id, "is_over": False})
            link = {"type": "agent_session", "key": KEY, "attempt": number, "runtime": "odw", "thread": run_id}
            context.emit(link, f"odw began {run_id}")
        files.stdout(data)

    beside = [hear(context, started.child, _PATIENCE_S)]
    if held is not None:
        beside.append(hold_for_a_person(context, KEY, held))
    came = await attend(context, started, files, patience_s=_PATIENCE_S, stdout=heard, beside=beside)
    code = came.code
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
