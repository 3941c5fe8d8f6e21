"""What came of a batch: its result, its end record, and what its own log says broke. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import RunAcc
from odw_core.engines.scenario.fold import fold_run
from odw_core.engines.scenario.names import LOG
from odw_core.model.batch import named_or_counted
from odw_core.model.evidence import Appended
from odw_core.workflows.scenario_batch.event_lines import CANCELLED, FAILED, NO_FILE, OK, STATUSES

COMPLETED, MAX_SCENARIOS, FAIL_FAST, STOPPED, CRASHED = (
    "completed",
    "max_scenarios",
    "fail_fast",
    "cancelled",
    "crashed",
)
REFUSED = "preflight_failed"
"""A reason of our own: the checks kept it from beginning."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a scenario ended."""

    index: int
    title: str
    status: str
    file: str
    """Where its file was to be, below the root."""
    bytes: int | None
    """None when no file was written."""
    model: str | None
    """The model that was seen; empty when the session says it was blank, None when nobody says."""
    seconds: float
    error: str = ""


def counts_of(ended: Iterable[Ended]) -> dict[str, int]:
    """How many scenarios ended how, every status named."""
    counts = dict.fromkeys(STATUSES, 0)
    for one in ended:
        counts[one.status] += 1
    return counts


def folded(item: str, place: str, data: bytes) -> RunAcc:
    """The log as every reader sees it."""
    return fold_run(RunAcc(item, place), Appended(LOG, 0, data, False))


def result_value(
    ended: Sequence[Ended], planned: int, reason: str, model: str, log: str, acc: RunAcc
) -> dict[str, object]:
    """``result`` of the run. ``error`` is there unless every scenario that was planned wrote its file."""
    written = sum(one.status == OK for one in ended)
    value: dict[str, object] = {
        "ok": written == planned and reason in (COMPLETED, MAX_SCENARIOS),
        "log": log,
        "reason": reason,
        "planned": planned,
        "counts": counts_of(ended),
        "model": model,
        "models_seen": sorted({one.model for one in ended if one.model}),
        "other_model": [one.index for one in ended if one.model and one.model != model],
        "output_missing": [one.index for one in ended if one.status != OK],
        "scenarios": [_row(one) for one in ended],
        "diagnoses": [_diagnosis(group) for group in diagnosis.groups(acc)],
    }
    if not value["ok"]:
        value["error"] = _error(ended, planned, written, reason, acc)
    return value


def _row(one: Ended) -> dict[str, object]:
    return {
        "index": one.index,
        "title": one.title,
        "status": one.status,
        "file": one.file if one.status == OK else None,
        "bytes": one.bytes,
        "model": one.model,
        "seconds": round(one.seconds, 3),
        "error": one.error or None,
    }


def _diagnosis(group: diagnosis.Group) -> dict[str, object]:
    return {
        "kind": group.kind,
        "count": group.count,
        "scenarios": sorted(index for index in group.indexes if index),
        "cascade_of": group.cascade_of or None,
        "is_warning": group.is_warning,
        "evidence": {"line": group.first.line, "text": group.first.text},
    }


def _error(ended: Sequence[Ended], planned: int, written: int, reason: str, acc: RunAcc) -> dict[str, object]:
    wrote = f"{written} of {planned} scenarios wrote their file"
    if reason == STOPPED:
        left = planned - len(ended)
        begun = f"; {left} never began" if left else ""
        return {"category": STOPPED_BY_OWNER, "message": f"you stopped it after the scenarios at work; {wrote}{begun}"}
    said = [wrote]
    causes = [one.sentence for one in diagnosis.causes(acc, is_given_up=False) if not one.is_warning]
    if causes:
        said.insert(0, causes[0])
    missed = [
        f"{named_or_counted(indexes)} {words}"
        for status, words in ((FAILED, "failed"), (NO_FILE, "left no file"), (CANCELLED, "was stopped"))
        if (indexes := [one.index for one in ended if one.status == status])
    ]
    if reason == FAIL_FAST:
        said.append("it stopped at the first failure")
    category = "fail_fast" if reason == FAIL_FAST else "scenarios_failed"
    return {"category": category, "message": "; ".join((*said, ", ".join(missed))).rstrip("; ")}
