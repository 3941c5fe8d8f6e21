"""The workflow from end to end: read, check, clear, go through the scenarios, say how it ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from odw_core.agents.choose import agent_for, codex_home
from odw_core.agents.crew import Crew
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.engines.loose import Json, objects, text
from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.scenario import records
from odw_core.engines.scenario.names import ENGINE
from odw_core.errors import no_room
from odw_core.model.command import Command, Interrupt
from odw_core.runs.below import opened
from odw_core.runs.cancelling import to_its_end, until_cancelled
from odw_core.runs.context import Context
from odw_core.runs.slots import Slots, slot_limit
from odw_core.runs.steps import Value, fingerprint
from odw_core.runs.workflow import Result
from odw_core.workflows.scenario_batch.checks import examined, refusals
from odw_core.workflows.scenario_batch.checks.executor import ask_executor
from odw_core.workflows.scenario_batch.checks.place import Place
from odw_core.workflows.scenario_batch.event_lines import FAILED, OK
from odw_core.workflows.scenario_batch.folders import clear, content
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import CLEARED, BatchLog, open_log
from odw_core.workflows.scenario_batch.outcome import (
    COMPLETED,
    CRASHED,
    FAIL_FAST,
    MAX_SCENARIOS,
    REFUSED,
    STOPPED,
    counts_of,
    folded,
    result_value,
)
from odw_core.workflows.scenario_batch.overhearing import Ear, Overhearing
from odw_core.workflows.scenario_batch.running import AFTER, NOW, PHASE, STOPS, Batch, end_open, scenario, take_up
from odw_core.workflows.scenario_batch.sources import Sources, read_sources
from odw_core.workflows.scenario_batch.statements import Statement

_LOG = "log"
_SHOWN = 500
"""Names of what was cleared that one record lists; the number is always whole."""


async def run(context: Context, given: ScenarioBatchInput) -> Result:
    """The workflow. Whatever happens, the log says why the batch ended, and nothing that was started goes on."""
    began = (start_ms_of(context.run_id) or int(context.now() * 1000)) / 1000
    root = context.spec.workspace
    log = open_log(root, context.folder, context.kept(_LOG), lambda item: context.keep(_LOG, item), context.now, began)
    link = {"type": "agent_session", "key": "", "attempt": 1, "runtime": ENGINE, "thread": log.item}
    context.emit_once(link, f"its log is {log.file}")

    def hear(command: Command) -> bool:
        # It stops when what is at work is over.
        if isinstance(command, Interrupt) and context.kept(STOPS) is None:
            context.keep(STOPS, AFTER)
            said = "no other scenario begins; what is at work goes on to its end"
            context.emit({"type": "batch_stopping", "message": said}, said)
        return True

    work = _Run(context, given, log).whole()
    try:
        return await until_cancelled(context, work, hear, lambda: context.keep(STOPS, NOW))
    finally:
        if not context.is_stopping:
            await to_its_end(context.end_children())
        log.close()


class _Run:
    """One supervisor's share of a run."""

    def __init__(self, context: Context, given: ScenarioBatchInput, log: BatchLog) -> None:
        self._context, self._given, self._log = context, given, log
        self._ears: dict[str, Ear] = {}
        self._own = fingerprint(context.run_id)
        self._root = context.spec.workspace
        self._batch: Batch | None = None

    async def whole(self) -> Result:
        sources = await self._read()
        planned = sources.planned(self._given)
        self._run_start(sources, planned)
        try:
            if refused := await self._preflight(sources):
                return self._refuse(refused)
            await self._clear()
            batch = self._batch = self._made(sources)
            self._context.emit_once({"type": "phase", "title": PHASE, "detail": f"{len(planned)} planned"}, PHASE)
            reason = await self._go_through(batch, planned)
        except asyncio.CancelledError:
            # A supervisor that only goes away leaves a batch that goes on.
            if self._context.kept(STOPS) == NOW:
                self._run_end(STOPPED)
            raise
        except BaseException as error:
            if no_room(error):
                # It goes on when there is room again.
                raise
            if self._batch is not None:
                end_open(self._batch, planned, FAILED, f"the runner crashed: {type(error).__name__}")
            self._run_end(CRASHED)
            raise
        self._run_end(reason)
        ended = [batch.ended[index] for index in sorted(batch.ended)]
        acc = folded(self._log.item, self._root, self._log.data())
        value = result_value(ended, len(planned), reason, sources.model, self._log.file, acc)
        if self._log.trouble:
            self._warn(f"{self._log.file} could not be written: {self._log.trouble}")
        return Result(value["ok"] is True, value, is_cancelled=batch.stops == NOW)

    def _made(self, sources: Sources) -> Batch:
        context, given = self._context, self._given
        agent = Overhearing(agent_for(given.agent, context.spec, context.environ, script=given.script), self._ears)
        slots = Slots(codex_home(context.spec, context.environ), slot_limit(context.environ), context.state)
        crew = Crew(context, agent, given.agent, slots=slots, concurrency=given.jobs, tells_calls=True)
        return Batch(context, given, sources, self._log, crew, self._ears)

    async def _read(self) -> Sources:
        async def read() -> Value:
            return (await asyncio.to_thread(read_sources, self._given, self._root, self._context.environ)).encode()

        return Sources.decode(await self._context.steps.step("sources", "checkpoint", self._own, read))

    def _run_start(self, sources: Sources, planned: Sequence[Statement]) -> None:
        given = self._given
        only = {"only": [*given.only]} if given.only else {}
        repeats = {"repeats": given.repeats} if given.repeats else {}
        started = (start_ms_of(self._context.run_id) or int(self._context.now() * 1000)) / 1000
        self._log.put_once(
            records.RUN_START,
            run_id=self._context.run_id,
            started_at=BatchLog.stamp(started),
            argv=_argv(given),
            root=self._root,
            model_expected=sources.model,
            scenario_file=given.scenarios,
            scenario_count=sources.count,
            template_sha=sources.template_sha,
            template=given.template,
            planned=len(planned),
            jobs=given.jobs,
            **only,
            **repeats,
        )
        indexes = [one.index for one in planned]
        batch = {"type": "batch", "log": self._log.file, "count": sources.count, "planned": indexes, "jobs": given.jobs}
        self._context.emit_once({**batch, "model": sources.model}, f"{len(planned)} scenarios of {given.scenarios}")

    async def _preflight(self, sources: Sources) -> tuple[Check, ...]:
        """What keeps it from beginning; every check is in the log."""
        context, given = self._context, self._given

        async def look() -> Value:
            home = codex_home(context.spec, context.environ)
            place = Place(self._root, home, context.spec.codex, context.environ, context.now())
            checks = await asyncio.to_thread(examined, given, sources, place, ask_executor)
            return {"checks": [_encoded(one) for one in checks]}

        value = await context.steps.step("preflight", "checkpoint", self._own, look)
        checks = tuple(_decoded(one) for one in objects(value, "checks"))
        for one in checks:
            level = "PASS" if one.level is Level.INFO else one.level.value
            self._log.put_once(records.PREFLIGHT, check=one.name, level=level, detail=one.detail, fix=one.fix or None)
            said = f"{level:4}  {one.name}: {one.detail}" + (f" {one.fix}" if one.fix and level != "PASS" else "")
            context.emit_once({"type": "preflight", "check": one.id, "level": level, "detail": one.detail}, said)
        refused = refusals(checks, is_forced=given.force)
        failed = refusals(checks, is_forced=False)
        if failed and not refused:
            said = f"started in spite of what failed: {', '.join(dict.fromkeys(one.name for one in failed))} (force)"
            self._log.put_once(records.PREFLIGHT, check="override", level="WARN", detail=said)
            self._warn(said)
        return refused

    def _refuse(self, refused: Sequence[Check]) -> Result:
        first = refused[0]
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        error = {"category": REFUSED, "message": f"{first.detail}{more} {first.fix}".strip()}
        self._run_end(REFUSED)
        return Result(False, {"log": self._log.file, "reason": REFUSED, "counts": counts_of(()), "error": error})

    async def _clear(self) -> None:
        """Only the content of the one folder, and never of a run that goes on with some scenarios alone."""
        if self._given.only:
            return

        async def take_away() -> Value:
            folder = opened(self._root, self._given.outputs, makes=True)
            try:
                names = content(folder)
                # Said first: whoever is killed in the middle has told what was to go.
                told = {"folder": self._given.outputs, "count": len(names), "removed": names[:_SHOWN]}
                self._log.put_once(CLEARED, **told)
                await asyncio.to_thread(clear, folder, names)
            finally:
                os.close(folder)
            return {"count": len(names)}

        value = await self._context.steps.step("cleared", "checkpoint", self._own, take_away)
        said = f"{self._given.outputs}/ was cleared: {value.get('count')} taken away"
        self._context.emit_once({"type": "log", "message": said}, said)

    async def _go_through(self, batch: Batch, planned: Sequence[Statement]) -> str:
        """Why it ended. Begins in the order of the list, at most as many at once as there are jobs."""
        left = take_up(batch, planned)
        if self._given.smoke and planned and not await self._smoke(batch, planned[0], left):
            return self._reason(batch, left)
        failed = self._has_failed(batch)

        async def work() -> None:
            nonlocal failed
            while left and batch.stops is None and not (failed and self._given.fail_fast):
                ended = await scenario(batch, left.pop(0))
                failed = failed or ended.status != OK

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._given.jobs, max(1, len(left)))):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return self._reason(batch, left)

    async def _smoke(self, batch: Batch, first: Statement, left: list[Statement]) -> bool:
        """Whether the first scenario, alone, wrote its file."""
        if first in left and batch.stops is None:
            await scenario(batch, left.pop(0))
        ended = batch.ended.get(first.index)
        if ended is None:
            return False
        level = "PASS" if ended.status == OK else "FAIL"
        said = f"scenario {first.index} went alone and ended with {ended.status}"
        self._log.put_once(records.PREFLIGHT, check="smoke result", level=level, detail=said)
        return ended.status == OK

    @staticmethod
    def _has_failed(batch: Batch) -> bool:
        return any(one.status != OK for one in batch.ended.values())

    def _reason(self, batch: Batch, left: Sequence[Statement]) -> str:
        if left:
            return FAIL_FAST if batch.stops is None else STOPPED
        is_part = not self._given.only and len(batch.ended) < batch.sources.count
        return MAX_SCENARIOS if is_part else COMPLETED

    def _run_end(self, reason: str) -> None:
        finished = BatchLog.stamp(self._context.now())
        counts = counts_of(() if self._batch is None else self._batch.ended.values())
        self._log.put_once(records.RUN_END, counts=counts, reason=reason, finished_at=finished)

    def _warn(self, said: str) -> None:
        self._context.emit_once({"type": "warning", "key": "", "message": said}, said)


def _argv(given: ScenarioBatchInput) -> list[str]:
    """The command that starts the same; what is as it is anyway is left out."""
    words = ["odw-tui", "start", "scenario-batch"]
    usual = {name: field.default for name, field in ScenarioBatchInput.model_fields.items()}
    for name, value in given.model_dump(mode="json").items():
        if value != usual[name]:
            for one in value if isinstance(value, list) else (value,):
                words += ["--set", f"{name}={str(one).lower() if isinstance(one, bool) else one}"]
    return words


def _encoded(check: Check) -> dict[str, object]:
    return {"id": check.id, "name": check.name, "level": check.level.value, "detail": check.detail, "fix": check.fix}


def _decoded(fields: Json) -> Check:
    names = {name: text(fields, name) for name in ("id", "name", "detail", "fix")}
    return Check(level=Level(text(fields, "level")), **names)
