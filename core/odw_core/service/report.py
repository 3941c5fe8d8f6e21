"""A walkthrough of one run or session, for people who were not there: values in, a document out. Pure.

What is foreign in it is masked and escaped by the writers of ``report_markdown`` and ``report_html``, never here.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from odw_core.model.cause import Cause, Proof
from odw_core.model.detail import Attempt, Cell, Detail, Gate, Mark, Notice, Plan, RunDetail, SessionDetail
from odw_core.model.item import State, Tokens
from odw_core.model.question import Question
from odw_core.service.campaign_table import CampaignRow, campaign_blocks
from odw_core.service.report_blocks import (
    Block,
    Bullets,
    Code,
    Graph,
    Heading,
    Line,
    Paragraph,
    Piece,
    Table,
    code,
    line,
    strong,
)
from odw_core.service.report_coordination import (
    batch_blocks,
    call_blocks,
    cycle_blocks,
    difference_blocks,
    mismatch_blocks,
)
from odw_core.service.report_graphs import Call, sequence, state_graph
from odw_core.service.report_graphs import State as GraphState
from odw_core.service.report_html import FIRST_LINE as HTML_MARK
from odw_core.service.report_html import html
from odw_core.service.report_markdown import FIRST_LINE as MARKDOWN_MARK
from odw_core.service.report_markdown import markdown
from odw_core.service.report_words import moment, took

WRITERS = {".md": markdown, ".markdown": markdown, ".html": html, ".htm": html}
"""By the ending of the file's name."""

_NEVER = float("inf")
_OPEN_MARKS = (Mark.FAILED, Mark.UNFINISHED, Mark.WAITING, Mark.RUNNING)


def report(detail: Detail, ending: str, campaign: Sequence[CampaignRow] = ()) -> str:
    """The whole text for a file with that ending (a key of ``WRITERS``). ``campaign`` are its repositories, where it is
    one."""
    return WRITERS[ending]([*blocks(detail, campaign)])


def is_report(head: bytes) -> bool:
    """Whether a file that begins like this was written by ``report``."""
    return head.startswith((MARKDOWN_MARK.encode(), HTML_MARK.encode()))


def blocks(detail: Detail, campaign: Sequence[CampaignRow] = ()) -> Iterator[Block]:
    """Why first, then what happened in its order, then what to do, then where all of it stands."""
    yield from _head(detail)
    yield from campaign_blocks(campaign)
    yield from _times(detail)
    yield from _graphs(detail)
    yield from _causes(detail)
    if isinstance(detail, RunDetail):
        if detail.batch is not None:
            yield from batch_blocks(detail.batch)
        yield from _produced(detail)
        yield from call_blocks(detail)
        yield from _plans(detail)
        yield from _shares(detail)
        yield from _reviews(detail)
    yield from _notices(detail)
    yield from _questions(detail.questions)
    yield from _next(detail)
    yield from _evidence(detail)


def _head(detail: Detail) -> Iterator[Block]:
    item = detail.item
    yield Heading(1, line(item.title))
    yield Paragraph(line(strong(item.state.value), f": {item.why}"))
    facts: list[tuple[str, Line]] = [
        ("address", line(code(str(item.address)))),
        ("where", line(code(item.place))),
        ("goal", line(item.goal or "")),
        ("engine's word", line(item.raw_state)),
        ("stage", line(item.stage)),
        ("began", line(moment(item.started_at))),
        ("ended", line(moment(item.ended_at))),
        ("took", line(took(item.started_at, item.ended_at))),
        ("tasks", line("" if item.tasks is None else f"{item.tasks.done} of {item.tasks.total}")),
        ("tokens", line(_tokens(item.tokens))),
        ("part of", line(code(str(item.parent or "")))),
    ]
    facts += _run_facts(detail) if isinstance(detail, RunDetail) else _session_facts(detail)
    yield Table(("", ""), tuple((line(name), value) for name, value in facts if value))


