"""Work: one call of an agent before it is done, and what came of it. Values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from odw_core.agents.base import AgentResult


class Unusable(Exception):
    """An answer that is none; another attempt may be better."""

    def __init__(self, *issues: str) -> None:
        """``issues`` has at least one sentence about what is wrong."""
        super().__init__(issues[0])
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Work:
    """One call of one agent, before it is known whether it was done already."""

    key: str
    """Names it in the journal, in steps and in files; the same work has the same key after a resume."""
    label: str
    phase: str
    role: str
    """``planner``, ``task``, ``reviewer``."""
    prompt: str
    base: str
    """The commit it works on."""
    who: str = ""
    """Who asks when its agent asks, as people say it."""
    cwd: Path | None = None
    """Where it works; None gives it a worktree of its own at ``base``, whose changes are its result."""
    schema: dict[str, object] | None = None
    read: Callable[[AgentResult], object] = field(default=lambda result: result.value)
    """Makes plain JSON of an answer. Raises ``Unusable``."""
    again: Callable[[Sequence[str]], str] | None = None
    """The prompt of a later attempt, made of what was wrong with the answer before."""
    about: tuple[object, ...] = ()
    """Whatever else the answer depends on, as plain JSON or bytes."""
    sandbox: str = "workspace-write"
    model: str | None = None
    effort: str | None = None
    round: int = 1
    attempts: int = 1
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a call."""

    key: str
    ok: bool
    text: str = ""
    value: object = None
    """What ``Work.read`` made of the answer."""
    patch: bytes = field(default=b"", repr=False)
    files: tuple[str, ...] = ()
    category: str = ""
    message: str = ""
    is_retryable: bool = False
    """Of a failure: whether its cause may pass by itself."""
    warning: str = ""
    """What was wrong although an answer came."""
    model: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to review."""
        return bool(self.patch)
