"""The raw reading for verification, in the engine's own words (scenario reference §4, §5). Not stable."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.engines.base import Read
from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import Acc, ErrorLogAcc, RunAcc
from odw_core.engines.scenario.item import newest_tries
from odw_core.engines.scenario.names import file_of

Document = dict[str, object]

_STATUSES = ("OK", "NO_FILE", "FAILED", "SKIPPED", "CANCELLED")


def inspection(read: Sequence[Read]) -> dict[str, object]:
    """The ``scenario`` section. Logs stand in the order in which they come."""
    runs = [inspect_run(acc) for _, acc, _ in read if isinstance(acc, RunAcc) and acc.shape != "other"]
    logs = [inspect_error_log(acc) for _, acc, _ in read if isinstance(acc, ErrorLogAcc)]
    return {"scenario": {"runs": runs, "error_logs": logs}}


def inspect_run(acc: RunAcc) -> Document:
    """One run log. ``stopped_early`` is what holds when nobody is at work on it any more."""
    tries = newest_tries(acc)
    counts = {status: sum(one.status == status for one in tries) for status in _STATUSES}
    return {
        "run_id": acc.run_id or acc.item,
        "log": file_of(acc.item),
        "reason": acc.reason or None,
        "has_end": acc.has_end,
        "scenario_count": acc.scenario_count,
        "total": diagnosis.total(acc),
        "started": len(tries),
        "ended": len(tries) - len(diagnosis.unfinished(acc)),
        "last_index": diagnosis.last_index(acc) or None,
        "stopped_early": diagnosis.is_stopped_early(acc, is_given_up=True),
        "counts": counts,
        "model_expected": acc.model_expected or None,
        "models_seen": sorted({one.model_seen for one in acc.tries if one.model_seen}),
        "output_missing": [one.index for one in tries if one.status and one.status not in ("OK", "SKIPPED")],
        "preflight": [{"check": one.name, "level": one.level, "detail": one.detail} for one in acc.checks],
        "diagnoses": _diagnoses(acc),
        "scenarios": [
            {
                "index": one.index,
                "title": one.title,
                "status": one.status or None,
                "tries": one.number,
                "model_seen": one.model_seen or None,
                "file_written": one.file_written or None,
                "bytes": one.bytes,
                "duration_s": one.duration_s,
                "tool_calls": one.tools,
                "failed_tool_calls": one.failed_tools,
            }
            for one in tries
        ],
        "undecodable_lines": acc.undecodable,
        "torn_last_line": acc.is_torn,
    }


def inspect_error_log(acc: ErrorLogAcc) -> Document:
    """One old error log."""
    return {
        "log": file_of(acc.item),
        "lines": acc.lines + acc.is_torn,
        "diagnoses": _diagnoses(acc),
        "torn_last_line": acc.is_torn,
    }


def _diagnoses(acc: Acc) -> list[Document]:
    return [
        {
            "kind": group.kind,
            "count": group.count,
            "scenarios": sorted(index for index in group.indexes if index),
            "cascade_of": group.cascade_of or None,
            "is_warning": group.is_warning,
            "line": group.first.line,
        }
        for group in diagnosis.groups(acc)
    ]
