"""RunDetail: one run in full, as the timeline grid and ``show --json`` tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.model.question import Question


class Mark(StrEnum):
    """What became of one cell of the grid."""

    DONE = "done"
    REPAIRED = "repaired"
    KEPT = "kept"
    """Not run again: the candidate of an earlier round was retained."""
    CACHED = "cached"
    """Not run: the result of a resumed run was reused."""
    RUNNING = "running"
    UNFINISHED = "unfinished"
    """Was running when its owner died."""
    WAITING = "waiting"
    FAILED = "failed"
    APPROVED = "approved"
    REJECTED = "rejected"
    NEEDS_OWNER = "needs_owner"
    SKIPPED = "skipped"


class ColumnKind(StrEnum):
    """What a column of the grid stands for."""

    PLAN = "plan"
    ROUND = "round"
    PHASE = "phase"
    LAND = "land"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a round of a review loop, or a phase of any other workflow."""

    key: str
    kind: ColumnKind
    title: str
    """``plan``, ``round 1``, a phase title, ``land``, ``verify``."""
    mark: Mark | None
    note: str
    """Outcome in a few words: ``3 blockers``, ``approved``, ``4 of 4``."""
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a task by one agent."""

    address: Address
    number: int
    mark: Mark
    started_at: float | None
    ended_at: float | None
    runtime: str
    model: str | None
    session: str | None
    tokens: int | None
    files: tuple[str, ...]
    """Files its worktree changed."""
    summary: str
    """Its last words, or the first line of its failure."""
    error: str | None
    """Whole text of what failed, None when it succeeded."""
    streams: tuple[str, ...]
    """What ``logs`` can show of it: ``stdout``, ``stderr``, ``prompt``, ``diff``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One task (or reviewer) in one column."""

    row: str
    column: str
    mark: Mark
    note: str
    """``3 files``, ``2 blockers``, ``kept`` …; empty when the mark says it all."""
    attempts: tuple[Attempt, ...] = ()

    @property
    def started_at(self) -> float | None:
        return self.attempts[0].started_at if self.attempts else None

    @property
    def ended_at(self) -> float | None:
        return self.attempts[-1].ended_at if self.attempts else None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid: a task, a reviewer, or the planner / verifier of the run."""

    key: str
    title: str
    kind: str
    """``task`` or ``reviewer``."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A finding that stopped approval. ``fate`` says what became of it."""

    text: str
    path: str | None
    line: int | None
    reviewer: str | None
    tasks: tuple[str, ...]
    """Tasks that own the path, as far as known."""
    round: int
    fate: str
    """``open``, ``fixed in round 2``, ``still there in round 2``."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One review verdict over the combined candidate."""

    round: int
    label: str
    decision: str
    """``approve``, ``reject`` or ``needs_owner``: the engine's words."""
    apply_ready: bool
    files: tuple[str, ...]
    file_count: int
    verdicts: tuple[tuple[str, str], ...]
    """(reviewer, decision) pairs."""
    blockers: tuple[Blocker, ...]
    blocker_count: int
    risks: tuple[str, ...]
    owner_questions: tuple[str, ...]
    preflight: str | None
    """``category: message`` when the candidate could not even be reviewed."""
    at: float | None


@dataclass(frozen=True, slots=True)
class Landing:
    """Patches put into the main tree after an approval."""

    ok: bool
    patches: int
    applied: int
    files: int
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The read-only check of the landed tree."""

    ok: bool | None
    summary: str
    guard_ok: bool | None
    changed_files: tuple[str, ...]
    """Files the verifier wrote although it must not."""
    restored: bool | None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the run's journal, in words. ``offset`` is its place in the file."""

    at: float | None
    kind: str
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run in full. ``columns`` × ``rows`` make the grid; ``cells`` fill it sparsely."""

    item: Item
    workflow: str
    backend: str
    max_rounds: int | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    gates: tuple[Gate, ...]
    blockers: tuple[Blocker, ...]
    landing: Landing | None
    verification: Verification | None
    questions: tuple[Question, ...]
    cause: tuple[str, ...]
    """What broke, line by line, whole; empty when nothing did."""
    checkpoints: tuple[str, ...]
    auto_answers: int
    resumed_from: str | None
    sessions: tuple[Address, ...]
    streams: tuple[str, ...]
    """What ``logs`` can show of the run itself: ``journal``, ``stderr``, ``stdout``."""


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """One agent session in full."""

    item: Item
    runtime: str
    session: str
    driver: str
    thread_id: str | None
    model: str | None
    effort: str | None
    permission: str | None
    owner_pid: int | None
    questions: tuple[Question, ...]
    cause: tuple[str, ...]
    missing_artifacts: tuple[str, ...]
    streams: tuple[str, ...]


Detail = RunDetail | SessionDetail
