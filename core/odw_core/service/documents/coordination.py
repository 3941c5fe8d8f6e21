"""What runs over several repos and batches have in ``show --json``: mismatches, states, rounds of a plan, scenarios."""

from __future__ import annotations

from odw_core.model.batch import Batch, Diagnosis, Group, Scenario
from odw_core.model.cause import Proof
from odw_core.model.coordination import AgentCall, Graph, Mismatch, PlanDifference, PlanRound, Side
from odw_core.service.documents.plain_values import Document, duration_s, time_text


def proof_document(proof: Proof | None) -> Document | None:
    """The line that says so."""
    return None if proof is None else {"file": proof.file, "line": proof.line, "text": proof.text}


def side_document(side: Side) -> Document:
    """One place of a contract."""
    return {"repo": side.repo, "path": side.path, "line": side.line, "text": side.text}


def mismatch_document(mismatch: Mismatch) -> Document:
    """One contract on which repos do not agree, from both sides."""
    return {
        "kind": mismatch.kind,
        "id": mismatch.id,
        "text": mismatch.text,
        "declared": [side_document(side) for side in mismatch.declared],
        "consumed": [side_document(side) for side in mismatch.consumed],
    }


def graph_document(graph: Graph) -> Document:
    """The states of a run, and which of them it is in."""
    return {
        "lit": graph.lit,
        "is_over": graph.is_over,
        "nodes": [
            {"key": node.key, "title": node.title, "times": node.times, "note": node.note} for node in graph.nodes
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "times": edge.times, "is_loop": edge.is_loop}
            for edge in graph.edges
        ],
        "loops": [
            {"round": loop.round, "source": loop.source, "target": loop.target, "why": loop.why} for loop in graph.loops
        ],
    }


def plan_round_document(one: PlanRound) -> Document:
    """A plan as one round left it."""
    return {
        "round": one.number,
        "status": one.status,
        "badge": one.badge,
        "summary": one.summary,
        "changes": list(one.changes),
        "questions": list(one.questions),
        "answers": [{"question": question, "answer": answer} for question, answer in one.answers],
    }


def difference_document(one: PlanDifference) -> Document:
    """What a round changed in a plan."""
    return {
        "before": one.before,
        "after": one.after,
        "kept": list(one.kept),
        "added": list(one.added),
        "removed": list(one.removed),
        "summary": None if one.summary is None else {"before": one.summary[0], "after": one.summary[1]},
        "answered": [{"question": question, "answer": answer} for question, answer in one.answered],
        "asked": list(one.asked),
        "status": {"before": one.status[0], "after": one.status[1]},
    }


def call_document(call: AgentCall) -> Document:
    """One call of an agent."""
    return {
        "key": call.key,
        "round": call.round,
        "attempt": call.attempt,
        "argv": list(call.argv),
        "model": call.model,
        "has_schema": call.has_schema,
        "sandbox": call.sandbox,
        "started_at": time_text(call.started_at),
        "duration_s": call.duration_s,
        "exit_code": call.exit_code,
        "stderr": call.stderr,
        "cause": call.cause,
    }


def batch_document(batch: Batch) -> Document:
    """How far a batch is, each scenario, and what broke by its root cause."""
    return {
        "done": batch.done,
        "total": batch.total,
        "model": batch.model,
        "jobs": batch.jobs,
        "typical_s": None if batch.typical_s is None else round(batch.typical_s, 3),
        "ends_at": time_text(batch.ends_at),
        "missing": [one.index for one in batch.missing],
        "scenarios": [_scenario_document(one) for one in batch.scenarios],
        "groups": [_group_document(one) for one in batch.groups],
    }


def _scenario_document(one: Scenario) -> Document:
    return {
        "index": one.index,
        "title": one.title,
        "status": one.status,
        "address": None if one.address is None else str(one.address),
        "started_at": time_text(one.started_at),
        "ended_at": time_text(one.ended_at),
        "duration_s": duration_s(one.started_at, one.ended_at),
        "model": one.model,
        "is_other_model": one.is_other_model,
        "file": one.file,
        "is_missing": one.is_missing,
        "tries": one.tries,
        "tools": one.tools,
        "failed_tools": one.failed_tools,
        "said": one.said,
        "diagnoses": [_diagnosis_document(diagnosis) for diagnosis in one.diagnoses],
    }


def _diagnosis_document(one: Diagnosis) -> Document:
    return {
        "kind": one.kind,
        "text": one.text,
        "count": one.count,
        "cascade_of": one.cascade_of or None,
        "is_warning": one.is_warning,
        "evidence": proof_document(one.proof),
    }


def _group_document(one: Group) -> Document:
    return {
        "kind": one.kind,
        "sentence": one.sentence,
        "fix": one.fix,
        "count": one.count,
        "scenarios": list(one.scenarios),
        "cascade_of": one.cascade_of or None,
        "is_warning": one.is_warning,
        "evidence": proof_document(one.proof),
    }
