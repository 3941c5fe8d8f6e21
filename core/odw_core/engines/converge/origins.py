"""Where the figures of a run or task come from: file, time, read or inferred. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.names import CONSTRAINTS, RECORD, row_time
from odw_core.engines.converge.standing import local_time, raw_state
from odw_core.engines.converge.ties import task_of
from odw_core.model.detail import How, Origin
from odw_core.model.item import Item


def run_origins(acc: RunAcc, item: Item) -> tuple[Origin, ...]:
    """One origin a figure, the best witness first."""
    return tuple(_run(acc, item))


def _run(acc: RunAcc, item: Item) -> Iterator[Origin]:
    root = f"{acc.place}/{layout.RUNS}/{acc.item}"
    record, at = f"{root}/{RECORD}", acc.written_at
    log, tied = acc.log, task_of(acc)
    if acc.has_record:
        figures = ["title", "stage", "blockers", "questions", *(["model"] if item.model else [])]
        yield Origin("state", record, None, at, How.READ, f"status {acc.status}")
        yield from (Origin(figure, record, None, at, How.READ) for figure in figures)
        source = f"{root}/{CONSTRAINTS}" if acc.repos else record
        yield Origin("tasks", source, None, at, How.READ, "plans that are OK, of the repos that were asked for")
    elif log is not None:
        how = How.READ if log.is_certain else How.INFERRED
        told = local_time(log, log.last_at)
        tie = "the log names the run's folder" if log.is_certain else "the log began when the folder was made"
        yield Origin("state", log.path, log.last_offset, told, how, tie)
        yield from (Origin(figure, log.path, log.offset, told, how) for figure in ("title", "stage", "tasks"))
    else:
        note = f"{raw_state(acc)} folder, its age, and whether a converge process of that time works here"
        yield Origin("state", root, None, at, How.INFERRED, note)
    if tied is not None:
        updated = row_time(tied.row.updated_at)
        yield Origin("parent", tied.row.database, None, updated, How.INFERRED, tied.how)
    if item.tokens is not None:
        yield Origin("tokens", root, None, None, How.INFERRED, "of Codex sessions that worked in its repos meanwhile")
    if item.started_at is not None:
        yield Origin("started", root, None, item.started_at, How.READ, "the name of the folder")
    if item.ended_at is not None and acc.generated_at is not None:
        yield Origin("ended", f"{root}/{CONSTRAINTS}", None, acc.generated_at, How.READ, "generated_at")


def task_origins(acc: TaskAcc) -> tuple[Origin, ...]:
    """Everything stands in the task's row."""
    row = acc.row
    if row is None:
        return ()
    at = row_time(row.updated_at)
    figures = ("state", "title", "questions", "started")
    return tuple(Origin(figure, row.database, None, at, How.READ, "its row in tasks") for figure in figures)
