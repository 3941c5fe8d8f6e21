"""MemoryService: a Service over values in memory, steered by a test. Reads no file; knows no clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from odw_core.diagnose.doctor.check import Check
from odw_core.errors import NotFound, OdwError
from odw_core.files.line_source import LineSource
from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.command import Command, Outcome, Receipt, Start
from odw_core.model.conversation import Entry
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_core.model.landing import CommitPlan
from odw_core.model.problem import Problem
from odw_core.model.question import Question
from odw_core.model.search import Found, Progress
from odw_core.text.needle import Needle


class _News:
    """Wakes everyone who waits, each time something is told."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def next(self) -> None:
        await self._event.wait()


class MemoryFeed:
    """The DetailFeed of a MemoryService: shows what ``tell`` last said about its address."""

    def __init__(self, service: MemoryService, address: Address) -> None:
        self._service = service
        self._address = address
        self._read: tuple[Detail | None, bool] = (None, False)

    @property
    def value(self) -> Detail | None:
        self._read = self._now()
        return self._read[0]

    @property
    def is_gone(self) -> bool:
        self._read = self._now()
        return self._read[1]

    async def changed(self) -> None:
        while self._now() == self._read:
            await self._service.detail_news.next()

    def _now(self) -> tuple[Detail | None, bool]:
        return self._service.details.get(self._address), self._address in self._service.gone


class MemoryLines:
    """A LineSource over a list of lines."""

    generation = 0

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        self.title = title
        self.is_counted = True
        self.text = list(lines)
        self._shown = len(self.text)

    @property
    def line_count(self) -> int:
        return len(self.text)

    def count_more(self) -> bool:
        return False

    def refresh(self) -> bool:
        grew, self._shown = self._shown != len(self.text), len(self.text)
        return grew

    def lines(self, start: int, stop: int) -> list[str]:
        return self.text[start:stop]

    def last_lines(self, count: int) -> list[str]:
        return self.text[-count:]

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        order = range(start, len(self.text)) if forward else range(min(start, len(self.text)) - 1, -1, -1)
        return (number for number in order if needle.is_in(self.text[number]))

    def close(self) -> None:
        return None


class MemoryConversation:
    """A Conversation over pairs of entry and text, of which ``step`` are found with each ``refresh``."""

    def __init__(self, told: Iterable[tuple[Entry, str]], step: int = 1_000) -> None:
        self.told = list(told)
        self.read: list[Entry] = []
        """Entries whose bodies were wanted."""
        self._step, self._seen = step, 0
        self._shown: list[tuple[Entry, str]] = []

    @property
    def count(self) -> int:
        return self._seen

    @property
    def is_complete(self) -> bool:
        return self._seen >= len(self.told)

    def refresh(self) -> bool:
        before, self._seen = self._shown, min(len(self.told), self._seen + self._step)
        self._shown = self.told[: self._seen]
        return before != self._shown

    def entries(self, first: int, last: int) -> tuple[Entry, ...]:
        return tuple(entry for entry, _ in self._shown[first:last])

    def body(self, entry: Entry) -> str:
        self.read.append(entry)
        return next(text for known, text in self.told if known == entry)

    def close(self) -> None:
        return None


