"""Item: one row of the room (a run or a session), whatever engine wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.address import Address


class State(StrEnum):
    """The seven states, in the order in which a person should look at them."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    FAILED = "failed"
    RUNNING = "running"
    STALE = "stale"
    IDLE = "idle"
    DONE = "done"

    @property
    def rank(self) -> int:
        """0 for what waits on a person, 6 for what is done."""
        return _RANKS[self]


_RANKS = {state: rank for rank, state in enumerate(State)}


class Kind(StrEnum):
    """What an item is."""

    RUN = "run"
    SESSION = "session"


class Depth(StrEnum):
    """How much of the item's files was read."""

    LISTED = "listed"
    """Known by its folder alone."""
    SKIMMED = "skimmed"
    """Head and tail were read; fields that need more are None."""
    FOLDED = "folded"
    """Every byte was read."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Tasks finished out of tasks started."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens used; ``at_least`` when some agent reported none, so that the sum is a floor."""

    total: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Everything a row shows. Times are Unix seconds; None means unknown, never zero."""

    address: Address
    parent: Address | None
    kind: Kind
    place: str
    """Absolute path of the workspace the item was found in."""
    title: str
    state: State
    why: str
    """One sentence that says why the state is what it is."""
    raw_state: str
    """The engine's own word."""
    stage: str = ""
    goal: str | None = None
    """First line of what was asked for."""
    tasks: Progress | None = None
    blockers: int | None = None
    questions: int = 0
    model: str | None = None
    tokens: Tokens | None = None
    started_at: float | None = None
    changed_at: float | None = None
    ended_at: float | None = None
    last_words: str = ""
    cause: str | None = None
    """First line of what broke, None when nothing did."""
    depth: Depth = Depth.FOLDED
    driver: str = ""
    """Name of the program that drives it: ``odw``, ``pandacode``."""
    next_deadline: float | None = None
    """When the state may change although no file does."""
