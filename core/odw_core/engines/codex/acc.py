"""What one rollout has said so far: the state of the fold. Plain, small values, so that it survives a restart."""

from __future__ import annotations

from dataclasses import dataclass, field

UNKNOWN = -1


@dataclass(slots=True)
class CallAcc:
    """A tool call of the open turn whose output was not written yet."""

    name: str
    text: str
    """The command, the patch, or nothing."""
    reason: str
    """Why it asks to leave the sandbox, in the agent's words."""
    is_escalated: bool
    at_ms: int | None
    offset: int
    questions: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class UsageAcc:
    """Tokens of the whole thread, as one line says."""

    total: int
    input: int | None
    cached: int | None
    output: int | None
    reasoning: int | None
    offset: int


@dataclass(slots=True)
class WindowAcc:
    """One rate-limit window."""

    minutes: int | None
    used_percent: float
    resets_ms: int | None


@dataclass(slots=True)
class ProblemAcc:
    """A line that could not be read."""

    offset: int
    reason: str


@dataclass(slots=True)
class SessionAcc:
    """All of one session. Owned by whoever folds it. Offsets are bytes in the file, else ``UNKNOWN``."""

    thread_id: str
    place: str
    root: str
    # the file
    format: str = ""
    """``paginated``, ``legacy`` or ``bare``; empty before the first line."""
    size: int = 0
    is_torn: bool = False
    last_ms: int | None = None
    """Time of the last line that has one."""
    next_digit: int = UNKNOWN
    """Last digit (as a byte) that the next line's number must have; lines of old versions have no number."""
    suspect: int = UNKNOWN
    """Where the last line begins if it looks whole and does not parse."""
    problems: list[ProblemAcc] = field(default_factory=list)
    # session_meta
    has_meta: bool = False
    meta_offset: int = UNKNOWN
    started_ms: int | None = None
    cwd: str | None = None
    branch: str | None = None
    source: object = None
    originator: str | None = None
    version: str | None = None
    history_mode: str | None = None
    forked_from: str | None = None
    # the last turn_context and the last thread_settings_applied
    context_offset: int = UNKNOWN
    model: str | None = None
    effort: str | None = None
    approval_policy: str | None = None
    sandbox: str | None = None
    mode: str | None = None
    asked_model: str | None = None
    # turns
    turns: int = 0
    """``task_started`` lines."""
    is_open: bool = False
    turn_ms: int | None = None
    turn_offset: int = UNKNOWN
    end: str = ""
    """``complete`` or ``aborted``: how the last turn that ended did."""
    end_ms: int | None = None
    end_offset: int = UNKNOWN
    end_number: int | None = None
    """Number of the line that ended it, from 0."""
    duration_ms: int | None = None
    error: str | None = None
    """Message of a turn that failed."""
    reason: str = ""
    """Why a turn was aborted."""
    calls: dict[str, CallAcc] = field(default_factory=dict)
    """Pending calls of the open turn by their ids, oldest first."""
    # what was done
    prompts: int = 0
    commands: int = 0
    failed_commands: int = 0
    outputs: int = 0
    """Outputs of shell calls with an exit code: what counts as commands where no command items are written."""
    failed_outputs: int = 0
    patches: int = 0
    changed: list[str] = field(default_factory=list)
    """Paths of the latest patches as they are written there, each once, newest last."""
    compactions: int = 0
    # what was said
    first_prompt: str = ""
    prompt_offset: int = UNKNOWN
    last_prompt: str = ""
    last_message: str | None = None
    """Beginning of the agent's last message."""
    message_offset: int = UNKNOWN
    ends_with_agent: bool = False
    """Whether the agent's words are the last thing that was said or done; decides where no turns are marked."""
    # tokens
    recorded: UsageAcc | None = None
    """Of the last ``token_usage_record``."""
    counted: UsageAcc | None = None
    """Of the last ``token_count`` that had any."""
    context_used: int | None = None
    context_window: int | None = None
    windows: list[WindowAcc] = field(default_factory=list)
    windows_ms: int | None = None

    @property
    def usage(self) -> UsageAcc | None:
        """The best word on tokens."""
        return self.recorded or self.counted