class MemoryService:
    """Implements ``Service`` and, for the app, ``run``. Steered with ``put``, ``become``, ``tell``, ``fail``.

    ``submitted`` lists what was sent, ``asked`` the addresses whose detail was opened, ``attended`` is the last word of
    ``attend``.
    An empty batch of ``changes`` says that questions, problems, places or completeness changed and no item did.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        details: Iterable[Detail] = (),
        logs: Mapping[tuple[Address, str], Iterable[str]] | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._history: list[tuple[Change, ...]] = []
        self._news = _News()
        self._failure: Exception | None = None
        self.detail_news = _News()
        self.details: dict[Address, Detail] = {detail.item.address: detail for detail in details}
        self.gone: set[Address] = set()
        self.logs = {key: MemoryLines(f"{key[0]} {key[1]}", lines) for key, lines in (logs or {}).items()}
        self.conversations: dict[Address, MemoryConversation] = {}
        self.asked: list[Address] = []
        self.attended: tuple[Address, ...] = ()
        self.searched: list[str] = []
        self.found: list[Found] = []
        """What every search finds; it goes on to wait until this ends with a ``Progress`` that is over."""
        self.searching = 0
        """How many searches have not ended."""
        self.is_running = False
        self.prepared: list[Start] = []
        """Starts that were asked about."""
        self.checks: tuple[Check, ...] = ()
        self.starts: dict[Address, Start | OdwError] = {}
        self.commit_plans: dict[Address, CommitPlan] = {}
        self.steps_of: dict[Address, tuple[str, ...]] = {}
        """What would start something once more."""
        self.submitted: list[Command] = []
        self.owners: dict[Address, int] = {}
        """Process ids of those who work."""
        self.outcomes: dict[str, Receipt] = {}
        self.answers_with: Receipt | None = None
        """What ``submit`` says at once; None is ``sent``, and then ``tell_outcome`` says more."""

    def snapshot(self) -> Snapshot:
        return self._snapshot

    async def changes(self, since: int = 0) -> AsyncIterator[tuple[Change, ...]]:
        told = len([batch for batch in self._history if batch and batch[-1].seq <= since])
        while True:
            while told < len(self._history):
                batches, told = self._history[told:], len(self._history)
                yield tuple(change for batch in batches for change in batch)
            await self._news.next()

    @asynccontextmanager
    async def detail(self, address: Address) -> AsyncIterator[MemoryFeed]:
        self.asked.append(address)
        yield MemoryFeed(self, address if address in self.details else address.root)

    @asynccontextmanager
    async def log(self, address: Address, stream: str) -> AsyncIterator[LineSource]:
        source = self.logs.get((address, stream))
        if source is None:
            raise NotFound(f"{address} has no {stream}.")
        yield source

    @asynccontextmanager
    async def conversation(self, address: Address) -> AsyncIterator[MemoryConversation]:
        told = self.conversations.get(address)
        if told is None:
            raise NotFound(f"{address} left no transcript here.")
        yield told

    async def search(self, words: str) -> AsyncGenerator[Found, None]:
        self.searched.append(words)
        self.searching += 1
        told = 0
        try:
            while True:
                while told < len(self.found):
                    told += 1
                    yield self.found[told - 1]
                last = self.found[-1] if self.found else None
                if isinstance(last, Progress) and last.is_over:
                    return
                await self._news.next()
        finally:
            self.searching -= 1

    def find(self, *found: Found) -> None:
        """Let every search find this too."""
        self.found += found
        self._news.tell()

    async def set_places(self, places: Sequence[str]) -> None:
        self._snapshot = replace(self._snapshot, places=tuple(places))
        self.become()

    async def submit(self, command: Command) -> Receipt:
        self.submitted.append(command)
        told = self.outcomes.get(command.id) or self.answers_with
        return Receipt(command.id, Outcome.SENT) if told is None else replace(told, command_id=command.id)

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        while command_id not in self.outcomes:
            await self._news.next()
        return self.outcomes[command_id]

    def tell_outcome(self, outcome: Outcome, reason: str = "", of: int = -1) -> None:
        """Say what became of a command, by default of the last one."""
        command_id = self.submitted[of].id
        self.outcomes[command_id] = Receipt(command_id, outcome, reason)
        self._news.tell()

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        self.prepared.append(start)
        return self.checks

    async def models(self) -> tuple[str, ...]:
        return ("gpt-5.5", "gpt-6-sol")

    async def repeated(self, address: Address) -> Start | None:
        known = self.starts.get(address)
        if isinstance(known, OdwError):
            raise known
        return known

    async def commit_plan(self, address: Address) -> CommitPlan:
        plan = self.commit_plans.get(address.root)
        if plan is None:
            raise NotFound(f"{address.root} landed nothing, so there is nothing to commit.")
        return plan

    async def steps(self, address: Address) -> tuple[str, ...]:
        return self.steps_of.get(address.root, ())

    def owner_pid(self, address: Address) -> int | None:
        return self.owners.get(address.root)

    def attend(self, addresses: Iterable[Address]) -> None:
        self.attended = tuple(addresses)

    async def settle(self) -> None:
        await asyncio.sleep(0)

    async def run(self) -> None:
        """Runs until cancelled, or until ``fail`` is called."""
        self.is_running = True
        try:
            while self._failure is None:
                await self._news.next()
            raise self._failure
        finally:
            self.is_running = False

    def put(self, *items: Item) -> None:
        """New or changed items, as one batch."""
        self.become(items=[*(item for item in self._others({item.address for item in items})), *items])

    def remove(self, *addresses: Address) -> None:
        """Items that are gone, as one batch."""
        self.become(items=self._others(set(addresses)))

    def become(
        self,
        *,
        items: Iterable[Item] | None = None,
        questions: Iterable[Question] | None = None,
        problems: Iterable[Problem] | None = None,
        complete: bool | None = None,
    ) -> None:
        """Replace whole parts of the snapshot; the changes are worked out by comparing."""
        before = self._snapshot
        after = dict(before.items) if items is None else {item.address: item for item in items}
        changes = tuple(_changes(before.seq, before.items, after))
        self._snapshot = replace(
            before,
            seq=before.seq + len(changes),
            items=after,
            questions=before.questions if questions is None else tuple(questions),
            problems=before.problems if problems is None else tuple(problems),
            complete=before.complete if complete is None else complete,
        )
        self._history.append(changes)
        self._news.tell()

    def tell(self, detail: Detail) -> None:
        """The newest reading of one run or session."""
        self.details[detail.item.address] = detail
        self.detail_news.tell()

    def add_log(self, address: Address, stream: str, lines: Iterable[str]) -> None:
        """A text that was not there before."""
        self.logs[address, stream] = MemoryLines(f"{address} {stream}", lines)

    def prune(self, address: Address) -> None:
        """The files of an open item went away."""
        self.gone.add(address)
        self.detail_news.tell()

    def fail(self, failure: Exception) -> None:
        """Let ``run`` end with ``failure``."""
        self._failure = failure
        self._news.tell()

    def _others(self, addresses: set[Address]) -> list[Item]:
        return [item for item in self._snapshot.items.values() if item.address not in addresses]


def _changes(seq: int, before: Mapping[Address, Item], after: Mapping[Address, Item]) -> Iterator[Change]:
    for address in before.keys() | after.keys():
        old, new = before.get(address), after.get(address)
        if old != new:
            seq += 1
            yield Change(seq, address, old, new)
