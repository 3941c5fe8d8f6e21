"""One scenario: its prompt goes to one agent once, its file is looked for, and both ends are told exactly once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from odw_core.agents.base import Ending
from odw_core.agents.crew import Crew
from odw_core.agents.work import Work
from odw_core.engines.loose import Json, flag, integer, mapping, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.signs import Sign
from odw_core.errors import no_room
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.scenario_batch.checks.place import SANDBOX
from odw_core.workflows.scenario_batch.event_lines import CANCELLED, FAILED, NO_FILE, OK, end_line, start_line
from odw_core.workflows.scenario_batch.folders import stamp_of
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import BatchLog
from odw_core.workflows.scenario_batch.outcome import Ended
from odw_core.workflows.scenario_batch.overhearing import END, OUTPUT, SESSION, Ear
from odw_core.workflows.scenario_batch.sources import Sources
from odw_core.workflows.scenario_batch.statements import Statement
from odw_core.workflows.scenario_batch.template import filled, key_of, output_name

PHASE = "Scenarios"
STOPS, NOW, AFTER = "stops", "now", "after"
"""What a person said about ending the run: at once, or when what is at work is over."""
_STOPPED = "a person stopped the run"


@dataclass(slots=True)
class Batch:
    """What every scenario of a run shares."""

    context: Context
    given: ScenarioBatchInput
    sources: Sources
    log: BatchLog
    crew: Crew
    ears: dict[str, Ear]
    ended: dict[int, Ended] = field(default_factory=dict)

    @property
    def stops(self) -> object:
        """``NOW``, ``AFTER`` or None."""
        return self.context.kept(STOPS)

    @property
    def total(self) -> int:
        return self.sources.total(self.given)

    def event(self, line: str, index: int) -> None:
        """One line that a batch prints; whoever follows the run sees it as it comes."""
        self.context.emit_once({"type": "scenario_event", "index": index, "line": line}, line)


async def scenario(batch: Batch, statement: Statement) -> Ended:
    """Go through it, unless that was done before a resume. When cancelled by a person it is told as such."""
    context, index = batch.context, statement.index
    key, path = key_of(index), f"{batch.given.outputs}/{output_name(index)}"
    prompt = filled(batch.sources.template, statement, path, batch.total)
    began = await _begun(batch, statement, key)
    at = float(str(began["at"]))
    batch.log.put_once(records.SCENARIO_START, index=index, title=statement.title, prompt=prompt, output_path=path)
    batch.event(start_line(at, index, batch.total, statement.title), index)
    work = Work(
        key=key,
        label=statement.title,
        phase=PHASE,
        role="scenario",
        prompt=prompt,
        base="",
        cwd=Path(context.spec.workspace),
        # Another run asks its own agents: its files are cleared, so what was done before is worth nothing.
        about=(context.run_id,),
        sandbox=SANDBOX,
        model=batch.sources.model or None,
        deadline_s=batch.given.deadline_s,
    )
    ear = batch.ears[key] = Ear(batch.log, index)
    is_known = batch.crew.is_finished(work)
    try:
        await batch.crew.call(work)
        known = context.steps.result(work.key, batch.crew.fingerprint(work)) or {}
    except asyncio.CancelledError:
        if batch.stops == NOW:
            _end(batch, _cut_off(batch, statement, began, CANCELLED, _STOPPED), ear.talk.said or None, ear)
        raise
    except Exception as error:
        if no_room(error):
            raise
        # A batch ends in order whatever happens to one of its calls.
        known = {"ok": False, "text": ear.talk.said, "error": {"message": str(error) or type(error).__name__}}
    ended, said = await _judged(batch, statement, path, began, known, "" if is_known else ear.talk.said)
    # A server says why it refused in its reply alone, which is no line of stderr.
    ear.failed(text(mapping(known, "error"), "evidence"))
    if said:
        ear.notice(said, OUTPUT)
    _end(batch, ended, said, ear)
    return ended


def take_up(batch: Batch, planned: Sequence[Statement]) -> list[Statement]:
    """What a supervisor before this one brought to its end counts. The scenarios that are left, in their order."""
    for fields in batch.log.ends():
        ended = _decoded(fields)
        batch.ended[ended.index] = ended
        _tell_end(batch, ended)
    if batch.stops == NOW:
        # They were at work when the run was stopped, and their ends were never told.
        end_open(batch, planned, CANCELLED, _STOPPED)
    return [one for one in planned if one.index not in batch.ended]


def end_open(batch: Batch, planned: Sequence[Statement], status: str, why: str) -> None:
    """Tell the end of every scenario that began and did not end."""
    for one in planned:
        if one.index not in batch.ended and batch.log.has(records.SCENARIO_START, index=one.index):
            began = batch.context.steps.result(f"{key_of(one.index)}-begin", _own(batch)) or {}
            ear = batch.ears.pop(key_of(one.index), None)
            _end(batch, _cut_off(batch, one, began, status, why), (ear.talk.said or None) if ear else None, ear)


async def _begun(batch: Batch, statement: Statement, key: str) -> Value:
    """When it began, and what its file looked like then."""
    name = output_name(statement.index)

    async def look() -> Value:
        found = stamp_of(batch.context.spec.workspace, batch.given.outputs, name)
        return {"at": batch.context.now(), "before": asdict(found) if found is not None else None}

    return await batch.context.steps.step(f"{key}-begin", "checkpoint", _own(batch), look)


async def _judged(
    batch: Batch, statement: Statement, path: str, began: Json, known: Json, heard: str
) -> tuple[Ended, str | None]:
    """What came of it, looked at once: a person may change the file later. (how it ended, the whole answer)"""
    said = text(known, "text") or heard

    async def look() -> Value:
        found = stamp_of(batch.context.spec.workspace, batch.given.outputs, output_name(statement.index))
        is_new = found is not None and asdict(found) != began.get("before")
        size = found.size if found is not None and is_new else None
        error = mapping(known, "error")
        message = _told(error)
        if flag(known, "ok") is True:
            status = OK if size else NO_FILE
        elif text(error, "category") in (Ending.INTERRUPTED.value, Ending.CANCELLED.value):
            status = CANCELLED
        else:
            status, message = FAILED, message or "it failed and said nothing"
        model = text(known, "model") or ("" if text(known, "thread_id") else None)
        # As the log rounds it, so that a resume reads the same.
        seconds = round(batch.context.now() - float(str(began["at"])), 3)
        return {"status": status, "bytes": size, "model": model, "seconds": seconds, "error": message, "said": said}

    value = await batch.context.steps.step(f"{key_of(statement.index)}-end", "checkpoint", _own(batch), look)
    model = value.get("model")
    return Ended(
        index=statement.index,
        title=statement.title,
        status=text(value, "status"),
        file=path,
        bytes=integer(value, "bytes"),
        model=model if isinstance(model, str) else None,
        seconds=float(str(value.get("seconds") or 0.0)),
        error=text(value, "error"),
    ), text(value, "said") or None


def _told(error: Json) -> str:
    """What broke, in words, and the words it broke with: whoever reads the log finds the cause in them."""
    message, evidence = text(error, "message"), text(error, "evidence").strip()
    if evidence.startswith("{"):
        with suppress(ValueError, RecursionError):
            told = json.loads(evidence)
            inner = text(mapping(told, "error"), "message") if isinstance(told, dict) else ""
            evidence = inner or evidence
    return f"{message}: {evidence}" if message and evidence and evidence not in message else message


def _own(batch: Batch) -> str:
    return fingerprint(batch.context.run_id)


def _cut_off(batch: Batch, statement: Statement, began: Json, status: str, why: str) -> Ended:
    name = output_name(statement.index)
    path = f"{batch.given.outputs}/{name}"
    found = stamp_of(batch.context.spec.workspace, batch.given.outputs, name)
    size = found.size if found is not None and asdict(found) != began.get("before") else None
    now = batch.context.now()
    seconds = round(now - float(str(began.get("at") or now)), 3)
    return Ended(statement.index, statement.title, status, path, size, None, seconds, why)


def _decoded(fields: Json) -> Ended:
    model = fields.get("model_seen")
    return Ended(
        index=integer(fields, "index") or 0,
        title=text(fields, "title"),
        status=text(fields, "status"),
        file=text(fields, "file_written"),
        bytes=integer(fields, "bytes"),
        model=model if isinstance(model, str) else None,
        seconds=float(str(fields.get("duration_s") or 0.0)),
        error=text(fields, "error"),
    )


def _end(batch: Batch, ended: Ended, said: str | None, ear: Ear | None = None) -> None:
    """Everything that is told at the end; nothing of it twice."""
    batch.ears.pop(key_of(ended.index), None)
    if ear is not None:
        wanted = batch.sources.model
        if ended.model and wanted and ended.model != wanted:
            line = f"asked for {wanted}, answered by {ended.model}"
            ear.found(Sign.MODEL_MISMATCH, line, SESSION, expected=wanted, seen=ended.model)
        if ended.status == NO_FILE:
            ear.found(Sign.NO_FILE, f"{ended.file} is {'missing' if ended.bytes is None else 'empty'}", END)
        ear.end()
    batch.log.put_once(
        records.SCENARIO_END,
        index=ended.index,
        title=ended.title,
        status=ended.status,
        final_output=said,
        model_seen=ended.model,
        file_written=ended.file if ended.bytes is not None else None,
        bytes=ended.bytes,
        duration_s=ended.seconds,
        error=ended.error or None,
    )
    batch.ended[ended.index] = ended
    _tell_end(batch, ended)


def _tell_end(batch: Batch, ended: Ended) -> None:
    # Not the time of now: a resume says the very same line.
    at = _began_at(batch, ended.index) + ended.seconds
    batch.event(end_line(at, ended.index, batch.total, ended.status, ended.seconds, ended.title), ended.index)


def _began_at(batch: Batch, index: int) -> float:
    known = batch.context.steps.result(f"{key_of(index)}-begin", _own(batch)) or {}
    return float(str(known.get("at") or batch.context.now()))
