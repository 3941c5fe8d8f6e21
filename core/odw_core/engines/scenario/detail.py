"""A batch in full: one row a scenario, what broke by its root cause, what is missing, what was noticed. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator

from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import Acc, ErrorLogAcc, RunAcc, TryAcc
from odw_core.engines.scenario.batch import batch_of
from odw_core.engines.scenario.item import batch_item, is_forced, newest_tries
from odw_core.engines.scenario.names import ENGINE, OURS, RECORDS, file_of
from odw_core.model.address import Address
from odw_core.model.batch import scenarios
from odw_core.model.cause import Proof
from odw_core.model.detail import (
    Artifact,
    Attempt,
    Cell,
    Column,
    ColumnKind,
    How,
    Mark,
    Notice,
    Origin,
    Row,
    RunDetail,
)
from odw_core.model.evidence import Facts
from odw_core.model.item import Item, State

_COLUMN = "scenarios"
_MARKS = {
    "OK": Mark.DONE,
    "NO_FILE": Mark.FAILED,
    "FAILED": Mark.FAILED,
    "SKIPPED": Mark.SKIPPED,
    "CANCELLED": Mark.UNFINISHED,
}
_WORDS = {"NO_FILE": "no file", "CANCELLED": "cancelled"}
_LEVELS = {"pass": False, "ok": False, "info": False}


def batch_detail(acc: Acc, facts: Facts) -> RunDetail:
    """Everything the run screen and ``show --json`` tell."""
    item = batch_item(acc, facts)
    causes = diagnosis.causes(acc, is_given_up=item.state is State.STALE)
    is_run = isinstance(acc, RunAcc)
    tries = newest_tries(acc) if isinstance(acc, RunAcc) else []
    all_tries = _tries_by_index(acc) if isinstance(acc, RunAcc) else {}
    raw = {name.partition("-")[0].lstrip("0") for name in acc.raw_files} if isinstance(acc, RunAcc) else set()
    return RunDetail(
        item=item,
        workflow="scenario batch" if is_run else "error log of a scenario batch",
        backend="",
        max_rounds=None,
        columns=(_column(acc, item),) if isinstance(acc, RunAcc) and tries else (),
        rows=tuple(Row(str(one.index), f"{one.index} {one.title}".strip(), "task") for one in tries),
        cells=tuple(_cell(acc, all_tries[one.index], item, raw) for one in tries) if isinstance(acc, RunAcc) else (),
        gates=(),
        blockers=(),
        landing=None,
        verification=None,
        questions=(),
        cause=tuple(_cause_lines(acc, item)),
        checkpoints=(),
        auto_answers=0,
        resumed_from=None,
        sessions=(),
        streams=("journal", "file") if is_run else ("file",),
        causes=causes,
        batch=batch_of(acc, item) if isinstance(acc, RunAcc) and acc.shape == OURS else None,
        findings=tuple(_findings(acc)),
        notices=tuple(_notices(acc)) if isinstance(acc, RunAcc) else (),
        artifacts=tuple(_artifacts(acc)),
        origins=tuple(_origins(acc, item)),
    )


def _column(acc: RunAcc, item: Item) -> Column:
    fine = sum(one.status == diagnosis.OK for one in newest_tries(acc))
    mark = {
        State.DONE: Mark.DONE,
        State.RUNNING: Mark.RUNNING,
        State.FAILED: Mark.FAILED,
        State.BLOCKED: Mark.FAILED,
    }.get(item.state, Mark.UNFINISHED)
    why = {
        "completed": "it went through the whole list",
        "max_scenarios": "it was told to stop after so many scenarios",
        "fail_fast": "it was told to stop at the first failure",
        "cancelled": "a person stopped it",
        "crashed": "the runner crashed",
    }.get(acc.reason, "nothing says why it ended" if item.state is State.STALE else "")
    note = f"{fine} of {diagnosis.total(acc) or '?'}"
    return Column(_COLUMN, ColumnKind.PHASE, "scenarios", mark, note, item.started_at, item.ended_at, why)


def _tries_by_index(acc: RunAcc) -> dict[int, list[TryAcc]]:
    found: dict[int, list[TryAcc]] = {}
    for one in acc.tries:
        found.setdefault(one.index, []).append(one)
    return found


def _cell(acc: RunAcc, tries: list[TryAcc], item: Item, raw: Container[str]) -> Cell:
    """``raw`` are the numbers of scenarios of which raw responses are kept."""
    newest = diagnosis.newest(acc, tries[0].index)
    attempts = tuple(_attempt(acc, one, item, raw, is_newest=one is newest) for one in tries)
    return Cell(str(newest.index), _COLUMN, attempts[-1].mark, _note(acc, newest), attempts)


def _attempt(acc: RunAcc, tried: TryAcc, item: Item, raw: Container[str], *, is_newest: bool) -> Attempt:
    ended_ms = tried.ended_ms
    if ended_ms is None and tried.duration_s is not None and tried.started_ms is not None:
        ended_ms = tried.started_ms + int(tried.duration_s * 1000)
    has_raw = str(tried.index) in raw
    said = (("output",) if tried.end else ()) + (("prompt",) if tried.start else ())
    mark = _mark(tried, item, is_newest=is_newest)
    return Attempt(
        address=Address(ENGINE, acc.item).child(str(tried.index), str(tried.number)),
        number=tried.number,
        mark=mark,
        started_at=_seconds(tried.started_ms),
        ended_at=_seconds(ended_ms),
        runtime="",
        model=tried.model_seen or None,
        session=None,
        tokens=None,
        files=(tried.file_written,) if tried.file_written and tried.status != "NO_FILE" else (),
        summary=tried.said or tried.error,
        error=_error(tried) if mark is Mark.FAILED else None,
        streams=(*said, RECORDS, *(("raw",) if has_raw else ())),
    )


def _mark(tried: TryAcc, item: Item, *, is_newest: bool) -> Mark:
    if not tried.status:
        return Mark.RUNNING if is_newest and item.state is State.RUNNING else Mark.UNFINISHED
    return _MARKS.get(tried.status, Mark.FAILED)


def _error(tried: TryAcc) -> str:
    lines = [hit.text + (f" ({hit.note})" if hit.note else "") for hit in tried.hits]
    return "\n".join(dict.fromkeys(filter(None, (tried.error, *lines)))) or tried.status.lower()


def _note(acc: RunAcc, tried: TryAcc) -> str:
    hits = diagnosis.with_roots(tried.hits)
    own = sorted((hit for hit, root in hits if not root), key=lambda hit: diagnosis.rank(hit.kind))
    said = [_WORDS.get(tried.status, "")] if tried.status in _WORDS else []
    said += [f"{hit.kind}{f' ×{hit.count}' if hit.count > 1 else ''}" for hit in own if hit.kind != "NO_FILE"]
    if tried.model_seen and acc.model_expected and tried.model_seen != acc.model_expected:
        said.append(tried.model_seen)
    return ", ".join(said)


def _cause_lines(acc: Acc, item: Item) -> Iterator[str]:
    if item.cause is None:
        return
    found = [group for group in diagnosis.groups(acc) if group.is_cause]
    if not any(diagnosis.sentence(group) == item.cause for group in found):
        yield item.cause
    for group in found:
        yield diagnosis.sentence(group)
        if group.first.text:
            yield f"  {group.first.text}"


def _findings(acc: Acc) -> Iterator[Notice]:
    """Every kind with its number and scenarios; what only followed is named as such."""
    file = file_of(acc.item)
    for group in diagnosis.groups(acc):
        proof = Proof(file, group.first.line, group.first.text)
        text = f"{group.kind} {diagnosis.many(group) or '(once)'}"
        if group.cascade_of:
            yield Notice(f"{text}: cascade of {group.cascade_of}, not counted", proof=proof)
        else:
            yield Notice(f"{text}{'; the file was written all the same' if group.is_warning else ''}", True, proof)
    if isinstance(acc, RunAcc):
        yield from _contradictions(acc, file)


def _contradictions(acc: RunAcc, file: str) -> Iterator[Notice]:
    tries = newest_tries(acc)
    proof = Proof(file, acc.end_line, f"run_end {acc.reason}")
    if acc.has_end:
        for status in ("OK", "NO_FILE", "FAILED", "SKIPPED", "CANCELLED"):
            said = next((number for key, number in acc.counts.items() if key.upper() == status), None)
            seen = sum(one.status == status for one in tries)
            if said is not None and said != seen:
                yield Notice(f"the end of the log counts {said} {status}, its records show {seen}", True, proof)
        planned = acc.scenario_count if acc.planned is None else acc.planned
        if acc.reason == "completed" and planned and len(tries) < planned:
            begun = f"{len(tries)} of {planned} scenarios began"
            yield Notice(f"the run says it is completed, but {begun}", True, proof)


def _notices(acc: RunAcc) -> Iterator[Notice]:
    file = file_of(acc.item)
    missing = [one for one in newest_tries(acc) if one.status and one.status not in (diagnosis.OK, "SKIPPED")]
    if missing:
        yield Notice(f"output missing: {scenarios([one.index for one in missing])}", True)
    if acc.model_expected:
        seen = sorted({one.model_seen for one in acc.tries if one.model_seen})
        answered = f"answered by {', '.join(seen)}" if seen else "nobody says which model answered"
        yield Notice(f"model {acc.model_expected} was asked for, {answered}", seen not in ([], [acc.model_expected]))
    if is_forced(acc) and any(check.level in ("fail", "failed", "error") for check in acc.checks):
        yield Notice("it was started in spite of a failed preflight check (--force)", True)
    for check in acc.checks:
        text = f"preflight {check.level or 'check'}: {check.name}" + (f", {check.detail}" if check.detail else "")
        yield Notice(text, _LEVELS.get(check.level, True), Proof(file, check.line, check.detail))


def _artifacts(acc: Acc) -> Iterator[Artifact]:
    yield Artifact(file_of(acc.item), acc.size, "file", "the whole log")
    if not isinstance(acc, RunAcc):
        return
    for one in newest_tries(acc):
        stream = f"output-{one.index}"
        if one.status == diagnosis.OK and one.file_written:
            yield Artifact(
                one.file_written, one.bytes, stream, f"of scenario {one.index}; its answer as the log has it"
            )
        elif one.status and one.status != "SKIPPED":
            name = one.output_path or f"output of scenario {one.index}"
            yield Artifact(name, None, stream, "missing; its answer as the log has it")
    for name in acc.raw_files:
        yield Artifact(f"{file_of(acc.item).removesuffix('.log')}.d/{name}", None, f"raw/{name}", "raw responses")


def _origins(acc: Acc, item: Item) -> Iterator[Origin]:
    file = f"{acc.place}/{file_of(acc.item)}"
    if isinstance(acc, ErrorLogAcc):
        yield Origin("state", file, None, item.changed_at, How.INFERRED, "the signs that were found in its text")
        yield Origin("started", file, None, item.started_at, How.INFERRED, "local time in its name")
        return
    if acc.has_end:
        yield Origin(
            "state", file, acc.end_offset, item.ended_at, How.READ, "run_end, and the status of every scenario"
        )
    else:
        yield Origin("state", file, None, item.changed_at, How.INFERRED, "no run_end so far; age of the last record")
    yield Origin(
        "tasks", file, None, item.changed_at, How.READ, "scenario_end records with status OK, of all scenarios"
    )
    ended = next((one for one in reversed(acc.tries) if one.model_seen and one.end), None)
    if ended is not None and ended.end is not None:
        yield Origin(
            "model", file, ended.end.offset, _seconds(ended.ended_ms), How.READ, "model_seen of a scenario_end"
        )
    how = How.READ if acc.started_ms is not None else How.INFERRED
    yield Origin("started", file, 0, item.started_at, how, "" if how is How.READ else "first record, or the log's name")


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def batch_texts(acc: Acc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of what is worth finding as one types."""
    item = batch_item(acc, facts)
    yield "title", item.title
    for cause in diagnosis.causes(acc, is_given_up=item.state is State.STALE):
        yield "cause", f"{cause.sentence}\n{cause.proof.text if cause.proof else ''}"
    if isinstance(acc, RunAcc):
        for one in acc.tries:
            yield "scenario", one.title
            yield "prompt", one.prompt
            yield "message", one.said
