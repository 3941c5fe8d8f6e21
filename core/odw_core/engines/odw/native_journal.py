"""Folds what only the journal of a run that odw-tui drives says: its supervisor, questions, sessions, models. Pure."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, integer, mapping, objects, text
from odw_core.engines.odw.acc import AskedAcc, DecidedAcc, FindingAcc, ModelAcc, RunAcc, ThreadAcc, WarningAcc
from odw_core.engines.odw.coordination_journal import fold_coordination
from odw_core.text.ansi import one_line
from odw_core.text.finding import finding_id

_MOST = 200
_OF_THE_RUN = ("gate", "plan")


def fold_native(acc: RunAcc, kind: str, event: Json, ts_ms: int | None) -> None:
    """One event. Never raises; unknown kinds say nothing."""
    native = acc.native
    match kind:
        case "supervisor":
            started = event.get("started_at")
            is_time = isinstance(started, int | float) and not isinstance(started, bool) and 0 <= started < 1e12
            native.pid, native.stopped = integer(event, "pid"), ""
            native.is_deaf = flag(event, "hears") is False
            native.since_ms = int(started * 1000) if is_time and isinstance(started, int | float) else ts_ms
        case "supervisor_stopped":
            native.stopped = one_line(text(event, "reason"), 300)
        case "goal":
            native.goal = one_line(text(event, "text"), 200)
        case "agent_session":
            _thread(acc, event)
        case "question":
            _asked(acc, event, ts_ms)
        case "question_closed":
            native.asked.pop(text(event, "id"), None)
        case "decision":
            _decided(acc, event)
        case "blocker_overruled":
            if len(native.overruled) < _MOST:
                native.overruled[text(event, "text")] = integer(event, "round") or 0
        case "blockers":
            for one in objects(event, "blockers")[: _MOST - len(native.findings)]:
                found = FindingAcc(text(one, "path"), integer(one, "line"), text(one, "symbol"), text(one, "task"))
                native.findings[finding_id(text(one, "reviewer") or None, text(one, "text"))] = found
        case "queued":
            acc.last_words = one_line(f"{text(event, 'key')} waits for a free slot", 200)
            if text(event, "key") not in native.queued[-_MOST:]:
                native.queued.append(text(event, "key"))
        case "seated":
            acc.last_words = one_line(f"{text(event, 'key')} goes on", 200)
            if text(event, "key") in native.queued:
                native.queued.remove(text(event, "key"))
        case "auto_answer":
            acc.auto_answers.append(text(event, "key"))
            acc.last_words = one_line(f"answered by policy: {text(event, 'answer')}", 400)
        case "model":
            _model(acc, event)
        case "warning":
            if len(native.warnings) < _MOST:
                native.warnings.append(WarningAcc(text(event, "key"), text(event, "message")[:4000]))
            acc.last_words = one_line(text(event, "message"), 400) or acc.last_words
        case "journal_restored":
            native.foreign = [*native.foreign[-_MOST:], integer(event, "bytes") or 0]
        case "output":
            acc.last_words = one_line(text(event, "last"), 400) or acc.last_words
        case "waits_for":
            native.is_held = text(event, "what") == "release"
            is_past = text(event, "status") in ("landed", "released", "stopped")
            native.waits_for = "" if is_past else text(event, "run")
        case "committed":
            native.commit, native.branch = text(event, "commit"), text(event, "branch")
            acc.last_words = one_line(f"committed as {native.commit[:10]}", 200)
        case "repeats":
            native.repeats = text(event, "address")
        case "cancelled":
            native.cancelled_by = text(event, "by")
        case _:
            fold_coordination(acc, kind, event, ts_ms)


def _asked(acc: RunAcc, event: Json, ts_ms: int | None) -> None:
    question = mapping(event, "question")
    identity = text(question, "id")
    if identity:
        acc.native.asked[identity] = AskedAcc(text(event, "key"), dict(question), ts_ms)
        acc.last_words = one_line(f"asks: {text(question, 'title')}", 400)


def _decided(acc: RunAcc, event: Json) -> None:
    """Only what is about the run: what an agent asked and was told is its own business."""
    asked = acc.native.asked.get(text(event, "question_id"))
    is_policy = bool(text(event, "policy")) and text(event, "question_id").startswith("gate")
    if not is_policy and (asked is None or text(asked.question, "kind") not in _OF_THE_RUN):
        return
    about = (
        text(asked.question, "subject") if asked is not None else text(event, "question_id").replace("gate-r", "round ")
    )
    if len(acc.native.decided) < _MOST:
        by = text(event, "policy") if is_policy else text(event, "by")
        acc.native.decided.append(DecidedAcc(one_line(about, 60), one_line(text(event, "verdict"), 40), by[:200]))
    acc.last_words = one_line(f"{about}: {text(event, 'verdict')}", 200)


def _thread(acc: RunAcc, event: Json) -> None:
    thread = ThreadAcc(
        text(event, "key"), integer(event, "attempt") or 1, text(event, "runtime") or "codex", text(event, "thread")
    )
    if thread.thread and thread not in acc.native.threads and len(acc.native.threads) < _MOST:
        acc.native.threads.append(thread)


def _model(acc: RunAcc, event: Json) -> None:
    key = text(event, "key")
    known = acc.native.models.setdefault(key, ModelAcc())
    known.requested = text(event, "requested") or known.requested
    known.accepted = text(event, "accepted") or known.accepted
    known.served = text(event, "served") or known.served
    known.reason = text(event, "reason") or known.reason
    node = acc.nodes.get(key)
    if node is not None:
        node.model = known.served or known.accepted or node.model
