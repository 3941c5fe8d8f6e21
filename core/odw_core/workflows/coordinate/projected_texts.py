"""Projected texts: the Markdown and text files of a Converge run folder, in upstream's words, line for line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.issues import Analysis
from odw_core.workflows.coordinate.repo_plan import FAILED, OK, RepoPlan
from odw_core.workflows.coordinate.rounds import Answer, Round
from odw_core.workflows.coordinate.split import Split

PROVIDER = "codex"
"""Converge knows two; of this one readers look at who really answered."""


def upstream_status(plan: RepoPlan) -> str:
    """One of upstream's three words: whatever is not agreed needs a person."""
    return plan.status if plan.status in (OK, FAILED) else "HITL_REQUIRED"


def upstream_questions(plan: RepoPlan) -> list[str]:
    """Upstream's plans that need a person say why in a question."""
    if upstream_status(plan) != "HITL_REQUIRED" or plan.questions:
        return list(plan.questions)
    return [f"No agent planned this repository: {plan.cause or 'nobody answered'}. How should it go on?"]


def summary(goal: str, last: Round, max_rounds: int, answers: Sequence[Answer]) -> Iterator[str]:
    """The lines of ``summary.md``."""
    analysis = last.analysis
    issues = sorted({issue.text for issue in analysis.issues})
    yield from ("# Coordination Summary", "", f"**Goal:** {goal}", f"**Status:** {last.decision.status}")
    yield from (f"**Rounds:** {last.number} / {max_rounds}", "", "## Constraints Collected", "")
    for one in last.evidences:
        yield from (f"### {_inset(one.path)}", *(f"- {_inset(said)}" for said in one.constraints), "")
    yield from ("## Contract Alignment", "", f"- Artifacts discovered: {analysis.artifacts}")
    yield f"- Contract issues: {len(issues)}"
    if issues:
        yield from ("- Issues requiring review:", *(f"  - {_inset(issue)}" for issue in issues))
    yield from ("", "## Agent Plans", "")
    for plan in last.plans:
        yield from (f"### {_inset(plan.repo)}", f"**Provider:** {PROVIDER}", f"**Status:** {upstream_status(plan)}")
        yield from (f"**Summary:** {_inset(plan.summary)}", "")
        if plan.changes:
            yield from ("**Proposed Changes:**", *(f"- {_inset(change)}" for change in plan.changes), "")
        if asked := upstream_questions(plan):
            yield from ("**Questions for HITL:**", *(f"- {_inset(one)}" for one in asked), "")
    yield from ("## Proposed Responsibility Split", "", f"**Rationale:** {_flat(last.split.rationale)}")
    if last.split.risks:
        yield from ("", *(f"- Risk: {_flat(risk)}" for risk in last.split.risks))
    told = [f"{a.question} — {a.text}{f' ({a.by})' if a.by else ''}" for a in answers]
    told += [f"accepted: {one.repo + ': ' if one.repo else ''}{one.text}" for one in last.decision.accepted]
    if told:
        yield from ("", "## Human Decision", "", *(f"- {_flat(one)}" for one in told))


def _inset(said: str) -> str:
    """Words of others where lines count: only their first line can begin one."""
    return said.replace("\n", "\n  ")


def _flat(said: str) -> str:
    """Words on one line: these files are read back line by line."""
    return " ".join(said.split())


def matrix(goal: str, split: Split) -> str:
    """``responsibility-matrix.md``."""
    lines = ["# Responsibility Matrix", "", f"**Goal:** {goal}"]
    for repo, duties in split.assignments:
        lines += ["", f"## {_flat(repo)}", "", *(f"- {_flat(duty)}" for duty in duties)]
    return "\n".join(lines) + "\n"


def checks(goal: str, analysis: Analysis) -> Iterator[str]:
    """The lines of ``contract-checks.md``."""
    issues = sorted({issue.text for issue in analysis.issues})
    yield from ("# Contract Checks", "", f"Goal: {goal}", f"Issues: {len(issues)}", f"Artifacts: {analysis.artifacts}")
    if issues:
        yield from ("", "## Issues", "", *(f"- {_inset(issue)}" for issue in issues))
    yield from ("", "## Per Repository")
    for one in analysis.repos:
        yield from ("", f"### {_inset(one.repo)}", f"- Artifacts: {len(one.artifacts)}")
        yield f"- Declared contracts: {len({use.id for use in one.declared})}"
        yield f"- Consumed contracts: {len({use.id for use in one.consumed})}"
        if one.artifacts:
            yield from ("- Artifact paths:", *(f"  - {artifact.path}" for artifact in one.artifacts))


def restated(goal: str, plan: RepoPlan) -> str:
    """``prompts/<base>_<provider>_prompt.txt``: the plan, not the prompt that was sent."""
    lines = [f"# {PROVIDER.upper()} Prompt for {plan.repo}", "", f"Goal: {goal}", f"Status: {upstream_status(plan)}"]
    lines += [
        "",
        f"Summary: {plan.summary}",
        "",
        "Proposed Changes:",
        *(f"- {_inset(change)}" for change in plan.changes),
    ]
    if asked := upstream_questions(plan):
        lines += ["", "Questions for HITL:", *(f"- {_inset(one)}" for one in asked)]
    return "\n".join(lines) + "\n"


def task(goal: str, plan: RepoPlan) -> str:
    """``agent-prompt.txt``."""
    lines = [f"# Task for {plan.repo}", "", f"Goal: {goal}", "", plan.summary, "", "Proposed Changes:"]
    return "\n".join([*lines, *(f"- {_inset(change)}" for change in plan.changes)]) + "\n"


def plan_file(goal: str, plan: RepoPlan) -> Iterator[str]:
    """The lines of ``plan.md``."""
    yield from (f"# Plan: {plan.repo}", "", f"**Goal:** {goal}", f"**Provider:** {PROVIDER}")
    yield from (
        f"**Status:** {upstream_status(plan)}",
        "",
        "## Summary",
        "",
        plan.summary,
        "",
        "## Proposed Changes",
        "",
    )
    yield from (f"- {_inset(change)}" for change in plan.changes)
    if asked := upstream_questions(plan):
        yield from ("", "## Questions for HITL", "", *(f"- {_inset(one)}" for one in asked))


_HINTS = {
    "pyproject.toml": (
        ("Python project detected", "Install dependencies:", "pip install -e .[dev]"),
        ("Run tests:", "pytest"),
        ("Type check:", "mypy src/"),
        ("Format and lint:", "ruff format .", "ruff check ."),
    ),
    "package.json": (
        ("Node project detected", "Install dependencies:", "npm install"),
        ("Run tests:", "npm test"),
        ("Type check:", "npm run typecheck"),
        ("Lint:", "npm run lint"),
    ),
    "go.mod": (("Go project detected", "Run tests:", "go test ./..."), ("Lint:", "go vet ./...")),
    "Cargo.toml": (("Rust project detected", "Run tests:", "cargo test"), ("Lint:", "cargo clippy")),
}


def commands(evidence: Evidence) -> str:
    """``commands.sh``: comments alone, hints for a person, nothing to run."""
    found = [blocks for signal, blocks in _HINTS.items() if signal in evidence.signals]
    blocks = ["\n".join(f"# {line}" for line in block) for blocks in found for block in blocks]
    none = "# No specific commands detected for this repository type"
    return "#!/bin/bash\n" + ("\n\n".join(blocks) or none) + "\n"
