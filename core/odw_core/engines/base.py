"""The shape of an engine: one dialect of runs, from the names of its files to items, questions and details."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from odw_core.model.address import Address
from odw_core.model.evidence import Evidence, Facts, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem

if TYPE_CHECKING:
    from odw_core.files.line_source import LineSource
    from odw_core.model.detail import Detail
    from odw_core.model.question import Question

Acc = TypeVar("Acc")


class Engine(Protocol, Generic[Acc]):
    """``Acc`` is the engine's own accumulator; nobody else looks into it. Only ``discover`` and ``open_log`` do I/O."""

    name: str
    fold_version: int

    def watched_folders(self, place: str) -> tuple[str, ...]:
        """Folders (there or not) whose entries say that units came or went."""

    def discover(self, place: str) -> Iterator[Unit]:
        """Every unit below the place, by names alone."""

    def owns(self, address: Address) -> bool:
        """Whether the address is of this engine."""

    def growing_file(self, unit: Unit) -> str | None:
        """Name of the file that only ever grows (its journal), None when there is none."""

    def record_file(self, unit: Unit) -> str:
        """Name of the small file that is rewritten as a whole."""

    def path(self, unit: Unit, name: str) -> str:
        """Absolute path of one of the unit's files, always below its root."""

    def owner_pid(self, acc: Acc) -> tuple[int, tuple[str, ...], float | None] | None:
        """(pid, names its command line may have, start time in Unix seconds) of who must be alive; None if unknown."""

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        """A row from the record and both ends of the journal; None when only a fold can tell."""

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
