"""Projected: a coordination as the files of a Converge run folder, in upstream's layout and words. Pure; whoever writes
them writes ``run.json`` last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from odw_core.engines.converge.records import (
    ConstraintsRecord,
    RunRecord,
    encode_constraints,
    encode_contracts,
    encode_run,
)
from odw_core.engines.loose import Json
from odw_core.workflows.coordinate.classify import Evidence, evidence_value
from odw_core.workflows.coordinate.decision import Route, reason_value
from odw_core.workflows.coordinate.issues import as_upstream, issue_value
from odw_core.workflows.coordinate.projected_texts import (
    PROVIDER,
    checks,
    commands,
    matrix,
    plan_file,
    restated,
    summary,
    task,
    upstream_questions,
    upstream_status,
)
from odw_core.workflows.coordinate.repo_plan import HEURISTIC, RepoPlan, plan_value
from odw_core.workflows.coordinate.rounds import Answer, Round
from odw_core.workflows.coordinate.split import split_value

RECORD = "run.json"
_LONGEST_BASE = 120
"""Bytes; with what names of files add to it, it stays below what any disk takes."""


@dataclass(frozen=True, slots=True)
class Coordination:
    """A run, as far as it has come."""

    goal: str
    max_rounds: int
    generated_at: float
    """Unix seconds; what readers take for its end."""
    rounds: tuple[Round, ...]
    """At least one."""
    mode: str = "conditional"
    repos: tuple[str, ...] = ()
    """In the order in which they were given; those of the last round by default."""
    odw_run: str = ""
    """The native run, as its address text."""
    calls: tuple[Json, ...] = ()
    """Every agent call, as the journal tells it."""
    pauses: tuple[int, ...] = ()
    """Rounds after which people were asked."""
    ways: Mapping[int, tuple[Route, ...]] = field(default_factory=dict)
    """Round to where it went and why, in order."""
    extra: Json = field(default_factory=dict)
    """More keys for ``run.json``."""

    @property
    def last(self) -> Round:
        """The round whose plans stand."""
        return self.rounds[-1]

    @property
    def ceiling(self) -> int:
        """Rounds that were allowed in the end: an answer grants one more."""
        return max(self.max_rounds, self.last.number)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Everything people said."""
        return tuple(answer for one in self.rounds for answer in one.answers)


def files_of(run: Coordination) -> dict[str, bytes]:
    """Every file by its path relative to the run folder, ``run.json`` last."""
    bases = bases_of([plan.repo for plan in run.last.plans])
    files: dict[str, str | bytes] = {
        "summary.md": "\n".join(summary(run.goal, run.last, run.ceiling, run.answers)),
        "responsibility-matrix.md": matrix(run.goal, run.last.split),
        "constraints.json": encode_constraints(ConstraintsRecord(_constraints(run))),
        "contract-map.json": encode_contracts(as_upstream(run.last.analysis)),
        "contract-checks.md": "\n".join(checks(run.goal, run.last.analysis)) + "\n",
    }
    for plan in run.last.plans:
        base, evidence = bases[plan.repo], _evidence(run, plan.repo)
        files[f"prompts/{base}_prompt.txt"] = plan.prompt or restated(run.goal, plan)
        files[f"prompts/{base}_{PROVIDER}_prompt.txt"] = restated(run.goal, plan)
        files[f"repo-plans/{base}/plan.md"] = "\n".join(plan_file(run.goal, plan))
        files[f"repo-plans/{base}/agent-prompt.txt"] = task(run.goal, plan)
        files[f"repo-plans/{base}/commands.sh"] = commands(evidence)
    files[RECORD] = encode_run(RunRecord(_record(run, bases)))
    return {name: said if isinstance(said, bytes) else _encoded(said) for name, said in files.items()}


def _encoded(said: str) -> bytes:
    return said.encode("utf-8", "replace")


def bases_of(repos: Sequence[str]) -> dict[str, str]:
    """The folder of each repository: its last part; with a number only where two would be one on some disk. The first
    of them keeps its name, and no number takes the name that another repository has by itself."""
    own = [_base(repo) or f"repo_{index}" for index, repo in enumerate(repos)]
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for index, base in enumerate(own):
        if not _names(base) & taken:
            kept[index] = base
            taken |= _names(base)
    found: dict[str, str] = {}
    for index, (repo, base) in enumerate(zip(repos, own, strict=True)):
        name, number = kept.get(index, ""), 1
        while not name:
            number += 1
            if not _names(numbered := f"{base}-{number}") & taken:
                name = numbered
                taken |= _names(name)
        found[repo] = name
    return found


