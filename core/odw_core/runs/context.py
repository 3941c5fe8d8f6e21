"""Context: everything a workflow may touch. It is the ``AgentHost`` of the agents the workflow runs."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from odw_core.clock import Clock
from odw_core.decide import audit
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError
from odw_core.git.command import Git
from odw_core.model.address import Address
from odw_core.model.command import Command
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.process.groups import end_group
from odw_core.process.spawn import Child, child_of, spawn_detached
from odw_core.runs.asking import Asking
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.blobs import Blobs
from odw_core.runs.children import MARKER, Children
from odw_core.runs.folders import RunFolder, read_object, write_private
from odw_core.runs.journal import Journal, unreadable
from odw_core.runs.ref import hold_commit, let_go
from odw_core.runs.reuse import Inherited, inherited
from odw_core.runs.spec import RunSpec
from odw_core.runs.steps import Steps
from odw_core.runs.workspace import RunPlace

_GATE = 'read -r _ || exit 125; exec "$@" </dev/null'
"""A command waits here until it is written down; if we die before, it never begins."""
_PATIENCE_S = 1.0


class Started(NamedTuple):
    """A command that has begun, in a group of its own."""

    child: Child
    """As it is written down."""
    process: asyncio.subprocess.Process
    """With both streams as pipes."""


class Context:
    """Made by the supervisor, for one run."""

    def __init__(
        self,
        spec: RunSpec,
        folder: RunFolder,
        place: RunPlace,
        journal: Journal,
        asking: Asking,
        children: Children,
        clock: Clock,
        answer: Callable[[Command, str], None],
        told: Sequence[JournalLine] = (),
    ) -> None:
        """``answer`` is told why nobody took a command up, nothing where somebody did; ``told`` is the journal before
        this epoch."""
        self.spec = spec
        self.address = Address("odw", spec.run_id)
        self.place, self.told = place, tuple(told)
        self._folder, self._place, self._journal = folder, place, journal
        self._asking, self._children, self._clock, self._answer = asking, children, clock, answer
        self._kept = read_object(folder.kept) or {}
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._attempts: dict[tuple[str, int], AttemptFolder] = {}

    @property
    def run_id(self) -> str:
        return self.spec.run_id

    @property
    def folder(self) -> Path:
        """The run's private folder, which no agent can write."""
        return self._folder.root

    @property
    def state(self) -> Path:
        """The state folder of odw-tui."""
        return self._folder.state

    @property
    def is_stopping(self) -> bool:
        """Whether only the supervisor goes away, and the run goes on later."""
        return self._asking.is_stopping

    def stop_short(self) -> None:
        """From now on this is no ending of the run: what a workflow raises next says why it cannot go on now."""
        self._asking.is_stopping = True

    @cached_property
    def blobs(self) -> Blobs:
        """What must come back byte by byte."""
        return Blobs(self._folder.root)

    @cached_property
    def _inherited(self) -> tuple[Inherited, ...]:
        return inherited(self._folder.state, self.spec)

    @cached_property
    def steps(self) -> Steps:
        """What is done at most once, with what the run takes over from the one it repeats."""
        steps = Steps(self._journal.emit_durably, self.told, self.blobs)
        for one in self._inherited:
            steps.inherit(*one)
        return steps

    async def hold_commit(self, git: Git, commit: str) -> None:
        """Let git keep ``commit`` until ``let_go``, though no branch leads to it. Raises ``OSError``, ``GitError``."""
        await hold_commit(self._folder, git, commit)

    async def let_go(self) -> None:
        """Git need not keep it any more. Raises ``GitError``."""
        await let_go(self._folder)

    def blob(self, name: str) -> bytes:
        """Bytes that this run or one it takes steps over from kept. Raises ``OdwError`` when they are gone."""
        for blobs in (self.blobs, *(one.blobs for one in self._inherited)):
            try:
                return blobs.get(name)
            except OdwError:
                continue
        return self.blobs.get(name)

    @property
    def environ(self) -> Mapping[str, str]:
        """What a child is started with."""
        return {**os.environ, MARKER: self.run_id}

    def now(self) -> float:
        """Unix seconds."""
        return self._clock.now()

    def emit(self, raw: dict[str, object], summary: str = "") -> None:
        """Write one event into the journal."""
        self._journal.emit(raw, summary)

    def emit_durably(self, raw: dict[str, object], summary: str = "") -> None:
        """The same; it is on disk when this returns. Raises ``OSError``."""
        self._journal.emit_durably(raw, summary)

    @cached_property
    def _replayed(self) -> Counter[str]:
        return Counter(_identity(line.event) for line in self.told if line.event is not None)

    def emit_once(self, raw: dict[str, object], summary: str = "") -> None:
        """Write an event that a workflow says again whenever it is resumed: what the journal has is not said twice."""
        identity = _identity(unreadable(raw))
        if self._replayed[identity]:
            self._replayed[identity] -= 1
        else:
            self.emit(raw, summary)

    def is_news(self, raw: dict[str, object]) -> bool:
        """Whether ``emit_once`` would write it."""
        return not self._replayed[_identity(unreadable(raw))]

    def phase(self, title: str, detail: str = "") -> None:
        """Say which stage begins."""
        self.emit({"type": "phase", "title": title, "detail": detail}, title)

    async def ask(self, question: Question) -> Decision:
        """Put a question before a person and wait, for ever if need be. The decision's digest fits the question."""
        return await self._asking.ask(question)

    async def ask_once(self, question: Question) -> Decision:
        """The same for a question of the workflow itself: what was decided before a resume is not asked again."""
        return await self._asking.ask(question, is_once=True)

    def decide_by_policy(self, question: Question, verdict: str, policy: str) -> None:
        """Say, in the audit log and then in the journal, that nobody was asked. Raises ``OSError``, ``Refused``."""
        by = f"{policy} ({self.spec.started_by})" if self.spec.started_by else policy
        audit.record(
            self.state,
            audit.Entry(
                who=by,
                command="policy",
                address=str(question.address),
                digest=question.digest,
                verdict=verdict,
                outcome="accepted",
                question=question.id,
                reason=policy,
            ),
        )
        decided = {"question_id": question.id, "digest": question.digest, "verdict": verdict, "by": by}
        self.emit_once({"type": "decision", **decided, "policy": policy}, f"decided by policy: {verdict}")

    def withdraw(self, question_id: str, how: str) -> None:
        """Take a question back (``answered`` elsewhere, ``moot``, ``gone``); who waits in ``ask`` is cancelled."""
        self._asking.withdraw(question_id, how)

    def withdraw_left(self, key: str, how: str, *, but: str = "") -> None:
        """Take back what the node asked under an earlier supervisor and did not ask again; ``but`` is kept."""
        self._asking.withdraw_left(key, how, but=but)

    def keep(self, key: str, value: object) -> None:
        """Remember a small JSON value beyond the end of this process."""
        if self._kept.get(key) != value:
            self._kept[key] = value
            write_private(self._folder.kept, self._kept)

    def kept(self, key: str) -> object:
        """What was remembered; None when nothing was."""
        return self._kept.get(key)

    def attempt(self, key: str, number: int) -> AttemptFolder:
        """The files of one attempt; what is there is continued."""
        found = self._attempts.get((key, number))
        if found is None:
            found = self._attempts[key, number] = AttemptFolder(self._place, key, number)
        return found

    def flush(self) -> None:
        """What attempts hold back goes to disk as far as it can."""
        for attempt in self._attempts.values():
            attempt.flush()

    def spawn(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> Child:
        """Start a process that outlives the supervisor; it is written down before this returns."""
        marked = {**env, MARKER: self.run_id}
        process = spawn_detached(argv, cwd=cwd, env=marked, stdin=stdin, stdout=stdout, stderr=stderr)
        child = child_of(process.pid)
        self._children.record(child, Path(argv[0]).name, outlives=True)
        return child

    async def open_child(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Started:
        """Start a process that must not outlive the supervisor, its three streams as pipes; written down on return.

        It must begin nothing before it reads its stdin. Raises ``OSError`` when it cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env={**env, MARKER: self.run_id},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        child = child_of(process.pid)
        self._children.record(child, Path(argv[0]).name, outlives=False)
        return Started(child, process)

    async def start(self, argv: Sequence[str], *, cwd: str) -> Started:
        """Start a command in a group of its own, both streams as pipes. It begins once it is written down.

        Raises ``OSError`` when ``cwd`` is not there.
        """
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            _GATE,
            "sh",
            *argv,
            cwd=cwd,
            env=self.environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        child = child_of(process.pid)
        self._children.record(child, Path(argv[0]).name, outlives=False)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        return Started(child, process)

    async def end(self, child: Child, *, patience_s: float, is_polite: bool = True) -> int:
        """End a process that was started here, with its group. Returns how many were still there."""
        count = await end_group(child, self._children.marker, patience_s=patience_s, is_polite=is_polite)
        self._children.ended(child)
        return count

    def hear(self, command: Command) -> None:
        """Hand a person's wish to the workflow; the supervisor's part."""
        self._commands.put_nowait(command)

    @property
    def commands(self) -> AsyncIterator[Command]:
        """What a person wants of the running work: ``Say``, ``Interrupt``, ``Cancel``. Taking one accepts it."""
        return self._hearing()

    async def _hearing(self) -> AsyncIterator[Command]:
        while True:
            command = await self.next_command()
            self.answer(command)
            yield command

    async def next_command(self) -> Command:
        """The same, where who takes it has to find somebody for it first, and says so with ``answer``."""
        return await self._commands.get()

    def answer(self, command: Command, why_not: str = "") -> None:
        """Say that a command was taken up, or why it was not."""
        self._answer(command, why_not)

    def close(self) -> None:
        """Everything that attempts hold goes to disk."""
        for attempt in self._attempts.values():
            # A full disk loses output, not the run.
            with suppress(OSError):
                attempt.close()

    async def end_children(self) -> None:
        """Nothing that was started goes on, not even what may outlive a supervisor."""
        for one in self._children.left():
            await self.end(one.child, patience_s=_PATIENCE_S)


def _identity(event: Mapping[str, object]) -> str:
    """An event but for its time."""
    return json.dumps({key: value for key, value in event.items() if key != "ts"}, sort_keys=True, default=str)
