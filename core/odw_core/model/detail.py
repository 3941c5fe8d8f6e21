"""RunDetail: one run in full, as the timeline grid and ``show --json`` tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.address import Address
from odw_core.model.batch import Batch
from odw_core.model.cause import Cause, Proof
from odw_core.model.coordination import AgentCall, Graph, Mismatch, PlanRound, Side
from odw_core.model.item import Item, Tokens
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
    FALLBACK = "fallback"
    """There is a result, but no agent gave it: a heuristic did in its place."""


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
    why: str = ""
    """Why this column began and what ended it, as a sentence; empty when nobody says."""
    tokens: Tokens | None = None


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
    stands_for: Address | None = None
    """The run whose story this line tells; None where the line is the run's own."""


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
    """``open``, ``fixed in round 2``, ``still there in round 2``, ``overruled in round 2``."""
    symbol: str | None = None
    """The function or constant it is about, as far as the text says."""


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


class How(StrEnum):
    """How a figure came to be known."""

    READ = "read"
    INFERRED = "inferred"
    SERVER = "said by a server"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one figure of the screen comes from."""

    figure: str
    """``state``, ``title``, ``tokens``, ``model``, ``tasks``, ``blockers``, ``stage``, ``questions``, ``started`` …"""
    file: str
    """Absolute path."""
    offset: int | None
    """Byte in the file where the telling line begins; None when the whole file is meant."""
    at: float | None
    """When it was written, Unix seconds."""
    how: How
    note: str = ""
    """The rule by which it was inferred, or what was counted."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file that belongs to a run. ``logs ADDRESS --stream STREAM`` gives it whole."""

    name: str
    """Path relative to the run's folder."""
    size: int | None
    stream: str
    note: str = ""
    """What it is, or what to mind: ``first 2000 characters only``, ``of team2/api only``."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader should know about the whole run; ``is_warning`` when it should be minded."""

    text: str
    is_warning: bool = False
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the responsibility matrix."""

    repo: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One repo of the contract map."""

    repo: str
    declared: tuple[str, ...]
    consumed: tuple[str, ...]
    artifacts: tuple[str, ...]
    places: tuple[tuple[str, Side], ...] = ()
    """(contract, where it stands) pairs: the first place of each, as far as somebody says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one repo is to do."""

    address: Address
    repo: str
    """As the engine was given it."""
    status: str
    """The engine's own word."""
    badge: str
    """Who really wrote it: ``Codex (gpt-5)``, ``heuristic: Codex failed (exit 1)``, ``prompt only``."""
    is_doubtful: bool
    """The badge is a warning: not what was asked for."""
    markdown: str
    """Summary, proposed changes and questions; foreign text, to be made safe before it is shown."""
    prompt: str | None
    """The prompt that was really sent, whole."""
    evidence: tuple[str, ...]
    """What was found in the repo: type, signals, constraints."""
    model: str | None = None
    commands: tuple[str, ...] = ()
    """Hints alone; nothing was executed or installed."""
    attachments: tuple[Artifact, ...] = ()
    causes: tuple[Cause, ...] = ()
    rounds: tuple[PlanRound, ...] = ()
    """What is known of it in each round, the oldest first; the last is the plan itself."""

    @property
    def verdict(self) -> str:
        """The engine's word, but never that all is well with a plan that no agent gave."""
        return "FALLBACK, says OK" if self.is_doubtful and self.status == "OK" else self.status


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
    causes: tuple[Cause, ...] = ()
    """What broke, recognised and with its fix, the root cause first."""
    plans: tuple[Plan, ...] = ()
    duties: tuple[Duty, ...] = ()
    contracts: tuple[Contract, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    """Contracts on which the repos do not agree."""
    graph: Graph | None = None
    """The states it goes through; None for runs that only go on."""
    batch: Batch | None = None
    calls: tuple[AgentCall, ...] = ()
    findings: tuple[Notice, ...] = ()
    """Where what was configured, claimed and written do not fit together."""
    notices: tuple[Notice, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    origins: tuple[Origin, ...] = ()


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
    causes: tuple[Cause, ...] = ()
    asked_model: str | None = None
    """The model that was asked for, where it is not ``model``."""
    sandbox: str | None = None
    approval_policy: str | None = None
    mode: str | None = None
    source: str | None = None
    version: str | None = None
    """Of the program that wrote it."""
    forked_from: str | None = None
    context_used: int | None = None
    """Tokens in the model's window after the last answer."""
    context_window: int | None = None
    turns: int | None = None
    commands: int | None = None
    failed_commands: int | None = None
    patches: int | None = None
    compactions: int | None = None
    has_conversation: bool = False
    """Whether ``Service.conversation`` has something to show."""
    notices: tuple[Notice, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    origins: tuple[Origin, ...] = ()


Detail = RunDetail | SessionDetail
