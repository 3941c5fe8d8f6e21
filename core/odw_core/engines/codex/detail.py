"""Everything about one session, and where each figure of it stands in the transcript. Pure."""

from __future__ import annotations

from odw_core.engines.codex.acc import UNKNOWN, SessionAcc
from odw_core.engines.codex.error import error_cause, error_text
from odw_core.engines.codex.item import session_item
from odw_core.engines.codex.question import session_questions
from odw_core.engines.codex.status import (
    Status,
    approval_calls,
    commands_of,
    is_abandoned,
    is_open,
    status_now,
    status_of,
    turns_of,
)
from odw_core.engines.loose import mapping, text
from odw_core.model.detail import How, Notice, Origin, SessionDetail
from odw_core.model.evidence import Facts
from odw_core.text.ansi import one_line, plain

STREAMS = ("conversation", "transcript")


def session_detail(acc: SessionAcc, facts: Facts) -> SessionDetail:
    """The session in full. What was counted is None before anything was read."""
    item = session_item(acc, facts)
    is_failed = status_of(acc) is Status.FAILED
    found = error_cause(acc) if is_failed else None
    commands, failed = commands_of(acc)
    asked = one_line(acc.asked_model or "", 120)
    return SessionDetail(
        item=item,
        runtime="codex",
        session=acc.thread_id,
        driver=item.driver,
        thread_id=acc.thread_id,
        model=item.model,
        effort=_line(acc.effort),
        permission=None,
        owner_pid=None,
        questions=session_questions(acc, facts),
        cause=tuple(plain(error_text(acc)).strip().split("\n")) if is_failed else (),
        missing_artifacts=(),
        streams=STREAMS,
        causes=(found,) if found is not None else (),
        asked_model=asked if asked and asked != item.model else None,
        sandbox=_line(acc.sandbox),
        approval_policy=_line(acc.approval_policy),
        mode=_line(acc.mode),
        source=source_words(acc.source),
        version=_line(acc.version),
        forked_from=_line(acc.forked_from),
        context_used=acc.context_used,
        context_window=acc.context_window,
        turns=turns_of(acc),
        commands=commands,
        failed_commands=failed,
        patches=acc.patches,
        compactions=acc.compactions,
        has_conversation=True,
        notices=_notices(acc, facts),
        origins=_origins(acc, facts),
    )


def source_words(source: object) -> str | None:
    """What started the session, in words: ``exec``, ``subagent: worker``."""
    if isinstance(source, str):
        return _line(source)
    if not isinstance(source, dict):
        return None
    for kind, value in source.items():
        inner = value if isinstance(value, str) else text({"v": value}, "v") or _first_text(mapping(source, kind))
        return _line(f"{kind}: {inner}" if inner else kind)
    return None


def _first_text(of: object) -> str:
    return next((value for value in of.values() if isinstance(value, str)), "") if isinstance(of, dict) else ""


def _notices(acc: SessionAcc, facts: Facts) -> tuple[Notice, ...]:
    told: list[Notice] = []
    if is_abandoned(acc, facts):
        told.append(Notice("the writer was killed: its turn was begun and never ended", is_warning=True))
    elif approval_calls(acc):
        told.append(
            Notice("that it waits for an approval is inferred: a command already approved looks the same until it ends")
        )
    if acc.forked_from:
        told.append(Notice(f"forked from {_line(acc.forked_from)}; what stands before the fork was copied"))
    if acc.compactions:
        times = "once" if acc.compactions == 1 else f"{acc.compactions} times"
        told.append(Notice(f"its context was compacted {times}; the transcript keeps what the model no longer sees"))
    asked, model = one_line(acc.asked_model or "", 80), one_line(acc.model or "", 80)
    if asked and model and asked != model:
        told.append(Notice(f"{asked} was set and the last turn began with {model}", is_warning=True))
    if acc.model:
        told.append(Notice("whether another model served it (a reroute) is not written to a transcript"))
    return tuple(told)


def _origins(acc: SessionAcc, facts: Facts) -> tuple[Origin, ...]:
    usage, status = acc.usage, status_now(acc, facts)
    border = max(acc.turn_offset, acc.end_offset)
    pending = next(iter(acc.calls.values()), None)
    state_offset = pending.offset if is_open(acc) and pending is not None else border
    is_guess = status is Status.WAITING_APPROVAL or (is_open(acc) and facts.alive is None)
    figures: list[tuple[str, int, int | None, How]] = [
        ("state", state_offset, acc.last_ms, How.INFERRED if is_guess else How.READ),
        ("tokens", usage.offset if usage else UNKNOWN, None, How.READ),
        ("model", acc.context_offset, acc.turn_ms, How.READ),
        ("started", acc.meta_offset, acc.started_ms, How.READ),
    ]
    if facts.name is None:
        figures.append(("title", acc.prompt_offset, acc.started_ms, How.READ))
    if acc.calls:
        call = next(iter(approval_calls(acc).values()), pending)
        if call is not None:
            how = How.INFERRED if status is Status.WAITING_APPROVAL else How.READ
            figures.append(("questions", call.offset, call.at_ms, how))
    return tuple(
        Origin(figure, acc.root, offset, None if at_ms is None else at_ms / 1000, how)
        for figure, offset, at_ms, how in figures
        if offset != UNKNOWN
    )


def _line(words: str | None) -> str | None:
    return one_line(words or "", 120) or None
