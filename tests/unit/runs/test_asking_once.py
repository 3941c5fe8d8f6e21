"""Questions of a run itself: what was decided before a supervisor died is not asked again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from odw_core.engines.odw.records import JournalLine, script_stream
from odw_core.model.address import Address
from odw_core.model.command import Decide, Outcome
from odw_core.model.decision import Decision
from odw_core.model.question import Field, Question, Road
from odw_core.runs.asking import Asking
from odw_core.runs.decided import Decided

QUESTION = Question(
    id="abc",
    address=Address("odw", "odw-exec-1700000000000-1"),
    kind="gate",
    asked_at=1.0,
    title="land it?",
    body="",
    subject="gate",
    fields=(Field("feedback", "why", is_optional=True),),
    decisions=("approve", "reject"),
    risk=None,
    digest="d" * 64,
    witnesses=("journal",),
    inferred=False,
    answer_via="you",
    why_not=None,
    road=Road.SUPERVISOR,
)
DECISION = Decision("abc", "d" * 64, "reject", (("feedback", ("too slow",)),), by="ada", at=2.0)


class _Told:
    """A journal in memory."""

    def __init__(self) -> None:
        self.lines: list[JournalLine] = []

    def emit(self, event: dict[str, object], summary: str = "") -> None:
        self.lines.append(script_stream(event, summary, 1))

    @property
    def kinds(self) -> list[object]:
        return [line.event["type"] for line in self.lines if line.event is not None]


def asking(told: _Told, memory: Path) -> Asking:
    return Asking(told.emit, [*told.lines], lambda: 1.0, memory=Decided(memory))


async def decided(told: _Told, memory: Path) -> None:
    first = asking(told, memory)
    waiting = asyncio.create_task(first.ask(QUESTION, is_once=True))
    await asyncio.sleep(0)
    receipt = first.decide(Decide(DECISION))
    assert receipt is not None and receipt.outcome is Outcome.ACCEPTED
    assert await waiting == DECISION


async def test_a_decision_that_the_journal_holds_is_the_answer_with_what_was_typed(tmp_path: Path) -> None:
    told = _Told()
    await decided(told, tmp_path)
    told.lines = told.lines[: told.kinds.index("decision") + 1]
    assert await asking(told, tmp_path).ask(QUESTION, is_once=True) == DECISION
    assert told.kinds == ["question", "decision", "question_closed"]


async def test_a_decision_that_the_journal_does_not_hold_was_never_made(tmp_path: Path) -> None:
    told = _Told()
    await decided(told, tmp_path)
    told.lines = told.lines[: told.kinds.index("decision")]
    again = asking(told, tmp_path)
    waiting = asyncio.create_task(again.ask(QUESTION, is_once=True))
    await asyncio.sleep(0)
    assert not waiting.done() and again.is_waiting
    waiting.cancel()


async def test_a_question_about_something_else_is_asked(tmp_path: Path) -> None:
    told = _Told()
    await decided(told, tmp_path)
    waiting = asyncio.create_task(asking(told, tmp_path).ask(replace(QUESTION, digest="e" * 64), is_once=True))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_what_an_agent_asks_twice_is_asked_twice(tmp_path: Path) -> None:
    told = _Told()
    await decided(told, tmp_path)
    waiting = asyncio.create_task(asking(told, tmp_path).ask(QUESTION))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
