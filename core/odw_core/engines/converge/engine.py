"""The Converge engine: run folders below ``.converge/runs`` and the queue's tasks, behind the one shape of an engine.

What folds and tells is imported when it is first needed: a warm start that finds nothing new needs names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from odw_core.engines.converge import layout, names
from odw_core.model.address import Address
from odw_core.model.evidence import CommandOwner, Evidence, Facts, Owner, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem

if TYPE_CHECKING:
    from odw_core.engines.base import Follower, Read
    from odw_core.engines.converge.acc import Acc
    from odw_core.engines.converge.database import Databases
    from odw_core.engines.converge.log_shelf import LogShelf
    from odw_core.files.line_source import LineSource
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.evidence import Cursor
    from odw_core.model.question import Question
    from odw_core.model.search import Body
from odw_core.text.hidden import Ranges

_START_S = 30.0
"""How long before it makes its folder a run may have been started: it loads its libraries first."""
_RUN_FILES = (
    names.FILES,
    names.CONSTRAINTS,
    names.CONTRACTS,
    names.MATRIX,
    names.SUMMARY,
    names.QUEUE,
    names.LOG,
    names.REPEATS,
)
_MOST_HINTS = 50


class ConvergeEngine:
    """Implements ``Engine[Acc]``. Keeps what it read of databases and logs, which many units share."""

    name = names.ENGINE
    fold_version = names.FOLD_VERSION
    slice_bytes = 256 * 1024
    late_files: tuple[str, ...] = (names.REPEATS,)
    skim_bytes: tuple[int, int] | None = None

    @cached_property
    def _databases(self) -> Databases:
        from odw_core.engines.converge.database import Databases

        return Databases()

    @cached_property
    def _shelf(self) -> LogShelf:
        from odw_core.engines.converge.log_shelf import LogShelf

        return LogShelf()

    def is_place(self, place: str) -> bool:
        return layout.is_place(place)

    def watched_folders(self, place: str) -> tuple[str, ...]:
        return layout.watched_folders(place)

    def discover(self, place: str) -> Iterator[Unit]:
        yield from layout.runs(place)
        if layout.is_place(place) and layout.databases(place):
            for task in self._databases.queue(place).tasks.values():
                yield Unit(names.task_address(task.id), place, task.database)

    def troubles(self, place: str) -> tuple[Problem, ...]:
        if not (layout.is_place(place) and layout.databases(place)):
            return ()
        queue = self._databases.queue(place)
        # What is only locked is read again soon.
        return () if queue.is_busy else tuple(Problem(path, 0, reason) for path, reason in queue.problems)

    def owns(self, address: Address) -> bool:
        return address.engine == names.ENGINE

    def growing_file(self, unit: Unit) -> str | None:
        return None

    def record_file(self, unit: Unit) -> str | None:
        return names.RECORD if names.task_id_of(unit.address) is None else names.ROW

    def path(self, unit: Unit, name: str) -> str:
        return f"{unit.root}/{name}" if name and not name.startswith(":") else unit.root

    def follower(self, unit: Unit, name: str, cursor: Cursor | None = None) -> Follower:
        task = names.task_id_of(unit.address)
        if task is None and name not in (names.FILES, names.LOG, names.QUEUE, names.REPEATS):
            from odw_core.files.follow import RecordFollower

            return RecordFollower(self.path(unit, name), name, cursor)
        # Imported late: a run that is over is looked at by its record alone.
        from odw_core.engines.converge import followers

        if task is not None:
            match name:
                case names.CHECKPOINT:
                    return followers.checkpoint(self._databases, unit.place, task, name, cursor)
                case names.REPEATS:
                    return followers.repeats(self._shelf.own, unit.place, unit.address.item, name, cursor)
                case names.RUNS:
                    return followers.runs_of_task(self._databases, unit.place, task, name, cursor)
            return followers.task_row(self._databases, unit.root, unit.place, task, name, cursor)
        run = unit.address.item
        match name:
            case names.FILES:
                return followers.listing(unit.root, name, cursor)
            case names.LOG:
                return followers.saved_log(self._shelf, unit.place, run, name, cursor)
            case names.REPEATS:
                return followers.repeats(self._shelf.own, unit.place, run, name, cursor)
        return followers.queue_of_run(self._databases, unit.place, run, name, cursor)

    def names_file(self, place: str) -> str | None:
        return None

    def names(self, lines: bytes) -> dict[str, str]:
        return {}

    def owner(self, unit: Unit, acc: Acc) -> Owner | None:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.names import row_time, stamp_time
        from odw_core.engines.converge.ties import task_of

        if isinstance(acc, TaskAcc):
            row = acc.row
            if row is None or row.status not in ("CLAIMED", "RUNNING"):
                return None
            until = row_time(row.updated_at) or row_time(row.created_at)
            return None if until is None else CommandOwner(("converge", "worker"), unit.place, 0.0, until)
        began = stamp_time(acc.item)
        if acc.has_record or began is None:
            return None
        if task_of(acc) is not None:
            return CommandOwner(("converge", "worker"), unit.place, 0.0, began)
        return CommandOwner(("converge", "coordinate"), unit.place, began - _START_S, began)

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        # There is no journal to skim: a fold reads a few small files.
        return None

    def start(self, unit: Unit) -> Acc:
        from odw_core.engines.converge.acc import RunAcc, TaskAcc

        task = names.task_id_of(unit.address)
        return RunAcc(unit.address.item, unit.place) if task is None else TaskAcc(task, unit.place)

    def fold(self, acc: Acc, evidence: Evidence) -> Acc:
        from odw_core.engines.converge.fold import fold

        return fold(acc, evidence)

    def wanted_files(self, acc: Acc, facts: Facts) -> tuple[str, ...]:
        from odw_core.engines.converge.acc import TaskAcc

        if isinstance(acc, TaskAcc):
            return (names.CHECKPOINT, names.RUNS, names.REPEATS)
        hints = [name for name in acc.files if name.endswith("/commands.sh") and name.startswith(f"{names.PLANS}/")]
        return (*_RUN_FILES, *sorted(hints)[:_MOST_HINTS])

    def is_written_once(self, name: str) -> bool:
        # Upstream writes in place, and a resumed run is written again.
        return False

    def every_file(self, unit: Unit) -> tuple[str, ...]:
        return ()

    def item(self, acc: Acc, facts: Facts) -> Item:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.item import run_item, task_item

        return task_item(acc, facts) if isinstance(acc, TaskAcc) else run_item(acc, facts)

    def questions(self, acc: Acc, facts: Facts) -> tuple[Question, ...]:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.item import run_item
        from odw_core.engines.converge.question import run_questions, task_questions

        if isinstance(acc, TaskAcc):
            return task_questions(acc)
        return run_questions(acc, run_item(acc, facts).state)

    def detail(self, acc: Acc, facts: Facts) -> Detail:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.detail import run_detail, task_detail

        return task_detail(acc, facts) if isinstance(acc, TaskAcc) else run_detail(acc, facts)

    def problems(self, acc: Acc, unit: Unit) -> tuple[Problem, ...]:
        from odw_core.engines.converge.acc import TaskAcc

        if isinstance(acc, TaskAcc):
            return ()
        found = [Problem(path, 0, reason) for path, reason in acc.queue.problems]
        if acc.files and not acc.has_record and not acc.is_torn:
            text = "it is missing although other files of the run are there"
            found.append(Problem(self.path(unit, names.RECORD), 0, text))
        return tuple(found)

    def is_readable(self, unit: Unit, data: bytes) -> bool:
        from odw_core.engines.loose import parse_object

        # A row of the queue is never torn.
        return names.task_id_of(unit.address) is not None or parse_object(data) is not None

    def dump(self, acc: Acc) -> bytes:
        from odw_core.engines import codec

        return codec.dump(acc)

    def load(self, unit: Unit, blob: bytes) -> Acc:
        from odw_core.engines import codec
        from odw_core.engines.converge.acc import RunAcc, TaskAcc

        if names.task_id_of(unit.address) is None:
            return codec.load(RunAcc, blob)
        return codec.load(TaskAcc, blob)

    def open_log(self, unit: Unit, acc: Acc, address: Address, stream: str | None) -> LineSource:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.streams import open_log, open_task_log

        return open_task_log(acc, stream) if isinstance(acc, TaskAcc) else open_log(unit, acc, address, stream)

    def open_conversation(self, unit: Unit, acc: Acc) -> Conversation | None:
        return None

    def texts(self, acc: Acc, facts: Facts) -> Iterator[tuple[str, str]]:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.found import run_texts, task_texts

        return task_texts(acc, facts) if isinstance(acc, TaskAcc) else run_texts(acc, facts)

    def bodies(self, unit: Unit, acc: Acc) -> tuple[Body, ...]:
        from odw_core.engines.converge.acc import TaskAcc
        from odw_core.engines.converge.found import run_bodies

        return () if isinstance(acc, TaskAcc) else run_bodies(unit, acc)

    def hidden_ranges(self, body: Body) -> Ranges:
        return ()

    def inspection(self, read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
        from odw_core.engines.converge.inspection import inspection

        return inspection(read, places, self._databases)
