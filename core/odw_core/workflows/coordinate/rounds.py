"""Rounds: what each left behind, whether another would be told anything new, how a plan changed in between. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.decision import Decision
from odw_core.workflows.coordinate.issues import Analysis
from odw_core.workflows.coordinate.repo_plan import HEURISTIC, RepoPlan
from odw_core.workflows.coordinate.split import Split


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to one question."""

    question: str
    text: str
    repo: str | None = None
    """The repository that asked; None when all should know."""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the planners of one round are told."""

    goal: str
    repos: tuple[tuple[str, str], ...] = ()
    """(repository, fingerprint of what it is)."""
    answers: tuple[Answer, ...] = ()
    issues: tuple[str, ...] = ()
    """Contract mismatches that were there before the round."""
    plans: tuple[tuple[str, str], ...] = ()
    """(repository, digest of its plan of the round before), of those an agent or a person wrote."""
    retries: tuple[str, ...] = ()
    """Failures of the round before that another attempt may not meet again, each named by its round."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round, over."""

    number: int
    knowledge: Knowledge
    evidences: tuple[Evidence, ...]
    split: Split
    plans: tuple[RepoPlan, ...]
    """In the order of the repositories."""
    analysis: Analysis
    decision: Decision
    split_source: str = "agent"
    """``agent`` or ``heuristic``."""
    split_cause: str = ""
    """Why no agent gave the split."""
    answers: tuple[Answer, ...] = ()
    """What people said after it."""

    def plan(self, repo: str) -> RepoPlan | None:
        """The plan of one repository."""
        return next((plan for plan in self.plans if plan.repo == repo), None)


def knowledge(
    goal: str,
    evidences: Sequence[Evidence],
    answers: Sequence[Answer] = (),
    issues: Sequence[str] = (),
    plans: Sequence[RepoPlan] = (),
    round_number: int = 0,
) -> Knowledge:
    """What the next round would be told; ``issues`` and ``plans`` are those of round ``round_number``."""
    return Knowledge(
        goal,
        tuple((one.path, fingerprint(one)) for one in evidences),
        tuple(answers),
        tuple(issues),
        tuple((plan.repo, plan.digest()) for plan in plans if plan.origin != HEURISTIC),
        tuple(f"round {round_number}, {plan.repo}: {plan.cause}" for plan in plans if plan.is_retryable),
    )


def fingerprint(evidence: Evidence) -> str:
    """Changes when a repository does."""
    said = [evidence.exists, evidence.kind, evidence.signals, evidence.languages, evidence.tree]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def news(earlier: Knowledge | None, now: Knowledge) -> tuple[str, ...]:
    """What planners would be told that those before were not, as sentences; without any, no round is worth it."""
    return ("the first round",) if earlier is None else tuple(_news(earlier, now))


def _news(earlier: Knowledge, now: Knowledge) -> Iterator[str]:
    if now.goal != earlier.goal:
        yield "the goal changed"
    known_repos = dict(earlier.repos)
    yield from (f"{repo} changed" for repo, print_ in now.repos if known_repos.get(repo) != print_)
    known = {(one.question, one.repo, one.text) for one in earlier.answers}
    yield from (f"an answer to: {a.question}" for a in now.answers if (a.question, a.repo, a.text) not in known)
    yield from (f"a contract mismatch: {issue}" for issue in now.issues if issue not in earlier.issues)
    yield from (f"settled: {issue}" for issue in earlier.issues if issue not in now.issues)
    if len(now.repos) > 1:
        # A planner knows its own plan: what is new are the plans of the others.
        known_plans = dict(earlier.plans)
        yield from (f"the plan of {repo}" for repo, print_ in now.plans if known_plans.get(repo) != print_)
    yield from (f"another try after {one}" for one in now.retries if one not in earlier.retries)