def _run_facts(run: RunDetail) -> list[tuple[str, Line]]:
    landing, check = run.landing, run.verification
    landed = "" if landing is None else f"{landing.applied} of {landing.patches} patches in {landing.files} files"
    told = "" if landing is None or not landing.message else f"; {landing.message}"
    verified = ""
    if check is not None:
        passed = "not known" if check.ok is None else "passed" if check.ok else "failed"
        changed = f"it changed {', '.join(check.changed_files)}" if check.changed_files else ""
        verified = "; ".join(filter(None, (passed, check.summary, changed, "restored" if check.restored else "")))
    return [
        ("model", line(run.item.model or "")),
        ("workflow", line(" ".join(filter(None, (run.workflow, run.backend))))),
        ("rounds", line("" if run.max_rounds is None else f"{run.max_rounds} at most")),
        ("resumed from", line(code(run.resumed_from or ""))),
        ("landing", line(landed + told)),
        ("verification", line(verified)),
    ]


def _session_facts(session: SessionDetail) -> list[tuple[str, Line]]:
    asked = f", asked for {session.asked_model}" if session.asked_model else ""
    window = "" if session.context_window is None else f" of {session.context_window:,}"
    counted = (
        (session.turns, "turns"),
        (session.commands, "commands"),
        (session.failed_commands, "failed commands"),
        (session.patches, "patches"),
        (session.compactions, "compactions"),
    )
    return [
        ("session", line(code(session.session))),
        ("thread", line(code(session.thread_id or ""))),
        ("agent", line(" ".join(filter(None, (session.runtime, session.driver, session.version))))),
        ("model", line(" ".join(filter(None, (session.model, session.effort))) + asked)),
        ("may", line(", ".join(filter(None, (session.permission, session.sandbox, session.approval_policy))))),
        ("folder", line(code(session.item.folder or ""))),
        ("did", line(", ".join(f"{number:,} {words}" for number, words in counted if number))),
        ("context", line("" if session.context_used is None else f"{session.context_used:,}{window} tokens")),
        ("said last", line(session.item.last_words)),
        ("missing", line(", ".join(session.missing_artifacts))),
    ]


def _times(detail: Detail) -> Iterator[Block]:
    if not isinstance(detail, RunDetail) or not detail.columns:
        return
    yield Heading(2, line("Times and rounds"))
    yield Table(
        ("step", "outcome", "began", "took", "tokens", "why"),
        tuple(
            (
                line(one.title),
                line(_outcome(one.mark, one.note)),
                line(moment(one.started_at)),
                line(took(one.started_at, one.ended_at)),
                line(_tokens(one.tokens)),
                line(one.why),
            )
            for one in detail.columns
        ),
    )


def _graphs(detail: Detail) -> Iterator[Block]:
    states = [*_states(detail)]
    yield Heading(2, line("States"))
    told = tuple(
        line(strong(one.name), f"{' after' if number else ''} {one.led_by}" if one.led_by else "")
        for number, one in enumerate(states)
    )
    yield Graph(state_graph(states), Bullets(told, is_ordered=True))
    if isinstance(detail, RunDetail) and detail.graph is not None:
        yield from cycle_blocks(detail.graph)
    calls = [*_calls(detail)]
    if calls:
        yield Heading(2, line("Calls"))
        arrows = tuple(line(strong(one.caller), " → ", strong(one.called), f": {one.words}") for one in calls)
        yield Graph(sequence(calls), Bullets(arrows, is_ordered=True))


def _states(detail: Detail) -> Iterator[GraphState]:
    item = detail.item
    yield GraphState("begun", moment(item.started_at))
    led_by = ""
    if isinstance(detail, RunDetail):
        for one in detail.columns:
            yield GraphState(one.title, led_by)
            led_by = _outcome(one.mark, one.note)
    yield GraphState(item.state.value, led_by or item.raw_state)


