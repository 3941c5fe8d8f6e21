"""Folds one journal line into a run. One small function per event; facts in the ODW reference §2."""

from __future__ import annotations

import re
from collections.abc import Callable

from odw_core.engines.loose import Json, flag, integer, mapping, text, text_or_none, texts
from odw_core.engines.odw.acc import (
    AttemptAcc,
    CheckAcc,
    GateAcc,
    NodeAcc,
    PatchAcc,
    PhaseAcc,
    ProblemAcc,
    Ref,
    RepairAcc,
    RestoreAcc,
    RunAcc,
)
from odw_core.engines.odw.coordination_journal import place_node
from odw_core.engines.odw.names import CANCELLED, JOURNAL
from odw_core.engines.odw.native_journal import fold_native
from odw_core.engines.odw.outcome import outcome_of, result_of
from odw_core.engines.odw.records import JournalLine, decode_line
from odw_core.text.ansi import one_line

_ROUND_LABEL = re.compile(r"-r(\d{1,4})$")
_REPAIRING = "repairing tasks="
_MAX_PROBLEMS = 20
_MAX_ERROR_CHARS = 64_000


def fold_line(acc: RunAcc, data: bytes, offset: int) -> None:
    """One whole line, without its end, that begins at ``offset``. Never raises."""
    if not data.strip():
        return
    line = decode_line(data)
    if line is None:
        acc.undecodable += 1
        if len(acc.problems) < _MAX_PROBLEMS:
            acc.problems.append(ProblemAcc(JOURNAL, offset, "this journal line is no JSON object and was skipped"))
        return
    acc.events += 1
    ts_ms = line.ts_ms
    if ts_ms is not None and (acc.last_ms is None or ts_ms > acc.last_ms):
        acc.last_ms = ts_ms
    for figure in _FIGURES.get(line.type if line.event is None else text(line.event, "type"), ()):
        acc.said_at[figure] = [offset, ts_ms or 0]
    match line.type:
        case "script_stream":
            _stream(acc, line, ts_ms, Ref(offset, len(data)))
        case "launch":
            _launch(acc, line.fields, ts_ms)
        case "exit":
            acc.exit_status = text(line.fields, "status")
            acc.exit_code = integer(line.fields, "code")
        case _:
            pass


def _launch(acc: RunAcc, fields: Json, ts_ms: int | None) -> None:
    acc.launched_ms = ts_ms
    acc.backend = text_or_none(fields, "backend")
    acc.resume_argument = text_or_none(fields, "resume_from") or None
    # The folder name only: the path around it is stale once a project moved.
    folders = text(fields, "resume_state_path").replace("\\", "/").split("/")
    acc.resumed_from = folders[-2] if len(folders) > 1 and folders[-2] else None
    acc.script = acc.script or text(fields, "script")
    acc.native.part_of = text(fields, "campaign")


def _stream(acc: RunAcc, line: JournalLine, ts_ms: int | None, ref: Ref) -> None:
    event = line.event
    if event is None:
        if text(line.fields, "stream") == "stderr":
            acc.stderr_lines += 1
            acc.stderr_tail = one_line(text(line.fields, "raw") or text(line.fields, "summary"), 400) or acc.stderr_tail
        return
    kind = text(event, "type")
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(acc, event, ts_ms, ref)
    elif acc.is_native:
        fold_native(acc, kind, event, ts_ms)


