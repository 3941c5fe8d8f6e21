"""Crew: the agents of one run at work at once. Each call is a step, so that a finished one is never done again.

It knows slots, attempts, the budget and worktrees; it never knows what an answer means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from odw_core.agents.base import Agent, AgentCall, AgentResult, Ending
from odw_core.agents.call_host import CallHost
from odw_core.agents.seat import Seat
from odw_core.agents.telling import outcome
from odw_core.engines.loose import Json, flag, integer, mapping, text, texts
from odw_core.engines.odw.names import STDERR_FILE, attempt_folder
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError, no_room
from odw_core.git import worktree
from odw_core.git.command import GitBusy
from odw_core.git.patch import files_of
from odw_core.model.command import Command, Interrupt, Say
from odw_core.runs.context import Context
from odw_core.runs.slots import Slots
from odw_core.runs.steps import Value, fingerprint
from odw_core.runs.trees import Trees

_CANCELLED_S = 60.0
_TAKEN_UP = ("codex",)
"""Agents whose work goes on without a supervisor: a resume takes the same attempt up, in the same worktree."""


class Unusable(Exception):
    """An answer that is none; another attempt may be better."""

    def __init__(self, *issues: str) -> None:
        """``issues`` has at least one sentence about what is wrong."""
        super().__init__(issues[0])
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Work:
    """One call of one agent, before it is known whether it was done already."""

    key: str
    """Names it in the journal, in steps and in files; the same work has the same key after a resume."""
    label: str
    phase: str
    role: str
    """``planner``, ``task``, ``reviewer``."""
    prompt: str
    base: str
    """The commit it works on."""
    who: str = ""
    """Who asks when its agent asks, as people say it."""
    cwd: Path | None = None
    """Where it works; None gives it a worktree of its own at ``base``, whose changes are its result."""
    schema: dict[str, object] | None = None
    read: Callable[[AgentResult], object] = field(default=lambda result: result.value)
    """Makes plain JSON of an answer. Raises ``Unusable``."""
    again: Callable[[Sequence[str]], str] | None = None
    """The prompt of a later attempt, made of what was wrong with the answer before."""
    about: tuple[object, ...] = ()
    """Whatever else the answer depends on, as plain JSON or bytes."""
    sandbox: str = "workspace-write"
    model: str | None = None
    effort: str | None = None
    round: int = 1
    attempts: int = 1
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a call."""

    key: str
    ok: bool
    text: str = ""
    value: object = None
    """What ``Work.read`` made of the answer."""
    patch: bytes = field(default=b"", repr=False)
    files: tuple[str, ...] = ()
    category: str = ""
    message: str = ""
    is_retryable: bool = False
    """Of a failure: whether its cause may pass by itself."""
    warning: str = ""
    """What was wrong although an answer came."""
    model: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to review."""
        return bool(self.patch)


@dataclass(slots=True)
class _Told:
    """What the journal of this run says about its nodes so far."""

    attempts: dict[str, int] = field(default_factory=dict)
    indexes: dict[str, int] = field(default_factory=dict)
    """Number of each node, in the order in which they began."""
    open: set[str] = field(default_factory=set)
    tokens: int = 0

    def read(self, lines: Iterable[JournalLine]) -> None:
        for line in lines:
            event = line.event or {}
            key = text(event, "key")
            match text(event, "type"):
                case "agent_start":
                    self.attempts[key] = max(self.attempts.get(key, 0), integer(event, "attempt") or 1)
                    self.open.add(key)
                    self.indexes.setdefault(key, len(self.indexes) + 1)
                case "agent_done" | "agent_retry":
                    self.tokens += integer(event, "tokens") or 0
                    self.open.discard(key)
                case _:
                    pass


class Crew:
    """Belongs to one run and its event loop."""

    def __init__(
        self,
        context: Context,
        agent: Agent,
        agent_name: str,
        *,
        slots: Slots,
        concurrency: int,
        trees: Trees | None = None,
        budget: int | None = None,
        answers_first: bool = False,
        tells_calls: bool = False,
    ) -> None:
        """``concurrency`` is how many work at once in this run, ``budget`` how many tokens may be used before no
        other attempt begins. Without ``trees`` every work says where it is done. ``tells_calls`` writes a line with
        the program, its times and its end for every attempt."""
        self._context, self._agent, self._agent_name = context, agent, agent_name
        self._trees, self._slots, self._budget = trees, slots, budget
        self._answers_first, self._tells_calls = answers_first, tells_calls
        self._places = asyncio.Semaphore(max(1, concurrency))
        self._concurrency = max(1, concurrency)
        self._at_work: dict[str, CallHost] = {}
        self._told = _Told()
        self._told.read(context.told)
        events = (line.event for line in context.told if line.event is not None)
        self._calls = [_untimed(event) for event in events if text(event, "type") == "agent_call"]

    @property
    def calls(self) -> tuple[Json, ...]:
        """What was told of each attempt so far, under whichever supervisor, in the order in which they ended."""
        return tuple(self._calls)

    def hear(self, command: Command) -> bool:
        """Hand a person's wish to whom it is for: one agent, or all. Whether anybody heard it."""
        parts = command.address.parts if isinstance(command, Interrupt | Say) else ()
        hosts = [host for key, host in self._at_work.items() if not parts or key == parts[0]]
        for host in hosts:
            host.hear(command)
        return bool(hosts)

    async def all(self, label: str, phase: str, works: Sequence[Work]) -> list[Done]:
        """Do all of them, as many at once as may be; results in the order of ``works``."""
        count = {"label": label, "phase": phase, "count": len(works), "max": min(self._concurrency, len(works))}
        self._context.emit_once({"type": "parallel_start", **count}, f"{label}: {len(works)} at once")
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.call(work)) for work in works]
        done = [task.result() for task in tasks]
        ok = sum(one.ok for one in done)
        self._context.emit_once(
            {"type": "parallel_done", **count, "ok": ok}, f"{label}: {ok} of {len(works)} went well"
        )
        return done

    async def call(self, work: Work) -> Done:
        """Do it, unless it was done already. Raises only what is a mistake of the program, and ``CancelledError``."""
        steps, print_ = self._context.steps, self.fingerprint(work)
        is_known = self.is_finished(work)
        if not is_known and (spent := self._spent_budget()):
            return self._tell(work, _failure("budget_exhausted", spent))
        try:
            value = await steps.step(work.key, "agent", print_, lambda: self._attempts(work))
        except (OdwError, OSError) as error:
            if no_room(error):
                self._context.stop_short()
            raise
        if work.cwd is None and self._tree_of(work.key).path(work.key).exists():
            # Not before its result is on disk: a later supervisor would take up work whose changes are gone. What
            # cannot be removed now is removed with the last trees of the run.
            with suppress(OdwError, OSError):
                await self._tree_of(work.key).remove(work.key)
        if is_known and work.key not in self._told.open:
            if work.key not in self._told.attempts:
                self._skip(work, value)
            return self._done(work, value)
        return self._tell(work, value)

    def is_finished(self, work: Work) -> bool:
        """Whether it was done already, so that nobody needs a place to work in."""
        return self._context.steps.result(work.key, self.fingerprint(work)) is not None

    def fingerprint(self, work: Work) -> str:
        """Everything that decides what comes of it: no times, no paths of this run."""
        return fingerprint(
            self._agent_name, work.prompt, work.base, work.schema, work.sandbox, work.model, work.effort, work.about
        )

    def _spent_budget(self) -> str:
        if self._budget is None or self._told.tokens < self._budget:
            return ""
        return f"the run has used {self._told.tokens:,} tokens of its {self._budget:,}, so nothing else was begun"

    async def _attempts(self, work: Work) -> Value:
        number = self._told.attempts.get(work.key, 0)
        is_cut_off = work.key in self._told.open
        if not (is_cut_off and self._agent_name in _TAKEN_UP):
            if is_cut_off:
                self._retry(work, number, number + work.attempts, "its supervisor ended while it worked", 0)
            number += 1
        last = number + work.attempts - 1
        issues: Sequence[str] = ()
        while True:
            value, is_retryable = await self._attempt(work, number, last, issues)
            tokens, error = integer(value, "tokens") or 0, mapping(value, "error")
            if flag(value, "ok") or not is_retryable or number >= last or self._spent_budget():
                return value
            self._retry(work, number, last, text(error, "message"), tokens)
            self._told.tokens += tokens
            number, issues = number + 1, texts(error, "issues")

    async def _attempt(self, work: Work, number: int, last: int, issues: Sequence[str]) -> tuple[Value, bool]:
        """(value of the step, whether the cause may be gone another time)."""
        prompt = work.again(issues) if issues and work.again is not None else work.prompt

        def queued() -> None:
            self._context.emit({"type": "queued", "key": work.key}, f"{work.label}: queued for a slot")

        def back() -> None:
            self._context.emit({"type": "seated", "key": work.key}, f"{work.label}: goes on")

        try:
            async with Seat(self._places, self._slots, queued, back) as seat:
                if work.cwd is not None:
                    return await self._in(work, prompt, work.cwd, number, last, seat)
                return await self._in_own_tree(work, prompt, number, last, seat)
        except (OdwError, OSError) as error:
            if no_room(error):
                # No fault of the work: it is done when there is room again.
                raise
            return _failure("worktree_failed", str(error)), isinstance(error, GitBusy)

    def _tree_of(self, key: str) -> Trees:
        if self._trees is None:
            raise ValueError(f"{key} says nowhere to work")
        return self._trees

    async def _in_own_tree(self, work: Work, prompt: str, number: int, last: int, seat: Seat) -> tuple[Value, bool]:
        trees = self._tree_of(work.key)
        told = {"label": work.label, "phase": work.phase, "dir": str(trees.path(work.key))}
        is_kept = work.key in self._told.open and self._agent_name in _TAKEN_UP
        async with trees.opened(work.key, work.base, is_kept=is_kept, stays=True) as tree:
            self._context.emit({"type": "worktree_start", "key": work.key, **told})
            value, is_retryable = await self._in(work, prompt, tree.root, number, last, seat)
            patch = await worktree.captured(tree, work.base)
        files = [*files_of(patch)]
        self._context.emit(
            {"type": "worktree_done", "key": work.key, **told, "changed": bool(patch), "files": len(files)}
        )
        blob = self._context.blobs.put(patch) if patch else ""
        self._context.attempt(work.key, number).diff(patch.decode("utf-8", "replace"))
        return {**value, "files": files, "patch": blob}, is_retryable

    async def _in(self, work: Work, prompt: str, cwd: Path, number: int, last: int, seat: Seat) -> tuple[Value, bool]:
        call = AgentCall(
            prompt=prompt,
            cwd=str(cwd),
            key=work.key,
            label=work.label,
            phase=work.phase,
            model=work.model,
            effort=work.effort,
            sandbox=work.sandbox,
            agent=self._agent_name,
            schema=work.schema,
            who=work.who,
            deadline_s=work.deadline_s,
            index=self._index_of(work.key),
            round=work.round,
            attempt=number,
            max_attempts=last,
            tells_end=False,
        )
        isolation = "worktree" if work.cwd is None else ""
        config = {"isolation": isolation, "schema": work.schema is not None, "timeout": work.deadline_s}
        told: dict[str, object] = {"agentType": work.role, "config": {**config, "maxAttempts": last}}
        host = CallHost(self._context, told, seat, answers_first=self._answers_first)
        self._at_work[work.key] = host
        began = self._context.now()
        try:
            result = await self._agent.run(call, host)
            if self._tells_calls:
                self._tell_call(work, number, began, result)
            # What an earlier supervisor asked for it, and this one had no need to.
            self._context.withdraw_left(work.key, "moot")
        finally:
            self._at_work.pop(work.key, None)
            await host.close()
        self._told.attempts[work.key] = number
        if result.ending is Ending.CANCELLED:
            # The whole run is being ended; whoever waits for this is cancelled with it.
            await asyncio.sleep(_CANCELLED_S)
        return self._value(work, result, number, last)

    def _value(self, work: Work, result: AgentResult, number: int, last: int) -> tuple[Value, bool]:
        said = {**outcome(result), "tokens": result.tokens, "model": result.model}
        said.pop("value", None)
        if result.ending is not Ending.COMPLETED and not result.issues:
            return {**said, "ok": False}, result.retryable
        try:
            # Who reads it knows better than a schema what is missing and does no harm.
            value = work.read(result)
        except Unusable as unusable:
            issues = [*(result.issues or unusable.issues)]
        else:
            said.pop("error", None)
            return {**said, "ok": True, "value": value}, False
        event: dict[str, object] = {"type": "agent_schema_invalid", **self._node(work, number, last)}
        more = {"schema": work.role, "retryable": number < last, "issues": issues, "result": result.text[:4000]}
        self._context.emit({**event, **more}, f"{work.label}: {issues[0]}")
        error = {"category": "schema_mismatch", "message": f"the answer does not fit: {issues[0]}", "issues": issues}
        return {**said, "ok": False, "error": error}, True

    # -- the journal

    def _index_of(self, key: str) -> int:
        return self._told.indexes.setdefault(key, len(self._told.indexes) + 1)

    def _node(self, work: Work, number: int, last: int) -> dict[str, object]:
        node = {"index": self._index_of(work.key), "key": work.key, "label": work.label, "phase": work.phase}
        return {**node, "agentType": work.role, "attempt": number, "maxAttempts": last}

    def _tell_call(self, work: Work, number: int, began: float, result: AgentResult) -> None:
        event: dict[str, object] = {"type": "agent_call", "key": work.key, "round": work.round, "attempt": number}
        event |= {"argv": [*result.argv], "model": result.model or work.model, "schema": work.schema is not None}
        event |= {"sandbox": work.sandbox, "started_at": began, "exit_code": result.exit_code, "cause": result.cause}
        event["duration_ms"] = int((self._context.now() - began) * 1000)
        event["stderr"] = f"attempts/{attempt_folder(work.key, number)}/{STDERR_FILE}"
        self._context.emit(event, f"{work.label}: attempt {number} is over")
        self._calls.append(_untimed(event))

    def _retry(self, work: Work, number: int, last: int, reason: str, tokens: int) -> None:
        self._told.open.discard(work.key)
        event = {"type": "agent_retry", **self._node(work, number, last), "nextAttempt": number + 1}
        self._context.emit({**event, "reason": reason, "tokens": tokens}, f"{work.label} is tried again: {reason}")

    def _tell(self, work: Work, value: Value) -> Done:
        done = self._done(work, value)
        number = max(1, self._told.attempts.get(work.key, 1))
        event: dict[str, object] = {"type": "agent_done", **self._node(work, number, number), "ok": done.ok}
        known = {"runtime": self._agent_name, "model": value.get("model"), "tokens": value.get("tokens")}
        self._told.tokens += integer(value, "tokens") or 0
        self._told.open.discard(work.key)
        said = done.message or ("done" if done.ok else "failed")
        self._context.emit({**event, **known, "result": self._shown(work, value, done)}, f"{work.label}: {said}")
        return done

    def _skip(self, work: Work, value: Value) -> None:
        done = self._done(work, value)
        # Whoever resumes a run counts anew, so none is counted here.
        event = {"type": "agent_skip", **self._node(work, 1, 1), "index": 0, "reason": "cached", "ok": done.ok}
        said = f"{work.label}: done in an earlier run"
        self._context.emit_once({**event, "result": self._shown(work, value, done)}, said)

    def _shown(self, work: Work, value: Value, done: Done) -> object:
        """``result`` as upstream words it: an object of the schema, or text with a worktree; true bytes are blobs."""
        shown: dict[str, object] = {
            name: value[name] for name in ("text", "thread_id", "error", "warning") if name in value
        }
        if isinstance(done.value, dict):
            shown = {**shown, **done.value}
        if work.cwd is None and "files" in value:
            diff = done.patch.decode("utf-8", "replace")
            changed = {"changed": done.has_changed, "files": [*done.files], "diff": diff, "base": work.base}
            shown["worktree"] = changed
        return {**shown, "ok": False} if not done.ok else shown

    def _done(self, work: Work, value: Value) -> Done:
        error, blob = mapping(value, "error"), text(value, "patch")
        return Done(
            key=work.key,
            ok=flag(value, "ok") is True,
            text=text(value, "text"),
            value=value.get("value"),
            patch=self._context.blob(blob) if blob else b"",
            files=tuple(texts(value, "files")),
            category=text(error, "category"),
            message=text(error, "message"),
            is_retryable=flag(error, "retryable") is True,
            warning=text(mapping(value, "warning"), "message"),
            model=text(value, "model"),
        )


def _untimed(event: Json) -> Json:
    """The same whether it was just told or is read again."""
    return {name: event[name] for name in sorted(event) if name != "ts"}


def _failure(category: str, message: str) -> Value:
    return {"ok": False, "error": {"category": category, "message": message}}
