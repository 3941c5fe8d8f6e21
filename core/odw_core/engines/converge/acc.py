"""What is known of a run or task while its evidence is read: plain values only, so that a checkpoint can hold it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class PlanAcc:
    """One plan of the last round."""

    repo: str
    provider: str
    status: str
    summary: str
    changes: list[str]
    questions: list[str]
    mode: str
    """``raw.execution_mode``."""
    prompt: str
    prompt_chars: int
    has_stdout: bool
    has_stderr: bool
    model: str | None
    candidates: list[str]
    signals: list[str]
    line: int
    """Line of run.json (from 1) where it begins."""
    cause: str = ""
    """``raw.fallback_cause``: why no agent gave it; upstream writes none."""
    base: str = ""
    """``raw.base``: the name of its files where the writer says so; upstream never does."""


@dataclass(slots=True)
class RepoAcc:
    """One repo as it was found before planning."""

    path: str
    exists: bool
    type: str
    signals: list[str]
    constraints: list[str]
    line: int


@dataclass(slots=True)
class ContractAcc:
    """One repo of the contract map."""

    repo: str
    declared: list[str]
    consumed: list[str]
    artifacts: list[str]
    hashes: dict[str, str] = field(default_factory=dict)
    """Of each artifact, the digest that was kept."""


@dataclass(slots=True)
class RoundAcc:
    """What the events of one round say."""

    number: int
    status: str | None
    artifacts: int | None = None
    issues: int | None = None
    plans: int | None = None
    route: str = ""
    """Where it went after deciding: the engine's node."""
    is_interrupt: bool = False


@dataclass(slots=True)
class DutyAcc:
    """One repo of the responsibility matrix."""

    repo: str
    duties: list[str]


@dataclass(slots=True)
class LogNote:
    """One telling line of a saved log."""

    kind: str
    text: str
    line: int
    offset: int


@dataclass(slots=True)
class LogFail:
    """One call of an agent that brought no plan."""

    kind: str
    """``failed``, ``unavailable``, ``timeout``, ``no_output``, ``unparsable``, ``no_start``, ``no_binary``,
    ``no_repo``, ``no_model``."""
    model: str
    exit: int | None
    at: str
    line: int
    offset: int
    text: str
    """The whole record: message and continuation lines."""


@dataclass(slots=True)
class LogRepo:
    """One repo in one round. Times are as the log has them: local, whole seconds."""

    repo: str
    line: int
    began: str
    ended: str = ""
    provider: str = ""
    status: str = ""
    fails: list[LogFail] = field(default_factory=list)


@dataclass(slots=True)
class LogRound:
    """One planning round of a saved log."""

    line: int
    began: str
    repos: list[LogRepo] = field(default_factory=list)


@dataclass(slots=True)
class LogAcc:
    """The part of a saved log that tells of one run."""

    path: str = ""
    line: int = 1
    offset: int = 0
    began: str = ""
    config_at: str = ""
    config: str = ""
    goal: str | None = None
    repos: list[str] = field(default_factory=list)
    rounds: list[LogRound] = field(default_factory=list)
    status: str = ""
    artifacts: str = ""
    last_at: str = ""
    last_level: str = ""
    last_line: str = ""
    last_number: int = 0
    last_offset: int = 0
    trace: LogNote | None = None
    notes: list[LogNote] = field(default_factory=list)
    error: LogNote | None = None
    """The last record of level ERROR that is no known side note, while nothing came after it."""
    is_aborted: bool = False
    is_over: bool = False
    """Another run began after it in the same log."""
    zone_s: int = 0
    """What its local time is ahead of UTC."""
    is_certain: bool = False
    """The log names the run's folder; else goal, repos and time tie it."""


@dataclass(slots=True)
class TaskRow:
    """One row of the queue, its columns as text."""

    id: str
    status: str
    created_at: str
    updated_at: str
    attempts: int
    request: str
    last_error: str
    artifacts_dir: str | None
    claimed_at: str
    source: str | None
    questions: str
    resolution: str
    database: str
    """Absolute path."""


@dataclass(slots=True)
class QueueAcc:
    """Tasks that may explain a run, and what hindered reading more."""

    tasks: list[TaskRow] = field(default_factory=list)
    problems: list[list[str]] = field(default_factory=list)
    """Path and reason."""


@dataclass(slots=True)
class CheckpointAcc:
    """The newest checkpoint of one thread."""

    thread: str
    checkpoint: str
    step: int | None
    is_pending: bool
    is_resumed: bool
    database: str


@dataclass(slots=True)
class RepeatAcc:
    """A call that a run of ours made once more for a plan."""

    run: str
    """Id of the run of ours."""
    path: str
    """The whole stderr."""
    repo: str
    round: int
    model: str
    exit: int | None
    is_answered: bool
    bytes: int
    cause: str
    """The line of its stderr that says why; empty when none does."""
    line: int


