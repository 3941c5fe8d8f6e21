"""What stops a run, from its four sources in their fixed order. Pure."""

from __future__ import annotations

from typing import NamedTuple

from odw_core.engines.converge.acc import RunAcc
from odw_core.engines.converge.names import CONSTRAINTS, HITL, MATRIX, RECORD
from odw_core.engines.converge.own_rounds import is_taken
from odw_core.model.cause import Proof
from odw_core.text.ansi import one_line

EMPTY_SPLIT = "no usable responsibility split (empty matrix)"


class Stop(NamedTuple):
    """One blocker, in the engine's own kinds: ``missing_repo``, ``question``, ``contract_issue``, ``empty_split``."""

    kind: str
    repo: str | None
    text: str
    proof: Proof


def stops(acc: RunAcc) -> list[Stop]:
    """All that are open; none where no run.json says how it ended."""
    return [one for one in every_stop(acc) if not is_taken(acc, one.kind, one.repo, one.text)]


def every_stop(acc: RunAcc) -> list[Stop]:
    """Also what a person took as it is, by name: only runs of ours say so."""
    if not acc.has_record:
        return []
    found = [_missing(acc, number) for number, repo in enumerate(acc.repos) if not repo.exists]
    found += [
        Stop("question", plan.repo, asked, Proof(RECORD, plan.line, one_line(asked, 400)))
        for plan in acc.plans
        for asked in plan.questions
    ]
    line = acc.lines.get("contract_analysis", 1)
    found += [Stop("contract_issue", None, issue, Proof(RECORD, line, one_line(issue, 400))) for issue in acc.issues]
    if acc.has_split is False and acc.status == HITL:
        found.append(Stop("empty_split", None, EMPTY_SPLIT, Proof(MATRIX, 1, "# Responsibility Matrix")))
    return found


def _missing(acc: RunAcc, number: int) -> Stop:
    repo = acc.repos[number]
    words = next((said for said in repo.constraints if "not found" in said), "repo path not found")
    return Stop("missing_repo", repo.path, words, Proof(CONSTRAINTS, repo.line, f'"exists": false ({repo.path})'))
