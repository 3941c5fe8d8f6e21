"""The timeline of a run as a table: tasks and reviewers by plan, rounds, landing, verification. Pure, told the time."""

from __future__ import annotations

from odw_core.model.detail import Cell, Column, ColumnKind, Mark, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.numbers import duration
from odw_tui.present.spans import Line, Span, Spans, spans
from odw_tui.present.table import GridColumn, GridContent, GridRow

WORDS = {
    Mark.DONE: "done",
    Mark.REPAIRED: "repaired",
    Mark.KEPT: "kept",
    Mark.CACHED: "cached",
    Mark.RUNNING: "running",
    Mark.UNFINISHED: "unfinished",
    Mark.WAITING: "waits",
    Mark.FAILED: "failed",
    Mark.APPROVED: "approve",
    Mark.REJECTED: "reject",
    Mark.NEEDS_OWNER: "needs owner",
    Mark.SKIPPED: "skipped",
    Mark.FALLBACK: "fallback",
}
"""What stands beside a glyph when there is nothing more to say."""

TONES = {
    Mark.DONE: "done",
    Mark.REPAIRED: "done",
    Mark.KEPT: "faint",
    Mark.CACHED: "faint",
    Mark.RUNNING: "running",
    Mark.UNFINISHED: "stale",
    Mark.WAITING: "waiting",
    Mark.FAILED: "failed",
    Mark.APPROVED: "done",
    Mark.REJECTED: "failed",
    Mark.NEEDS_OWNER: "waiting",
    Mark.SKIPPED: "faint",
    Mark.FALLBACK: "blocked",
}

_LOUD = {
    Mark.WAITING,
    Mark.FAILED,
    Mark.REJECTED,
    Mark.NEEDS_OWNER,
    Mark.UNFINISHED,
    Mark.RUNNING,
    Mark.FALLBACK,
}
_VERDICTS = {Mark.APPROVED, Mark.REJECTED, Mark.NEEDS_OWNER, Mark.FALLBACK}
_NOT_RUN = {Mark.KEPT, Mark.CACHED, Mark.SKIPPED}

_TITLE_LIMIT = 60
_NOTE_LIMIT = 40

_LOOK_FIRST = (Mark.WAITING, Mark.NEEDS_OWNER, Mark.FAILED, Mark.FALLBACK, Mark.UNFINISHED, Mark.RUNNING)


def timeline(detail: RunDetail, glyphs: Glyphs, now: float, *, is_roomy: bool = False) -> GridContent:
    """The whole table as it is at ``now``; ``is_roomy`` when one column has all the space, so that cells say more."""
    kinds = kinds_of(detail)
    columns = tuple(
        GridColumn(
            column.key,
            head(column, glyphs, now),
            _kin(column.kind),
            least := _least(column.kind),
            # What says another second every second needs room for longer words.
            close=least if column.mark is Mark.RUNNING else 0,
        )
        for column in detail.columns
    )
    rows: list[GridRow] = []
    for row in detail.rows:
        apart = row.kind == "reviewer" and bool(rows) and detail.rows[len(rows) - 1].kind == "task"
        tone = "" if row.kind == "task" else "quiet"
        rows.append(GridRow(row.key, (Span(one_line(row.title, _TITLE_LIMIT), tone),), apart))
    cells = {
        (cell.row, cell.column): picture(cell, kinds[cell.column], glyphs, now, is_roomy=is_roomy)
        for cell in detail.cells
        if cell.column in kinds
    }
    return GridContent(columns, tuple(rows), cells)


def kinds_of(detail: RunDetail) -> dict[str, ColumnKind]:
    """What each column stands for."""
    return {column.key: column.kind for column in detail.columns}


def nothing_yet(detail: RunDetail, journal_key: str) -> tuple[Line, ...]:
    """No task was started: the picture in place of the table."""
    over = detail.item.ended_at is not None
    words = "No task was started in this run." if over else "No task has started yet; the first one appears here."
    return (Line(), Line((Span(words, "strong"),)), Line((Span(f"{journal_key}  what the journal says", "quiet"),)))


def _kin(kind: ColumnKind) -> str:
    """Rounds are compared with each other, so they are equally wide; phases have little in common."""
    return kind.value if kind is ColumnKind.ROUND else ""


def _least(kind: ColumnKind) -> int:
    return 16 if kind is ColumnKind.ROUND else 10