def _calls(detail: Detail) -> Iterator[Call]:
    """Every try and every answer in the order in which they came, then what was asked of a person."""
    if isinstance(detail, RunDetail):
        yield from _tries(detail)
        if detail.landing is not None:
            yield Call("run", "main tree", f"{detail.landing.applied} of {detail.landing.patches} patches")
        asker = "run"
    else:
        asker = detail.runtime or "agent"
        if detail.item.goal or detail.item.title:
            yield Call("you", asker, detail.item.goal or detail.item.title)
        if detail.commands:
            yield Call(asker, "shell", f"{detail.commands:,} commands")
            failed = f"{detail.failed_commands:,} failed" if detail.failed_commands else "done"
            yield Call("shell", asker, failed, is_reply=True)
        if detail.item.last_words:
            yield Call(asker, "you", detail.item.last_words, is_reply=True)
    for question in detail.questions:
        yield Call(asker, "you", question.title or question.body)


def _tries(run: RunDetail) -> Iterator[Call]:
    titles = {row.key: row.title for row in run.rows}
    steps = {column.key: column.title for column in run.columns}
    events: list[tuple[float, Call]] = []
    for cell in run.cells:
        row = titles.get(cell.row, cell.row)
        for attempt in cell.attempts:
            began, ended = attempt.started_at, attempt.ended_at
            again = f", try {attempt.number}" if attempt.number > 1 else ""
            events.append((_NEVER if began is None else began, Call("run", row, steps.get(cell.column, "") + again)))
            if attempt.mark is not Mark.RUNNING:
                said = ", ".join(filter(None, (_word(attempt.mark), took(began, ended))))
                events.append((_NEVER if ended is None else ended, Call(row, "run", said, is_reply=True)))
    # Sorting keeps the order of what happened at the same moment: a call stays before its answer.
    return (call for _, call in sorted(events, key=lambda one: one[0]))


def _causes(detail: Detail) -> Iterator[Block]:
    if not (detail.causes or detail.cause):
        return
    yield Heading(2, line("Causes and fixes"))
    if detail.causes:
        yield Bullets(tuple(chain.from_iterable(_cause(cause) for cause in detail.causes)))
    if detail.cause:
        yield Code("\n".join(detail.cause))


def _cause(cause: Cause) -> Iterator[Line]:
    aside = "worth knowing: " if cause.is_warning else ""
    proof = f" ({_place(cause.proof)})" if cause.proof else ""
    yield line(aside, strong(cause.sentence), proof, f" Fix: {cause.fix}" if cause.fix else "")


def _produced(run: RunDetail) -> Iterator[Block]:
    if not any(cell.attempts for cell in run.cells):
        return
    steps = {column.key: column.title for column in run.columns}
    yield Heading(2, line("What each of them produced"))
    for row in run.rows:
        cells = [cell for cell in run.cells if cell.row == row.key]
        if cells:
            yield Heading(3, line(row.title))
            for cell in cells:
                yield from _cell(cell, steps.get(cell.column, cell.column))


def _cell(cell: Cell, step: str) -> Iterator[Block]:
    if not cell.attempts:
        yield Paragraph(line(f"{step}: {_outcome(cell.mark, cell.note)}"))
    for attempt in cell.attempts:
        note = cell.note if attempt is cell.attempts[-1] else ""
        yield Paragraph(line(f"{step}, try {attempt.number}: ", strong(_outcome(attempt.mark, note))))
        yield Bullets(tuple(_attempt(attempt)))
        if attempt.error:
            yield Code(attempt.error)


def _attempt(attempt: Attempt) -> Iterator[Line]:
    began = ", ".join(filter(None, (moment(attempt.started_at), took(attempt.started_at, attempt.ended_at))))
    agent = " ".join(filter(None, (attempt.runtime, attempt.model)))
    tokens = "" if attempt.tokens is None else f"{attempt.tokens:,} tokens"
    yield line(code(str(attempt.address)))
    if began or agent or tokens:
        yield line("; ".join(filter(None, (began, agent, tokens))))
    if attempt.session:
        yield line("session ", code(attempt.session))
    if attempt.files:
        yield line("changed ", *_listed(attempt.files))
    if attempt.summary:
        yield line("said: ", attempt.summary)


