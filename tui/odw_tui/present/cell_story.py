"""What one cell of the timeline means: why it ran, what came out, what can be opened. Pure; takes the time."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.detail import Attempt, Blocker, Cell, Column, ColumnKind, Gate, Mark, Row, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.calls import call_facts, command_line
from odw_tui.present.findings import blocker_lines
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled, said, said_lines
from odw_tui.present.spans import Line, Span, spans
from odw_tui.present.timeline import TONES, WORDS

_CAUSE_LINES = 3
_FILES = 6
_STOPPED = {Mark.NEEDS_OWNER, Mark.WAITING, Mark.FAILED, Mark.FALLBACK}


def story(detail: RunDetail, row_key: str, column_key: str, glyphs: Glyphs, now: float, width: int) -> tuple[Line, ...]:
    """The lines under the grid for the cell at ``row_key``, ``column_key``; the most telling first."""
    row = next((row for row in detail.rows if row.key == row_key), None)
    column = next((column for column in detail.columns if column.key == column_key), None)
    if row is None or column is None:
        return ()
    cell = cell_at(detail, row_key, column_key)
    if cell is None:
        return tuple(_column_story(detail, row, column, glyphs, width))
    return tuple(_cell_story(detail, row, column, cell, glyphs, now, width))


def cell_at(detail: RunDetail, row_key: str, column_key: str) -> Cell | None:
    """The cell there, None where nothing happened."""
    return next((cell for cell in detail.cells if cell.row == row_key and cell.column == column_key), None)


def round_of(column: Column) -> int | None:
    """The round a column stands for."""
    if column.kind is not ColumnKind.ROUND:
        return None
    digits = "".join(character for character in column.key if character.isdecimal())
    return int(digits) if digits else None


def is_named(row: Row, tasks: tuple[str, ...]) -> bool:
    """Whether ``row`` is one of ``tasks``, which are given by name."""
    return row.kind != "reviewer" and (row.title in tasks or row.key in tasks)


def reasons_to_repair(detail: RunDetail, row: Row, column: Column) -> tuple[Blocker, ...]:
    """The blockers of the last review before ``column`` that named this task."""
    number = round_of(column)
    if number is None:
        return ()
    before = [blocker.round for blocker in detail.blockers if blocker.round < number]
    last = max(before, default=0)
    return tuple(one for one in detail.blockers if one.round == last and is_named(row, one.tasks))


def _cell_story(
    detail: RunDetail, row: Row, column: Column, cell: Cell, glyphs: Glyphs, now: float, width: int
) -> Iterator[Line]:
    last = cell.attempts[-1] if cell.attempts else None
    blockers = _blockers_of(detail, row, column, cell.mark)
    tone = "quiet" if cell.mark is Mark.DONE else TONES[cell.mark]
    yield said(
        Span(_name(row), "strong"),
        Span(f", {one_line(column.title, 60)}   ", "quiet"),
        Span(_reason(cell, column, blockers, row), tone),
        right=spans(Span(_effort(cell, now), "quiet")),
    )
    cause = _cause(cell, last)
    for place, line in enumerate(cause):
        yield labelled("" if place else "cause", Span(line, "failed"), most=2)
    yield from blocker_lines(blockers, glyphs, width)
    if last is not None:
        yield from _attempt_story(cell, last, cause, glyphs)
        yield from _call_story(detail, last, glyphs)
    yield from _why_story(column)


def _cause(cell: Cell, last: Attempt | None) -> list[str]:
    told = last.error if last is not None else cell.note if cell.mark is Mark.FAILED else None
    return said_lines(told or "", _CAUSE_LINES)


def _attempt_story(cell: Cell, last: Attempt, cause: list[str], glyphs: Glyphs) -> Iterator[Line]:
    earlier = [attempt for attempt in cell.attempts[:-1] if attempt.error]
    for attempt in earlier[-1:]:
        error = one_line(attempt.error or "", TEXT_LIMIT)
        yield labelled("before", Span(f"attempt {attempt.number}: {error}", "quiet"))
    summary = one_line(last.summary, TEXT_LIMIT)
    if summary and summary not in cause:
        yield labelled("said", Span(summary), most=2)
    if last.files:
        names = ", ".join(one_line(name, 120) for name in last.files[:_FILES])
        rest = f" and {len(last.files) - _FILES} more" if len(last.files) > _FILES else ""
        yield labelled("files", Span(names + rest))
    yield labelled("opens", Span(_streams(last), "quiet"), right=spans(Span(_agent(last, glyphs), "faint")))


def _call_story(detail: RunDetail, last: Attempt, glyphs: Glyphs) -> Iterator[Line]:
    """How its agent was called, where the run wrote that down."""
    parts = last.address.parts
    called = (one for one in detail.calls if parts and one.key == parts[0] and one.attempt == last.number)
    for call in called:
        told = f" {glyphs.dot} ".join(call_facts(call))
        yield labelled("call", Span(told, "quiet"), right=spans(Span(one_line(call.stderr, 80), "faint")))
        if call.argv:
            yield labelled("", Span(command_line(call), "quiet"), most=2)


def _name(row: Row) -> str:
    return one_line(row.title, 60)


def _streams(attempt: Attempt) -> str:
    return "   ".join(one_line(stream, 20) for stream in attempt.streams) or "nothing"


def _agent(attempt: Attempt, glyphs: Glyphs) -> str:
    facts = [one_line(attempt.runtime, 30), one_line(attempt.model or "", 40)]
    if attempt.tokens is not None:
        facts.append(f"{numbers.short(attempt.tokens)} tokens")
    return f" {glyphs.dot} ".join(fact for fact in facts if fact)


def _effort(cell: Cell, now: float) -> str:
    """``attempt 2, 1m 30s``; the number is left out where there was one try only."""
    if not cell.attempts:
        return ""
    last = cell.attempts[-1]
    tried = f"attempt {last.number}" if len(cell.attempts) > 1 or last.number > 1 else ""
    ended = now if last.mark is Mark.RUNNING else last.ended_at
    took = numbers.duration(max(ended - last.started_at, 0)) if ended and last.started_at else ""
    return ", ".join(part for part in (tried, took) if part)


def _reason(cell: Cell, column: Column, blockers: tuple[Blocker, ...], row: Row) -> str:
    count = len(blockers)
    match cell.mark:
        case Mark.REPAIRED:
            return f"repaired because of {counted(count, 'blocker')}" if count else "repaired"
        case Mark.RUNNING if count and row.kind != "reviewer":
            return f"is being repaired because of {counted(count, 'blocker')}"
        case Mark.RUNNING:
            return "is running"
        case Mark.KEPT:
            return "kept: no blocker named it, so its work of the round before stays"
        case Mark.CACHED:
            return "not run again: the result of the run before was reused"
        case Mark.UNFINISHED:
            return "was running when its owner went away"
        case Mark.WAITING:
            return "waits for an answer"
        case Mark.FALLBACK:
            return "a fallback: no agent gave it"
        case Mark.NEEDS_OWNER:
            return "leaves it to the owner"
        case Mark.APPROVED:
            return "approved"
        case Mark.REJECTED:
            return f"rejected because of {counted(count, 'blocker')}" if count else "rejected"
        case Mark.DONE if column.kind is ColumnKind.LAND:
            return f"landed {one_line(cell.note, 40)}".rstrip()
        case _:
            return WORDS[cell.mark]


def _blockers_of(detail: RunDetail, row: Row, column: Column, mark: Mark) -> tuple[Blocker, ...]:
    """What a reviewer found in this round, what made a task run again in it, or what stopped the task in it."""
    number = round_of(column)
    if row.kind != "reviewer":
        stopping = tuple(one for one in detail.blockers if one.round == number and is_named(row, one.tasks))
        return stopping if stopping and mark in _STOPPED else reasons_to_repair(detail, row, column)
    return tuple(one for one in detail.blockers if one.round == number and one.reviewer in (row.title, row.key))


def _column_story(detail: RunDetail, row: Row, column: Column, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """Where a row had no part in a column, the column speaks for itself."""
    outcome = one_line(column.note, 80) or (WORDS[column.mark] if column.mark else "not there yet")
    tone = TONES[column.mark] if column.mark else "faint"
    took = ""
    if column.started_at is not None and column.ended_at is not None:
        took = numbers.duration(max(column.ended_at - column.started_at, 0))
    title = Span(one_line(column.title, 60), "strong")
    yield said(title, Span(f"   {outcome}", tone), right=spans(Span(took, "quiet")))
    yield labelled("", Span(f"{_name(row)} had no part in it", "faint"))
    yield from _why_story(column)
    match column.kind:
        case ColumnKind.ROUND:
            gate = next((gate for gate in detail.gates if gate.round == round_of(column)), None)
            if gate is not None:
                yield from _gate_story(gate, glyphs, width)
        case ColumnKind.LAND:
            yield from _landing_story(detail)
        case ColumnKind.VERIFY:
            yield from _verification_story(detail)
        case ColumnKind.PLAN | ColumnKind.PHASE:
            return


def _why_story(column: Column) -> Iterator[Line]:
    """Why the column began and ended, and what it used."""
    if column.why:
        yield labelled("why", Span(one_line(column.why, TEXT_LIMIT), "quiet"), most=3)
    if column.tokens is not None:
        yield labelled(
            "used", Span(f"{numbers.tokens(column.tokens, '')} tokens in {one_line(column.title, 60)}", "quiet")
        )


def _gate_story(gate: Gate, glyphs: Glyphs, width: int) -> Iterator[Line]:
    verdicts = "   ".join(f"{one_line(who, 40)}: {one_line(verdict, 20)}" for who, verdict in gate.verdicts)
    if verdicts:
        yield labelled("review", Span(verdicts), right=spans(Span(counted(gate.file_count, "file"), "quiet")))
    if gate.preflight:
        yield labelled("cause", Span(one_line(gate.preflight, TEXT_LIMIT), "failed"), most=2)
    yield from blocker_lines(gate.blockers, glyphs, width)
    for risk in gate.risks:
        yield labelled("risk", Span(one_line(risk, TEXT_LIMIT)))


def _landing_story(detail: RunDetail) -> Iterator[Line]:
    landing = detail.landing
    if landing is None:
        yield labelled("", Span("nothing has landed yet", "faint"))
        return
    tone = "" if landing.ok else "failed"
    applied = f"{landing.applied} of {counted(landing.patches, 'patch', 'patches')} applied"
    yield labelled("landed" if landing.ok else "cause", Span(f"{applied}, {counted(landing.files, 'file')}", tone))
    if landing.message:
        yield labelled("", Span(one_line(landing.message, TEXT_LIMIT), tone), most=2)


def _verification_story(detail: RunDetail) -> Iterator[Line]:
    check = detail.verification
    if check is None:
        return
    if check.summary:
        yield labelled("said", Span(one_line(check.summary, TEXT_LIMIT)), most=2)
    if check.changed_files:
        names = ", ".join(one_line(name, 120) for name in check.changed_files[:_FILES])
        undone = {None: "", True: "; all of it was put back", False: "; it could not be put back"}[check.restored]
        yield labelled("guard", Span(f"the verifier changed {names}{undone}", "failed"), most=2)
    elif check.guard_ok:
        yield labelled("guard", Span("the verifier changed nothing", "quiet"))
