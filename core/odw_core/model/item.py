"""Item: one row of the room (a run or a session), whatever engine wrote it."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Tokens used; ``at_least`` when some agent reported none, so that the sum is a floor.

    ``cached`` is a part of ``input``, ``reasoning`` a part of ``output``; None where nobody says.
    """

    total: int
    at_least: bool = False
    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None


def sum_tokens(parts: Iterable[Tokens | None]) -> Tokens | None:
    """The sum, a floor if any part is one or is unknown; None when nothing is known. A number that one part lacks
    is left out of the sum, so it is a floor too."""
    given = [*parts]
    known = [part for part in given if part is not None]
    if not known:
        return None

    def number(name: str) -> int | None:
        values = [value for part in known if (value := getattr(part, name)) is not None]
        return sum(values) if values else None

    return Tokens(
        total=sum(part.total for part in known),
        at_least=len(known) < len(given) or any(part.at_least for part in known),
        input=number("input"),
        cached=number("cached"),
        output=number("output"),
        reasoning=number("reasoning"),
    )


@dataclass(frozen=True, slots=True)
class Limit:
    """One window of an account's rate limit, as a session's transcript last said."""

    name: str
    """Length of the window in words: ``5 h``, ``7 d``."""
    used_percent: float
    resets_at: float | None
    """Unix seconds."""
    said_at: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Sessions of another engine that belong to an item: one by its name, or all that began in a folder meanwhile."""

    engine: str
    session: str | None = None
    """Item part of the session's address; None when only ``folder`` and the time say so (then it is inferred)."""
    folder: str | None = None
    """Absolute path the session works in."""
    since: float = 0.0
    until: float | None = None
    """Unix seconds; None while it goes on."""


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
    """Name of the program that drives it: ``odw``, ``pandacode``, ``converge``, ``codex_exec`` …"""
    next_deadline: float | None = None
    """When the state may change although no file does."""
    folder: str | None = None
    """Where the agent works, as its own files say; shown, never followed."""
    branch: str | None = None
    is_inferred: bool = False
    """The state is a guess from files alone; somebody with a live connection may know better."""
    is_archived: bool = False
    claims: tuple[Claim, ...] = ()
    limits: tuple[Limit, ...] = ()
    files: tuple[str, ...] = ()
    """Absolute paths of what it changed lately while it is at work, newest last; nothing once it is over."""
    is_deaf: bool = False
    """Nobody can say anything into it while it works; it can still be interrupted and ended."""
    is_attached: bool = False
    """A server that this room is connected to has it loaded; known only now, never kept."""

    @property
    def where(self) -> str:
        """The folder a person would name: where the agent works, else where the item was found."""
        return self.folder or self.place
