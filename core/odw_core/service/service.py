"""Service: the one door between everything that watches and everything that shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check
    from odw_core.files.line_source import LineSource
    from odw_core.model.command import Command, Receipt, Start
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.landing import CommitPlan
    from odw_core.model.search import Found


class DetailFeed(Protocol):
    """One open item. ``value`` is always the newest reading; ``is_gone`` once it was pruned (``value`` then stays)."""

    @property
    def value(self) -> Detail | None: ...
    @property
    def is_gone(self) -> bool: ...
    async def changed(self) -> None:
        """Wait until ``value`` or ``is_gone`` differs from when it was last read."""


class Service(Protocol):
    """A room that is being watched. All methods belong to one event loop."""

    def snapshot(self) -> Snapshot: ...
    def changes(self, since: int = 0) -> AsyncIterator[tuple[Change, ...]]:
        """Batches of changes after ``since``, forever; a reader that is slow gets larger batches, never stale ones."""

    def detail(self, address: Address) -> AbstractAsyncContextManager[DetailFeed]:
        """Keep one run or session (or the one a task address lies in) fully read while it is open."""

    def log(self, address: Address, stream: str) -> AbstractAsyncContextManager[LineSource]:
        """One stream of a run, task or attempt, whole. Raises ``NotFound`` with a sentence when there is none."""

    def conversation(self, address: Address) -> AbstractAsyncContextManager[Conversation]:
        """What was said and done in a session. Raises ``NotFound`` with a sentence when it left no transcript."""

    def search(self, words: str) -> AsyncGenerator[Found, None]:
        """Hits as they are found, the newest items first, and in between how far it came. Ends with a ``Progress`` that
        is over; closing it ends the search.

        What is known by its words at once comes before the first ``Progress``. Whole texts are scanned behind it, and
        only while somebody asks for more. What can be typed: ``odw_core.text.query``."""

    async def set_places(self, places: Sequence[str]) -> None:
        """Watch these places (absolute paths) from now on and no others; what they hold is in the room afterwards."""

    def owner_pid(self, address: Address) -> int | None:
        """Process id of whoever works on a run or session, as last seen; None when nobody can tell, or it has ended."""

    def attend(self, addresses: Iterable[Address]) -> None:
        """Say what is on screen: it is read in full before everything else."""

    async def submit(self, command: Command) -> Receipt:
        """Send a wish on its way. ``sent`` or a refusal at once; what became of it is told by ``outcome`` and the room.

        Never raises for what a person did: a refusal says why."""

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        """What became of a command, waited for at most so long; ``unconfirmed`` when nobody said."""

    async def preflight(self, start: Start) -> tuple[Check, ...]:
        """What stands for and against a start; a check of the level ``fail`` keeps it from working."""

    async def models(self) -> tuple[str, ...]:
        """The models that Codex offers here, the default first; empty when it does not say."""

    async def repeated(self, address: Address) -> Start | None:
        """What would start a run or session once more; None where nobody knows. Raises ``OdwError`` with a sentence
        when what it left does not say."""

    async def commit_plan(self, address: Address) -> CommitPlan:
        """What a commit of what a run landed would be. Raises ``OdwError`` with a sentence when there is nothing."""

    async def steps(self, address: Address) -> tuple[str, ...]:
        """Steps of a run of ours from which it can be run again; empty where there are none."""

    async def settle(self) -> None:
        """One full look at the disk, then everything it brought drained: what tests wait for."""


class RunningService(Service, Protocol):
    """A service that has yet to be set going."""

    async def run(self) -> None:
        """Watch until cancelled; cancelling closes everything. Raises what makes watching impossible."""


class CachedService(RunningService, Protocol):
    """A service that remembers."""

    def load(self) -> None:
        """Know what the cache knows. Done by ``run`` if nobody did it before."""
