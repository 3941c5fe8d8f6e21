"""The ODW engine: runs below ``.odw`` and PandaCode sessions below ``.pandacode``, behind the one shape of an engine.

What folds and tells is imported when it is first needed: a warm start that finds nothing new needs names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from odw_core.engines.base import Follower, Read
from odw_core.engines.loose import integer, parse_object
from odw_core.engines.odw import layout
from odw_core.engines.odw.names import FOLD_VERSION, JOURNAL, RECORD, STATE, SUPERVISOR, pid_of, start_ms_of
from odw_core.files.follow import RecordFollower
from odw_core.model.address import Address
from odw_core.model.evidence import Cursor, Evidence, Facts, Owner, ProcessOwner, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem
from odw_core.model.search import Body
from odw_core.text.hidden import Ranges

if TYPE_CHECKING:
    from odw_core.engines.odw.acc import RunAcc
    from odw_core.engines.odw.session import SessionAcc
    from odw_core.files.line_source import LineSource
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.question import Question

    OdwAcc = RunAcc | SessionAcc


class OdwEngine:
    """Implements ``Engine[OdwAcc]``."""

    name = "odw"
    fold_version = FOLD_VERSION
    slice_bytes = 256 * 1024
    late_files: tuple[str, ...] = ()
    skim_bytes: tuple[int, int] | None = (4 * 1024, 2 * 1024)

    def is_place(self, place: str) -> bool:
        return layout.is_workspace(place)

    def watched_folders(self, place: str) -> tuple[str, ...]:
        return layout.watched_folders(place)

    def discover(self, place: str) -> Iterator[Unit]:
        return layout.discover(place)

    def troubles(self, place: str) -> tuple[Problem, ...]:
        return ()

    def owns(self, address: Address) -> bool:
        return address.engine in ("odw", "pandacode")

    def growing_file(self, unit: Unit) -> str | None:
        return JOURNAL if unit.address.engine == "odw" else None

    def record_file(self, unit: Unit) -> str:
        return RECORD if unit.address.engine == "odw" else ""

    def path(self, unit: Unit, name: str) -> str:
        return f"{unit.root}/{name}" if name else unit.root

    def follower(self, unit: Unit, name: str, cursor: Cursor | None = None) -> Follower:
        return RecordFollower(self.path(unit, name), name, cursor)

    def names_file(self, place: str) -> str | None:
        return None

    def names(self, lines: bytes) -> dict[str, str]:
        return {}

    def owner(self, unit: Unit, acc: OdwAcc) -> Owner | None:
        from odw_core.engines.odw.session import SessionAcc

        if not isinstance(acc, SessionAcc):
            if acc.is_native and acc.native.pid is not None:
                since = acc.native.since_ms
                return ProcessOwner(acc.native.pid, (SUPERVISOR,), since / 1000 if since is not None else None)
            pid, began = pid_of(acc.run_id), start_ms_of(acc.run_id)
            # A folder whose name carries no process id has nobody who could be alive.
            return ProcessOwner(pid or 0, ("odw", SUPERVISOR), began / 1000 if began is not None else None)
        pid, created = integer(acc.record.artifacts, "runner_pid"), acc.record.created_ms
        return (
            None if pid is None else ProcessOwner(pid, ("pandacode",), created / 1000 if created is not None else None)
        )

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        from odw_core.engines.odw.acc import RunAcc
        from odw_core.engines.odw.skim import skim_run

        if unit.address.engine != "odw":
            return None
        return skim_run(RunAcc(unit.address.item, unit.place), record, head, tail, facts)

    def start(self, unit: Unit) -> OdwAcc:
        from odw_core.engines.odw.acc import RunAcc
        from odw_core.engines.odw.session import SessionAcc

        if unit.address.engine == "odw":
            return RunAcc(unit.address.item, unit.place)
        runtime, _, name = unit.address.item.partition(":")
        return SessionAcc(runtime, name, unit.place)

    def fold(self, acc: OdwAcc, evidence: Evidence) -> OdwAcc:
        from odw_core.engines.odw.fold import fold
        from odw_core.engines.odw.session import SessionAcc, fold_session

        return fold_session(acc, evidence) if isinstance(acc, SessionAcc) else fold(acc, evidence)

    def wanted_files(self, acc: OdwAcc, facts: Facts) -> tuple[str, ...]:
        from odw_core.engines.odw.fold import wanted_files
        from odw_core.engines.odw.session import SessionAcc

        return () if isinstance(acc, SessionAcc) else wanted_files(acc, facts.alive)

    def is_written_once(self, name: str) -> bool:
        return name not in (JOURNAL, RECORD, STATE, "")

    def every_file(self, unit: Unit) -> tuple[str, ...]:
        return (STATE,) if unit.address.engine == "odw" else ()

    def item(self, acc: OdwAcc, facts: Facts) -> Item:
        from odw_core.engines.odw.item import run_item
        from odw_core.engines.odw.session import SessionAcc, session_item

        return session_item(acc, facts) if isinstance(acc, SessionAcc) else run_item(acc, facts)

    def questions(self, acc: OdwAcc, facts: Facts) -> tuple[Question, ...]:
        from odw_core.engines.odw.question import run_questions
        from odw_core.engines.odw.session import SessionAcc, session_questions

        if isinstance(acc, SessionAcc):
            return session_questions(acc, facts)
        return run_questions(acc, Address("odw", acc.run_id), facts.alive)

    def detail(self, acc: OdwAcc, facts: Facts) -> Detail:
        from odw_core.engines.odw.session import SessionAcc, session_detail
        from odw_core.engines.odw.timeline import run_detail

        return session_detail(acc, facts) if isinstance(acc, SessionAcc) else run_detail(acc, facts)

    def problems(self, acc: OdwAcc, unit: Unit) -> tuple[Problem, ...]:
        from odw_core.engines.odw.session import SessionAcc

        if isinstance(acc, SessionAcc):
            return ()
        return tuple(Problem(self.path(unit, found.file), found.offset, found.reason) for found in acc.problems)

    def is_readable(self, unit: Unit, data: bytes) -> bool:
        return parse_object(data) is not None

    def dump(self, acc: OdwAcc) -> bytes:
        from odw_core.engines import codec

        return codec.dump(acc)

    def load(self, unit: Unit, blob: bytes) -> OdwAcc:
        from odw_core.engines import codec
        from odw_core.engines.odw.acc import RunAcc
        from odw_core.engines.odw.session import SessionAcc

        if unit.address.engine == "odw":
            return codec.load(RunAcc, blob)
        return codec.load(SessionAcc, blob)

    def open_log(self, unit: Unit, acc: OdwAcc, address: Address, stream: str | None) -> LineSource:
        from odw_core.engines.odw.session import SessionAcc
        from odw_core.engines.odw.streams import open_run_log, open_session_log

        if isinstance(acc, SessionAcc):
            return open_session_log(unit, acc, stream)
        return open_run_log(unit, acc, address, stream)

    def open_conversation(self, unit: Unit, acc: OdwAcc) -> Conversation | None:
        return None

    def texts(self, acc: OdwAcc, facts: Facts) -> Iterator[tuple[str, str]]:
        from odw_core.engines.odw.found import run_texts, session_texts
        from odw_core.engines.odw.session import SessionAcc

        return session_texts(acc, facts) if isinstance(acc, SessionAcc) else run_texts(acc, facts)

    def bodies(self, unit: Unit, acc: OdwAcc) -> tuple[Body, ...]:
        from odw_core.engines.odw.found import run_bodies, session_bodies
        from odw_core.engines.odw.session import SessionAcc

        return session_bodies(unit, acc) if isinstance(acc, SessionAcc) else run_bodies(unit, acc)

    def hidden_ranges(self, body: Body) -> Ranges:
        if "/.pandacode/" not in body.path:
            return ()
        from odw_core.engines.odw.secret_answers import hidden_of_body

        return hidden_of_body(body.path)

    def inspection(self, read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
        from odw_core.engines.odw.inspection import inspection

        return inspection(read, places)
