"""Derives the state of every item, of every engine, once. Pure: an engine hands in a reading, the moment its facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.evidence import Facts
from odw_core.model.item import State


class Standing(StrEnum):
    """Where an item stands by its files alone, in terms that every engine shares."""

    STARTING = "starting"
    WORKING = "working"
    ASKING = "asking"
    """Over or parked until a person answers."""
    HELD = "held"
    """A rule of the engine stopped it: rejected at the ceiling, blocked before review."""
    BROKEN = "broken"
    STOPPED = "stopped"
    """A person or a signal ended it."""
    ABANDONED = "abandoned"
    """Its owner went away without leaving a word."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine knows. ``why`` is a whole sentence without its full stop."""

    standing: Standing
    why: str
    last_sign_at: float | None = None
    """Unix seconds of the last thing it wrote."""
    holds_until: float | None = None
    """Unix seconds after which a wait that was only inferred is no longer believed."""


_SETTLED = {
    Standing.ASKING: State.WAITING,
    Standing.HELD: State.BLOCKED,
    Standing.BROKEN: State.FAILED,
    Standing.STOPPED: State.IDLE,
    Standing.ABANDONED: State.STALE,
    Standing.FINISHED: State.DONE,
}


def derive(reading: Reading, facts: Facts) -> tuple[State, str, float | None]:
    """(state, why, when the state may change by itself). Only what claims to work, or seems to wait, can turn
    stale."""
    settled = _SETTLED.get(reading.standing)
    if settled is State.WAITING and reading.holds_until is not None:
        if facts.now >= reading.holds_until:
            return State.STALE, f"nothing came of it for hours, so it hardly waits any more: {reading.why}", None
        return settled, reading.why, reading.holds_until
    if settled is not None:
        return settled, reading.why, None
    if facts.alive is False:
        return State.STALE, f"its owner is gone; it was last seen at this: {reading.why}", None
    if reading.last_sign_at is None:
        return State.RUNNING, reading.why, None
    deadline = reading.last_sign_at + facts.silent_after_s
    if facts.now >= deadline:
        minutes = max(1, round(facts.silent_after_s / 60))
        return State.STALE, f"silent for more than {minutes} min; it was last seen at this: {reading.why}", None
    return State.RUNNING, reading.why, deadline
