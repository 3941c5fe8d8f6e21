"""The shape of an engine: one dialect of runs, from the names of its files to items, questions and details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from odw_core.model.address import Address
from odw_core.model.evidence import Evidence, Facts, Owner, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem
from odw_core.model.search import Body
from odw_core.text.hidden import Ranges

if TYPE_CHECKING:
    from odw_core.files.follow import Look
    from odw_core.files.line_source import LineSource
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.evidence import Cursor
    from odw_core.model.question import Question

Acc = TypeVar("Acc")


class Read(NamedTuple):
    """One unit that was read in full, for a verification."""

    unit: Unit
    acc: object
    alive: bool | None


class Follower(Protocol):
    """Something small that is looked at as a whole: a file, a listing, rows of a database."""

    name: str
    path: str
    cursor: Cursor | None
    written_ns: int

    def is_current(self) -> bool:
        """Whether a stat or two say that nothing new is there."""

    def look(self) -> Look:
        """Read it if it changed."""

    def look_again(self) -> None:
        """What was read was torn: the next look reads it again even if its stamp stays."""


class Engine(Protocol, Generic[Acc]):
    """``Acc`` is the engine's own accumulator; nobody else looks into it.

    Only ``watched_folders``, ``discover``, ``troubles``, followers, ``open_log``, ``open_conversation``, ``bodies`` and
    ``hidden_ranges`` do I/O.
    """

    name: str
    fold_version: int
    slice_bytes: int
    """How much of a growing file is folded in one go: a few milliseconds of work."""
    late_files: tuple[str, ...]
    """Names of evidence that may come when nothing more is expected of the run itself."""
    skim_bytes: tuple[int, int] | None
    """How much of the beginning and of the end of a growing file ``skim`` is given; None when nothing is skimmed."""

    def is_place(self, place: str) -> bool:
        """Whether the folder holds (or is) anything of this engine."""

    def watched_folders(self, place: str) -> tuple[str, ...]:
        """Folders (there or not) whose entries say that units came or went."""

    def discover(self, place: str) -> Iterator[Unit]:
        """Every unit below the place, by names alone."""

    def troubles(self, place: str) -> tuple[Problem, ...]:
        """What kept ``discover`` from seeing everything of the place, which no unit could tell."""

    def owns(self, address: Address) -> bool:
        """Whether the address is of this engine."""

    def growing_file(self, unit: Unit) -> str | None:
        """Name of the file that only ever grows (its journal), None when there is none."""

    def record_file(self, unit: Unit) -> str | None:
        """Name of the small file that is rewritten as a whole, None when there is none."""

    def follower(self, unit: Unit, name: str, cursor: Cursor | None = None) -> Follower:
        """How one small file of the unit is followed; ``RecordFollower`` for a plain one."""

    def names_file(self, place: str) -> str | None:
        """Absolute path of an append-only file that names many units of the place, None when there is none."""

    def names(self, lines: bytes) -> dict[str, str]:
        """Item part of an address to what a person called it, from whole lines of that file; the last line wins."""

    def path(self, unit: Unit, name: str) -> str:
        """Absolute path of one of the unit's files, always below its root."""

    def owner(self, unit: Unit, acc: Acc) -> Owner | None:
        """Who must be alive while it works; None if nobody can tell, or nobody is expected any more."""

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        """A row from the record (empty without one) and both ends of the journal; None when only a fold can tell."""

    def start(self, unit: Unit) -> Acc:
        """An accumulator that has seen nothing."""

    def fold(self, acc: Acc, evidence: Evidence) -> Acc:
        """Take in one piece of evidence. Pure, costs the new bytes only, never raises; may reuse ``acc``."""

    def wanted_files(self, acc: Acc, facts: Facts) -> tuple[str, ...]:
        """Files that must be read besides journal and record to tell the whole story, as far as known now."""

    def is_written_once(self, name: str) -> bool:
        """Whether a file of that name never changes once it is there."""

    def every_file(self, unit: Unit) -> tuple[str, ...]:
        """Files that only a verification reads besides those."""

    def item(self, acc: Acc, facts: Facts) -> Item:
        """The row. Pure; state and why through ``state.derive``."""

    def questions(self, acc: Acc, facts: Facts) -> tuple[Question, ...]:
        """What it waits for a person to say."""

    def detail(self, acc: Acc, facts: Facts) -> Detail:
        """Everything about it."""

    def problems(self, acc: Acc, unit: Unit) -> tuple[Problem, ...]:
        """What could not be read of it."""

    def is_readable(self, unit: Unit, data: bytes) -> bool:
        """Whether the unit's record parses; a torn one is read again."""

    def dump(self, acc: Acc) -> bytes:
        """The accumulator as bytes; ``load`` gives it back."""

    def load(self, unit: Unit, blob: bytes) -> Acc:
        """What ``dump`` wrote. Raises ``ValueError`` on anything else."""

    def open_log(self, unit: Unit, acc: Acc, address: Address, stream: str | None) -> LineSource:
        """One stream, whole; ``None`` is the most telling one. Raises ``NotFound`` with a sentence."""

    def open_conversation(self, unit: Unit, acc: Acc) -> Conversation | None:
        """What was said and done in a session; None when it left no transcript."""

    def texts(self, acc: Acc, facts: Facts) -> Iterator[tuple[str, str]]:
        """(field, text) of what is worth finding as one types: goal, prompts, questions, blockers, causes, messages."""

    def bodies(self, unit: Unit, acc: Acc) -> tuple[Body, ...]:
        """Whole texts that are scanned on demand."""

    def hidden_ranges(self, body: Body) -> Ranges:
        """Where a body holds what somebody gave in confidence; only asked once something was found in it."""

    def inspection(self, read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
        """This engine's sections of ``inspect --json``, by their names there."""