@dataclass(slots=True)
class RepeatsAcc:
    """All of them that were made for one run, the oldest first."""

    made: list[RepeatAcc] = field(default_factory=list)
    adopted: dict[str, str] = field(default_factory=dict)
    """Runs and tasks of the place to the run of ours that goes on with them."""


@dataclass(slots=True)
class ToldRepo:
    """One repo as a run of ours found it before a round."""

    path: str
    exists: bool
    kind: str
    signals: list[str]
    languages: list[str]
    """Each with its number of files."""
    evidence: list[str]


@dataclass(slots=True)
class ToldPlan:
    """The plan of one repo as one round of a run of ours left it."""

    repo: str
    status: str
    origin: str
    cause: str
    summary: str
    changes: list[str]
    questions: list[str]
    model: str
    sha256: str
    key: str
    """Of the call that gave it, which names its round."""


@dataclass(slots=True)
class ToldSide:
    """One place of a contract."""

    repo: str
    path: str
    line: int | None
    text: str


@dataclass(slots=True)
class ToldIssue:
    """One contract on which repos do not agree, with both sides."""

    kind: str
    id: str
    text: str
    declared: list[ToldSide]
    consumed: list[ToldSide]


@dataclass(slots=True)
class ToldReason:
    """What stood against an agreement."""

    kind: str
    repo: str
    text: str


@dataclass(slots=True)
class ToldRound:
    """One round of a run of ours; upstream keeps the plans of the last round alone."""

    number: int
    status: str
    repos: list[ToldRepo] = field(default_factory=list)
    plans: list[ToldPlan] = field(default_factory=list)
    issues: list[ToldIssue] = field(default_factory=list)
    reasons: list[ToldReason] = field(default_factory=list)
    """Without what a person accepted afterwards."""
    accepted: list[ToldReason] = field(default_factory=list)
    """By a person, in this round or before it."""
    answers: list[list[str]] = field(default_factory=list)
    """Repo, question, answer, by whom; given after the round."""
    ways: list[list[str]] = field(default_factory=list)
    """Where it went and why: when it was decided, and once more after people had said something."""


@dataclass(slots=True)
class RunAcc:
    """One run folder."""

    item: str
    place: str
    has_record: bool = False
    is_torn: bool = False
    """run.json is there and does not parse."""
    goal: str = ""
    status: str = ""
    round: int | None = None
    max_rounds: int | None = None
    decision: str | None = None
    """``human_decision`` as JSON."""
    native: str = ""
    """Id of the run of ours that wrote it; empty for upstream's own."""
    agent: str = ""
    """Which agents planned, where a run of ours says so."""
    told: list[ToldRound] = field(default_factory=list)
    """Every round with its plans, as runs of ours keep them; empty for upstream's own."""
    events: int = 0
    rounds: list[RoundAcc] = field(default_factory=list)
    pauses: int = 0
    plans: list[PlanAcc] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    analysis: str = ""
    """Digest of ``contract_analysis``; empty when there is none."""
    contracts: list[ContractAcc] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where the keys of run.json stand, from 1."""
    has_constraints: bool = False
    asked_goal: str = ""
    generated_at: float | None = None
    repos: list[RepoAcc] = field(default_factory=list)
    has_map: bool = False
    map: str = ""
    """Digest of contract-map.json."""
    mapped: list[ContractAcc] = field(default_factory=list)
    has_matrix: bool = False
    duties: list[DutyAcc] = field(default_factory=list)
    has_summary: bool = False
    has_split: bool | None = None
    """Whether the matrix assigns anything; None when there is no matrix to tell."""
    summary_status: str = ""
    summary_line: int = 0
    rationale: str = ""
    risks: list[str] = field(default_factory=list)
    matrix_text: str = ""
    summary_text: str = ""
    files: dict[str, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    """Names of the folders in ``repo-plans``."""
    written_at: float | None = None
    """When the newest file (or the folder) was written."""
    commands: dict[str, list[str]] = field(default_factory=dict)
    found_log: LogAcc | None = None
    """What the saved logs tell of it, believed or not."""
    queue: QueueAcc = field(default_factory=QueueAcc)
    repeats: list[RepeatAcc] = field(default_factory=list)
    adopted: dict[str, str] = field(default_factory=dict)
    """Runs and tasks of its place to the run of ours that goes on with them."""

    @property
    def log(self) -> LogAcc | None:
        """What a saved log tells of it; a log that only time ties must name the same goal."""
        log = self.found_log
        if log is None or log.is_certain or not self.has_record or log.goal is None:
            return log
        return log if log.goal == self.goal else None


@dataclass(slots=True)
class TaskAcc:
    """One row of the queue."""

    id: str
    place: str
    row: TaskRow | None = None
    checkpoint: CheckpointAcc | None = None
    runs: list[str] = field(default_factory=list)
    """Ids of run folders that began while it was worked on, oldest first."""
    adopted: dict[str, str] = field(default_factory=dict)
    """As of a run."""


Acc = RunAcc | TaskAcc
