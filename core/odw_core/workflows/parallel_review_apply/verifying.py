"""Verifying: a command or a reading agent looks at what landed, under a guard that sees every file that changes."""

from __future__ import annotations

import asyncio
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from odw_core.agents.work import Work
from odw_core.engines.loose import flag, mapping, text, texts
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.attending import exit_of, pumped
from odw_core.runs.guard import Guard
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.outcome import guard_value, verify_step
from odw_core.workflows.parallel_review_apply.prompts import verify_prompt
from odw_core.workflows.parallel_review_apply.rounds import VERIFIER

_PHASE = "Verify"
_PICTURE = "verify-picture"
_PATIENCE_S = 1.5
_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it; each part as upstream words it."""

    verification: Mapping[str, object]
    guard: Mapping[str, object]
    restore: Mapping[str, object] | None
    error: Mapping[str, object] | None


async def verify(ground: Ground, digest: str) -> Verified:
    """Look at what landed (the candidate of that digest), once."""
    words = ground.given.verify
    ground.phase(_PHASE, shlex.join(words) if words else "a reading agent")
    print_ = fingerprint(digest, words)
    value = await ground.context.steps.step("verify-landed", "verify", print_, lambda: _guarded(ground, words, print_))
    verification, guard, restore = mapping(value, "verification"), mapping(value, "guard"), value.get("restore")
    put_back = mapping(value, "restore") if restore else None
    if done := mapping(value, "done"):
        # Said only now: what the journal calls done is never done again.
        ground.context.emit_once(dict(done), text(verification, "text"))
    _tell(ground, guard, put_back)
    ok = flag(verification, "ok") is True
    ground.history.append(verify_step(ok, guard, put_back))
    error: dict[str, object] | None = None
    if flag(guard, "ok") is not True:
        files = ", ".join(texts(guard, "files")[:_SAMPLES])
        error = {"category": "verification_mutated_worktree", "message": f"verifying changed {files}"}
    elif not ok:
        error = {"category": "verification_failed", "message": text(verification, "text") or "it did not hold"}
    return Verified(verification, guard, put_back, error)


async def _guarded(ground: Ground, words: list[str] | None, print_: str) -> Value:
    context = ground.context
    guard = Guard(ground.git, context.blobs, context.folder)

    async def look() -> Value:
        return {"picture": context.blobs.put(await guard.picture())}

    # Of before anything began, also when the supervisor that began it is gone: what it changed counts.
    is_left = context.steps.result(_PICTURE, print_) is not None
    picture = await context.steps.step(_PICTURE, "checkpoint", print_, look)
    if is_left:
        await guard.take_up(context.blobs.get(text(picture, "picture")))
    async with guard:
        verification, done = await (_command(ground, words) if words else _agent(ground))
    value: Value = {"verification": verification, "guard": guard_value(guard.value), "done": done}
    if not guard.difference.is_clean:
        value["restore"] = (await guard.restore()).value
    return value


def _tell(ground: Ground, guard: Mapping[str, object], restore: Mapping[str, object] | None) -> None:
    names = texts(guard, "files")
    ok = flag(guard, "ok") is True
    told: dict[str, object] = {"type": "worktree_snapshot_check", "label": VERIFIER, "ok": ok, "files": len(names)}
    counts = {name: len(texts(guard, name)) for name in ("added", "removed", "modified")}
    said = "verify changed nothing" if ok else f"verify changed {len(names)} files"
    ground.context.emit_once({**told, **counts, "file_samples": names[:_SAMPLES]}, said)
    if restore is None:
        return
    restored, left, failed = (texts(restore, name) for name in ("restored", "left", "failed"))
    event: dict[str, object] = {"type": "worktree_snapshot_restore", "label": VERIFIER, "ok": flag(restore, "ok")}
    event |= {"restored": len(restored), "removed": 0, "files": len(restored) + len(left) + len(failed)}
    why = "they were dirty or new, or changed while nobody watched"
    kept = [
        f"{path} in {ground.context.blobs.path(text(mapping(restore, 'replaced'), path))}"
        for path in mapping(restore, "replaced")
    ]
    notes = [
        f"left as they are, since {why}: {', '.join(left[:_SAMPLES])}" if left else "",
        f"what stood there is kept: {', '.join(kept[:_SAMPLES])}" if kept else "",
        *failed,
    ]
    message = "; ".join(one for one in notes if one)
    told = {**event, "file_samples": [*restored, *left][:_SAMPLES], "message": message}
    ground.context.emit_once(told, message or "put back what verify changed")


async def _agent(ground: Ground) -> tuple[Value, Value]:
    """What it said; an agent's end is told by the crew."""
    given = ground.given
    work = Work(
        key=VERIFIER,
        label="verify",
        phase=_PHASE,
        role="verifier",
        who="the verifier",
        prompt=verify_prompt(ground.tasks, ground.shared, ground.files),
        base=ground.base,
        cwd=ground.git.root,
        about=(ground.patch,),
        read=lambda result: None,
        sandbox="read-only",
        model=given.model,
        effort=given.effort,
        deadline_s=given.deadline_s,
    )
    done = await ground.crew.call(work)
    if done.category == "budget_exhausted":
        raise Ended(done.category, done.message)
    return {"ok": done.ok, "text": done.text or done.message}, {}


