"""What one run's files have said so far: the state of the fold. Plain values only, so that it survives a restart."""

from __future__ import annotations

from dataclasses import dataclass, field

from odw_core.engines.odw.coordination_acc import BatchAcc, CallAcc, CampaignAcc, CoordinationAcc
from odw_core.engines.odw.names import NATIVE


@dataclass(slots=True)
class Ref:
    """Where a line lies in the journal, in bytes."""

    offset: int
    length: int


@dataclass(slots=True)
class Outcome:
    """What an ``agent_done`` said, without its diff: that stays in the journal at ``AttemptAcc.done``."""

    ok: bool
    summary: str = ""
    tokens: int | None = None
    model: str | None = None
    state: str = ""
    session: str = ""
    thread_id: str = ""
    changed: bool | None = None
    files: list[str] = field(default_factory=list)
    category: str = ""
    error_line: str = ""
    error_lines: int = 0
    is_report_tail: bool = False
    """The error text is the end of a JSON report, not a message."""
    report: str = ""
    """File name of the executor's report inside the run folder."""
    questions: list[dict[str, object]] = field(default_factory=list)
    decision: str = ""
    blockers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AttemptAcc:
    """One ``agent_start`` and what followed it."""

    number: int
    started_ms: int | None
    start: Ref | None
    ended_ms: int | None = None
    done: Ref | None = None
    retry_reason: str = ""


@dataclass(slots=True)
class NodeAcc:
    """One agent node of the workflow."""

    key: str
    label: str
    phase: str
    runtime: str = ""
    model: str = ""
    is_worktree: bool = False
    review_label: str = ""
    """Label of the review it belongs to, when it is a reviewer."""
    phase_index: int = 0
    attempts: list[AttemptAcc] = field(default_factory=list)
    outcome: Outcome | None = None
    is_cached: bool = False
    done_index: int = 0
    """Number of the journal line that finished it, to tell what came after."""
    task: str = ""
    """Whose plan it makes, in a run over several repos."""
    round: int = 0
    """The round of such a run; 0 for all other nodes."""


@dataclass(slots=True)
class PhaseAcc:
    """One ``phase`` marker, as it was written; the same title may come again."""

    title: str
    detail: str
    at_ms: int | None
    index: int
    """Number of its journal line."""


@dataclass(slots=True)
class GateAcc:
    """One ``worktree_review_gate``."""

    label: str
    round: int
    decision: str
    apply_ready: bool
    files: int
    file_samples: list[str]
    reviewers: int
    review_decisions: list[str]
    blockers: int
    blocker_samples: list[str]
    risks: list[str]
    owner_questions: list[str]
    preflight_category: str | None
    preflight_message: str
    at_ms: int | None


@dataclass(slots=True)
class PatchAcc:
    """One ``worktree_patch_apply``."""

    ok: bool
    applied: bool
    files: int
    message: str


@dataclass(slots=True)
class CheckAcc:
    """One ``worktree_snapshot_check``."""

    label: str
    ok: bool
    files: int
    samples: list[str]
    added: int
    removed: int
    modified: int


@dataclass(slots=True)
class RestoreAcc:
    """One ``worktree_snapshot_restore``."""

    label: str
    ok: bool
    restored: int
    removed: int
    files: int
    message: str


@dataclass(slots=True)
class RepairAcc:
    """Which tasks a repair round runs again, as the journal's log line says."""

    round: int
    tasks: list[str]


@dataclass(slots=True)
class ResultAcc:
    """What is kept of the workflow's final result."""

    ok: bool | None
    category: str
    """Category of an error object, or the whole text of an error string."""
    message: str
    has_error: bool
    decision: str
    history: list[dict[str, object]]
    landed_ok: bool | None
    landed_message: str
    verify_ok: bool | None
    verification: str
    at_ms: int | None


@dataclass(slots=True)
class StateAcc:
    """What ``state.json`` knows beyond the journal."""

    workflow: str
    done: list[str]
    failed: list[str]
    active: dict[str, str]
    checkpoints: list[str]
    has_error: bool
    failed_ms: int | None
    completed_ms: int | None
    result: ResultAcc | None


@dataclass(slots=True)
class ProblemAcc:
    """Something in one of the run's files that could not be read."""

    file: str
    offset: int
    reason: str


@dataclass(slots=True)
class AskedAcc:
    """One ``question`` of a run that odw-tui drives, not closed yet."""

    key: str
    question: dict[str, object]
    """As the journal has it; made a value when somebody looks."""
    at_ms: int | None


@dataclass(slots=True)
class ThreadAcc:
    """The session that one attempt of a node works in."""

    key: str
    attempt: int
    runtime: str
    thread: str


@dataclass(slots=True)
class ModelAcc:
    """What model a node asked for, what its server agreed to, what answered in the end."""

    requested: str = ""
    accepted: str = ""
    served: str = ""
    reason: str = ""


@dataclass(slots=True)
class WarningAcc:
    """Something worth knowing that stopped nothing."""

    key: str
    message: str


