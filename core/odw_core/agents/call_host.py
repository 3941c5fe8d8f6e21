"""CallHost: the host of one attempt among several at work at once. It keeps their ears and children apart."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from odw_core.agents.base import AttemptFiles
from odw_core.agents.seat import Seat
from odw_core.engines.loose import mapping, text
from odw_core.model.command import Command
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.process.spawn import Child
from odw_core.runs.context import Context
from odw_core.runs.decided import decode_decision, encode_decision

_PATIENCE_S = 1.5


class CallHost:
    """The ``AgentHost`` of one attempt."""

    def __init__(
        self, context: Context, told: Mapping[str, object], seat: Seat, *, answers_first: bool = False
    ) -> None:
        """``told`` is what the journal says of the node beyond what its agent knows; its ``config`` is put to that of
        the agent. ``seat`` is left while the agent waits for a person. ``answers_first`` picks the first option of
        what the agent asks; the journal says so each time.
        """
        self._context, self._told, self._seat, self._answers_first = context, told, seat, answers_first
        self._heard: asyncio.Queue[Command] = asyncio.Queue()
        self._children: list[Child] = []

    @property
    def run_id(self) -> str:
        return self._context.run_id

    @property
    def folder(self) -> Path:
        """The run's private folder, which no agent can write."""
        return self._context.folder

    @property
    def environ(self) -> Mapping[str, str]:
        """What a child is started with."""
        return self._context.environ

    def now(self) -> float:
        """Unix seconds."""
        return self._context.now()

    def emit(self, raw: dict[str, object], summary: str = "") -> None:
        """Write one event."""
        if raw.get("type") == "agent_start":
            config = {**mapping(raw, "config"), **mapping(self._told, "config")}
            raw = {**raw, **self._told, "config": config}
        self._context.emit(raw, summary or _words(raw))

    async def ask(self, question: Question) -> Decision:
        """Put it before a person, or answer it by the policy the run was started with."""
        answer = _first(question) if self._answers_first else None
        if answer is None:
            return await self._ask_person(question)
        said = "; ".join(value for _, values in answer for value in values)
        self._context.decide_by_policy(question, question.decisions[0], f"auto_answer=first: {said}")
        event: dict[str, object] = {"type": "auto_answer", "key": question.address.parts[0], "title": question.title}
        self._context.emit({**event, "answer": said}, f"answered by policy: {said}")
        return Decision(question.id, question.digest, question.decisions[0], answer, by="policy", at=self.now())

    async def _ask_person(self, question: Question) -> Decision:
        """Without a seat for as long as it takes, and on a seat again before the agent hears what was said.

        An agent that asks several things at once counts as waiting when it asks and as working when one is answered.
        """
        kept = f"answered/{question.id}"
        known = mapping({"kept": self._context.kept(kept)}, "kept")
        decision = decode_decision(known) if text(known, "digest") == question.digest else None
        try:
            if decision is None:
                await self._seat.leave()
                decision = await self._context.ask(question)
                if not self._seat.is_held and not any(field.is_secret for field in question.fields):
                    # It may wait long for a seat: a supervisor that is killed meanwhile must not have it asked again.
                    self._context.keep(kept, encode_decision(decision))
            await self._sit_down(question)
        except asyncio.CancelledError:
            # The question is gone, not the agent: a turn at its server goes on at once, and nothing here could hold it
            # back. So it works without a seat until one is free; where the attempt itself ends, nothing comes of this.
            self._seat.retake_later()
            raise
        if self._context.kept(kept) is not None:
            self._context.keep(kept, None)
        return decision

    async def _sit_down(self, question: Question) -> None:
        try:
            await self._seat.retake()
        except OSError as error:
            # Whoever was answered must hear it, whatever became of the folder of slots.
            message = f"no slot could be taken, so it goes on without one: {error.strerror or error}"
            self._context.emit({"type": "warning", "key": question.address.parts[0], "message": message}, message)

    def withdraw(self, question_id: str, how: str) -> None:
        """Take a question back."""
        self._context.withdraw(question_id, how)

    def withdraw_left(self, key: str, how: str, *, but: str = "") -> None:
        """Take back what the node asked under an earlier supervisor and did not ask again; ``but`` is kept."""
        self._context.withdraw_left(key, how, but=but)

    def keep(self, key: str, value: object) -> None:
        """Remember a small JSON value."""
        self._context.keep(key, value)

    def kept(self, key: str) -> object:
        """What was remembered; None when nothing was."""
        return self._context.kept(key)

    def attempt(self, key: str, number: int) -> AttemptFiles:
        """The files of one attempt."""
        return self._context.attempt(key, number)

    def spawn(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> Child:
        """Start a process that outlives the supervisor."""
        return self._context.spawn(argv, cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr)

    async def open_child(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[Child, Process]:
        """Start a process that belongs to this attempt alone."""
        child, process = await self._context.open_child(argv, cwd=cwd, env=env)
        self._children.append(child)
        return child, process

    async def end(self, child: Child, *, patience_s: float, is_polite: bool = True) -> int:
        """End a process that was started here, with its group. Returns how many were still there."""
        count = await self._context.end(child, patience_s=patience_s, is_polite=is_polite)
        if child in self._children:
            self._children.remove(child)
        return count

    def hear(self, command: Command) -> None:
        """Hand a person's wish to this agent."""
        self._heard.put_nowait(command)

    @property
    def commands(self) -> AsyncIterator[Command]:
        """What a person wants of this agent."""
        return self._hearing()

    async def _hearing(self) -> AsyncIterator[Command]:
        while True:
            yield await self._heard.get()

    async def close(self) -> None:
        """Nothing that belongs to this attempt goes on."""
        for child in [*self._children]:
            await self.end(child, patience_s=_PATIENCE_S, is_polite=False)


def _words(raw: Mapping[str, object]) -> str:
    """What a reader of the journal is told of an event that says nothing by itself."""
    if raw.get("type") == "agent_start":
        runtime = text(mapping(raw, "config"), "runtime") or "its agent"
        return f"{text(raw, 'label') or text(raw, 'key')}: {runtime} begins"
    if raw.get("type") == "model" and (model := text(raw, "served") or text(raw, "accepted")):
        return f"{text(raw, 'key')}: {model} answers"
    return ""


def _first(question: Question) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """The first option of each field; None when the question is no choice among options."""
    if question.kind != "question" or not question.decisions or any(not field.choices for field in question.fields):
        return None
    return tuple((field.id, (field.choices[0].label,)) for field in question.fields) or None
