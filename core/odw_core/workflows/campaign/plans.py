"""Plans: what each repository is to do, settled once: read from where they come from, approved by a person where nobody
did, in an order that can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.engines.loose import objects, text, texts
from odw_core.errors import UsageError
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.ansi import one_line
from odw_core.workflows.campaign.given import CampaignInput, RepoInput
from odw_core.workflows.campaign.ground import Ground, Stopped
from odw_core.workflows.campaign.order import NoOrder, Wanted, check_order, named, wanted_of, wanted_value
from odw_core.workflows.campaign.sources import read_source
from odw_core.workflows.coordinate.approving import ask_approval
from odw_core.workflows.coordinate.given import absolute
from odw_core.workflows.coordinate.projected import bases_of
from odw_core.workflows.coordinate.repo_plan import HEURISTIC, RepoPlan, as_text, plan_of, plan_value


async def ground_of(context: Context, given: CampaignInput) -> Ground:
    """The ground of a campaign that begins or goes on. Raises ``OdwError`` when its input cannot be followed, and
    ``Stopped`` when a person does not approve the plans."""
    settled = await _settled(context, given)
    wanted = [wanted_of(one) for one in objects(settled, "wanted")]
    plans = [plan_of(one) for one in objects(settled, "plans")]
    approved = {*texts(settled, "approved")}
    open_plans = [one for one in plans if one.digest() not in approved]
    goal = text(settled, "goal")
    by = text(settled, "by")
    told = [{"repo": one.repo, "after": [*one.after]} for one in wanted]
    more = {"from_run": text(settled, "run")} if text(settled, "run") else {}
    count = f"{len(wanted)} {'repository' if len(wanted) == 1 else 'repositories'}"
    event = {"type": "campaign", "repos": told, "hold_landings": given.hold_landings, "goal": goal, **more}
    context.emit_once(event, count)
    if more and goal:
        # What the row says from now on, rather than whose plans they are.
        context.emit_once({"type": "goal", "text": one_line(f"campaign: {goal}", 200)}, goal)
    if open_plans:
        bases = {one.repo: one.base for one in wanted}
        approval = await ask_approval(context, goal, open_plans, bases, note=_note(open_plans, bases))
        if approval is None:
            raise Stopped("you stopped it at its plans; nothing was started")
        by = approval.by or by
        specs = {one.repo: as_text(one) for one in approval.plans}
        wanted = [replace(one, spec=specs.get(one.repo, one.spec)) for one in wanted]
    ground = Ground(context, given, goal, tuple(wanted))
    sums = [{"repo": one.repo, "sha256": one.sha256} for one in wanted]
    ground.tell("campaign_plans", f"plans of {count}", plans=sums, by=by)
    return ground


async def _settled(context: Context, given: CampaignInput) -> Value:
    async def work() -> Value:
        return read_plans(context.state, context.spec.workspace, context.spec.started_by, given)

    return await context.steps.step("plans", "checkpoint", fingerprint(context.run_id), work)


def read_plans(state: Path, workspace: str, started_by: str, given: CampaignInput) -> Value:
    """What the campaign would carry out, as its first step keeps it: ``wanted``, ``plans`` of an earlier run,
    ``approved`` digests, ``by``, ``goal``, ``run``. Raises ``OdwError`` when its input cannot be followed."""
    try:
        return _read(state, workspace, started_by, given)
    except NoOrder as error:
        raise UsageError(str(error)) from error


def _read(state: Path, workspace: str, started_by: str, given: CampaignInput) -> Value:
    typed = {absolute(one.repo, workspace): one for one in given.repos}
    if len(typed) < len(given.repos):
        raise UsageError("Two of the repositories are the same folder; name each once.")
    if given.from_run is None:
        repos, plans, source = [*typed], [], None
    else:
        source = read_source(state, workspace, given.from_run)
        repos = [plan.repo for plan in source.plans]
        bases = bases_of(repos)
        typed = {named(one.repo, repos, bases, absolute(one.repo, workspace)): one for one in given.repos}
        plans = [plan for plan in source.plans if not typed or plan.repo in typed]
        repos = [plan.repo for plan in plans]
    bases = bases_of(repos)
    specs = {plan.repo: as_text(plan) for plan in plans}
    specs |= {repo: one.spec for repo, one in typed.items() if one.spec is not None and one.spec.strip()}
    # What a person typed for this campaign is theirs already.
    plans = [plan for plan in plans if specs[plan.repo] == as_text(plan)]
    after = _after(given, typed, repos, workspace)
    wanted = [Wanted(repo, bases[repo], specs[repo], after[repo]) for repo in repos]
    check_order(wanted)
    return {
        "wanted": [wanted_value(one) for one in wanted],
        "plans": [plan_value(plan) for plan in plans],
        "approved": sorted(source.approved) if source is not None else [],
        "by": source.by if source is not None and source.by else started_by,
        "goal": given.goal or (source.goal if source is not None else ""),
        "run": source.run if source is not None else "",
    }


def _after(
    given: CampaignInput, typed: dict[str, RepoInput], repos: Sequence[str], workspace: str
) -> dict[str, tuple[str, ...]]:
    bases = bases_of(repos)

    def find(name: str) -> str:
        return named(name, repos, bases, absolute(name, workspace))

    found: dict[str, dict[str, None]] = {repo: {} for repo in repos}
    for repo, one in typed.items():
        found[repo] |= {find(name): None for name in one.after}
    for name, others in given.after.items():
        found[find(name)] |= {find(other): None for other in others}
    return {repo: tuple(others) for repo, others in found.items()}


def _note(plans: Sequence[RepoPlan], bases: dict[str, str]) -> str:
    """What a person should know before they approve."""
    said = [
        f"No agent made the plan of {bases[one.repo]}" + (f": {one.cause}" if one.cause else "")
        for one in plans
        if one.origin == HEURISTIC
    ]
    said += [f"The plan of {bases[one.repo]} still asks something." for one in plans if one.questions]
    return "\n".join(said)
