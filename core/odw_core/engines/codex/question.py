"""What a session waits for a person to say: its questions, and the approvals that its transcript lets one infer."""

from __future__ import annotations

from odw_core.decide.digest import digest
from odw_core.engines.codex.acc import CallAcc, SessionAcc
from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.form import form_question, question_id
from odw_core.engines.codex.names import PATCH_TOOL
from odw_core.engines.codex.status import approval_calls, asking_calls, is_abandoned, is_open
from odw_core.model.address import Address
from odw_core.model.evidence import Facts
from odw_core.model.question import Question, Road
from odw_core.text.ansi import one_line, plain

WITNESS = "transcript"
WHY_NOT = "its transcript can be read but not answered; only the program that runs the session can take an answer"
APPROVAL_HOLDS_S = 6 * 3600.0
"""How long an approval is believed to be open when nobody can say whether the session's writer lives."""


def session_questions(acc: SessionAcc, facts: Facts) -> tuple[Question, ...]:
    """Open questions first, then approvals. None once the writer is gone: nobody listens any more."""
    if not is_open(acc) or is_abandoned(acc, facts):
        return ()
    if facts.server is not None and not facts.server.is_asking:
        # Whoever runs the session knows: what looks like a question in the transcript was answered.
        return ()
    asked = [_form(acc, call_id, call) for call_id, call in asking_calls(acc).items() if call.questions]
    if facts.alive is None and facts.server is None and facts.now >= holds_until(acc, facts, default=float("inf")):
        return tuple(asked)
    return (*asked, *(_approval(acc, call_id, call) for call_id, call in approval_calls(acc).items()))


def holds_until(acc: SessionAcc, facts: Facts, *, default: float) -> float:
    """Unix seconds until which inferred approvals are believed; for ever while the writer is known to live."""
    if facts.alive is True or acc.last_ms is None:
        return default
    return acc.last_ms / 1000 + APPROVAL_HOLDS_S


def answer_via(acc: SessionAcc) -> str:
    """By which means a person can answer, as a sentence."""
    return f"you, where it runs: its own terminal, or codex resume {plain(acc.thread_id)}"


def _form(acc: SessionAcc, call_id: str, call: CallAcc) -> Question:
    address = Address("codex", acc.thread_id)
    asker = Asker(address, "the session", WITNESS, answer_via(acc), Road.NONE, WHY_NOT)
    return form_question(call.questions, asker, thread=acc.thread_id, call=call_id, asked_at=_seconds(call.at_ms))


def _approval(acc: SessionAcc, call_id: str, call: CallAcc) -> Question:
    is_patch = call.name == PATCH_TOOL
    deciding = {
        "kind": "patch" if is_patch else "command",
        "thread": acc.thread_id,
        "call": call_id,
        "text": call.text,
        "folder": acc.cwd,
    }
    reason = plain(call.reason).strip()
    return Question(
        id=question_id(acc.thread_id, call_id, "approval"),
        address=Address("codex", acc.thread_id),
        kind="approval",
        asked_at=_seconds(call.at_ms),
        title="apply a patch?" if is_patch else f"run {one_line(call.text, 72)}?",
        body=f"{reason}\n\n{plain(call.text)}" if reason else plain(call.text),
        subject="the session",
        fields=(),
        decisions=("accept", "acceptForSession", "decline", "cancel"),
        risk="it writes outside its sandbox" if is_patch else _risk(call),
        digest=digest(deciding),
        witnesses=(WITNESS,),
        inferred=True,
        answer_via=answer_via(acc),
        why_not=WHY_NOT,
    )


def _risk(call: CallAcc) -> str | None:
    return "it runs outside the sandbox" if call.is_escalated else None


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
