"""The scenario engine: run logs and old error logs below ``logs/``, behind the one shape of an engine.

What folds and tells is imported when it is first needed: a warm start that finds nothing new needs names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from odw_core.engines.scenario import layout
from odw_core.engines.scenario.names import ENGINE, FOLD_VERSION, LOG, RAW_FOLDER, is_error_log
from odw_core.model.address import Address
from odw_core.model.evidence import Evidence, Facts, Owner, Unit
from odw_core.model.item import Item
from odw_core.model.problem import Problem

if TYPE_CHECKING:
    from odw_core.engines.base import Follower, Read
    from odw_core.engines.scenario.acc import Acc
    from odw_core.files.line_source import LineSource
    from odw_core.model.conversation import Conversation
    from odw_core.model.detail import Detail
    from odw_core.model.evidence import Cursor
    from odw_core.model.question import Question
    from odw_core.model.search import Body
from odw_core.text.hidden import Ranges


class ScenarioEngine:
    """Implements ``Engine[Acc]``."""

    name = ENGINE
    fold_version = FOLD_VERSION
    slice_bytes = 128 * 1024
    late_files: tuple[str, ...] = ()
    skim_bytes: tuple[int, int] | None = None

    def is_place(self, place: str) -> bool:
        return layout.is_place(place)

    def watched_folders(self, place: str) -> tuple[str, ...]:
        return layout.watched_folders(place)

    def discover(self, place: str) -> Iterator[Unit]:
        return layout.discover(place)

    def troubles(self, place: str) -> tuple[Problem, ...]:
        return ()

    def owns(self, address: Address) -> bool:
        return address.engine == ENGINE

    def growing_file(self, unit: Unit) -> str | None:
        return LOG

    def record_file(self, unit: Unit) -> str | None:
        return None

    def follower(self, unit: Unit, name: str, cursor: Cursor | None = None) -> Follower:
        if name == RAW_FOLDER:
            from odw_core.engines.scenario.raw_folder import RawFolder

            return RawFolder(self.path(unit, name), name, cursor)
        from odw_core.files.follow import RecordFollower

        return RecordFollower(self.path(unit, name), name, cursor)

    def names_file(self, place: str) -> str | None:
        return None

    def names(self, lines: bytes) -> dict[str, str]:
        return {}

    def path(self, unit: Unit, name: str) -> str:
        return unit.root.removesuffix(".log") + RAW_FOLDER if name == RAW_FOLDER else unit.root

    def owner(self, unit: Unit, acc: Acc) -> Owner | None:
        # The log names no process, and a runner may be started from any folder: only silence tells.
        return None

    def skim(self, unit: Unit, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
        # How many scenarios wrote their file stands in all of the log.
        return None

    def start(self, unit: Unit) -> Acc:
        from odw_core.engines.scenario.acc import ErrorLogAcc, RunAcc

        kind = ErrorLogAcc if is_error_log(unit.address) else RunAcc
        return kind(unit.address.item, unit.place)

    def fold(self, acc: Acc, evidence: Evidence) -> Acc:
        from odw_core.engines.scenario.acc import ErrorLogAcc

        if isinstance(acc, ErrorLogAcc):
            from odw_core.engines.scenario.error_log import fold_error_log

            return fold_error_log(acc, evidence)
        from odw_core.engines.scenario.fold import fold_run

        return fold_run(acc, evidence)

    def wanted_files(self, acc: Acc, facts: Facts) -> tuple[str, ...]:
        from odw_core.engines.scenario.acc import RunAcc

        return (RAW_FOLDER,) if isinstance(acc, RunAcc) and acc.shape == "ours" else ()

    def is_written_once(self, name: str) -> bool:
        return False

    def every_file(self, unit: Unit) -> tuple[str, ...]:
        return ()

    def item(self, acc: Acc, facts: Facts) -> Item:
        from odw_core.engines.scenario.item import batch_item

        return batch_item(acc, facts)

    def questions(self, acc: Acc, facts: Facts) -> tuple[Question, ...]:
        return ()

    def detail(self, acc: Acc, facts: Facts) -> Detail:
        from odw_core.engines.scenario.detail import batch_detail

        return batch_detail(acc, facts)

    def problems(self, acc: Acc, unit: Unit) -> tuple[Problem, ...]:
        from odw_core.engines.scenario.acc import RunAcc

        if not isinstance(acc, RunAcc):
            return ()
        return tuple(Problem(unit.root, found.offset, found.reason) for found in acc.problems)

    def is_readable(self, unit: Unit, data: bytes) -> bool:
        return True

    def dump(self, acc: Acc) -> bytes:
        from odw_core.engines import codec

        return codec.dump(acc)

    def load(self, unit: Unit, blob: bytes) -> Acc:
        from odw_core.engines import codec
        from odw_core.engines.scenario.acc import ErrorLogAcc, RunAcc

        if is_error_log(unit.address):
            return codec.load(ErrorLogAcc, blob)
        return codec.load(RunAcc, blob)

    def open_log(self, unit: Unit, acc: Acc, address: Address, stream: str | None) -> LineSource:
        from odw_core.engines.scenario.streams import open_log

        return open_log(unit, acc, address, stream)

    def open_conversation(self, unit: Unit, acc: Acc) -> Conversation | None:
        return None

    def texts(self, acc: Acc, facts: Facts) -> Iterator[tuple[str, str]]:
        from odw_core.engines.scenario.detail import batch_texts

        return batch_texts(acc, facts)

    def bodies(self, unit: Unit, acc: Acc) -> tuple[Body, ...]:
        from odw_core.model.search import Body

        return (Body("file", unit.root),)

    def hidden_ranges(self, body: Body) -> Ranges:
        return ()

    def inspection(self, read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
        from odw_core.engines.scenario.inspection import inspection

        return inspection(read)
