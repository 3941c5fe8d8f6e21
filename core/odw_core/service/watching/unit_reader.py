"""UnitReader: one run or session, from the bytes of its files to its item. The only place where files meet a fold."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from odw_core.engines.base import Follower
from odw_core.engines.registry import Acc, AnyEngine
from odw_core.files.ends import read_ends
from odw_core.files.follow import JournalFollower, Look, RecordFollower
from odw_core.index.rows import Row, cursors_from_text, item_of, standing_of
from odw_core.model.address import Address
from odw_core.model.evidence import (
    Checkpoint,
    Cursor,
    Evidence,
    Facts,
    Gone,
    LockOwner,
    Owner,
    Replaced,
    ServerWord,
    Unit,
)
from odw_core.model.item import Depth, Item
from odw_core.model.problem import Problem
from odw_core.process.liveness import Liveness
from odw_core.service.watching.mirrors import Mirrors
from odw_core.service.watching.names import NameBook

if TYPE_CHECKING:
    from odw_core.model.detail import Detail
    from odw_core.model.question import Question

_SETTLED_S = 2.0
_OWNER_S = 1.0
"""Asking for the owner costs as much as folding a line, and its end is heard of otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a reading depends on besides the files."""

    silent_after_s: float = 900.0
    now: Callable[[], float] = time.time
    names: NameBook = field(default_factory=NameBook)
    liveness: Liveness = field(default_factory=Liveness)
    words: dict[Address, ServerWord] = field(default_factory=dict)
    """What servers say of sessions that they have loaded."""
    mirrors: Mirrors = field(default_factory=Mirrors)
    """Journals that nobody in a workspace can write."""


class UnitReader:
    """Reads one unit. Holds its accumulator while that is needed, and can drop and restore it."""

    __slots__ = (
        "_alive",
        "_extras",
        "_journal",
        "_looked_for_owner_at",
        "_owner",
        "_owner_pid",
        "_record",
        "_saved",
        "_settings",
        "_skimmed",
        "_told",
        "_unreadable_since",
        "acc",
        "engine",
        "is_gone",
        "item",
        "problems",
        "questions",
        "unit",
    )

    def __init__(self, engine: AnyEngine, unit: Unit, settings: Settings) -> None:
        self.engine, self.unit, self._settings = engine, unit, settings
        self.acc: Acc | None = None
        self.item: Item | None = None
        self.questions: tuple[Question, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self.is_gone = False
        self._told = settings.mirrors.of(unit) or unit
        growing = engine.growing_file(unit)
        self._journal = JournalFollower(engine.path(self._told, growing), growing) if growing is not None else None
        name = engine.record_file(unit)
        self._record = None if name is None else engine.follower(self._told, name)
        self._extras: dict[str, Follower] = {}
        self._saved = ""
        self._skimmed: Cursor | None = None
        self._alive: bool | None = None
        self._owner: Owner | None = None
        self._owner_pid: int | None = None
        self._looked_for_owner_at = 0.0
        self._unreadable_since: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected to be written."""
        return self.item is not None and self.item.ended_at is not None and self._unreadable_since is None

    @property
    def is_skimmed(self) -> bool:
        """Whether it is told from both ends of its journal so far."""
        return self.item is not None and self.item.depth is Depth.SKIMMED

    @property
    def is_torn(self) -> bool:
        """Whether the record was caught half written and should be looked at again soon."""
        return self._unreadable_since is not None

    @property
    def is_watched(self) -> bool:
        """Whether time alone may change it: it is not over and its owner is not known to be dead."""
        return not self.is_final and (self._alive is not False or self.is_torn)

    @property
    def alive(self) -> bool | None:
        """The operating system's last word on the owner."""
        return self._alive

    def is_overdue(self, now: float) -> bool:
        """Whether its state may have changed although no file did."""
        deadline = self.item.next_deadline if self.item is not None else None
        return deadline is not None and now >= deadline

    def is_due(self) -> bool:
        """Whether what the cache said of it has to be looked at again: a file, its owner or the clock may differ."""
        item = self.item
        if item is None or item.depth is not Depth.FOLDED or self.is_overdue(self._settings.now()):
            return True
        return bool(self._alive) or (bool(item.questions) and not self.questions) or self.has_news()

    def has_news(self) -> bool:
        """Whether a stat or two say that something changed. Upstream rewrites the record of a run that is over only
        together with its journal, so then one stat is enough."""
        if self.is_final:
            if self._file.cursor is None:
                self._unpack_saved()
            return not (self._file.is_current() and self._is_late_current())
        return not self.is_current()

    def is_current(self) -> bool:
        """Whether a few stats say that nothing changed. Files that are written once are not asked again."""
        if self._journal is not None and not self._journal.is_current():
            return False
        self._unpack_saved()
        if self._record is not None and not self._record.is_current():
            return False
        if self.is_final:
            return self._is_late_current()
        return all(
            follower.is_current()
            for name, follower in self._extras.items()
            if follower.cursor is None or not self.engine.is_written_once(name)
        )

    def _is_late_current(self) -> bool:
        """Whether nothing came that may come late; what was never looked at waits for the first whole reading."""
        late = (self._extras.get(name) for name in self.engine.late_files)
        return all(follower.is_current() for follower in late if follower is not None)

    def advance(self, slices: int = 1) -> bool:
        """Take in some slices of new bytes of the journal and whatever else changed; True while there is more."""
        self._unpack_saved()
        if self.acc is None:
            self._start_over()
        self._take_record()
        has_more = self._take_journal(slices * self.engine.slice_bytes)
        if not has_more:
            is_due = self._settings.now() - self._looked_for_owner_at > _OWNER_S
            if is_due or self.engine.owner(self.unit, self.acc) != self._owner:
                # A run that was taken up again has another owner from one line to the next.
                self.look_for_owner()
            self._take_extras()
            self._derive_item()
        return has_more

    def _start_over(self) -> None:
        self.acc = self.engine.start(self.unit)
        if self._record is not None:
            self._record.cursor = None
        self._extras.clear()
        self.problems = ()
        if self._journal is not None:
            self._journal.forget()

    def _take_record(self) -> None:
        if self._record is None:
            return
        look = self._record.look()
        if isinstance(look.evidence, Replaced) and not self.engine.is_readable(self.unit, look.evidence.data):
            self._record.look_again()
            if self._unreadable_since is None:
                self._unreadable_since = self._settings.now()
        elif look.evidence is not None:
            self._unreadable_since = None
        if self._journal is None and isinstance(look.evidence, Gone) and not self._is_there():
            self.is_gone = True
        self._take(look, self._record.path)

    def _is_there(self) -> bool:
        """Whether the unit itself still is, when its record went: a folder can lose its record and stay a run."""
        return self.engine.record_file(self.unit) != "" and os.path.lexists(self.unit.root)

    def _take_journal(self, limit: int) -> bool:
        if self._journal is None:
            return False
        look = self._journal.look(limit)
        if look.is_reset:
            self._start_over()
            self._take_record()
            look = self._journal.look(limit)
        if isinstance(look.evidence, Gone) and self._journal.name == "":
            # The file is the unit.
            self.is_gone = True
        self._take(look, self._journal.path)
        return look.has_more

    def _take_extras(self) -> None:
        assert self.acc is not None
        # What is wanted can depend on what was just read, but never on itself: two passes reach the end.
        for _ in range(2):
            for name in self.engine.wanted_files(self.acc, self.facts()):
                if name not in self._extras:
                    self._extras[name] = self.engine.follower(self._told, name)
                follower = self._extras[name]
                if not (follower.cursor is not None and self.engine.is_written_once(name)):
                    self._take(follower.look(), follower.path)

    def _take(self, look: Look, path: str) -> None:
        evidence: Evidence | None = look.evidence
        if evidence is not None and self.acc is not None:
            self.acc = self.engine.fold(self.acc, evidence)
        if look.problem is not None:
            found = Problem(path, 0, look.problem)
            if found not in self.problems:
                self.problems = (*self.problems, found)

    def restart(self) -> None:
        """Forget everything, to read it from the first byte on."""
        self.acc = None

    def take_all(self) -> None:
        """Read also what only a verification asks for."""
        if self.acc is not None:
            for name in self.engine.every_file(self.unit):
                follower = self.engine.follower(self._told, name)
                self._take(follower.look(), follower.path)

    def facts(self) -> Facts:
        """What is true at this moment."""
        name = self._settings.names.name_of(self.engine, self.unit)
        settings = self._settings
        return Facts(settings.now(), self._alive, settings.silent_after_s, name, settings.words.get(self.unit.address))

    def derive(self) -> None:
        """Make item and questions anew from what is known, with the facts of this moment."""
        self.look_for_owner()
        self._derive_item()

    def _derive_item(self) -> None:
        if self.acc is None:
            return
        facts = self.facts()
        self.item = self.engine.item(self.acc, facts)
        self.questions = self.engine.questions(self.acc, facts)

    def look_for_owner(self) -> bool:
        """Ask the operating system whether the owner lives; True if that is news."""
        before, self._looked_for_owner_at = self._alive, self._settings.now()
        self._owner = self.engine.owner(self.unit, self.acc) if self.acc is not None else None
        self._alive, self._owner_pid = self._settings.liveness.of(self._owner)
        return self._alive != before

    def has_owner_again(self) -> bool:
        """Whether what was left unfinished is held by somebody again, or was looked at before anybody held it. Only a
        lock can be taken once more; a process that ended never comes back."""
        if not isinstance(self._owner, LockOwner) or self._alive is not False or self.is_final:
            return False
        is_back = bool(self._settings.liveness.of(self._owner).alive)
        if is_back:
            self._looked_for_owner_at = 0.0
        return is_back

    def all_problems(self) -> tuple[Problem, ...]:
        """What could not be read; a torn record only once it had time to become whole."""
        found = self.problems
        if self.acc is not None:
            found += self.engine.problems(self.acc, self.unit)
        since = self._unreadable_since
        if self._record is not None and since is not None and self._settings.now() - since >= _SETTLED_S:
            found += (Problem(self._record.path, 0, "it does not parse; the last readable state is shown"),)
        return found

    def give_up(self, reason: str) -> None:
        """Reading it is not possible; the last item stays."""
        self.drop()
        self.problems = (Problem(self.unit.root, 0, reason),)

    def skim(self, *, larger_than: int = 0) -> bool:
        """Make an item from both ends of the journal; False when only a fold can tell (nothing is kept then), or when
        the journal is no larger than so many bytes."""
        if self._journal is None or self.engine.skim_bytes is None:
            return False
        ends = read_ends(self._journal.path, *self.engine.skim_bytes)
        if ends is None:
            return False
        head, tail, stamp = ends
        if stamp.size <= larger_than:
            return False
        record = b""
        if self._record is not None:
            look = self._record.look()
            self._record.cursor = None
            if not isinstance(look.evidence, Replaced):
                return False
            record = look.evidence.data
        item = self.engine.skim(self.unit, record, head, tail, replace(self.facts(), alive=None))
        if item is None:
            return False
        self.item, self._skimmed = item, stamp
        return True

    def detail(self) -> Detail | None:
        """Everything about it; None before anything was read."""
        if self.acc is None:
            return None
        detail = self.engine.detail(self.acc, self.facts())
        if self.item is None or (detail.item.parent == self.item.parent and detail.item.tokens == self.item.tokens):
            return detail
        # What other units say of this one is known to its row alone.
        item = replace(detail.item, parent=self.item.parent, tokens=self.item.tokens or detail.item.tokens)
        return replace(detail, item=item)

    def cursors(self) -> tuple[tuple[str, Cursor], ...]:
        """How far every file was read."""
        self._unpack_saved()
        followers = [f for f in (self._record, *self._extras.values(), self._journal) if f is not None]
        return tuple((follower.name, follower.cursor) for follower in followers if follower.cursor is not None)

    def checkpoint(self) -> Checkpoint | None:
        """Everything needed to go on after a restart; None before anything was folded."""
        if self.acc is None:
            return None
        return Checkpoint(self.unit.address, self.engine.fold_version, self.cursors(), self.engine.dump(self.acc))

    @property
    def _file(self) -> JournalFollower | Follower:
        """The file whose stat says first that something was written."""
        file = self._record if self._journal is None else self._journal
        assert file is not None, "an engine names a journal, a record or both"
        return file

    @property
    def stamp(self) -> Cursor | None:
        """How far that file was read; None before it was."""
        return self._file.cursor

    @property
    def skimmed_at(self) -> Cursor | None:
        """What the journal was when it was told from both its ends; None when it never was."""
        return self._skimmed

    @property
    def file(self) -> str:
        """Absolute path of the file that says first that something was written."""
        return self._file.path

    @property
    def folder(self) -> str:
        """Absolute path of the folder whose entries change when the unit does."""
        # A mirror grows together with the copy in the unit's own folder.
        return os.path.dirname(self._file.path) if self._told is self.unit else self.unit.root  # noqa: PTH120

    @property
    def owner_pid(self) -> int | None:
        """Process id of the living owner."""
        return self._owner_pid

    def age_of_news(self) -> float:
        """Seconds since the newest write to journal or record that was seen."""
        written_ns = (follower.written_ns for follower in (self._record, self._journal) if follower is not None)
        return self._settings.now() - max(written_ns) / 1e9

    def resume(self, item: Item, stamp: Cursor | None, cursors: str, alive: bool | None) -> None:
        """Show what a checkpoint knew. ``stamp`` (of journal, or else record) and cursors serve to notice news; to go
        on folding takes ``restore``."""
        self.item, self._alive, self._saved = item, alive, cursors
        if self._journal is not None or isinstance(self._record, RecordFollower):
            # What follows no plain file has a stamp that says more than that of the file.
            self._file.cursor = stamp

    def resume_row(self, row: Row) -> bool:
        """Show what a row of the index says that was made a moment ago; False when it says nothing of use."""
        try:
            item = item_of(row)
        except ValueError:
            return False
        self.resume(item, *standing_of(row))
        return True

    def _unpack_saved(self) -> dict[str, Cursor]:
        """The cursors of the other files, once somebody asks for more than the journal."""
        try:
            found = cursors_from_text(self._saved) if self._saved else {}
        except ValueError:
            found = {}
        self._saved = ""
        for name, cursor in found.items():
            if self._record is not None and name == self._record.name:
                self._record.cursor = cursor
            elif self._journal is None or name != self._journal.name:
                self._extras[name] = self.engine.follower(self._told, name, cursor)
        return found

    def restore(self, cursors: str, blob: bytes) -> bool:
        """Stand exactly where a checkpoint stood; False when it is not readable (then nothing is changed)."""
        try:
            acc = self.engine.load(self.unit, blob)
        except ValueError:
            return False
        self.acc, self._saved = acc, cursors
        self._extras.clear()
        found = self._unpack_saved()
        if self._journal is not None:
            path, name = self._journal.path, self._journal.name
            self._journal = JournalFollower(path, name, found.get(name))
        self.derive()
        return True

    def drop(self) -> None:
        """Let go of the accumulator; item and questions stay."""
        self.acc = None
        if self._journal is not None and self._journal.cursor is not None:
            # What is unfinished is read again together with its end.
            cursor = self._journal.cursor
            self._journal = JournalFollower(self._journal.path, self._journal.name, cursor)

    def accept_torn(self) -> None:
        """A torn record was tried often enough: from now on it is a problem."""
        if self._unreadable_since is not None:
            self._unreadable_since = float("-inf")