def _plans(run: RunDetail) -> Iterator[Block]:
    if run.plans:
        yield Heading(2, line("Plans"))
    for plan in run.plans:
        yield from _plan(plan)


def _plan(plan: Plan) -> Iterator[Block]:
    yield Heading(3, line(plan.repo))
    doubt = " (mind this: not what was asked for)" if plan.is_doubtful else ""
    yield Paragraph(line(strong(plan.status), f", by {plan.badge}{doubt}" if plan.badge else ""))
    if plan.markdown.strip():
        yield Code(plan.markdown)
    yield from difference_blocks(plan)
    if plan.attachments:
        yield Bullets(tuple(line(code(one.name), f" {one.note}" if one.note else "") for one in plan.attachments))
    if plan.causes:
        yield Bullets(tuple(chain.from_iterable(_cause(cause) for cause in plan.causes)))


def _shares(run: RunDetail) -> Iterator[Block]:
    """Who is responsible for what, and who speaks to whom."""
    if run.duties:
        yield Heading(2, line("Responsibilities"))
        yield Bullets(tuple(line(strong(one.repo), f": {'; '.join(one.duties)}") for one in run.duties))
    if run.contracts:
        yield Heading(2, line("Contracts"))
        yield Table(
            ("repo", "declares", "uses", "files"),
            tuple(
                (line(one.repo), *(line(*_listed(names)) for names in (one.declared, one.consumed, one.artifacts)))
                for one in run.contracts
            ),
        )
    yield from mismatch_blocks(run.mismatches)


def _reviews(run: RunDetail) -> Iterator[Block]:
    if run.gates:
        yield Heading(2, line("Reviews"))
        yield Bullets(tuple(chain.from_iterable(_gate(gate) for gate in run.gates)))
    if run.blockers:
        yield Heading(2, line("Blockers"))
        yield Table(
            ("what", "where", "who", "tasks", "round", "fate"),
            tuple(
                (
                    line(one.text),
                    line(code(f"{one.path or ''}{f':{one.line}' if one.path and one.line else ''}")),
                    line(one.reviewer or ""),
                    line(", ".join(one.tasks)),
                    line(str(one.round)),
                    line(one.fate),
                )
                for one in run.blockers
            ),
        )


def _gate(gate: Gate) -> Iterator[Line]:
    verdicts = ", ".join(f"{name} {decision}".strip() for name, decision in gate.verdicts)
    parts = (verdicts, f"{gate.blocker_count} blockers" if gate.blocker_count else "", gate.preflight or "")
    said = "; ".join(filter(None, parts))
    yield line(f"round {gate.round}: ", strong(gate.decision), f" ({said})" if said else "")
    yield from (line(f"round {gate.round}, risk: {risk}") for risk in gate.risks)
    yield from (line(f"round {gate.round}, left to the owner: {asked}") for asked in gate.owner_questions)


def _notices(detail: Detail) -> Iterator[Block]:
    found: tuple[Notice, ...] = detail.notices
    if isinstance(detail, RunDetail):
        found = (*detail.findings, *found)
    if found:
        yield Heading(2, line("Findings"))
        yield Bullets(
            tuple(
                line("mind this: " if one.is_warning else "", one.text, f" ({_place(one.proof)})" if one.proof else "")
                for one in found
            )
        )


def _questions(questions: Sequence[Question]) -> Iterator[Block]:
    yield Heading(2, line("Open questions"))
    if not questions:
        yield Paragraph(line("None."))
    for one in questions:
        yield Heading(3, line(one.title or one.body))
        yield Paragraph(line(one.subject, f", asked {moment(one.asked_at)}" if one.asked_at else ""))
        if one.body:
            yield Code(one.body)
        choices = [choice for field in one.fields for choice in field.choices]
        if choices:
            told = (line(strong(each.label), f": {each.description}" if each.description else "") for each in choices)
            yield Bullets(tuple(told))
        yield Paragraph(line(f"How: {one.answer_via}"))


