"""What every agent is given and gives back, and the host it works for. Knows no agent, no run, no file."""

from __future__ import annotations

from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from odw_core.model.command import Command
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.process.spawn import Child


@dataclass(frozen=True, slots=True)
class AgentCall:
    """One piece of work for one agent."""

    prompt: str = field(repr=False)
    cwd: str
    key: str = "session"
    """Names the work in the journal and in the names of files."""
    label: str = "session"
    who: str = ""
    """Who asks when its agent asks, as people say it (``task core``); empty makes it of the label."""
    phase: str = "session"
    model: str | None = None
    """None leaves it to the agent's own configuration."""
    effort: str | None = None
    sandbox: str = "workspace-write"
    approval_policy: str = "on-request"
    mode: str = "default"
    """``plan`` only thinks and asks."""
    thread: str | None = None
    """An earlier session to go on with."""
    is_fork: bool = False
    """Whether the work goes on in a copy of ``thread``, which stays as it is."""
    silence_s: float = 600.0
    """Seconds without any progress, while nobody is asked and no command runs, after which the turn is ended."""
    agent: str = "codex"
    """Which agent does it: a name of ``choose.AGENTS``."""
    schema: Mapping[str, object] | None = field(default=None, repr=False)
    """JSON Schema of the answer; without one the answer is text."""
    deadline_s: float | None = None
    """Seconds of work, while nobody is asked, after which it is ended; counted anew by every supervisor."""
    index: int = 1
    """Number of the node in its run."""
    round: int = 1
    attempt: int = 1
    """From 1; another attempt begins anew, with files and a memory of its own."""
    max_attempts: int = 1
    tells_end: bool = True
    """Whether the agent writes ``agent_done``; False leaves it to the caller, who may know more."""

    @property
    def subject(self) -> str:
        """Who asks when its agent asks."""
        return self.who or ("the session" if self.label == "session" else f"task {self.label}")


class Ending(StrEnum):
    """How the work of an agent ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """By a person; the session stays."""
    CANCELLED = "cancelled"
    """By a person, with everything that belongs to it."""


@dataclass(frozen=True, slots=True)
class AgentResult:
    """What came of it."""

    ending: Ending
    text: str = ""
    """The agent's last words."""
    cause: str = ""
    """Why it failed, as a sentence; for what completed, what is wrong with it all the same; else empty."""
    cause_kind: str = ""
    """The class of that cause in the table of causes."""
    fix: str = ""
    evidence: str = ""
    """The line that proves the cause."""
    error: str = ""
    """What the agent itself said about the failure."""
    thread: str = ""
    turns: int = 0
    model: str = ""
    """What served the last turn, as far as it was told."""
    tokens: int | None = None
    diff: str = field(default="", repr=False)
    value: object = field(default=None, repr=False)
    """The answer as JSON that fits the call's ``schema``; None without one."""
    issues: tuple[str, ...] = ()
    """Where the answer does not fit the schema, each as ``path: what is wrong``."""
    retryable: bool = False
    """Whether the same call may go well another time: the cause lies with the network, the provider or the answer."""
    argv: tuple[str, ...] = ()
    """The program that did it, with its words; empty when none was started."""
    exit_code: int | None = None
    """How that program ended, negative after a signal; None while it goes on for others, or when nobody knows."""


class AttemptFiles(Protocol):
    """The files of one attempt. What goes in is masked on its way; a path is only for showing."""

    @property
    def path(self) -> Path:
        """Its folder."""

    def prompt(self, text: str) -> None:
        """What the agent was asked, whole."""

    def stdout(self, data: bytes) -> None:
        """What the agent said and its commands printed, as it comes."""

    def stderr(self, data: bytes) -> None:
        """What its program printed on stderr, as it comes."""

    def protocol(self, line: str) -> None:
        """One line of the talk with its server, as it comes."""

    def diff(self, text: str) -> None:
        """The change so far; replaces the one before."""

    def result(self, fields: Mapping[str, object]) -> None:
        """What came of it."""

    def close(self) -> None:
        """Everything to disk."""


class AgentHost(Protocol):
    """What an agent may do: only through this does anything get into the journal, onto disk, or to a person."""

    @property
    def run_id(self) -> str: ...

    @property
    def folder(self) -> Path:
        """The run's private folder, which no agent can write."""

    @property
    def environ(self) -> Mapping[str, str]:
        """What a child is started with."""

    def now(self) -> float:
        """Unix seconds."""

    def emit(self, raw: dict[str, object]) -> None:
        """Write one line into the journal."""

    async def ask(self, question: Question) -> Decision:
        """Put a question before a person and wait, for ever if need be. The decision's digest fits the question."""

    def withdraw(self, question_id: str, how: str) -> None:
        """Take back a question that nobody waits for any more: ``answered`` elsewhere, ``moot``, ``gone``."""

    def withdraw_left(self, key: str, how: str, *, but: str = "") -> None:
        """Take back what the node asked under an earlier supervisor and did not ask again; ``but`` is kept."""

    def keep(self, key: str, value: object) -> None:
        """Remember a small JSON value beyond the end of this process."""

    def kept(self, key: str) -> object:
        """What was remembered; None when nothing was."""

    def attempt(self, key: str, number: int) -> AttemptFiles:
        """The files of one attempt; what is there is continued."""

    def spawn(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> Child:
        """Start a process that outlives the supervisor; it is written down before this returns."""

    async def open_child(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[Child, Process]:
        """Start a process that is not meant to outlive the supervisor, its three streams as pipes.

        It is written down before this returns, so it must begin nothing before it reads its stdin. A later supervisor
        ends it if it is still there.
        """

    async def end(self, child: Child, *, patience_s: float, is_polite: bool = True) -> int:
        """End a process that ``spawn`` started, with its group. Returns how many were still there."""

    @property
    def commands(self) -> AsyncIterator[Command]:
        """What a person wants of the running work: ``Say``, ``Interrupt``, ``Cancel``."""


class Agent(Protocol):
    """Runs prompts."""

    async def run(self, call: AgentCall, host: AgentHost) -> AgentResult:
        """Do the work, whatever happens; raises only what is a mistake of the program."""