async def _command(ground: Ground, words: list[str]) -> tuple[Value, Value]:
    """The command, as a node of the run with its streams kept: what came of it, and the event that says so."""
    context = ground.context
    number = 1 + sum(_is_start(line.event) for line in context.told)
    files = context.attempt(VERIFIER, number)
    files.prompt(shlex.join(words) + "\n")
    node: dict[str, object] = {"index": 0, "key": VERIFIER, "label": "verify", "phase": _PHASE, "attempt": number}
    node |= {"runtime": "command", "model": "inherit", "maxAttempts": number}
    start = {"type": "agent_start", **node, "promptPreview": shlex.join(words)[:8000], "config": {"runtime": "command"}}
    context.emit(start, f"verify: {shlex.join(words)}")
    code, said = await _run(ground, words, files)
    ok = code == 0
    how = "passed" if ok else f"exited with {code}" if code > 0 else f"was ended by signal {-code}"
    result: dict[str, object] = {"ok": ok, "exit_code": code, "text": f"{shlex.join(words)} {how}"}
    if not ok:
        result["error"] = {"message": f"{said or 'it said nothing'} ({how})"}
        result["text"] = f"{said or shlex.join(words)} ({how})"
    files.result(result)
    done: Value = {"type": "agent_done", **node, "ok": ok, "result": result, "tokens": 0}
    return {"ok": ok, "text": result["text"], "exit_code": code, "command": shlex.join(words)}, done


def _is_start(event: Mapping[str, object] | None) -> bool:
    return event is not None and text(event, "type") == "agent_start" and text(event, "key") == VERIFIER


async def _run(ground: Ground, words: list[str], files: AttemptFolder) -> tuple[int, str]:
    """(exit code, its last line). A program that is not there counts as 127."""
    context = ground.context
    if "/" not in words[0] and shutil.which(words[0], path=context.environ.get("PATH")) is None:
        return 127, f"{words[0]}: command not found"
    child, process = await context.start(words, cwd=str(ground.git.root))
    out, err = files.stream("stdout.log"), files.stream("stderr.log")
    async with pumped(process, files.stdout, files.stderr) as drained:
        try:
            async with asyncio.timeout(ground.given.deadline_s):
                code = await exit_of(process)
            await drained()
        except TimeoutError:
            code = -9
        finally:
            await context.end(child, patience_s=_PATIENCE_S, is_polite=False)
            await drained()
    last = err.last_line or out.last_line
    files.close()
    return code, last
