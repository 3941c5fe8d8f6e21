"""What was found while reading the texts of one run: per place the first line of every row, and how the run ended.

Keeps a bounded amount, whatever the size of the texts; decides nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from odw_core.diagnose.matching import find, is_harmless, make_cause, may_hold_any, shown
from odw_core.diagnose.records import End, Rank, Record, Said
from odw_core.diagnose.signatures import BY_COMMAND, DNS, TABLE, Signature
from odw_core.diagnose.stderr import Level, Line
from odw_core.model.cause import Cause, Proof

_MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a source. ``raw`` is what stands there, ``lines`` what it says."""

    name: str
    number: int
    raw: str
    lines: tuple[str, ...]
    what: str = ""
    """What failed with it, if the line says so."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of the table, and the line of a place that holds it."""

    row: Signature
    place: Place
    line: int

    def cause(self) -> Cause:
        """It, in words, with its proof."""
        place = self.place
        raw = place.raw if self.line == 0 or len(place.lines) == 1 else place.lines[self.line]
        is_record = place.raw.startswith("{")
        number = place.number if is_record else place.number + self.line
        proof = Proof(place.name, number, shown(place.raw if is_record else raw, self.row))
        return make_cause(self.row, place.lines, self.line, proof, place.what)


@dataclass(slots=True)
class Findings:
    """Filled by reading, asked by choosing."""

    end: End | None = None
    is_bare: bool = False
    spoke_last: bool = False
    final_message: Place | None = None
    turn_error: Place | None = None
    events: deque[Place] = field(default_factory=lambda: deque(maxlen=_MOST_EVENTS))
    name_lookup: Place | None = None
    """The first event that says that a name could not be looked up."""
    hits: dict[Rank, dict[int, Hit]] = field(default_factory=lambda: {rank: {} for rank in Rank})
    """By the place of the row in the table; of each row the first hit."""
    loud: Place | None = None
    """The last line of a log that says error."""
    last_line: Place | None = None

    @property
    def how_it_ended(self) -> End | None:
        """``end``, and completed where the format has no mark for it but the agent spoke last."""
        return End.COMPLETED if self.end is End.OPEN and self.is_bare and self.spoke_last else self.end

    @property
    def has_error(self) -> bool:
        """Whether anything called itself an error, known or not."""
        return self.turn_error is not None or bool(self.events) or self.loud is not None

    def take_record(self, record: Record, name: str, number: int, raw: str) -> None:
        """One line of JSON."""
        if record.end is not None:
            if record.end is End.OPEN:
                # What a turn before this one met is history.
                self.turn_error = None
                if self.end is not End.OPEN:
                    self.events.clear()
                self.spoke_last = False
            self.end = record.end
        self.is_bare = self.is_bare or record.is_bare
        if record.message is not None:
            self.final_message = Place(name, number, raw, (record.message,))
            self.spoke_last = True
        for said in record.said:
            self._take_said(said, Place(name, number, raw, tuple(said.text.split("\n"))))

    def take_line(self, line: Line, name: str) -> None:
        """One line of a log that counts."""
        place = Place(name, line.number, line.text, (line.text, *line.more))
        if is_harmless(line.text):
            return
        self._match(Rank.STDERR, place)
        if line.level is Level.ERROR:
            self.take_loud(place)

    def take_loud(self, place: Place) -> None:
        """A line of a log that says error, whatever it is about."""
        if self.loud is None or self.loud.name != place.name or self.loud.number < place.number:
            self.loud = place

    def take_all(self, place: Place, rank: Rank = Rank.STDERR) -> None:
        """Several lines that all count."""
        kept = tuple("" if is_harmless(line) else line for line in place.lines)
        self._match(rank, Place(place.name, place.number, place.raw, kept, place.what))

    def first(self, rank: Rank, rows: Sequence[int]) -> Hit | None:
        """The first of ``rows`` that this rank has."""
        return next((self.hits[rank][row] for row in rows if row in self.hits[rank]), None)

    def _take_said(self, said: Said, place: Place) -> None:
        match said.rank:
            case Rank.TURN:
                self.turn_error = place
                self.hits[Rank.TURN].clear()
                self._match(Rank.TURN, place)
            case Rank.EVENT:
                self.events.append(place)
                if self.name_lookup is None and any("failed to lookup address" in line for line in place.lines):
                    self.name_lookup = place
            case Rank.TOOL:
                self._match_command(place, said.exit_code)
            case _ if not any(is_harmless(line) for line in place.lines):
                self._match(said.rank, place)

    def _match(self, rank: Rank, place: Place) -> None:
        known = self.hits[rank]
        if not any(map(may_hold_any, place.lines)):
            return
        for number, row in enumerate(TABLE):
            if number not in known and not row.is_of_command and (line := find(row, place.lines)) is not None:
                known[number] = Hit(row, place, line)

    def _match_command(self, place: Place, exit_code: int | None) -> None:
        known = self.hits[Rank.TOOL]
        for row in BY_COMMAND:
            number = _NUMBER[id(row)]
            if number in known or (row.is_of_command and exit_code is None):
                continue
            line = 0 if exit_code in row.exit_codes else find(row, place.lines)
            if line is not None:
                known[number] = Hit(row, place, line)


_NUMBER = {id(row): number for number, row in enumerate(TABLE)}


def event_hit(place: Place, rows: Sequence[int]) -> Hit | None:
    """The first of ``rows`` that an event holds."""
    for number in rows:
        row = TABLE[number]
        if not row.is_of_command and (line := find(row, place.lines)) is not None:
            return Hit(row, place, line)
    return None


def name_lookup_hit(findings: Findings) -> Hit | None:
    """The lookup that failed, as a hit."""
    row = next(row for row in TABLE if row.kind == DNS)
    place = findings.name_lookup
    line = find(row, place.lines) if place else None
    return Hit(row, place, line) if place is not None and line is not None else None
