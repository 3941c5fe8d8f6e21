"""A session as a row of the room: what is shown of it, and the sentence that says why. Pure."""

from __future__ import annotations

import posixpath

from odw_core.engines.codex.acc import SessionAcc, WindowAcc
from odw_core.engines.codex.error import error_cause, error_line
from odw_core.engines.codex.names import PATCH_TOOL, is_archived
from odw_core.engines.codex.question import holds_until, session_questions
from odw_core.engines.codex.status import Status, approval_calls, asking_calls, is_abandoned, is_open, status_now
from odw_core.model.address import Address
from odw_core.model.evidence import Facts
from odw_core.model.item import Depth, Item, Kind, Limit, Tokens
from odw_core.state.derive import Reading, Standing, derive
from odw_core.text.ansi import one_line

_STANDINGS = {
    Status.DONE: Standing.FINISHED,
    Status.FAILED: Standing.BROKEN,
    Status.INTERRUPTED: Standing.STOPPED,
    Status.WAITING_INPUT: Standing.ASKING,
    Status.WAITING_APPROVAL: Standing.ASKING,
    Status.RUNNING: Standing.WORKING,
}
STALE = "stale"
"""Raw word for an open turn that nobody writes any more."""


def session_item(acc: SessionAcc, facts: Facts, depth: Depth = Depth.FOLDED) -> Item:
    """The row of one session."""
    status = status_now(acc, facts)
    is_gone = is_abandoned(acc, facts)
    standing = Standing.ABANDONED if is_gone else _STANDINGS[status]
    is_inferred = status is Status.WAITING_APPROVAL and not is_gone and facts.server is None
    reading = Reading(
        standing,
        _why(acc, status, is_gone=is_gone, is_told=facts.server is not None),
        # A transcript without any time is as old as can be: nothing is expected of it.
        _seconds(acc.last_ms if acc.last_ms is not None else acc.started_ms) or 0.0,
        _limit(acc, facts) if is_inferred else None,
    )
    state, why, deadline = derive(reading, facts)
    is_over = not is_open(acc)
    return Item(
        address=Address("codex", acc.thread_id),
        parent=None,
        kind=Kind.SESSION,
        place=acc.place,
        title=title(acc, facts),
        state=state,
        why=why,
        raw_state=STALE if is_gone else status,
        stage=STALE if is_gone else stage(acc, status, facts),
        goal=one_line(acc.first_prompt, 400) or None,
        questions=len(session_questions(acc, facts)),
        model=one_line(acc.model or "", 120) or None,
        tokens=tokens(acc),
        started_at=_seconds(acc.started_ms),
        changed_at=_seconds(acc.last_ms if acc.last_ms is not None else acc.started_ms),
        # A session can always be resumed; what ended is its last turn.
        ended_at=_seconds(acc.end_ms or acc.last_ms or acc.started_ms) if is_over else None,
        last_words=one_line(acc.last_message or "", 400),
        cause=_cause(acc) if status is Status.FAILED else None,
        depth=depth,
        driver=one_line(acc.originator or "", 80),
        next_deadline=deadline,
        folder=acc.cwd,
        branch=acc.branch,
        is_inferred=is_inferred,
        is_archived=is_archived(acc.place, acc.root),
        limits=limits(acc),
        files=_files(acc) if is_open(acc) else (),
        is_attached=facts.server is not None,
    )


def _files(acc: SessionAcc) -> tuple[str, ...]:
    folder = acc.cwd or ""
    return tuple(one_line(posixpath.normpath(posixpath.join(folder, path)), 400) for path in acc.changed)


def title(acc: SessionAcc, facts: Facts) -> str:
    """The name a person gave, else the first line of the first prompt, else the thread id."""
    return one_line(facts.name or "", 160) or one_line(acc.first_prompt, 160) or acc.thread_id