def _next(detail: Detail) -> Iterator[Block]:
    yield Heading(2, line("Next commands"))
    yield Code("\n".join((f"cd {shlex.quote(detail.item.place)}", *dict.fromkeys(_commands(detail)))))


def _commands(detail: Detail) -> Iterator[str]:
    item = detail.item
    for question in detail.questions:
        yield _typed("show", f"question:{question.id}")
    for attempt in _worth_a_look(detail):
        streams = [one for one in ("stderr", "output", "stdout") if one in attempt.streams][:1]
        yield _typed("logs", str(attempt.address), *(word for stream in streams for word in ("--stream", stream)))
    if item.state is State.RUNNING:
        yield _typed("logs", str(item.address), "-f")
    if item.state is State.STALE:
        yield _typed("doctor")
    yield _typed("show", str(item.address))
    for stream in detail.streams:
        yield _typed("logs", str(item.address), "--stream", stream)
    for session in detail.sessions if isinstance(detail, RunDetail) else ():
        yield _typed("show", str(session))


def _worth_a_look(detail: Detail) -> list[Attempt]:
    if not isinstance(detail, RunDetail):
        return []
    tried = [cell.attempts[-1] for cell in detail.cells if cell.attempts and cell.mark in _OPEN_MARKS]
    return [attempt for attempt in tried if attempt.streams][:10]


def _typed(*words: str) -> str:
    return shlex.join(("odw-tui", *words))


def _evidence(detail: Detail) -> Iterator[Block]:
    yield Heading(2, line("Evidence"))
    proofs = [cause.proof for cause in detail.causes] + [notice.proof for notice in detail.notices]
    if isinstance(detail, RunDetail):
        proofs += [finding.proof for finding in detail.findings]
        proofs += [cause.proof for plan in detail.plans for cause in plan.causes]
    lines = dict.fromkeys(proof for proof in proofs if proof is not None)
    if lines:
        yield Table(("line", "it says"), tuple((line(code(_place(one))), line(code(one.text))) for one in lines))
    if detail.origins:
        yield Table(
            ("figure", "from", "written", "how"),
            tuple(
                (
                    line(one.figure),
                    line(code(one.file), "" if one.offset is None else f" at byte {one.offset:,}"),
                    line(moment(one.at)),
                    line(one.how.value, f", {one.note}" if one.note else ""),
                )
                for one in detail.origins
            ),
        )
    if detail.artifacts:
        yield Table(
            ("file", "bytes", "note"),
            tuple(
                (line(code(one.name)), line("" if one.size is None else f"{one.size:,}"), line(one.note))
                for one in detail.artifacts
            ),
        )
    if not (lines or detail.origins or detail.artifacts):
        yield Paragraph(line("The logs named above hold all of it."))


def _place(proof: Proof) -> str:
    return f"{proof.file}:{proof.line}"


def _listed(names: Iterable[str]) -> Iterator[str | Piece]:
    for number, name in enumerate(names):
        if number:
            yield ", "
        yield code(name)


def _word(mark: Mark) -> str:
    return mark.value.replace("_", " ")


def _outcome(mark: Mark | None, note: str) -> str:
    word = "" if mark is None else _word(mark)
    return ", ".join(filter(None, (word, "" if note == word else note)))


def _tokens(used: Tokens | None) -> str:
    if used is None:
        return ""
    parts = (("input", used.input), ("cached", used.cached), ("output", used.output), ("reasoning", used.reasoning))
    known = ", ".join(f"{name} {number:,}" for name, number in parts if number is not None)
    return f"{'at least ' if used.at_least else ''}{used.total:,}" + (f" ({known})" if known else "")
