"""Asking: the open questions of one run and the decisions on them, each written into the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from odw_core.engines.loose import mapping, text
from odw_core.engines.odw.records import JournalLine
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.decision import Decision
from odw_core.model.question import Question, Road
from odw_core.model.question_json import decode_question, encode_question

Emit = Callable[[dict[str, object], str], None]


class DecisionMemory(Protocol):
    """Keeps decisions beyond the end of this process, where no agent reads."""

    def keep(self, decision: Decision) -> None:
        """Remember it. It is on disk when this returns."""

    def kept(self, question_id: str) -> Decision | None:
        """What was decided on that question."""


@dataclass(slots=True)
class _Asked:
    question: Question
    answer: asyncio.Future[Decision]
    is_once: bool


class Asking:
    """Binds each decision to the question it was made on. Belongs to the supervisor's event loop."""

    def __init__(
        self,
        emit: Emit,
        told: Iterable[JournalLine],
        now: Callable[[], float],
        asks: Callable[[Question], None] = lambda question: None,
        memory: DecisionMemory | None = None,
    ) -> None:
        """``told`` is the journal so far: what it left open is still open until the workflow asks it again.

        ``asks`` hears of each question once the journal holds it. ``memory`` keeps what was decided on questions that
        are asked once.
        """
        self._emit, self._now, self._asks = emit, now, asks
        self._open: dict[str, _Asked] = {}
        self._left: dict[str, Question] = {}
        self._closed: dict[str, str] = {}
        self._decided: set[tuple[str, str]] = set()
        self._memory = memory
        self.is_stopping = False
        """The supervisor goes away and the run does not end: what is open stays open."""
        for line in told:
            self._take_in(line)

    def _take_in(self, line: JournalLine) -> None:
        event = line.event or {}
        if text(event, "type") == "question":
            question = decode_question(mapping(event, "question"))
            if question is not None:
                self._left[question.id] = question
                self._closed.pop(question.id, None)
        elif text(event, "type") == "decision":
            self._decided.add((text(event, "question_id"), text(event, "digest")))
        elif text(event, "type") == "question_closed":
            self._left.pop(text(event, "id"), None)
            self._closed[text(event, "id")] = text(event, "how")

    @property
    def is_waiting(self) -> bool:
        """Whether a person is asked anything."""
        return bool(self._open or self._left)

    async def ask(self, question: Question, *, is_once: bool = False) -> Decision:
        """Put it before a person and wait. Cancelled when it is withdrawn.

        ``is_once``: a decision that the journal holds already is the answer; nobody is asked again.
        """
        if is_once and (known := self._known(question)) is not None:
            if self._left.pop(question.id, None) is not None:
                self._close(question.id, "answered", known)
            return known
        question = replace(question, road=Road.SUPERVISOR, why_not=None)
        left = self._left.pop(question.id, None)
        if left is None or left.digest != question.digest:
            key = question.address.parts[0] if question.address.parts else ""
            event: dict[str, object] = {"type": "question", "key": key, "question": encode_question(question)}
            self._emit(event, f"asks: {question.title}")
        self._asks(question)
        answer: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        asked = self._open[question.id] = _Asked(question, answer, is_once)
        self._closed.pop(question.id, None)
        try:
            return await answer
        finally:
            if self._open.get(question.id) is asked and not self.is_stopping:
                self.withdraw(question.id, "moot")

    def withdraw(self, question_id: str, how: str) -> None:
        """Nobody waits for the answer any more: ``answered`` elsewhere, ``moot``, ``gone``. Who waits is cancelled."""
        asked = self._open.pop(question_id, None)
        if asked is None and self._left.pop(question_id, None) is None:
            return
        self._close(question_id, how, None)
        if asked is not None and not asked.answer.done():
            asked.answer.cancel()

    def withdraw_left(self, key: str, how: str, *, but: str = "") -> None:
        """The same for what a node asked under an earlier supervisor and nobody asked again; ``but`` is kept."""
        for question_id, question in [*self._left.items()]:
            if question.address.parts[:1] == (key,) and question_id != but:
                self.withdraw(question_id, how)

    def close_all(self) -> None:
        """The run is over: nothing of it waits."""
        for question_id in (*self._open, *self._left):
            self.withdraw(question_id, "gone")

    def decide(self, command: Decide) -> Receipt | None:
        """Carry out a decision. None while the question it is about is not asked again yet."""
        decision = command.decision
        asked = self._open.get(decision.question_id)
        if asked is None:
            left = self._left.get(decision.question_id)
            if left is not None and left.digest == decision.digest:
                return None
            return Receipt(command.id, Outcome.STALE, self._what_became(decision.question_id))
        question = asked.question
        if decision.digest != question.digest:
            return Receipt(command.id, Outcome.STALE, "The question changed since it was shown; look at it again.")
        if decision.verdict not in question.decisions:
            offered = ", ".join(question.decisions)
            return Receipt(command.id, Outcome.REFUSED, f"It can be decided by {offered}, not by {decision.verdict}.")
        if asked.answer.done():
            return Receipt(command.id, Outcome.STALE, "It was decided a moment before.")
        if asked.is_once and self._memory is not None:
            # Before the journal says it was decided: what was decided must not be lost then.
            self._memory.keep(decision)
        del self._open[question.id]
        self._emit(
            {
                "type": "decision",
                "question_id": question.id,
                "digest": question.digest,
                "verdict": decision.verdict,
                "by": decision.by,
                "at": decision.at or self._now(),
            },
            f"decided: {decision.verdict}",
        )
        self._close(question.id, "answered", decision)
        asked.answer.set_result(decision)
        return Receipt(command.id, Outcome.ACCEPTED)

    def _known(self, question: Question) -> Decision | None:
        if self._memory is None or (question.id, question.digest) not in self._decided:
            return None
        found = self._memory.kept(question.id)
        return found if found is not None and found.digest == question.digest else None

    def _close(self, question_id: str, how: str, decision: Decision | None) -> None:
        self._closed[question_id] = how
        verdict, by = (decision.verdict, decision.by) if decision is not None else ("", "")
        event: dict[str, object] = {
            "type": "question_closed",
            "id": question_id,
            "how": how,
            "verdict": verdict,
            "by": by,
        }
        self._emit(event, f"question {how}")

    def _what_became(self, question_id: str) -> str:
        match self._closed.get(question_id):
            case "answered":
                return "It was answered already; the first answer counted."
            case "moot":
                return "Nothing waits for it any more: the agent went on without it."
            case None:
                return "This run does not ask that; look at the inbox again."
            case _:
                return "It is gone: what asked it is over."
