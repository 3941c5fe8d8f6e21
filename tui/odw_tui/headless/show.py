"""``show``: one run, task, attempt, session or question in full. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import assert_never

from odw_core.model.address import Address
from odw_core.model.detail import Attempt, Blocker, Cell, Detail, Mark, RunDetail, SessionDetail
from odw_core.model.item import Item
from odw_core.service.documents import detail_document, part_document, question_page
from odw_core.service.oneshot import Room
from odw_core.service.parts import cells_at, no_such_part
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Column, Look, facts, table, words
from odw_tui.headless.inbox import question_address, question_lines
from odw_tui.headless.listing import state_span
from odw_tui.present.findings import finding_of, place_of, route_of
from odw_tui.present.numbers import duration, progress, short, tokens
from odw_tui.present.places import at_home
from odw_tui.present.spans import Span, Spans
from odw_tui.present.timeline import TONES, WORDS, timeline

_LONGEST = 400
_LONG = 10_000


def answer(room: Room, given: Given) -> Answer:
    """What has the address that was typed. Raises ``NotFound``."""
    if given.report is not None:
        from odw_tui.headless.report import answer as written

        return written(room, given)
    address = room.resolve(given.address)
    question = next((one for one in room.snapshot.questions if question_address(one) == address), None)
    if question is not None:
        asker = room.snapshot.items.get(question.address.root)
        return Answer(
            document=lambda: question_page(question, asker),
            lines=lambda look: question_lines(question, look),
        )
    detail = room.detail(address.root)
    if address.parts:
        if not cells_at(detail, address):
            raise no_such_part(address)
        return Answer(
            document=lambda: part_document(detail, address),
            lines=lambda look: part_lines(detail, address, look),
        )
    return Answer(document=lambda: detail_document(detail), lines=lambda look: detail_lines(detail, look))


def detail_lines(detail: Detail, look: Look) -> Iterator[Spans]:
    """A run or a session in full."""
    match detail:
        case RunDetail():
            return run_lines(detail, look)
        case SessionDetail():
            return session_lines(detail, look)
        case _:
            assert_never(detail)


def run_lines(run: RunDetail, look: Look) -> Iterator[Spans]:
    """Why first, then the grid, then everything that a decision could need."""
    item = run.item
    ceiling = f"{run.max_rounds} rounds at most" if run.max_rounds else ""
    yield from _head(item, look)
    yield from facts(
        (
            *_common(item, look),
            ("workflow", "  ".join(filter(None, (one_line(run.workflow, _LONGEST), run.backend, ceiling)))),
            ("resumed", one_line(run.resumed_from or "", _LONGEST)),
            ("tasks", progress(item.tasks, "")),
            ("tokens", tokens(item.tokens, "")),
            ("landing", _landing(run)),
            ("verify", _verification(run)),
            ("kept", ", ".join(one_line(name, _LONGEST) for name in run.checkpoints)),
            ("answers", f"{run.auto_answers} given by the engine itself" if run.auto_answers else ""),
            ("address", one_line(str(item.address), _LONGEST)),
        )
    )
    yield from _section("timeline", _grid(run, look))
    yield from _section("cause", _cause(run.cause))
    yield from _section("questions", _questions(run, look))
    yield from _section("blockers", (_blocker(blocker, look) for blocker in run.blockers))
    yield from _section("sessions", (words(f"  {one_line(str(one), _LONGEST)}") for one in run.sessions))
    yield from _logs(item.address, run.streams)


def session_lines(session: SessionDetail, look: Look) -> Iterator[Spans]:
    """One agent session in full."""
    item = session.item
    missing = ", ".join(one_line(name, _LONGEST) for name in session.missing_artifacts)
    yield from _head(item, look)
    yield from facts(
        (
            *_common(item, look),
            ("session", one_line(session.session, _LONGEST)),
            ("run", one_line(str(item.parent or ""), _LONGEST)),
            ("runtime", "  ".join(filter(None, (session.runtime, session.driver)))),
            ("model", "  ".join(filter(None, (session.model, session.effort)))),
            ("may", one_line(session.permission or "", _LONGEST)),
            ("thread", one_line(session.thread_id or "", _LONGEST)),
            ("owner", f"pid {session.owner_pid}" if session.owner_pid else ""),
            ("tokens", tokens(item.tokens, "")),
            ("missing", missing),
            ("said", one_line(item.last_words, _LONGEST)),
            ("address", one_line(str(item.address), _LONGEST)),
        )
    )
    yield from _section("cause", _cause(session.cause))
    yield from _section("questions", _questions(session, look))
    yield from _logs(item.address, session.streams)


def part_lines(detail: Detail, address: Address, look: Look) -> Iterator[Spans]:
    """A task with all its attempts, or one attempt, of the run that ``detail`` tells about."""
    yield from _head(detail.item, look)
    yield from facts((("part", one_line(str(address), _LONGEST)),))
    titles = _titles(detail)
    for cell in cells_at(detail, address):
        yield BLANK
        if not cell.attempts:
            yield _cell_title(cell, titles, cell.note, look)
        for number, attempt in enumerate(cell.attempts):
            if number:
                yield BLANK
            yield from _attempt(attempt, cell, titles, look)


def _head(item: Item, look: Look) -> Iterator[Spans]:
    yield state_span(item, look), Span(f"  {one_line(item.title, _LONGEST)}", STRONG)
    yield words(one_line(item.why, _LONG))
    yield BLANK


def _common(item: Item, look: Look) -> Iterator[tuple[str, str]]:
    goal = one_line(item.goal or "", _LONGEST)
    state = item.state.value + (f" ({one_line(item.raw_state, _LONGEST)})" if item.raw_state != item.state else "")
    yield "goal", goal
    yield "state", state + (f", {one_line(item.stage, _LONGEST)}" if item.stage else "")
    yield "where", one_line(at_home(item.place, look.home), _LONGEST)
    yield "began", _moment(item.started_at)
    yield "took", _took(item.started_at, item.ended_at)


def _section(title: str, lines: Iterable[Spans]) -> Iterator[Spans]:
    """``lines`` under ``title``; nothing when there are none."""
    rest = iter(lines)
    first = next(rest, None)
    if first is not None:
        yield BLANK
        yield words(title, STRONG)
        yield from chain((first,), rest)


def _grid(run: RunDetail, look: Look) -> Iterator[Spans]:
    grid = timeline(run, look.glyphs, look.now)
    if not grid.columns:
        return
    heads = [column.head for column in grid.columns]
    lines: list[Spans] = [
        (Span(""), *(_one(head[level]) if level < len(head) else Span("") for head in heads))
        for level in range(max(map(len, heads)))
    ]
    for row in grid.rows:
        cells = (_one(grid.cells.get((row.key, column.key), ())) for column in grid.columns)
        lines.append((_one(row.title), *cells))
    yield from table([Column("", least=10), *(Column("") for _ in grid.columns)], lines, look, indent=2)


def _one(spans: Spans) -> Span:
    """``spans`` as one, in the tone of the first."""
    return Span("".join(span.text for span in spans), spans[0].tone if spans else "")


def _cause(lines: Iterable[str]) -> Iterator[Spans]:
    return (words(f"  {line}") for text in lines for line in plain(text).split("\n"))


def _questions(detail: Detail, look: Look) -> Iterator[Spans]:
    for question in detail.questions:
        yield from question_lines(question, look)


def _blocker(blocker: Blocker, look: Look) -> Spans:
    known = (route_of(blocker, look.glyphs), f"round {blocker.round}", blocker.fate)
    return (
        Span(f"  {look.glyphs.mark(Mark.REJECTED)} ", TONES[Mark.REJECTED]),
        Span("  ".join(filter(None, (place_of(blocker), finding_of(blocker))))),
        Span(f"  {', '.join(filter(None, known))}", QUIET),
    )


def _titles(detail: Detail) -> dict[str, str]:
    """What rows and columns of the grid are called, by their keys."""
    if not isinstance(detail, RunDetail):
        return {}
    named = [*((row.key, row.title) for row in detail.rows), *((one.key, one.title) for one in detail.columns)]
    return {key: one_line(title, _LONGEST) for key, title in named}


def _attempt(attempt: Attempt, cell: Cell, titles: Mapping[str, str], look: Look) -> Iterator[Spans]:
    took = _took(attempt.started_at, attempt.ended_at)
    yield _cell_title(cell, titles, f"attempt {attempt.number}" + (f", {took}" if took else ""), look)
    yield from facts(
        (
            ("agent", "  ".join(filter(None, (attempt.runtime, attempt.model)))),
            ("session", one_line(attempt.session or "", _LONGEST)),
            ("began", _moment(attempt.started_at)),
            ("tokens", "" if attempt.tokens is None else short(attempt.tokens)),
            ("files", ", ".join(one_line(name, _LONGEST) for name in attempt.files)),
            ("said", one_line(attempt.summary, _LONGEST)),
            ("error", plain(attempt.error or "").rstrip("\n")),
            ("address", one_line(str(attempt.address), _LONGEST)),
            ("logs", ", ".join(attempt.streams)),
        ),
        indent=2,
    )


def _cell_title(cell: Cell, titles: Mapping[str, str], note: str, look: Look) -> Spans:
    where = ", ".join(filter(None, (titles.get(cell.column, cell.column), one_line(note, _LONGEST))))
    return (
        Span(f"{look.glyphs.mark(cell.mark)} {WORDS[cell.mark]}", TONES[cell.mark]),
        Span(f"  {titles.get(cell.row, cell.row)}", STRONG),
        Span(f"  {where}", QUIET),
    )


def _landing(run: RunDetail) -> str:
    landing = run.landing
    if landing is None:
        return ""
    said = f"{landing.applied} of {landing.patches} patches, {landing.files} files"
    return said + (f"; {one_line(landing.message, _LONGEST)}" if landing.message else "")


def _verification(run: RunDetail) -> str:
    check = run.verification
    if check is None:
        return ""
    passed = "not known" if check.ok is None else "passed" if check.ok else "failed"
    changed = ", ".join(one_line(name, _LONGEST) for name in check.changed_files)
    parts = (passed, one_line(check.summary, _LONGEST), f"it changed {changed}" if changed else "")
    return "; ".join(filter(None, (*parts, "restored" if check.restored else "")))


def _logs(address: Address, streams: Iterable[str]) -> Iterator[Spans]:
    known = tuple(streams)
    if known:
        yield from _section("logs", [words(f"  odw-tui logs {address} --stream {stream}", QUIET) for stream in known])


def _moment(at: float | None) -> str:
    if at is None:
        return ""
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(" ", "seconds")
    except (OverflowError, ValueError, OSError):
        return ""


def _took(started_at: float | None, ended_at: float | None) -> str:
    return "" if started_at is None or ended_at is None else duration(ended_at - started_at)
