"""AgentRun: one run in this process whose calls a test makes by itself, with real files, children and questions."""

from __future__ import annotations

import asyncio
import select
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from drivers.journal_questions import left_open
from odw_core.agents.base import Agent, AgentCall, AgentResult
from odw_core.clock import SystemClock
from odw_core.model.command import Command, Decide, Outcome
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.runs.asking import Asking
from odw_core.runs.children import Children
from odw_core.runs.context import Context
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.journal import Journal
from odw_core.runs.spec import RunSpec
from odw_core.runs.workspace import RunPlace

PATIENCE_S = 60.0
T = TypeVar("T")


async def _until(found: Callable[[], T]) -> T:
    """What is found, as soon as it is something; looks again whenever the kernel says that little time went by."""
    async with asyncio.timeout(PATIENCE_S):
        while not (it := found()):
            await asyncio.to_thread(select.select, [], [], [], 0.01)
        return it


class _Ear:
    """The host of one call: its own ears, everything else is the run's."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.heard: asyncio.Queue[Command] = asyncio.Queue()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    @property
    def commands(self) -> AsyncIterator[Command]:
        return self._hearing()

    async def _hearing(self) -> AsyncIterator[Command]:
        while True:
            yield await self.heard.get()


class AgentRun:
    """The folder of a run, and what its supervisor would hold. ``again`` is what a later supervisor finds."""

    def __init__(self, base: Path, state: Path | None = None) -> None:
        self.workspace = base / "project"
        self.workspace.mkdir(exist_ok=True)
        self.state = state or base / "state"
        # Its own among all tests that run at the same time, and the same for every process of one test.
        run_id = f"odw-exec-1700000000000-{zlib.crc32(str(base).encode()) % 10**9}"
        self.folder = RunFolder(self.state, run_id)
        private_chain(self.state, "runs", run_id)
        self.place = RunPlace(str(self.workspace), run_id)
        self.asked: list[Question] = []
        self._begin()

    def _begin(self) -> None:
        clock = SystemClock()
        self._journal = Journal(self.place, self.folder.mirror, clock)
        told = [*self._journal.lines()]
        self._asking = Asking(self._journal.emit, told, clock.now, self._ask)
        self.children = Children(self.folder.children, self.folder.run_id)
        spec = RunSpec(self.folder.run_id, "session", {}, str(self.workspace))
        self.context = Context(
            spec, self.folder, self.place, self._journal, self._asking, self.children, clock, lambda *_: None, told
        )
        self._is_asked = asyncio.Event()
        self._ears: dict[str, _Ear] = {}

    def _ask(self, question: Question) -> None:
        self.asked.append(question)
        self._is_asked.set()

    def again(self) -> None:
        """A later supervisor takes the run up."""
        self.close()
        self._begin()

    def stop(self) -> None:
        """Its supervisor goes away, the run does not end."""
        self._asking.is_stopping = True

    def close(self) -> None:
        """As a supervisor that is over."""
        self.context.close()
        self._journal.close()

    async def call(self, agent: Agent, key: str = "api", prompt: str = "go", **more: Any) -> AgentResult:
        """One call, worked on in the workspace."""
        given = {"label": key, "phase": "Implement", "cwd": str(self.workspace), **more}
        ear = self._ears[key] = _Ear(self.context)
        async with asyncio.timeout(PATIENCE_S):
            return await agent.run(AgentCall(prompt=prompt, key=key, **given), ear)

    def tell(self, key: str, command: Command) -> None:
        """What a person wants of a call that is at work."""
        self._ears[key].heard.put_nowait(command)

    async def question(self, title: str = "") -> Question:
        """The question with these words that is open now, as soon as there is one."""
        return (await _until(lambda: [one for one in self.open_questions if title in one.title]))[0]

    async def asking(self) -> Question:
        """What somebody waits for since this supervisor began, as soon as there is something."""
        async with asyncio.timeout(PATIENCE_S):
            await self._is_asked.wait()
        return self.asked[-1]

    @property
    def open_questions(self) -> list[Question]:
        """What is asked and not answered, as the journal says."""
        return left_open(self.events)

    def answer(self, question: Question, *words: str, verdict: str = "answer") -> None:
        """Decide it."""
        values = ((question.fields[0].id, words),) if question.fields else ()
        receipt = self._asking.decide(Decide(Decision(question.id, question.digest, verdict, values, by="tester")))
        assert receipt is not None
        assert receipt.outcome is Outcome.ACCEPTED, receipt

    async def until(self, holds: Path | Callable[[], T]) -> T | bool:
        """Until a file is there, or something holds."""
        return await _until(holds.exists if isinstance(holds, Path) else holds)

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The journal so far."""
        return [line.event for line in self._journal.lines() if line.event is not None]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """Every event of a kind."""
        return [event for event in self.events if event.get("type") == kind]

    def kept(self, name: str, key: str = "api", attempt: int = 1) -> bytes:
        """A file of an attempt."""
        return (self.place.path / "attempts" / f"{key}-{attempt}" / name).read_bytes()
