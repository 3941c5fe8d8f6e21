"""Crew: the agents of one run at work at once. Each call is a step, so that a finished one is never done again.

It knows slots, attempts, the budget and worktrees; it never knows what an answer means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from odw_core.agents.base import Agent, AgentCall, AgentResult, Ending
from odw_core.agents.call_host import CallHost
from odw_core.agents.nodes import Nodes
from odw_core.agents.seat import Seat
from odw_core.agents.telling import outcome
from odw_core.agents.work import Done, Unusable, Work
from odw_core.engines.loose import Json, flag, integer, mapping, text, texts
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
        self._nodes = Nodes(context, agent_name)

    @property
    def calls(self) -> tuple[Json, ...]:
        """What was told of each attempt so far, under whichever supervisor, in the order in which they ended."""
        return tuple(self._nodes.calls)

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
            {"type": "parallel_done", **count, "ok": ok == len(works)}, f"{label}: {ok} of {len(works)} went well"
        )
        return done

    async def call(self, work: Work) -> Done:
        """Do it, unless it was done already. Raises only what is a mistake of the program, and ``CancelledError``."""
        steps, print_ = self._context.steps, self.fingerprint(work)
        is_known = self.is_finished(work)
        if not is_known and (spent := self._spent_budget()):
            value = _failure("budget_exhausted", spent)
            self._nodes.done(work, value, done := self._done(work, value))
            return done
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
        done = self._done(work, value)
        if not is_known or work.key in self._nodes.open:
            self._nodes.done(work, value, done)
        elif not self._nodes.is_known(work.key):
            self._nodes.skip(work, value, done)
        return done

    def is_finished(self, work: Work) -> bool:
        """Whether it was done already, so that nobody needs a place to work in."""
        return self._context.steps.result(work.key, self.fingerprint(work)) is not None

    def fingerprint(self, work: Work) -> str:
        """Everything that decides what comes of it: no times, no paths of this run."""
        return fingerprint(
            self._agent_name, work.prompt, work.base, work.schema, work.sandbox, work.model, work.effort, work.about
        )

    def _spent_budget(self) -> str:
        if self._budget is None or self._nodes.tokens < self._budget:
            return ""
        return f"the run has used {self._nodes.tokens:,} tokens of its {self._budget:,}, so nothing else was begun"

    async def _attempts(self, work: Work) -> Value:
        number = self._nodes.attempts.get(work.key, 0)
        is_cut_off = work.key in self._nodes.open
        if not (is_cut_off and self._agent_name in _TAKEN_UP):
            if is_cut_off:
                self._nodes.retry(work, number, number + work.attempts, "its supervisor ended while it worked", 0)
            number += 1
        last = number + work.attempts - 1
        issues: Sequence[str] = ()
        while True:
            value, is_retryable = await self._attempt(work, number, last, issues)
            tokens, error = integer(value, "tokens") or 0, mapping(value, "error")
            if flag(value, "ok") or not is_retryable or number >= last or self._spent_budget():
                return value
            self._nodes.retry(work, number, last, text(error, "message"), tokens)
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
        is_kept = work.key in self._nodes.open and self._agent_name in _TAKEN_UP
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
            index=self._nodes.index_of(work.key),
            round=work.round,
            attempt=number,
            max_attempts=last,
            tells_end=False,
        )
        isolation = "worktree" if work.cwd is None else ""
        schema = None if work.schema is None else work.role
        config = {"isolation": isolation, "schema": schema, "timeout": work.deadline_s}
        told: dict[str, object] = {"agentType": work.role, "config": {**config, "maxAttempts": last}}
        host = CallHost(self._context, told, seat, answers_first=self._answers_first)
        self._at_work[work.key] = host
        began = self._context.now()
        try:
            result = await self._agent.run(call, host)
            if self._tells_calls:
                self._nodes.call(work, number, began, result)
            # What an earlier supervisor asked for it, and this one had no need to.
            self._context.withdraw_left(work.key, "moot")
        finally:
            self._at_work.pop(work.key, None)
            await host.close()
        self._nodes.attempts[work.key] = number
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
        self._nodes.misfit(work, number, last, issues, result.text)
        error = {"category": "schema_mismatch", "message": f"the answer does not fit: {issues[0]}", "issues": issues}
        return {**said, "ok": False, "error": error}, True

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


def _failure(category: str, message: str) -> Value:
    return {"ok": False, "error": {"category": category, "message": message}}