def _names(base: str) -> set[str]:
    """What a base takes in the folder of prompts, whatever the disk makes of upper and lower case and of letters that
    can be spelled in two ways."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", base).casefold())
    return {folded, f"{folded}_{PROVIDER}"}


def _base(repo: str) -> str:
    parts = [part for part in repo.split("/") if part not in ("", ".")]
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]", "_", parts[-1]) if parts else ""
    # Disks count bytes: a letter that would be cut in two goes whole.
    return "" if name == ".." else name.encode()[:_LONGEST_BASE].decode("utf-8", "ignore")


def _evidence(run: Coordination, repo: str) -> Evidence:
    found = next((one for one in run.last.evidences if one.path == repo), None)
    return found or Evidence(repo, False, "unknown")


def _record(run: Coordination, bases: dict[str, str]) -> dict[str, object]:
    last = run.last
    return {
        "goal": run.goal,
        "status": last.decision.status,
        "round": last.number,
        "max_rounds": run.ceiling,
        "human_decision": _human(run),
        "events": list(_events(run)),
        "repo_plans": [_plan(run, plan, bases[plan.repo]) for plan in last.plans],
        "contract_analysis": as_upstream(last.analysis),
        "mode": run.mode,
        "odw_run": run.odw_run,
        "rounds": [_round(one, run.ways.get(one.number, ())) for one in run.rounds],
        "calls": [dict(call) for call in run.calls],
        **run.extra,
    }


def _human(run: Coordination) -> dict[str, object] | None:
    """What people decided; None when nobody had to."""
    answers = [{"question": a.question, "repo": a.repo, "text": a.text, "by": a.by} for a in run.answers]
    accepted = [reason_value(one) for one in run.last.decision.accepted]
    return {"answers": answers, "accepted": accepted} if answers or accepted else None


def _events(run: Coordination) -> Iterator[dict[str, str]]:
    yield _event("collect_constraints_node", "constraints collected")
    for number, one in enumerate(run.rounds):
        is_last = number == len(run.rounds) - 1
        artifacts, issues = one.analysis.artifacts, len({issue.text for issue in one.analysis.issues})
        yield _event("propose_split_node", "proposal generated")
        yield _event("agent_plan_node", f"generated {len(one.plans)} repo plans")
        yield _event("contract_alignment_node", f"contracts analyzed: artifacts={artifacts}, issues={issues}")
        yield _event(
            "decide_node", f"status={one.decision.status}, round={one.number}/{max(run.max_rounds, one.number)}"
        )
        if one.number in run.pauses:
            yield _event("route_after_decide_interrupt", "destination=hitl_interrupt_node")
            yield _event("hitl_interrupt_node", "hitl interrupt requested")
            if one.answers or one.decision.accepted or not is_last:
                yield _event("hitl_decision_received", "human decision recorded")
        elif is_last:
            yield _event("route_after_decide", "destination=write_artifacts_node")
        else:
            yield _event("route_after_decide", "destination=propose_split_node")


def _event(node: str, message: str) -> dict[str, str]:
    return {"node": node, "message": message}


def _plan(run: Coordination, plan: RepoPlan, base: str) -> dict[str, object]:
    evidence = _evidence(run, plan.repo)
    is_answered = plan.origin != HEURISTIC
    raw: dict[str, object] = {
        "codex_prompt": plan.prompt,
        "prompt_metadata": {
            "prompt_length": len(plan.prompt),
            "repo_path": plan.repo,
            "repo_kind": evidence.upstream_type,
            "signals": list(evidence.signals),
        },
        "execution_mode": "codex_cli" if is_answered else "heuristic",
        "codex_enabled": False,
        "signals": list(evidence.signals),
    }
    if is_answered:
        raw |= {"codex_stdout": "", "codex_stderr": "", "codex_binary": "", "codex_model": plan.model}
        raw["codex_model_candidates"] = []
    else:
        raw["fallback_cause"] = plan.cause
    raw |= {"origin": plan.origin, "base": base, "call": plan.call_key, "sha256": plan.digest()}
    return {
        "repo_path": plan.repo,
        "provider": PROVIDER,
        "status": upstream_status(plan),
        "summary": plan.summary,
        "proposed_changes": list(plan.changes),
        "questions_for_hitl": upstream_questions(plan),
        "raw": raw,
    }


def _round(one: Round, ways: Sequence[Route]) -> dict[str, object]:
    plans = [plan_value(plan) for plan in one.plans]
    return {
        "round": one.number,
        "status": one.decision.status,
        "repos": [evidence_value(evidence) for evidence in one.evidences],
        "split": {"source": one.split_source, "cause": one.split_cause, **split_value(one.split)},
        "plans": [{key: said for key, said in plan.items() if key != "prompt"} for plan in plans],
        "issues": [issue_value(issue) for issue in one.analysis.issues],
        "reasons": [reason_value(reason) for reason in one.decision.reasons],
        "accepted": [reason_value(reason) for reason in one.decision.accepted],
        "ways": [{"next": way.next, "why": way.why} for way in ways],
        "answers": [{"question": a.question, "repo": a.repo, "text": a.text, "by": a.by} for a in one.answers],
    }


def _constraints(run: Coordination) -> dict[str, object]:
    return {
        "goal": run.goal,
        "generated_at": datetime.fromtimestamp(run.generated_at, UTC).isoformat(),
        "repos": [
            {
                "path": one.path,
                "exists": one.exists,
                "repo_type": one.upstream_type,
                "signals": list(one.signals),
                "constraints": list(one.constraints),
            }
            for one in run.last.evidences
        ],
    }