def head(column: Column, glyphs: Glyphs, now: float) -> tuple[Spans, ...]:
    """Title with how long it took, and the outcome below it."""
    took = _took(column.started_at, column.ended_at, column.mark is Mark.RUNNING, now)
    title = spans(Span(one_line(column.title, _TITLE_LIMIT), "strong"), Span(f"  {took}" if took else "", "faint"))
    if column.mark is None:
        return title, ()
    tone = TONES[column.mark]
    note = one_line(column.note, _NOTE_LIMIT) or WORDS[column.mark]
    words = tone if column.mark in _LOUD else "quiet"
    return title, spans(Span(glyphs.mark(column.mark), tone), Span(f" {note}", words))


def picture(cell: Cell, kind: ColumnKind, glyphs: Glyphs, now: float, *, is_roomy: bool = False) -> Spans:
    """One cell: what became of it, and how long it took or what came out."""
    note = one_line(cell.note, _NOTE_LIMIT)
    if kind is ColumnKind.LAND and cell.mark is Mark.DONE and note:
        return (Span(note, "quiet"),)
    tone = TONES[cell.mark]
    words = "faint" if cell.mark in _NOT_RUN else tone if cell.mark in _LOUD else ""
    said = _said(cell, note, now)
    if is_roomy and note.startswith(said):
        said = note
    tries = f"  {len(cell.attempts)} tries" if len(cell.attempts) > 1 else ""
    more = f"  {note or _files(cell)}".rstrip() if is_roomy and said != note else ""
    return spans(Span(glyphs.mark(cell.mark), tone), Span(f" {said}", words), Span(tries, "faint"), Span(more, "quiet"))


def _files(cell: Cell) -> str:
    changed = len(cell.attempts[-1].files) if cell.attempts else 0
    return f"{changed} file{'' if changed == 1 else 's'}" if changed else ""


def _said(cell: Cell, note: str, now: float) -> str:
    took = _took(cell.started_at, cell.ended_at, cell.mark is Mark.RUNNING, now)
    if cell.mark is Mark.WAITING:
        return WORDS[cell.mark]
    if cell.mark in _VERDICTS or cell.mark in _NOT_RUN:
        return note or WORDS[cell.mark]
    if cell.mark is Mark.FAILED and took:
        return f"{WORDS[cell.mark]} {took}"
    return took or note or WORDS[cell.mark]


def _took(started_at: float | None, ended_at: float | None, is_running: bool, now: float) -> str:
    if started_at is None:
        return ""
    if ended_at is None or is_running:
        return duration(max(now - started_at, 0)) if is_running else ""
    return duration(max(ended_at - started_at, 0))


def ticking_cells(detail: RunDetail) -> tuple[Cell, ...]:
    """Cells whose text changes by the clock alone."""
    return tuple(cell for cell in detail.cells if cell.mark is Mark.RUNNING and cell.started_at is not None)


def ticking_columns(detail: RunDetail) -> tuple[Column, ...]:
    """Columns whose header changes by the clock alone."""
    return tuple(column for column in detail.columns if column.mark is Mark.RUNNING and column.started_at is not None)


def first_look(detail: RunDetail) -> tuple[str, str] | None:
    """The cell to look at first: what waits, what broke, what runs; else the newest that anything happened in."""
    if not detail.rows or not detail.columns:
        return None
    places = {column.key: place for place, column in enumerate(detail.columns)}
    known = [cell for cell in detail.cells if cell.column in places]
    for mark in _LOOK_FIRST:
        found = [cell for cell in known if cell.mark is mark]
        if found:
            newest = max(places[cell.column] for cell in found)
            return next((cell.row, cell.column) for cell in found if places[cell.column] == newest)
    kinds = kinds_of(detail)
    ran = [cell for cell in known if cell.attempts]
    # What a loop decided stands in its last round, not in the check that follows.
    ran = [cell for cell in ran if kinds[cell.column] is ColumnKind.ROUND] or ran
    if not ran:
        return detail.rows[0].key, detail.columns[0].key
    newest = max(places[cell.column] for cell in ran)
    in_newest = {cell.row for cell in ran if places[cell.column] == newest}
    row = next(row.key for row in detail.rows if row.key in in_newest) if in_newest else detail.rows[0].key
    return row, detail.columns[newest].key
