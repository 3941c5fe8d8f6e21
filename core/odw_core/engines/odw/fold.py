"""The one reducer of a run: evidence in, the same accumulator further on out. Pure; costs new bytes; never raises."""

from __future__ import annotations

from odw_core.engines.loose import mapping, objects, parse_object, text
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.journal import fold_line
from odw_core.engines.odw.names import INPUT, RECORD, STATE
from odw_core.engines.odw.outcome import state_of
from odw_core.engines.odw.records import decode_report, decode_run, decode_state
from odw_core.model.evidence import Appended, Evidence, Gone, Replaced
from odw_core.text.ansi import one_line
from odw_core.text.lines import whole_lines

_GOAL_KEYS = ("request", "goal", "spec", "title", "prompt", "context")


def fold(acc: RunAcc, evidence: Evidence) -> RunAcc:
    """Take in one piece of evidence. ``acc`` belongs to the caller before and after; it is the same object."""
    match evidence:
        case Appended(_, offset, data, torn):
            for start, line in whole_lines(data)[0]:
                fold_line(acc, line, offset + start)
            acc.size, acc.is_torn = offset + len(data), torn
        case Replaced(name, data):
            _replaced(acc, name, data)
        case Gone():
            # What was read stays: a pruned file takes nothing back.
            pass
    return acc


def _replaced(acc: RunAcc, name: str, data: bytes) -> None:
    if name == RECORD:
        record = decode_run(data)
        # Torn while upstream rewrites it in place: the previous value stands until the next look.
        if record is not None:
            acc.has_record = True
            acc.status, acc.script = record.status, record.workflow
            # While it runs that is a sign of life alone: a supervisor renews it each minute that a run waits.
            acc.started_ms = record.started_ms
            acc.finished_ms = record.finished_ms if record.status != "running" else None
    elif name == STATE:
        state = decode_state(data)
        acc.state = state_of(state) if state is not None else acc.state
    elif name == INPUT:
        acc.goal = _goal(data)
    else:
        acc.reports[name] = _report_message(data)


def _goal(data: bytes) -> str:
    """First line of what was asked for, from the input as typed; empty when it says nothing in words."""
    fields = parse_object(data)
    if fields is None:
        words = data[:2000].decode("utf-8", "replace").strip()
        return "" if words[:1] in ("{", "[") else one_line(words, 200)
    for key in _GOAL_KEYS:
        if words := one_line(text(fields, key), 200):
            return words
    tasks = [text(task, "id") for task in objects(fields, "tasks") if text(task, "id")]
    return one_line(", ".join(tasks), 200)


def _report_message(data: bytes) -> str:
    """The first error an executor's report names (``summary.errors[].params.error.message``)."""
    report = decode_report(data) or {}
    for error in objects(mapping(report, "summary"), "errors"):
        params = mapping(error, "params")
        if message := text(mapping(params, "error"), "message") or text(params, "message") or text(error, "message"):
            return message[:64_000]
    return ""


def wanted_files(acc: RunAcc, alive: bool | None) -> tuple[str, ...]:
    """Files that must be read besides the journal and run.json to tell the whole story of this run, as far as known."""
    wanted = [INPUT]
    # While its owner lives the journal is ahead and state.json (which holds every diff) is not worth its bytes.
    if acc.result is None and acc.workflow_error is None and (acc.has_exit or alive is False or acc.status == "failed"):
        wanted.append(STATE)
    for key in acc.failed:
        outcome = acc.nodes[key].outcome
        if outcome is not None and outcome.is_report_tail and _is_plain_name(outcome.report):
            wanted.append(outcome.report)
    return tuple(wanted)


def _is_plain_name(name: str) -> bool:
    """Only a report's own file name inside the run folder, never a way out of it."""
    return name.startswith("pandacode-") and name.endswith(".json") and "/" not in name and "\0" not in name
