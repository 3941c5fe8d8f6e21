"""Approving: a person reads the plans, changes what they want, and says yes; what was approved is bound by its hash and
handed over as files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from odw_core.decide.digest import digest
from odw_core.engines.loose import text
from odw_core.model.question import Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.runs.context import Context
from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.repo_plan import RepoPlan, as_text, edited
from odw_core.workflows.coordinate.wording import fenced

HANDOFF = "handoff"
"""Folder of a run in which what was approved lies."""
APPROVAL = "approval"
"""Key of the step in which a person approves a run's plans."""
_APPROVE, _STOP = "approve", "stop"
_CHANGEABLE = (
    "Each plan can be changed before it counts. What you approve is kept with its SHA-256 and written as a pack to "
    "hand over (handoff/)."
)


@dataclass(frozen=True, slots=True)
class Approval:
    """Plans as a person approved them."""

    plans: tuple[RepoPlan, ...]
    """As they were left, in their order."""
    by: str
    at: float
    """Unix seconds."""


def plan_field(base: str) -> str:
    """The field of the card that holds the plan of that repository."""
    return f"plan:{base}"


async def ask_approval(
    context: Context, goal: str, plans: Sequence[RepoPlan], bases: Mapping[str, str], *, note: str = ""
) -> Approval | None:
    """Show the plans, each of them to be changed; None when the person stops instead. What was changed and what was
    approved stands in the journal. ``bases`` are short names of the repositories, each its own; ``note`` is what to
    know before."""
    key = APPROVAL
    told = [[plan.repo, plan.digest()] for plan in plans]
    count = f"{len(plans)} {'plan' if len(plans) == 1 else 'plans'}"
    card = Card(
        key=key,
        kind="plans",
        title=f"approve {count}?",
        body="\n".join(filter(None, (note, f"For: {goal}", _CHANGEABLE))),
        subject="planning",
        fields=tuple(
            Field(plan_field(bases[plan.repo]), plan.repo, is_optional=True, default=as_text(plan)) for plan in plans
        ),
        decisions=(_APPROVE, _STOP),
        digest=digest({"kind": "plans", "run": context.run_id, "key": key, "goal": goal, "plans": told}),
        details=tuple((f"plan of {bases[plan.repo]}", as_text(plan)) for plan in plans),
    )
    value = await decided(context, card)
    if text(value, "verdict") != _APPROVE:
        return None
    left: list[RepoPlan] = []
    for plan in plans:
        words = masked("\n".join(picked(value, plan_field(bases[plan.repo]))))
        one = edited(plan, words) if words else plan
        if one.digest() != plan.digest():
            event: dict[str, object] = {"type": "plan_edited", "repo": plan.repo, "sha256_before": plan.digest()}
            # Whole, so that a reader shows what was approved and not what the planner had said.
            event |= {"sha256": one.digest(), "status": one.status, "origin": one.origin, "summary": one.summary}
            event |= {"changes": list(one.changes), "questions": list(one.questions)}
            context.emit_once(event, f"the plan of {bases[plan.repo]} was changed")
        left.append(one)
    by, at = text(value, "by"), value.get("at")
    approved: list[dict[str, object]] = [{"repo": one.repo, "sha256": one.digest()} for one in left]
    context.emit_once({"type": "plans_approved", "plans": approved, "by": by}, f"{count} approved")
    return Approval(tuple(left), by, at if isinstance(at, float) else 0.0)


def handoff_files(
    goal: str, run: str, approval: Approval, bases: Mapping[str, str], *, is_carried_out: bool = False
) -> dict[str, bytes]:
    """The pack by path below the run's folder: what to do, one specification for each repository, and what binds them.
    ``run`` is the address of the run as text; ``is_carried_out`` where that run itself starts the work."""
    at = datetime.fromtimestamp(approval.at, UTC).isoformat()
    plans = [
        {"repo": one.repo, "spec": f"{bases[one.repo]}/spec.md", "sha256": one.digest(), "status": one.status}
        for one in approval.plans
    ]
    record = {"schema": 1, "run": run, "goal": goal, "approved_by": approval.by, "approved_at": at, "plans": plans}
    files = {f"{HANDOFF}/{one['spec']}": as_text(plan) for one, plan in zip(plans, approval.plans, strict=True)}
    to_do = [f"{run} carries them out, one run for each repository."] if is_carried_out else _to_do(run)
    files[f"{HANDOFF}/README.md"] = _readme(goal, run, approval, plans, at, to_do)
    files[f"{HANDOFF}/approval.json"] = json.dumps(record, indent=2) + "\n"
    return {name: said.encode("utf-8", "replace") for name, said in files.items()}


def _to_do(run: str) -> list[str]:
    command = f"    odw-tui start campaign --set from_run={run}"
    return ["To carry them out, one run for each repository:", "", command]


def _readme(
    goal: str, run: str, approval: Approval, plans: Sequence[Mapping[str, str]], at: str, to_do: Sequence[str]
) -> str:
    return "\n".join(
        (
            "# Approved plans",
            "",
            fenced(goal),
            "",
            f"Approved by {approval.by or 'a person'} at {at}, in {run}.",
            "Each specification is the text that was approved; approval.json holds its SHA-256.",
            "",
            *(f"- {one['repo']}: {one['spec']} ({one['sha256'][:12]})" for one in plans),
            "",
            *to_do,
            "",
        )
    )
