"""What repos agree on, as a run over several of them tells it: contracts from both sides, plans by round, states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Side:
    """One place where a repo declares or consumes a contract."""

    repo: str
    path: str
    """Relative to the repo; empty where nobody says."""
    line: int | None
    """Counts from 1."""
    text: str
    """What stands there; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One contract on which repos do not agree."""

    kind: str
    """``drift``, ``undefined_path``, ``undefined_operation``, or what else the engine calls it."""
    id: str
    """The contract: ``http:path:/api/orders``, ``openapi.yaml`` …"""
    text: str
    """As a sentence."""
    declared: tuple[Side, ...]
    """All that differ where it drifts; empty where nobody declares what is consumed."""
    consumed: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One state that a run goes through."""

    key: str
    title: str
    times: int
    """How often it was entered."""
    note: str = ""
    """What came of it last, in a few words."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a state to another. ``is_loop`` where it leads back."""

    source: str
    target: str
    times: int
    is_loop: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """One time a run went back to plan again."""

    round: int
    """The round that ended so."""
    source: str
    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The states of a run in the order in which they follow each other."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lit: str | None
    """Key of the state it is in, or in which it ended; None when nobody can tell."""
    loops: tuple[Loop, ...]
    is_over: bool


@dataclass(frozen=True, slots=True)
class PlanRound:
    """The plan of one repo as one round left it."""

    number: int
    status: str
    """The engine's own word."""
    badge: str
    """Who really wrote it."""
    summary: str
    changes: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()
    """(question, answer) pairs that a person gave before this round began."""


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What one round made of the plan that the round before had left."""

    before: int
    after: int
    kept: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    summary: tuple[str, str] | None
    """Before and after, where it changed."""
    answered: tuple[tuple[str, str], ...]
    """(question, answer) pairs; the answer is empty where the question is gone and nobody answered it."""
    asked: tuple[str, ...]
    """Questions that are new."""
    status: tuple[str, str]
    """Before and after."""

    @property
    def is_empty(self) -> bool:
        """Whether the round changed nothing."""
        is_same = self.summary is None and self.status[0] == self.status[1]
        return is_same and not (self.added or self.removed or self.answered or self.asked)


def differences(rounds: Sequence[PlanRound]) -> tuple[PlanDifference, ...]:
    """What each round after the first changed, oldest first."""
    return tuple(_difference(before, after) for before, after in pairwise(rounds))


def _difference(before: PlanRound, after: PlanRound) -> PlanDifference:
    told = dict(after.answers)
    gone = [question for question in before.questions if question not in after.questions]
    answered = [(question, told.get(question, "")) for question in dict.fromkeys((*told, *gone))]
    return PlanDifference(
        before=before.number,
        after=after.number,
        kept=tuple(change for change in after.changes if change in before.changes),
        added=tuple(change for change in after.changes if change not in before.changes),
        removed=tuple(change for change in before.changes if change not in after.changes),
        summary=(before.summary, after.summary) if before.summary != after.summary else None,
        answered=tuple(answered),
        asked=tuple(question for question in after.questions if question not in before.questions),
        status=(before.status, after.status),
    )


@dataclass(frozen=True, slots=True)
class AgentCall:
    """One call of an agent, as it was made."""

    key: str
    """The task it was made for."""
    round: int | None
    attempt: int
    argv: tuple[str, ...]
    model: str | None
    has_schema: bool
    sandbox: str
    started_at: float | None
    duration_s: float | None
    exit_code: int | None
    stderr: str
    """Path of what it said on stderr, below the run's folder; empty when it said nothing."""
    cause: str
    """Why it brought no answer; empty when it did."""
