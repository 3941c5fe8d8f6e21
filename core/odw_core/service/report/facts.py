"""What a run or session is, in a few facts, and how long each step took. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.detail import Detail, RunDetail, SessionDetail
from odw_core.service.report.blocks import Block, Heading, Line, Paragraph, Table, code, line, strong
from odw_core.service.report.words import moment, outcome, tokens, took


def head_blocks(detail: Detail) -> Iterator[Block]:
    """Its title, its state with why, and what is known of it in short."""
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
        ("tokens", line(tokens(item.tokens))),
        ("part of", line(code(str(item.parent or "")))),
    ]
    facts += _run_facts(detail) if isinstance(detail, RunDetail) else _session_facts(detail)
    yield Table(("", ""), tuple((line(name), value) for name, value in facts if value))


def time_blocks(detail: Detail) -> Iterator[Block]:
    """Every step of a run with its outcome and how long it took."""
    if not isinstance(detail, RunDetail) or not detail.columns:
        return
    yield Heading(2, line("Times and rounds"))
    yield Table(
        ("step", "outcome", "began", "took", "tokens", "why"),
        tuple(
            (
                line(one.title),
                line(outcome(one.mark, one.note)),
                line(moment(one.started_at)),
                line(took(one.started_at, one.ended_at)),
                line(tokens(one.tokens)),
                line(one.why),
            )
            for one in detail.columns
        ),
    )


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
