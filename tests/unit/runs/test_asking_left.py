"""Questions that an earlier supervisor left open: taken back when nobody asks them again, and only those."""

from __future__ import annotations

import asyncio

from odw_core.engines.odw.records import JournalLine, script_stream
from odw_core.model.address import Address
from odw_core.model.question import Question, Road
from odw_core.runs.asking import Asking

RUN = Address("odw", "odw-exec-1700000000000-1")


def question(name: str, *parts: str) -> Question:
    return Question(
        id=name,
        address=Address(RUN.engine, RUN.item, parts),
        kind="approval",
        asked_at=1.0,
        title="may I?",
        body="",
        subject="task",
        fields=(),
        decisions=("accept", "decline"),
        risk=None,
        digest="d" * 64,
        witnesses=("journal",),
        inferred=False,
        answer_via="you",
        why_not=None,
        road=Road.SUPERVISOR,
    )


class _Run:
    """What two supervisors after each other write into one journal."""

    def __init__(self) -> None:
        self.lines: list[JournalLine] = []

    def emit(self, event: dict[str, object], summary: str = "") -> None:
        self.lines.append(script_stream(event, summary, 1))

    def supervisor(self) -> Asking:
        return Asking(self.emit, [*self.lines], lambda: 1.0)

    @property
    def closed(self) -> list[tuple[object, object]]:
        events = [line.event for line in self.lines if line.event is not None]
        return [(event["id"], event["how"]) for event in events if event["type"] == "question_closed"]


async def left(run: _Run, *questions: Question) -> None:
    """A supervisor asks, and ends without a word."""
    first = run.supervisor()
    waiting = [asyncio.create_task(first.ask(one)) for one in questions]
    await asyncio.sleep(0)
    first.is_stopping = True
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert run.closed == []


async def test_only_what_that_node_left_is_taken_back() -> None:
    run = _Run()
    await left(run, question("a", "words"), question("b", "words"), question("c", "price"), question("gate"))
    second = run.supervisor()
    second.withdraw_left("words", "gone", but="b")
    assert run.closed == [("a", "gone")]
    assert second.is_waiting


async def test_what_is_asked_again_stays() -> None:
    run = _Run()
    asked = question("a", "words")
    await left(run, asked)
    second = run.supervisor()
    waiting = asyncio.create_task(second.ask(asked))
    await asyncio.sleep(0)
    second.withdraw_left("words", "moot")
    assert run.closed == [] and not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
