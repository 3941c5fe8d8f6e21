"""A row from both ends of a journal: cheap, never different from the fold. What it cannot be sure of, it refuses."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.fold import fold
from odw_core.engines.odw.item import run_item
from odw_core.engines.odw.names import JOURNAL, RECORD
from odw_core.engines.odw.show_as import ShowAs, show_as
from odw_core.model.evidence import Appended, Facts, Replaced
from odw_core.model.item import Depth, Item


def skim_run(acc: RunAcc, record: bytes, head: bytes, tail: bytes, facts: Facts) -> Item | None:
    """The row of a run that completed; None for every other, since only a fold can tell why it did not.

    ``acc`` is fresh; ``head`` and ``tail`` are the ends of the journal and do not overlap. Fields that need the middle
    are None or empty.
    """
    fold(acc, Replaced(RECORD, record))
    if acc.status != "completed" or not tail.endswith(b"\n"):
        return None
    fold(acc, Appended(JOURNAL, 0, head[: head.rfind(b"\n") + 1], False))
    if acc.is_native:
        # Its questions are closed and its sessions are named anywhere.
        return None
    last_line = tail.rstrip(b"\n").rpartition(b"\n")[2] + b"\n"
    fold(acc, Appended(JOURNAL, 0, last_line, False))
    if not acc.workflow or not acc.has_exit or show_as(acc, facts.alive) is not ShowAs.COMPLETED:
        return None
    return replace(
        run_item(acc, facts, Depth.SKIMMED),
        why="",
        stage="",
        tasks=None,
        blockers=None,
        model=None,
        tokens=None,
        last_words="",
    )