def stage(acc: SessionAcc, status: Status, facts: Facts) -> str:
    """What it does at this moment, in a few words. A model that thinks and one that fell silent differ."""
    match status:
        case Status.WAITING_INPUT:
            count = sum(len(call.questions) for call in asking_calls(acc).values()) or 1
            return f"{count} questions" if count > 1 else "1 question"
        case Status.WAITING_APPROVAL:
            call = next(iter(approval_calls(acc).values()), None)
            return "approve a patch" if call is not None and call.name == PATCH_TOOL else "approve a command"
        case Status.RUNNING:
            return _doing(acc) or ("silent" if _is_silent(acc, facts) else "thinking")
        case _:
            return str(status)


def tokens(acc: SessionAcc) -> Tokens | None:
    """The five numbers of the whole thread."""
    usage = acc.usage
    if usage is None:
        return None
    return Tokens(usage.total, False, usage.input, usage.cached, usage.output, usage.reasoning)


def limits(acc: SessionAcc) -> tuple[Limit, ...]:
    """The account's rate-limit windows, as the transcript last said."""
    return tuple(
        Limit(_window_name(window, number), window.used_percent, _seconds(window.resets_ms), _seconds(acc.windows_ms))
        for number, window in enumerate(acc.windows)
    )


def _window_name(window: WindowAcc, number: int) -> str:
    minutes = window.minutes
    if minutes is None or minutes <= 0:
        return ("primary", "secondary")[number % 2]
    for unit, size in (("d", 1440), ("h", 60)):
        # Codex counts a window that has just begun one minute short.
        if minutes >= size and (minutes % size in (0, size - 1)):
            return f"{round(minutes / size)} {unit}"
    return f"{minutes} min"


def _limit(acc: SessionAcc, facts: Facts) -> float | None:
    until = holds_until(acc, facts, default=0.0)
    return until or None


def _is_silent(acc: SessionAcc, facts: Facts) -> bool:
    return acc.last_ms is not None and facts.now >= acc.last_ms / 1000 + facts.silent_after_s


def _doing(acc: SessionAcc) -> str:
    if not acc.calls:
        return ""
    call = [*acc.calls.values()][-1]
    if call.name == PATCH_TOOL:
        return "applying a patch"
    command = one_line(call.text, 60)
    return f"running {command}" if command else f"calling {one_line(call.name, 40) or 'a tool'}"


def _why(acc: SessionAcc, status: Status, *, is_gone: bool, is_told: bool) -> str:
    if is_gone:
        return f"its writer is gone (killed); resume it with codex exec resume {acc.thread_id}"
    match status:
        case Status.WAITING_INPUT:
            asked = [question for call in asking_calls(acc).values() for question in call.questions]
            words = asked[0].get("question") if asked else None
            first = one_line(words, 300) if isinstance(words, str) else ""
            more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
            return f"it asks: {first}{more}" if first else "it waits for an answer"
        case Status.WAITING_APPROVAL:
            asked_for = next(iter(approval_calls(acc).values()), None)
            what = "do something" if asked_for is None else f"run {one_line(asked_for.text, 200) or 'a command'}"
            what = "apply a patch" if asked_for is not None and asked_for.name == PATCH_TOOL else what
            if is_told:
                return f"it waits for leave to {what}"
            return f"it seems to wait for leave to {what} (inferred from its transcript)"
        case Status.RUNNING:
            if not acc.has_meta and acc.last_ms is None:
                return "its transcript says nothing yet"
            doing = _doing(acc)
            return f"it is {doing}" if doing else "the model is thinking"
        case Status.FAILED:
            return _cause(acc) or "its last turn failed and left no reason"
        case Status.INTERRUPTED:
            reason = one_line(acc.reason, 120)
            told = f" ({reason})" if reason and reason != "interrupted" else ""
            return f"its last turn was interrupted{told}; resume it with codex exec resume {acc.thread_id}"
        case Status.DONE:
            took = f" after {_duration(acc.duration_ms)}" if acc.end and acc.duration_ms else ""
            return f"its last turn finished{took}"


def _cause(acc: SessionAcc) -> str | None:
    found = error_cause(acc)
    return one_line(found.sentence, 400) if found is not None else error_line(acc)


def _duration(ms: int) -> str:
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
