"""What the journal of a run over several repos has said so far: plain values only, so that a checkpoint can hold it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RepoAcc:
    """What was found in one repo before a round."""

    path: str
    exists: bool
    kind: str
    signals: list[str]
    languages: list[list[object]]
    """Name and number of files."""
    evidence: list[str]
    constraints: list[str]


@dataclass(slots=True)
class SplitAcc:
    """Who was to do what."""

    source: str
    """``agent`` or ``heuristic``."""
    cause: str
    assignments: dict[str, list[str]]
    rationale: str
    risks: list[str]
    questions: list[str]


@dataclass(slots=True)
class PlanAcc:
    """The plan of one repo in one round."""

    repo: str
    base: str
    status: str
    origin: str
    cause: str
    summary: str
    changes: list[str]
    questions: list[str]
    key: str
    model: str
    sha256: str


@dataclass(slots=True)
class SideAcc:
    """One place of a contract."""

    repo: str
    path: str
    line: int | None
    text: str


@dataclass(slots=True)
class IssueAcc:
    """One contract on which repos do not agree."""

    kind: str
    id: str
    text: str
    declared: list[SideAcc]
    consumed: list[SideAcc]


@dataclass(slots=True)
class MapAcc:
    """One repo of the contract map."""

    repo: str
    declared: list[str]
    consumed: list[str]
    artifacts: list[str]
    places: dict[str, SideAcc] = field(default_factory=dict)
    """Contract to the first place where it stands."""


@dataclass(slots=True)
class ReasonAcc:
    """Why a round did not end with everybody agreeing."""

    kind: str
    repo: str
    text: str


@dataclass(slots=True)
class AnswerAcc:
    """What a person answered to a question of a plan or of the split."""

    question: str
    repo: str
    text: str
    by: str


@dataclass(slots=True)
class RoundAcc:
    """One round, as far as it came."""

    number: int
    began_ms: int | None = None
    ended_ms: int | None = None
    repos: list[RepoAcc] = field(default_factory=list)
    split: SplitAcc | None = None
    plans: dict[str, PlanAcc] = field(default_factory=dict)
    """By repo."""
    contracts: list[MapAcc] = field(default_factory=list)
    issues: list[IssueAcc] = field(default_factory=list)
    has_contracts: bool = False
    status: str = ""
    reasons: list[ReasonAcc] = field(default_factory=list)
    next: str = ""
    why: str = ""
    after_pause: str = ""
    """Where it went once people had said something; empty where it asked nobody, or still does."""
    after_why: str = ""
    max_rounds: int | None = None
    answers: list[AnswerAcc] = field(default_factory=list)
    """Given after it was decided; they count for the next round."""
    accepted: list[str] = field(default_factory=list)
    """What a person took as it is after it was decided."""


@dataclass(slots=True)
class CallAcc:
    """One call of an agent."""

    key: str
    round: int | None
    attempt: int
    argv: list[str]
    model: str
    has_schema: bool
    sandbox: str
    started_at: float | None
    duration_ms: int | None
    exit_code: int | None
    stderr: str
    cause: str


@dataclass(slots=True)
class EditAcc:
    """One plan that a person changed before it was approved."""

    repo: str
    before: str
    after: str


@dataclass(slots=True)
class CoordinationAcc:
    """A run that plans over several repos."""

    goal: str = ""
    repos: list[str] = field(default_factory=list)
    mode: str = ""
    max_rounds: int | None = None
    from_run: str = ""
    """Address of the run that it goes on with; empty where it goes on with none."""
    known: list[AnswerAcc] = field(default_factory=list)
    """Answers that it was given before its first round."""
    rounds: list[RoundAcc] = field(default_factory=list)
    edits: list[EditAcc] = field(default_factory=list)
    approved: dict[str, str] = field(default_factory=dict)
    """Repo to the digest of the plan that was approved."""
    approved_by: str = ""
    handoff: str = ""
    """Folder in which what was approved lies as files."""
    stamp: str = ""
    """Name of the folder of files that it wrote for others."""
    files: int | None = None


@dataclass(slots=True)
class CampaignRepoAcc:
    """One repo of a campaign."""

    repo: str
    after: list[str]
    name: str = ""
    """What the campaign calls it, its own among them; empty where the journal does not say."""
    run: str = ""
    state: str = "waits"
    why: str = ""
    is_left: bool = False
    """Whether nobody drives its run, and it stands still until somebody does."""
    asks: str = ""
    """What its run asks a person at this moment."""
    has_landed_before: bool = False
    """Whether an earlier campaign landed it, and nothing is started for it here."""
    at_ms: dict[str, int] = field(default_factory=dict)
    """When each state was entered."""


@dataclass(slots=True)
class CampaignAcc:
    """A run that starts one run for each repo and lands them together."""

    holds_landings: bool = False
    repos: dict[str, CampaignRepoAcc] = field(default_factory=dict)
    from_run: str = ""
    """The run whose plans it carries out."""
    again: str = ""
    """The campaign whose repos that have not landed it runs once more."""
    edits: list[EditAcc] = field(default_factory=list)
    approved: dict[str, str] = field(default_factory=dict)
    """Repo to the digest of the plan that was approved."""
    approved_by: str = ""
    handoff: str = ""
    """Folder in which what was approved lies as files."""
    misfits: list[str] = field(default_factory=list)
    """What did not fit any more once something had landed."""


@dataclass(slots=True)
class ScenarioAcc:
    """How one scenario of a batch ended, as its event line says."""

    status: str
    seconds: float | None
    title: str


@dataclass(slots=True)
class BatchAcc:
    """A run that goes through a list of scenarios."""

    planned: list[int] = field(default_factory=list)
    jobs: int = 1
    model: str = ""
    is_stopping: bool = False
    """A person let what is at work end, and nothing begin after it."""
    ended: dict[str, ScenarioAcc] = field(default_factory=dict)
    """By index."""
