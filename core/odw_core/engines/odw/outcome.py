"""Reads results: of one agent (ODW reference §2.1) and of a whole workflow (§4). Keeps what is shown, not the diffs."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, instant_ms, integer, mapping, objects, sequence, text, texts
from odw_core.engines.odw.acc import Outcome, ResultAcc, StateAcc
from odw_core.engines.odw.records import StateRecord
from odw_core.text.ansi import one_line

_SUMMARY_CHARS = 400
_VERDICTS = ("approve", "reject", "needs_owner")


def outcome_of(event: Json) -> Outcome:
    """The outcome of an ``agent_done`` or ``agent_skip``."""
    outcome = Outcome(
        ok=flag(event, "ok") is True,
        tokens=integer(event, "tokens"),
        model=text(event, "model") or None,
    )
    result = event.get("result")
    if isinstance(result, str):
        outcome.summary = one_line(result, _SUMMARY_CHARS)
    elif isinstance(result, dict):
        _read_object(outcome, result)
    return outcome


def _read_object(outcome: Outcome, result: Json) -> None:
    worktree = mapping(result, "worktree")
    outcome.changed = flag(worktree, "changed")
    outcome.files = texts(worktree, "files")
    outcome.summary = one_line(text(result, "text") or text(result, "summary"), _SUMMARY_CHARS)
    outcome.state = text(result, "state")
    outcome.session = text(result, "session")
    outcome.thread_id = text(result, "thread_id")
    outcome.questions = [dict(question) for question in objects(mapping(result, "pending_user_input"), "questions")]
    if text(result, "decision") in _VERDICTS:
        outcome.decision, outcome.blockers = text(result, "decision"), texts(result, "blockers")
    if not outcome.ok:
        _read_failure(outcome, result)


def _read_failure(outcome: Outcome, result: Json) -> None:
    error = result.get("error")
    details: Json = error if isinstance(error, dict) else {}
    message = error if isinstance(error, str) else text(details, "message")
    outcome.category = text(details, "category")
    # Lines as a person counts them: "x" and "x\n" are one.
    outcome.error_lines = len(message.removesuffix("\n").split("\n")) if message else 0
    outcome.is_report_tail = outcome.category.startswith("pandacode") and _is_report_tail(message)
    outcome.error_line = "" if outcome.is_report_tail else one_line(message, _SUMMARY_CHARS)
    path = text(mapping(result, "artifacts"), "raw_report") or text(mapping(result, "adapter"), "raw_report")
    outcome.report = path.replace("\\", "/").rsplit("/", 1)[-1]


def _is_report_tail(message: str) -> bool:
    """Whether a failure's text is the end of the executor's JSON report instead of a message (§2.1, trap of run d)."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines or lines[-1] not in ("}", "]"):
        return False
    return sum(line in ("{", "}", "},", "[", "]", "],") or line.startswith('"') for line in lines) * 2 > len(lines)


def result_of(result: object, at_ms: int | None) -> ResultAcc:
    """The final result of a workflow; anything but an object has no gate, no landing and no error."""
    fields: Json = result if isinstance(result, dict) else {}
    error = fields.get("error")
    details: Json = error if isinstance(error, dict) else {}
    landed, guard = fields.get("landed"), mapping(fields, "verifyGuard")
    landing: Json = landed if isinstance(landed, dict) else {}
    failures = [one_line(text(entry, "error"), 300) for entry in objects(landing, "results") if text(entry, "error")]
    verification = fields.get("verification")
    said = verification if isinstance(verification, str) else text(mapping(fields, "verification"), "text")
    return ResultAcc(
        ok=flag(fields, "ok"),
        category=error if isinstance(error, str) else text(details, "category"),
        message=error if isinstance(error, str) else text(details, "message"),
        has_error=bool(error),
        decision=text(mapping(fields, "gate"), "decision"),
        history=[_step(step) for step in objects(fields, "history")],
        landed_ok=flag(landing, "ok"),
        landed_message=failures[0] if failures else "",
        verify_ok=flag(guard, "ok"),
        verification=one_line(said, _SUMMARY_CHARS),
        at_ms=at_ms,
    )


def _step(step: Json) -> dict[str, object]:
    """A history step, with each review's reviewers as pairs ``[reviewer, decision]``."""
    kept = dict(step)
    if isinstance(step.get("reviewers"), list):
        kept["reviewers"] = [
            [text(review, "reviewer"), text(review, "decision")] if isinstance(review, dict) else review
            for review in sequence(step, "reviewers")
        ]
    return kept


def state_of(record: StateRecord) -> StateAcc:
    """What is kept of ``state.json``."""
    fields = record.fields
    completed_ms = instant_ms(fields.get("completedAt"))
    return StateAcc(
        workflow=text(mapping(fields, "workflow"), "name"),
        done=[*record.agents],
        failed=[*record.failed_agents],
        active={
            key: text(entry, "state") if isinstance(entry, dict) else "" for key, entry in record.active_agents.items()
        },
        checkpoints=[*record.checkpoints],
        has_error=bool(fields.get("error")) or bool(fields.get("failedAt")),
        failed_ms=instant_ms(fields.get("failedAt")),
        completed_ms=completed_ms,
        result=result_of(fields["result"], completed_ms) if "result" in fields else None,
    )
