"""The ``inspect --json`` document: the raw reading of every engine, for verification (contract: the headless page)."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.engines.loose import text_or_none
from odw_core.engines.odw import layout
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.inspection import inspect_run, inspect_session
from odw_core.engines.odw.records import decode_run
from odw_core.engines.odw.session import SessionAcc
from odw_core.engines.odw.streams import session_stderr_count
from odw_core.files.safe_open import read_regular
from odw_core.model.problem import Problem
from odw_core.service.roster import Roster


def inspect(roster: Roster, problems: Iterable[Problem]) -> dict[str, object]:
    """Readers must have been folded in full. Runs and sessions are sorted by name."""
    runs: list[dict[str, object]] = []
    sessions: list[dict[str, object]] = []
    for _, reader in sorted(roster.readers.items(), key=lambda pair: str(pair[0])):
        if isinstance(reader.acc, RunAcc):
            runs.append(inspect_run(reader.acc, reader.alive))
        elif isinstance(reader.acc, SessionAcc):
            count = session_stderr_count(reader.unit.place, reader.acc.runtime, reader.acc.session)
            sessions.append(inspect_session(reader.acc, count))
    return {
        "odw": {"runs": runs, "sessions": sessions, "latest_run_id": _latest_run_id(roster.places)},
        "converge": {"runs": [], "tasks": [], "checkpoint": None},
        "codex": {"sessions": []},
        "problems": [{"path": p.path, "offset": p.offset, "reason": p.reason} for p in problems],
    }


def _latest_run_id(places: Iterable[str]) -> str | None:
    """What ``latest.json`` of the first place that has one says, even when that folder is gone."""
    for place in places:
        try:
            record = decode_run(read_regular(f"{place}/{layout.LATEST}", 1 << 20))
        except OSError:
            continue
        if record is not None and (run_id := text_or_none(record.fields, "run_id")):
            return run_id
    return None
