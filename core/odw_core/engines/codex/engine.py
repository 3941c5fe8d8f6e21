"""The Codex engine: the sessions of one CODEX_HOME, behind the one shape of an engine. Never opens what holds secrets.

What folds and tells is imported when it is first needed: a warm start that finds nothing new needs names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from odw_core.engines.base import Follower, Read
from odw_core.engines.codex import layout
from odw_core.engines.codex.names import FOLD_VERSION, LOCKS, NAMES, ROLLOUT
from odw_core.files.follow import RecordFollower
from odw_core.model.address import Address
from odw_core.model.evidence import Cursor, Evidence, Facts, LockOwner, Owner, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem
from odw_core.model.search import Body
from odw_core.text.hidden import Ranges

if TYPE_CHECKING:
    from odw_core.engines.codex.acc import SessionAcc
    from odw_core.files.line_source import LineSource
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.question import Question


class CodexEngine:
    """Implements ``Engine[SessionAcc]``. A place is a CODEX_HOME, a unit one rollout file."""

    name = "codex"
    fold_version = FOLD_VERSION
    slice_bytes = 1 << 20
    # The first line alone takes 16 to 22 KB.
    late_files: tuple[str, ...] = ()
    skim_bytes: tuple[int, int] | None = (32 * 1024, 8 * 1024)

    def is_place(self, place: str) -> bool:
        return layout.is_home(place)

    def watched_folders(self, place: str) -> tuple[str, ...]:
        return layout.watched_folders(place)

    def discover(self, place: str) -> Iterator[Unit]:
        return layout.discover(place)

    def troubles(self, place: str) -> tuple[Problem, ...]:
        return ()

    def owns(self, address: Address) -> bool:
        return address.engine == "codex"

    def growing_file(self, unit: Unit) -> str | None:
        return ROLLOUT

    def record_file(self, unit: Unit) -> str | None:
        return None

    def path(self, unit: Unit, name: str) -> str:
        return f"{unit.root}/{name}" if name else unit.root

    def follower(self, unit: Unit, name: str, cursor: Cursor | None = None) -> Follower:
        return RecordFollower(self.path(unit, name), name, cursor)

    def names_file(self, place: str) -> str | None:
        return f"{place}/{NAMES}"

    def names(self, lines: bytes) -> dict[str, str]:
        from odw_core.engines.codex.index_names import names_of_index

        return names_of_index(lines)

    def owner(self, unit: Unit, acc: SessionAcc) -> Owner | None:
        from odw_core.engines.codex.status import is_open

        if not is_open(acc):
            return None
        folder = f"{unit.place}/{LOCKS}"
        return LockOwner(f"{folder}/{unit.address.item}.lock", folder)

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        from odw_core.engines.codex.skim import skim_session

        return skim_session(self.start(unit), head, tail, facts)

    def start(self, unit: Unit) -> SessionAcc:
        from odw_core.engines.codex.acc import SessionAcc

        return SessionAcc(unit.address.item, unit.place, unit.root)

    def fold(self, acc: SessionAcc, evidence: Evidence) -> SessionAcc:
        from odw_core.engines.codex.fold import fold

        return fold(acc, evidence)

    def wanted_files(self, acc: SessionAcc, facts: Facts) -> tuple[str, ...]:
        return ()

    def is_written_once(self, name: str) -> bool:
        return False

    def every_file(self, unit: Unit) -> tuple[str, ...]:
        return ()

    def item(self, acc: SessionAcc, facts: Facts) -> Item:
        from odw_core.engines.codex.item import session_item

        return session_item(acc, facts)

    def questions(self, acc: SessionAcc, facts: Facts) -> tuple[Question, ...]:
        from odw_core.engines.codex.question import session_questions

        return session_questions(acc, facts)

    def detail(self, acc: SessionAcc, facts: Facts) -> Detail:
        from odw_core.engines.codex.detail import session_detail

        return session_detail(acc, facts)

    def problems(self, acc: SessionAcc, unit: Unit) -> tuple[Problem, ...]:
        return tuple(Problem(unit.root, found.offset, found.reason) for found in acc.problems)

    def is_readable(self, unit: Unit, data: bytes) -> bool:
        return True

    def dump(self, acc: SessionAcc) -> bytes:
        from odw_core.engines import codec

        return codec.dump(acc)

    def load(self, unit: Unit, blob: bytes) -> SessionAcc:
        from odw_core.engines import codec
        from odw_core.engines.codex.acc import SessionAcc

        acc = codec.load(SessionAcc, blob)
        # An archived session moved; its transcript did not change.
        acc.place, acc.root = unit.place, unit.root
        return acc

    def open_log(self, unit: Unit, acc: SessionAcc, address: Address, stream: str | None) -> LineSource:
        from odw_core.engines.codex.streams import open_session_log

        return open_session_log(unit, address, stream)

    def open_conversation(self, unit: Unit, acc: SessionAcc) -> Conversation | None:
        from odw_core.engines.codex.conversation import open_conversation

        return open_conversation(unit.root)

    def texts(self, acc: SessionAcc, facts: Facts) -> Iterator[tuple[str, str]]:
        from odw_core.engines.codex.found import session_texts

        return session_texts(acc, facts)

    def bodies(self, unit: Unit, acc: SessionAcc) -> tuple[Body, ...]:
        from odw_core.engines.codex.found import session_bodies

        return session_bodies(unit)

    def hidden_ranges(self, body: Body) -> Ranges:
        from odw_core.engines.codex.secret_answers import SecretAnswers

        return SecretAnswers(body.path).ranges()

    def inspection(self, read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
        from odw_core.engines.codex.inspection import inspection

        return inspection(read, places)