@dataclass(slots=True)
class DecidedAcc:
    """One decision that concerns the whole run."""

    about: str
    verdict: str
    by: str


@dataclass(slots=True)
class FindingAcc:
    """Where a blocker points; empty and None where it does not."""

    path: str
    line: int | None
    symbol: str
    task: str


@dataclass(slots=True)
class NativeAcc:
    """What only the journal of a run that odw-tui drives says."""

    pid: int | None = None
    """Of its last supervisor."""
    since_ms: int | None = None
    """When that one took the run over."""
    stopped: str = ""
    """Why its last supervisor could not go on."""
    is_deaf: bool = False
    """Whether that one says that it takes no words."""
    goal: str = ""
    asked: dict[str, AskedAcc] = field(default_factory=dict)
    threads: list[ThreadAcc] = field(default_factory=list)
    models: dict[str, ModelAcc] = field(default_factory=dict)
    warnings: list[WarningAcc] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    """Bytes somebody else wrote into the journal, each time they were taken out again."""
    cancelled_by: str | None = None
    overruled: dict[str, int] = field(default_factory=dict)
    """Text of a blocker to the round in which a person set it aside; 0 where that is not said."""
    findings: dict[str, FindingAcc] = field(default_factory=dict)
    """What its supervisor read off each blocker, by ``finding_id``."""
    decided: list[DecidedAcc] = field(default_factory=list)
    """What was decided about the run itself: its plan, its gates."""
    queued: list[str] = field(default_factory=list)
    """Nodes that wait for a free place at their provider."""
    waits_for: str = ""
    """Run that has to land before this one begins, or campaign that has to let it land; empty once it has."""
    is_held: bool = False
    """Whether ``waits_for`` is a campaign, and everything up to the landing is done."""
    part_of: str = ""
    """The campaign that started it."""
    commit: str = ""
    """The commit that holds what landed."""
    branch: str = ""
    calls: list[CallAcc] = field(default_factory=list)
    coordination: CoordinationAcc | None = None
    campaign: CampaignAcc | None = None
    batch: BatchAcc | None = None
    repeats: str = ""
    """Address of the run of which it makes one call once more."""


@dataclass(slots=True)
class RunAcc:
    """All of one run. Owned by whoever folds it; ``engine.item`` and ``engine.detail`` make frozen values of it."""

    run_id: str
    place: str
    # run.json
    status: str = ""
    has_record: bool = False
    script: str = ""
    started_ms: int | None = None
    finished_ms: int | None = None
    # input.raw
    goal: str | None = None
    # events.jsonl
    size: int = 0
    lines: int = 0
    events: int = 0
    undecodable: int = 0
    is_torn: bool = False
    launched_ms: int | None = None
    backend: str | None = None
    resume_argument: str | None = None
    resumed_from: str | None = None
    workflow: str | None = None
    phases: list[PhaseAcc] = field(default_factory=list)
    nodes: dict[str, NodeAcc] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    retries: int = 0
    schema_invalid: int = 0
    tokens: int = 0
    tokens_at_least: bool = False
    checkpoints: list[str] = field(default_factory=list)
    auto_answers: list[str] = field(default_factory=list)
    review_label: str = ""
    gates: list[GateAcc] = field(default_factory=list)
    repairs: list[RepairAcc] = field(default_factory=list)
    patches: list[PatchAcc] = field(default_factory=list)
    checks: list[CheckAcc] = field(default_factory=list)
    restores: list[RestoreAcc] = field(default_factory=list)
    stderr_lines: int = 0
    stderr_tail: str = ""
    workflow_error: str | None = None
    result: ResultAcc | None = None
    exit_status: str | None = None
    exit_code: int | None = None
    last_ms: int | None = None
    last_words: str = ""
    # state.json, read only when the journal alone cannot tell the end
    state: StateAcc | None = None
    # reports of failed nodes: file name to the message inside
    reports: dict[str, str] = field(default_factory=dict)
    problems: list[ProblemAcc] = field(default_factory=list)
    # what only runs of our own say
    native: NativeAcc = field(default_factory=NativeAcc)
    # figure of the screen to [offset, ts_ms] of the journal line that said it last
    said_at: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_native(self) -> bool:
        """Whether odw-tui drives it."""
        return self.backend == NATIVE

    @property
    def has_exit(self) -> bool:
        return self.exit_status is not None

    @property
    def final_status(self) -> str:
        """``running``, ``completed``, ``failed`` or empty: run.json, corrected by an exit event it has not heard of."""
        if self.status in ("", "running") and self.exit_status and self.has_record:
            return self.exit_status
        return self.status

    @property
    def outcome(self) -> ResultAcc | None:
        """The workflow's result: the journal's, else the one in state.json if it is this run's own."""
        if self.result is not None or self.state is None or self.state.result is None:
            return self.result
        began, ended = self.launched_ms or self.started_ms, self.state.completed_ms
        is_own = self.resume_argument is None or (began is not None and ended is not None and ended >= began)
        return self.state.result if is_own else None
