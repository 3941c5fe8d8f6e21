"""Context: everything a workflow may touch. It is the ``AgentHost`` of the agents the workflow runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from odw_core.clock import Clock
from odw_core.model.address import Address
from odw_core.model.command import Command
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.process.groups import end_group
from odw_core.process.spawn import Child, child_of, spawn_detached
from odw_core.runs.asking import Asking
from odw_core.runs.attempts import AttemptFolder
from odw_core.runs.children import MARKER, Children
from odw_core.runs.folders import RunFolder, read_object, write_private
from odw_core.runs.journal import Journal
from odw_core.runs.spec import RunSpec
from odw_core.runs.workspace import RunPlace

_GATE = 'read -r _ || exit 125; exec "$@" </dev/null'
"""A command waits here until it is written down; if we die before, it never begins."""


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
        taken: Callable[[Command], None],
    ) -> None:
        """``taken`` is told of each command that the workflow takes up."""
        self.spec = spec
        self.address = Address("odw", spec.run_id)
        self._folder, self._place, self._journal = folder, place, journal
        self._asking, self._children, self._clock, self._taken = asking, children, clock, taken
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
    def environ(self) -> Mapping[str, str]:
        """What a child is started with."""
        return {**os.environ, MARKER: self.run_id}

    def now(self) -> float:
        """Unix seconds."""
        return self._clock.now()

    def emit(self, raw: dict[str, object], summary: str = "") -> None:
        """Write one event into the journal."""
        self._journal.emit(raw, summary)

    def phase(self, title: str, detail: str = "") -> None:
        """Say which stage begins."""
        self.emit({"type": "phase", "title": title, "detail": detail}, title)

    async def ask(self, question: Question) -> Decision:
        """Put a question before a person and wait, for ever if need be. The decision's digest fits the question."""
        return await self._asking.ask(question)

    def withdraw(self, question_id: str, how: str) -> None:
        """Take a question back (``answered`` elsewhere, ``moot``, ``gone``); who waits in ``ask`` is cancelled."""
        self._asking.withdraw(question_id, how)

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

    async def start(self, argv: Sequence[str], *, cwd: str) -> tuple[Child, asyncio.subprocess.Process]:
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
        return child, process

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
            command = await self._commands.get()
            self._taken(command)
            yield command

    def close(self) -> None:
        """Everything that attempts hold goes to disk."""
        for attempt in self._attempts.values():
            attempt.close()
