"""The raw reading for verification, in the engine's own words: keys as in the ODW reference §2.2. Not stable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from odw_core.engines.base import Read
from odw_core.engines.loose import mapping, text, text_or_none, texts
from odw_core.engines.odw import layout
from odw_core.engines.odw.acc import GateAcc, RunAcc
from odw_core.engines.odw.records import decode_run
from odw_core.engines.odw.session import SessionAcc
from odw_core.engines.odw.show_as import asking_nodes, show_as
from odw_core.engines.odw.streams import session_stderr_count
from odw_core.files.safe_open import read_regular

Document = dict[str, object]


def inspection(read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
    """The ``odw`` section. Runs and sessions stand in the order in which they come."""
    runs: list[Document] = []
    sessions: list[Document] = []
    for unit, acc, alive in read:
        if isinstance(acc, RunAcc):
            runs.append(inspect_run(acc, alive))
        elif isinstance(acc, SessionAcc):
            count = session_stderr_count(unit.place, acc.runtime, acc.session)
            sessions.append(inspect_session(acc, count))
    return {"odw": {"runs": runs, "sessions": sessions, "latest_run_id": _latest_run_id(places)}}


def _latest_run_id(places: Iterable[str]) -> str | None:
    """What ``latest.json`` of the first place that has one says, even when that folder is gone."""
    for path in filter(None, map(layout.latest, places)):
        try:
            record = decode_run(read_regular(path, 1 << 20))
        except OSError:
            continue
        if record is not None and (run_id := text_or_none(record.fields, "run_id")):
            return run_id
    return None


def inspect_run(acc: RunAcc, alive: bool | None) -> Document:
    """One run as ``inspect --json`` prints it."""
    unfinished = [
        node.key for node in acc.nodes.values() if node.outcome is None and node.attempts and not node.is_cached
    ]
    state, result = acc.state, acc.outcome
    known = acc.started_ms is not None and acc.finished_ms is not None
    return {
        "run_id": acc.run_id,
        "recorded_status": acc.status or None,
        "events": acc.events,
        "undecodable_lines": acc.undecodable,
        "torn_last_line": acc.is_torn,
        "duration_ms": acc.finished_ms - acc.started_ms if known and acc.finished_ms and acc.started_ms else None,
        "workflow": acc.workflow or (state.workflow if state else None) or None,
        "backend": acc.backend,
        "nodes": {
            "started": sum(any(a.start for a in node.attempts) for node in acc.nodes.values()),
            "done_ok": sum(
                node.outcome is not None and node.outcome.ok and not node.is_cached for node in acc.nodes.values()
            ),
            "done_failed": [*acc.failed],
            "skipped_cached": [*acc.cached],
            "never_finished": unfinished,
            "retries": acc.retries,
            "schema_invalid": acc.schema_invalid,
        },
        "phases": [phase.title for phase in acc.phases],
        "tokens_sum": acc.tokens,
        "checkpoints": [*acc.checkpoints],
        "gates": [_gate(gate) for gate in acc.gates],
        "history": result.history if result else [],
        "applied": {
            "patches": len(acc.patches),
            "applied": sum(patch.applied for patch in acc.patches),
            "files": sum(patch.files for patch in acc.patches if patch.applied),
        },
        "snapshot_checks": [{"label": c.label, "ok": c.ok, "files": c.files} for c in acc.checks],
        "snapshot_restore": [
            {"label": r.label, "ok": r.ok, "restored": r.restored, "removed": r.removed, "files": r.files}
            for r in acc.restores
        ],
        "auto_answers": {"count": len(acc.auto_answers), "sessions": [*dict.fromkeys(acc.auto_answers)]},
        "needs_input": [
            {"node": node.key, "questions": node.outcome.questions} for node in asking_nodes(acc) if node.outcome
        ],
        "workflow_error_first_line": acc.workflow_error.split("\n", 1)[0] if acc.workflow_error is not None else None,
        "resume_argument": acc.resume_argument,
        "resumed_from_run": acc.resumed_from,
        "result_error": result.category or None if result and result.has_error else None,
        "runner_stderr_lines": acc.stderr_lines,
        "exit_event": {"status": acc.exit_status, "code": acc.exit_code} if acc.has_exit else None,
        "show_as": str(show_as(acc, alive)),
        "failed_node_error_message_lines": {
            key: outcome.error_lines for key in acc.failed if (outcome := acc.nodes[key].outcome) is not None
        },
        "state_json_ahead_of_journal": [key for key in state.done if key in unfinished] if state else [],
        "state_json_active": dict(state.active) if state else {},
        "state_json_stale_error": has_stale_error(acc),
    }


def has_stale_error(acc: RunAcc) -> bool:
    """Whether ``state.json`` of a resumed run still holds the error of the run before (trap 1 of §3)."""
    state = acc.state
    if state is None or not state.has_error or acc.resume_argument is None:
        return False
    began = acc.launched_ms or acc.started_ms
    is_own = state.failed_ms is not None and began is not None and state.failed_ms >= began
    return not is_own


def _gate(gate: GateAcc) -> Document:
    return {
        "label": gate.label,
        "round": gate.round,
        "decision": gate.decision,
        "apply_ready": gate.apply_ready,
        "files": gate.files,
        "reviewers": gate.reviewers,
        "review_decisions": [*gate.review_decisions],
        "blockers": gate.blockers,
        "blocker_samples": [*gate.blocker_samples],
        "owner_questions": [*gate.owner_questions],
        "preflight_category": gate.preflight_category,
    }


def inspect_session(acc: SessionAcc, stderr_lines: int) -> Document:
    """One session; ``stderr_lines`` counts the stderr entries of its protocol trace."""
    record = acc.record
    return {
        "runtime": acc.runtime,
        "session": acc.session,
        "driver": record.driver or None,
        "state": record.state or None,
        "thread_id": record.thread_id,
        "pending": [text(question, "id") for question in record.pending_questions],
        "missing_artifacts": texts(record.artifacts, "missing_artifacts"),
        "app_server_stderr_lines": stderr_lines,
        "model": record.fields.get("model"),
        "runner_pid": mapping(record.fields, "artifacts").get("runner_pid"),
    }
