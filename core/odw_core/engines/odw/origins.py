"""Where the figures of a run or session come from: file, byte, moment and rule. Pure."""

from __future__ import annotations

from odw_core.engines.odw import layout
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.names import JOURNAL, RECORD, STATE
from odw_core.model.detail import How, Origin
from odw_core.model.evidence import Facts
from odw_core.model.item import State

_COUNTED = {
    "tasks": "tasks whose last agent_done is ok, of those that were started",
    "tokens": "the sum over all agent_done lines",
    "blockers": "those of the newest review gate",
}


def run_origins(acc: RunAcc, facts: Facts, state: State) -> tuple[Origin, ...]:
    """One origin for each figure that something was read for, the state first."""
    folder = f"{acc.place}/{layout.RUNS}/{acc.run_id}"
    journal = f"{folder}/{JOURNAL}"
    origins = [_state(acc, facts, state, folder)]
    for figure, (offset, ts_ms) in acc.said_at.items():
        if figure not in ("state", "started"):
            note = _COUNTED.get(figure, "")
            origins.append(Origin(figure, journal, offset, ts_ms / 1000 if ts_ms else None, How.READ, note))
    if acc.has_record and acc.started_ms is not None:
        origins.append(Origin("started", f"{folder}/{RECORD}", None, acc.started_ms / 1000, How.READ, "started_ms"))
    return tuple(origins)


def _state(acc: RunAcc, facts: Facts, state: State, folder: str) -> Origin:
    at = acc.last_ms / 1000 if acc.last_ms else None
    if state is State.STALE:
        rule = (
            "the process that wrote it is gone"
            if facts.alive is False
            else f"nothing was written for {facts.silent_after_s / 60:.0f} min"
        )
        return Origin("state", f"{folder}/{JOURNAL}", acc.size, at, How.INFERRED, rule)
    if "state" in acc.said_at:
        offset, ts_ms = acc.said_at["state"]
        return Origin("state", f"{folder}/{JOURNAL}", offset, ts_ms / 1000 if ts_ms else at, How.READ)
    if acc.state is not None and acc.state.result is not None:
        return Origin("state", f"{folder}/{STATE}", None, at, How.READ, "its result; the journal ends before it")
    note = "status" if acc.has_record else "no record says that it is over"
    return Origin("state", f"{folder}/{RECORD}", None, at, How.READ if acc.has_record else How.INFERRED, note)
