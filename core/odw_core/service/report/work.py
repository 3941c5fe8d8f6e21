"""What the agents of a run produced, planned and agreed on, and what reviews said of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from odw_core.model.detail import Attempt, Cell, Gate, Plan, RunDetail
from odw_core.service.report.blocks import Block, Bullets, Code, Heading, Line, Paragraph, Table, code, line, strong
from odw_core.service.report.coordination import difference_blocks, mismatch_blocks
from odw_core.service.report.evidence import cause_lines
from odw_core.service.report.words import listed, moment, outcome, took


def attempt_blocks(run: RunDetail) -> Iterator[Block]:
    """What each row of the timeline produced, try by try."""
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


def plan_blocks(run: RunDetail) -> Iterator[Block]:
    """What is intended for each repo."""
    if run.plans:
        yield Heading(2, line("Plans"))
    for plan in run.plans:
        yield from _plan(plan)


def share_blocks(run: RunDetail) -> Iterator[Block]:
    """Who is responsible for what, and who speaks to whom."""
    if run.duties:
        yield Heading(2, line("Responsibilities"))
        yield Bullets(tuple(line(strong(one.repo), f": {'; '.join(one.duties)}") for one in run.duties))
    if run.contracts:
        yield Heading(2, line("Contracts"))
        yield Table(
            ("repo", "declares", "uses", "files"),
            tuple(
                (line(one.repo), *(line(*listed(names)) for names in (one.declared, one.consumed, one.artifacts)))
                for one in run.contracts
            ),
        )
    yield from mismatch_blocks(run.mismatches)


def review_blocks(run: RunDetail) -> Iterator[Block]:
    """What each round of reviews decided, and every blocker with its fate."""
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


def _cell(cell: Cell, step: str) -> Iterator[Block]:
    if not cell.attempts:
        yield Paragraph(line(f"{step}: {outcome(cell.mark, cell.note)}"))
    for attempt in cell.attempts:
        note = cell.note if attempt is cell.attempts[-1] else ""
        yield Paragraph(line(f"{step}, try {attempt.number}: ", strong(outcome(attempt.mark, note))))
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
        yield line("changed ", *listed(attempt.files))
    if attempt.summary:
        yield line("said: ", attempt.summary)


def _plan(plan: Plan) -> Iterator[Block]:
    yield Heading(3, line(plan.repo))
    doubt = " (mind this: not what was asked for)" if plan.is_doubtful else ""
    yield Paragraph(line(strong(plan.verdict), f", by {plan.badge}{doubt}" if plan.badge else ""))
    if plan.markdown.strip():
        yield Code(plan.markdown)
    yield from difference_blocks(plan)
    if plan.attachments:
        yield Bullets(tuple(line(code(one.name), f" {one.note}" if one.note else "") for one in plan.attachments))
    if plan.causes:
        yield Bullets(tuple(chain.from_iterable(cause_lines(cause) for cause in plan.causes)))


def _gate(gate: Gate) -> Iterator[Line]:
    verdicts = ", ".join(f"{name} {decision}".strip() for name, decision in gate.verdicts)
    parts = (verdicts, f"{gate.blocker_count} blockers" if gate.blocker_count else "", gate.preflight or "")
    said = "; ".join(filter(None, parts))
    yield line(f"round {gate.round}: ", strong(gate.decision), f" ({said})" if said else "")
    yield from (line(f"round {gate.round}, risk: {risk}") for risk in gate.risks)
    yield from (line(f"round {gate.round}, left to the owner: {asked}") for asked in gate.owner_questions)