def _workflow_start(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.workflow = acc.workflow or text_or_none(event, "name")
    acc.backend = acc.backend or text_or_none(event, "backend")


def _phase(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    title, detail = text(event, "title"), text(event, "detail")
    acc.phases.append(PhaseAcc(title[:400], detail[:400], ts_ms, acc.events))
    acc.last_words = one_line(f"{title}: {detail}" if detail else title, 200)


def _log(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    message = text(event, "message")
    acc.last_words = one_line(message, 400) or acc.last_words
    if message.startswith(_REPAIRING):
        tasks = [task for task in message[len(_REPAIRING) :].split("|") if task]
        acc.repairs.append(RepairAcc(acc.gates[-1].round + 1 if acc.gates else 2, tasks))


def _checkpoint(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    name = text(event, "name")
    acc.checkpoints.append(name)
    acc.last_words = one_line(f"checkpoint {name}", 200)


def _node(acc: RunAcc, event: Json) -> NodeAcc:
    key = text(event, "key") or text(event, "label") or "?"
    node = acc.nodes.get(key)
    if node is None:
        phase = text(event, "phase")
        node = acc.nodes[key] = NodeAcc(key, text(event, "label"), phase, phase_index=max(0, len(acc.phases) - 1))
    return node


def _agent_start(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    node = _node(acc, event)
    config = mapping(event, "config")
    node.runtime = text(event, "runtime") or node.runtime
    model = text(event, "model")
    node.model = model if model and model != "inherit" else node.model
    node.is_worktree = node.is_worktree or text(config, "isolation") == "worktree"
    if acc.review_label and node.key.startswith(acc.review_label) and not node.is_worktree:
        node.review_label = acc.review_label
    _of_review(acc, node, event)
    place_node(acc, node)
    if node.key in acc.native.queued:
        acc.native.queued.remove(node.key)
    node.attempts.append(AttemptAcc(integer(event, "attempt") or len(node.attempts) + 1, ts_ms, ref))
    node.outcome, node.is_cached = None, False


def _of_review(acc: RunAcc, node: NodeAcc, event: Json) -> None:
    """Runs of our own say what a node is for; upstream's are told by their keys."""
    if acc.is_native and text(event, "agentType") == "reviewer":
        node.review_label = acc.review_label or node.review_label


def _agent_done(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    node = _node(acc, event)
    if not node.attempts:
        node.attempts.append(AttemptAcc(integer(event, "attempt") or 1, None, None))
    node.attempts[-1].ended_ms, node.attempts[-1].done = ts_ms, ref
    node.runtime = text(event, "runtime") or node.runtime
    outcome = node.outcome = outcome_of(event)
    node.model = outcome.model or node.model
    node.done_index = acc.events
    if outcome.tokens is None:
        acc.tokens_at_least = True
    else:
        acc.tokens += outcome.tokens
    if not outcome.ok and node.key not in acc.failed:
        acc.failed.append(node.key)
    words = outcome.summary or outcome.error_line
    acc.last_words = one_line(f"{node.label or node.key}: {words}" if words else node.label, 400) or acc.last_words


def _agent_skip(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    node = _node(acc, event)
    _of_review(acc, node, event)
    place_node(acc, node)
    node.is_worktree = node.is_worktree or (acc.is_native and "worktree" in mapping(event, "result"))
    node.is_cached, node.done_index = True, acc.events
    node.attempts.append(AttemptAcc(1, ts_ms, None, ts_ms, ref))
    node.outcome = outcome_of({**event, "ok": True})
    if node.key not in acc.cached:
        acc.cached.append(node.key)


def _agent_schema_invalid(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.schema_invalid += 1


def _agent_retry(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.retries += 1
    node = _node(acc, event)
    if node.attempts:
        attempt = node.attempts[-1]
        attempt.ended_ms, attempt.retry_reason = ts_ms, one_line(text(event, "reason"), 400) or "tried again"
        attempt.done = attempt.done or ref


def _auto_answer(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.auto_answers.append(text(event, "session"))


def _review_workspace(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.review_label = text(event, "label") if text(event, "status") == "start" else ""


def round_of_label(label: str) -> int:
    """``batch-review`` is round 1, ``batch-review-rN`` round N: the only place where a journal states a round."""
    match = _ROUND_LABEL.search(label)
    return int(match.group(1)) if match else 1


def _review_gate(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    label = text(event, "label")
    category = text_or_none(event, "preflight_category")
    message = text(event, "preflight_message") or (text(event, "message") if category else "")
    gate = GateAcc(
        label=label,
        round=round_of_label(label),
        decision=text(event, "decision"),
        apply_ready=flag(event, "applyReady") is True,
        files=integer(event, "files") or 0,
        file_samples=texts(event, "file_samples"),
        reviewers=integer(event, "reviewers") or 0,
        review_decisions=texts(event, "review_decisions"),
        blockers=integer(event, "blockers") or 0,
        blocker_samples=texts(event, "blocker_samples"),
        risks=texts(event, "risk_samples"),
        owner_questions=texts(event, "owner_question_samples"),
        preflight_category=category,
        preflight_message=message,
        at_ms=ts_ms,
    )
    acc.gates.append(gate)
    first = one_line(gate.blocker_samples[0], 200) if gate.blocker_samples else one_line(message, 200)
    acc.last_words = f"review round {gate.round}: {one_line(gate.decision, 40)}" + (f", {first}" if first else "")


def _patch_apply(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    message = one_line(text(event, "message") or text(event, "category"), 300)
    ok, applied = flag(event, "ok") is True, flag(event, "applied") is True
    acc.patches.append(PatchAcc(ok, applied, integer(event, "files") or 0, message))


def _snapshot_check(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.checks.append(
        CheckAcc(
            label=text(event, "label"),
            ok=flag(event, "ok") is True,
            files=integer(event, "files") or 0,
            samples=texts(event, "file_samples"),
            added=integer(event, "added") or 0,
            removed=integer(event, "removed") or 0,
            modified=integer(event, "modified") or 0,
        )
    )


def _snapshot_restore(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.restores.append(
        RestoreAcc(
            label=text(event, "label"),
            ok=flag(event, "ok") is True,
            restored=integer(event, "restored") or 0,
            removed=integer(event, "removed") or 0,
            files=integer(event, "files") or 0,
            message=one_line(text(event, "message"), 300),
        )
    )


def _workflow_done(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.result = result_of(event.get("result"), ts_ms)
    acc.workflow = acc.workflow or text_or_none(event, "name")


def _workflow_error(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    # Nothing broke: it is said this way for upstream's readers alone, and once more in a word of our own.
    if text(event, "category") != CANCELLED:
        acc.workflow_error = text(event, "message")[:_MAX_ERROR_CHARS]


def _preflight_blocked(acc: RunAcc, event: Json, ts_ms: int | None, ref: Ref) -> None:
    acc.last_words = one_line(f"{text(event, 'label')}: {text(event, 'category')} {text(event, 'remediation')}", 400)


# Which figures of a row or a run each kind of line decides.
_FIGURES: dict[str, tuple[str, ...]] = {
    "launch": ("started",),
    "exit": ("state",),
    "workflow_start": ("title",),
    "phase": ("stage",),
    "log": ("said",),
    "agent_start": ("stage", "tasks", "model"),
    "agent_done": ("tasks", "tokens", "questions"),
    "worktree_review_gate": ("blockers", "stage"),
    "workflow_done": ("state",),
    "workflow_error": ("state", "cause"),
    "question": ("state", "questions"),
    "question_closed": ("state", "questions"),
    "cancelled": ("state",),
    "model": ("model",),
    "output": ("said",),
}

_HANDLERS: dict[str, Callable[[RunAcc, Json, int | None, Ref], None]] = {
    "workflow_start": _workflow_start,
    "phase": _phase,
    "log": _log,
    "checkpoint": _checkpoint,
    "agent_start": _agent_start,
    "agent_done": _agent_done,
    "agent_skip": _agent_skip,
    "agent_schema_invalid": _agent_schema_invalid,
    "agent_retry": _agent_retry,
    "panda_auto_answer": _auto_answer,
    "panda_preflight_blocked": _preflight_blocked,
    "worktree_review_workspace": _review_workspace,
    "worktree_review_gate": _review_gate,
    "worktree_patch_apply": _patch_apply,
    "worktree_snapshot_check": _snapshot_check,
    "worktree_snapshot_restore": _snapshot_restore,
    "workflow_done": _workflow_done,
    "workflow_error": _workflow_error,
}
