"""``show``: one run, task, attempt, session or question in full. Prints nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from odw_core.model.address import Address
from odw_core.model.conversation import Entry
from odw_core.model.detail import Attempt, Cell, Detail, RunDetail, SessionDetail
from odw_core.model.item import Item
from odw_core.model.question import Question, Road
from odw_core.service.documents.rows import detail_document, part_document, question_page
from odw_core.service.oneshot import Room
from odw_core.service.parts import cells_at, no_such_part, plans_at
from odw_core.state.driving import NATIVE
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Column, Look, facts, flow, table
from odw_tui.headless.inbox import question_address, question_lines
from odw_tui.headless.listing import age_of, state_span
from odw_tui.headless.show_batch import group_lines, progress_line, scenario_lines
from odw_tui.headless.show_calls import call_lines
from odw_tui.headless.show_notes import (
    artifact_lines,
    blocker_lines,
    cause_lines,
    notice_lines,
    origin_lines,
    own_words,
    round_lines,
)
from odw_tui.headless.show_parts import NAME, SENTENCE, hint, moment, section, told_tokens, took
from odw_tui.headless.show_plans import contract_lines, duty_lines, mismatch_lines, plan_lines, repo_lines
from odw_tui.headless.show_session import conversation_lines, folder_facts, last_entries, session_facts
from odw_tui.present.numbers import count, progress, short, tokens
from odw_tui.present.places import at_home
from odw_tui.present.repo_names import short_names, with_short_names
from odw_tui.present.spans import Span, Spans
from odw_tui.present.timeline import TONES, WORDS, timeline

if TYPE_CHECKING:
    from odw_core.model.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Around:
    """What the room knows of a run or session besides its own files."""

    children: Sequence[Item] = ()
    """Sessions that belong to it, the oldest first."""
    said: Sequence[Entry] = ()
    """The end of its conversation."""
    said_in_all: int = 0
    has_origins: bool = False
    """Whether somebody wants to know where each figure comes from."""


def answer(room: Room, given: Given) -> Answer:
    """What has the address that was typed. Raises ``NotFound``."""
    if given.report is not None:
        from odw_tui.headless.report import answer as written

        return written(room, given)
    address = room.resolve(given.address)
    question = next((one for one in room.snapshot.questions if question_address(one) == address), None)
    if question is not None:
        asker = room.snapshot.items.get(question.address.root)
        found = _whereabouts(room, question)
        return Answer(
            document=lambda: question_page(question, asker, found),
            lines=lambda look: _question_lines(question, found, look),
        )
    detail = _as_the_room_says(room.detail(address.root), room.snapshot.items)
    if address.parts:
        if not cells_at(detail, address) and not plans_at(detail, address):
            raise no_such_part(address)
        return Answer(
            document=lambda: part_document(detail, address),
            lines=lambda look: part_lines(detail, address, look),
        )
    return Answer(
        document=lambda: detail_document(detail),
        lines=lambda look: detail_lines(detail, look, _around(room, detail, has_origins=given.has_origins)),
    )


def _whereabouts(room: Room, question: Question) -> Whereabouts | None:
    """The terminal in which an answer can be given that cannot be given from here."""
    pid = room.owner_pid(question.address) if question.road is Road.NONE else None
    if pid is None:
        return None
    from odw_core.service.elsewhere import find

    return find(pid, os.environ)


def _question_lines(question: Question, found: Whereabouts | None, look: Look) -> Iterator[Spans]:
    yield from question_lines(question, look)
    if found is not None:
        from odw_tui.present.elsewhere import where

        yield from facts((("runs as", where(found)),), indent=2)


def _as_the_room_says(detail: Detail, items: Mapping[Address, Item]) -> Detail:
    """Which run a session belongs to, and what its sessions used, only the whole room knows."""
    known = items.get(detail.item.address)
    if known is None:
        return detail
    item = replace(detail.item, parent=known.parent, tokens=known.tokens or detail.item.tokens)
    return replace(detail, item=item)


def _around(room: Room, detail: Detail, *, has_origins: bool) -> Around:
    address = detail.item.address
    children = [item for item in room.snapshot.items.values() if item.parent == address]
    children.sort(key=lambda item: (item.started_at or 0.0, item.address))
    has_talk = isinstance(detail, SessionDetail) and detail.has_conversation
    said, in_all = last_entries(room, address) if has_talk else ((), 0)
    return Around(children, said, in_all, has_origins)


def detail_lines(detail: Detail, look: Look, around: Around | None = None) -> Iterator[Spans]:
    """A run or a session in full, with what is known ``around`` it."""
    around = around or Around()
    match detail:
        case RunDetail():
            yield from run_lines(detail, look, around)
        case SessionDetail():
            yield from session_lines(detail, look, around)
        case _:
            assert_never(detail)


def run_lines(run: RunDetail, look: Look, around: Around) -> Iterator[Spans]:
    """Why first, then the grid, then everything that a decision could need."""
    repos = short_names(run)
    run = with_short_names(run)
    item = run.item
    rounds = f"{run.max_rounds} {'round' if run.max_rounds == 1 else 'rounds'}"
    ceiling = f"{rounds} at most" if run.max_rounds else ""
    yield from _head(item, look)
    yield from facts(
        (
            *_common(item, look),
            ("workflow", "  ".join(filter(None, (one_line(run.workflow, NAME), run.backend, ceiling)))),
            ("from" if item.driver == NATIVE else "resumed", one_line(run.resumed_from or "", NAME)),
            ("tasks", progress(item.tasks, "")),
            ("batch", progress_line(run.batch, look)),
            ("tokens", told_tokens(item.tokens)),
            ("landing", _landing(run)),
            ("verify", _verification(run)),
            ("kept", ", ".join(one_line(name, NAME) for name in run.checkpoints)),
            ("answers", f"{run.auto_answers} given by the engine itself" if run.auto_answers else ""),
            ("address", one_line(str(item.address), NAME)),
        ),
        look=look,
    )
    yield from section("repos", repo_lines(repos, look))
    yield from section("root causes", group_lines(run.batch, look))
    yield from section("scenarios", scenario_lines(run.batch, look))
    if run.batch is None:
        yield from section("timeline", _grid(run, look))
    yield from section("rounds", round_lines(run.columns, look))
    yield from _why(run, look)
    yield from section("blockers", blocker_lines(run.blockers, look))
    yield from section("what does not fit together", notice_lines(run.findings, look))
    yield from section("good to know", notice_lines(run.notices, look))
    yield from section("plans", plan_lines(run.plans, look, told=run.causes))
    yield from section("responsibilities", duty_lines(run.duties, look))
    yield from section("contracts that do not fit", mismatch_lines(run.mismatches, look, repos))
    yield from section("contracts", contract_lines(run.contracts, look, repos))
    yield from section("calls of agents", call_lines(run.calls, look))
    yield from section("sessions", _sessions(run, around.children, look))
    yield from _last(run, look, around)


def session_lines(session: SessionDetail, look: Look, around: Around) -> Iterator[Spans]:
    """One agent session in full."""
    yield from _head(session.item, look)
    pairs = (*_common(session.item, look), *folder_facts(session, look), *session_facts(session, look))
    yield from facts(pairs, look=look)
    yield from _why(session, look)
    yield from section("good to know", notice_lines(session.notices, look))
    shown = len(around.said)
    note = f"the last {shown} of {count(around.said_in_all)} entries" if shown < around.said_in_all else ""
    yield from section("conversation", conversation_lines(around.said, look), note)
    yield from section("sessions", _session_table(around.children, look))
    yield from _last(session, look, around)


def _why(detail: Detail, look: Look) -> Iterator[Spans]:
    """What broke, and what is asked."""
    yield from section("cause", cause_lines(detail.causes, look))
    yield from section("in its own words" if detail.causes else "cause", own_words(detail.cause, detail.causes))
    yield from section("questions", _questions(detail, look))


def _last(detail: Detail, look: Look, around: Around) -> Iterator[Spans]:
    """What lies around it, and where to read on."""
    yield from section("files", artifact_lines(detail.artifacts, look), "bytes")
    if around.has_origins:
        yield from section("where the figures come from", origin_lines(detail.origins, look))
    address = one_line(str(detail.item.address), NAME)
    yield from section("logs", [hint(f"odw-tui logs {address} --stream {stream}") for stream in detail.streams])


def part_lines(detail: Detail, address: Address, look: Look) -> Iterator[Spans]:
    """A task with its plan and all its attempts, or one attempt, of the run that ``detail`` tells about."""
    yield from _head(detail.item, look)
    yield from facts((("part", one_line(str(address), NAME)),), look=look)
    yield from section("plan", plan_lines(plans_at(detail, address), look, is_whole=True))
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
    yield state_span(item, look), Span(f"  {one_line(item.title, NAME)}", STRONG)
    yield from flow((Span(one_line(item.why, SENTENCE)),), look)
    yield BLANK


def _common(item: Item, look: Look) -> Iterator[tuple[str, str]]:
    goal = one_line(item.goal or "", NAME)
    state = item.state.value + (f" ({one_line(item.raw_state, NAME)})" if item.raw_state != item.state else "")
    yield "goal", goal
    yield "state", state + (f", {one_line(item.stage, NAME)}" if item.stage else "")
    yield "where", one_line(at_home(item.place, look.home), NAME)
    yield "began", moment(item.started_at)
    yield "took", took(item.started_at, item.ended_at)


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


def _questions(detail: Detail, look: Look) -> Iterator[Spans]:
    for number, question in enumerate(detail.questions):
        if number:
            yield BLANK
        yield from question_lines(question, look)


def _sessions(run: RunDetail, children: Sequence[Item], look: Look) -> Iterator[Spans]:
    """The sessions of the run as rows, and the addresses of those that left nothing here."""
    yield from _session_table(children, look, named={claim.session for claim in run.item.claims})
    known = {item.address for item in children}
    yield from (hint(one_line(str(one), NAME)) for one in run.sessions if one not in known)


def _session_table(
    children: Sequence[Item], look: Look, named: AbstractSet[str | None] = frozenset()
) -> Iterator[Spans]:
    if not children:
        return
    rows: list[Spans] = [
        (
            state_span(item, look),
            Span(one_line(item.title, NAME)),
            Span(one_line(item.model or "", NAME)),
            Span(tokens(item.tokens, look.glyphs.absent)),
            Span(age_of(item, look)),
            Span(one_line(str(item.address), NAME) + _guessed(item, named), QUIET),
        )
        for item in children
    ]
    columns = (
        Column(""),
        Column("", least=16),
        Column("", least=8, leaves=1),
        Column("", is_number=True),
        Column("", is_number=True),
        Column(""),
    )
    yield from table(columns, rows, look, indent=2)


def _guessed(item: Item, named: AbstractSet[str | None]) -> str:
    """A claim on whatever began in a folder meanwhile names no session: that it belongs here is inferred."""
    return " (inferred)" if None in named and item.address.item not in named else ""


def _titles(detail: Detail) -> dict[str, str]:
    """What rows and columns of the grid are called, by their keys."""
    if not isinstance(detail, RunDetail):
        return {}
    named = [*((row.key, row.title) for row in detail.rows), *((one.key, one.title) for one in detail.columns)]
    return {key: one_line(title, NAME) for key, title in named}


def _attempt(attempt: Attempt, cell: Cell, titles: Mapping[str, str], look: Look) -> Iterator[Spans]:
    lasted = took(attempt.started_at, attempt.ended_at)
    yield _cell_title(cell, titles, f"attempt {attempt.number}" + (f", {lasted}" if lasted else ""), look)
    yield from facts(
        (
            ("agent", "  ".join(filter(None, (attempt.runtime, attempt.model)))),
            ("session", one_line(attempt.session or "", NAME)),
            ("began", moment(attempt.started_at)),
            ("tokens", "" if attempt.tokens is None else short(attempt.tokens)),
            ("files", ", ".join(one_line(name, NAME) for name in attempt.files)),
            ("said", one_line(attempt.summary, NAME)),
            ("error", plain(attempt.error or "").rstrip("\n")),
            ("address", one_line(str(attempt.address), NAME)),
            ("logs", ", ".join(attempt.streams)),
        ),
        indent=2,
    )


def _cell_title(cell: Cell, titles: Mapping[str, str], note: str, look: Look) -> Spans:
    where = ", ".join(filter(None, (titles.get(cell.column, cell.column), one_line(note, NAME))))
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
    return said + (f"; {one_line(landing.message, NAME)}" if landing.message else "")


def _verification(run: RunDetail) -> str:
    check = run.verification
    if check is None:
        return ""
    passed = "not known" if check.ok is None else "passed" if check.ok else "failed"
    changed = ", ".join(one_line(name, NAME) for name in check.changed_files)
    parts = (passed, one_line(check.summary, NAME), f"it changed {changed}" if changed else "")
    return "; ".join(filter(None, (*parts, "restored" if check.restored else "")))
