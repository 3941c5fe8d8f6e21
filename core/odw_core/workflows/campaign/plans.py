"""Plans: what each repository is to do, settled once: read from where they come from, approved by a person where nobody
did, in an order that can be followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.engines.loose import objects, text, texts
from odw_core.errors import Refused, UsageError
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.ansi import one_line
from odw_core.workflows.campaign.again import CARRIED, PLANS, Earlier, issue_keys, issue_values, read_earlier, repeated
from odw_core.workflows.campaign.given import CampaignInput, RepoInput
from odw_core.workflows.campaign.ground import Ground, Stopped
from odw_core.workflows.campaign.handing_over import hand_over
from odw_core.workflows.campaign.order import NoOrder, Wanted, check_order, named, wanted_of, wanted_value
from odw_core.workflows.campaign.sources import read_source
from odw_core.workflows.coordinate.approving import ask_approval
from odw_core.workflows.coordinate.given import absolute
from odw_core.workflows.coordinate.projected import bases_of
from odw_core.workflows.coordinate.repo_plan import HEURISTIC, RepoPlan, as_text, plan_of, plan_value

_KEYS = {"from_run": "run", "again": "again"}
"""Key of the event that says what it carries out, to that of the step that settled it."""


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
    landed = {text(one, "repo"): text(one, "run") for one in objects(settled, "landed")}
    told = [_told(one, has_landed=one.repo in landed) for one in wanted]
    more = {name: said for name in ("from_run", "again") if (said := text(settled, _KEYS[name]))}
    count = f"{len(wanted)} {'repository' if len(wanted) == 1 else 'repositories'}"
    event = {"type": "campaign", "repos": told, "hold_landings": given.hold_landings, "goal": goal, **more}
    context.emit_once(event, count)
    if text(settled, "run") and goal:
        # What the row says from now on, rather than whose plans they are.
        context.emit_once({"type": "goal", "text": one_line(f"campaign: {goal}", 200)}, goal)
    if open_plans:
        bases = {one.repo: one.base for one in wanted}
        approval = await ask_approval(context, goal, open_plans, bases, note=_note(open_plans, bases))
        if approval is None:
            raise Stopped("you stopped it at its plans; nothing was started")
        await hand_over(context, goal, approval, bases)
        by = approval.by or by
        specs = {one.repo: as_text(one) for one in approval.plans}
        wanted = [replace(one, spec=specs.get(one.repo, one.spec)) for one in wanted]
    await _carry(context, wanted, by)
    tried = {text(one, "repo"): text(one, "run") for one in objects(settled, "tried")}
    ground = Ground(context, given, goal, tuple(wanted), text(settled, "again"), landed, tried)
    ground.known_issues |= {*issue_keys(settled)}
    unverified = {text(one, "repo"): text(one, "run") for one in objects(settled, "unverified")}
    for each in (one for one in wanted if one.repo in unverified):
        where = f"{each.base} landed in odw:{unverified[each.repo]}"
        message = f"{where}, but its verification failed; it is not made again"
        ground.tell("warning", message, key="", message=message)
    sums = [{"repo": one.repo, "sha256": one.sha256} for one in wanted]
    ground.tell("campaign_plans", f"plans of {count}", plans=sums, by=by)
    return ground


def _told(one: Wanted, *, has_landed: bool) -> dict[str, object]:
    told: dict[str, object] = {"repo": one.repo, "name": one.base, "after": [*one.after]}
    return {**told, "has_landed": True} if has_landed else told


async def _settled(context: Context, given: CampaignInput) -> Value:
    spec = context.spec

    async def work() -> Value:
        return read_plans(context.state, spec.workspace, spec.started_by, given, repeated(spec), context.run_id)

    return await context.steps.step(PLANS, "checkpoint", fingerprint(context.run_id), work)


async def _carry(context: Context, wanted: Sequence[Wanted], by: str) -> None:
    """Keep what is carried out as it was approved, for a campaign that goes on with it."""

    async def work() -> Value:
        return {"wanted": [wanted_value(one) for one in wanted], "by": by}

    sums = [[one.repo, one.sha256] for one in wanted]
    await context.steps.step(CARRIED, "checkpoint", fingerprint(context.run_id, sums), work)


def read_plans(
    state: Path, workspace: str, started_by: str, given: CampaignInput, again: str = "", own: str = ""
) -> Value:
    """What the campaign would carry out, as its first step keeps it: ``wanted``, ``plans`` of an earlier run,
    ``approved`` digests, ``by``, ``goal``, ``run``; of a campaign that runs ``again`` what another did not land also
    ``again``, ``landed``, ``tried``, ``issues``. ``own`` is its own run, once it is one.

    Raises ``OdwError`` when its input cannot be followed."""
    try:
        earlier = read_earlier(state, again, own) if again else None
        if earlier is not None:
            return _read_again(workspace, started_by, given, earlier)
        return _read(state, workspace, started_by, given)
    except NoOrder as error:
        raise UsageError(str(error)) from error


def _read_again(workspace: str, started_by: str, given: CampaignInput, earlier: Earlier) -> Value:
    """Everything that has landed, and of the rest what is still named; plans count as they were approved there."""
    known = {one.repo: one for one in earlier.wanted}
    bases = {one.repo: one.base for one in earlier.wanted}
    typed = {named(one.repo, [*known], bases, absolute(one.repo, workspace)): one for one in given.repos}
    repos = [repo for repo in known if repo in earlier.landed or not typed or repo in typed]
    if all(repo in earlier.landed for repo in repos):
        raise Refused(
            f"Everything of odw:{earlier.run} has landed; there is nothing to run again.{_unverified(earlier)}"
        )
    after = _after(given, typed, repos, bases, workspace)
    wanted: list[Wanted] = []
    for repo in repos:
        said = typed[repo].spec if repo in typed and repo not in earlier.landed else None
        spec = said if said is not None and said.strip() else known[repo].spec
        wanted.append(Wanted(repo, bases[repo], spec, after[repo]))
    check_order(wanted)
    return {
        "wanted": [wanted_value(one) for one in wanted],
        "plans": [],
        "approved": [],
        "by": earlier.by or started_by,
        "goal": given.goal or earlier.goal,
        "run": earlier.source,
        "again": earlier.run,
        "landed": [{"repo": repo, "run": run} for repo, run in earlier.landed.items()],
        "tried": [{"repo": repo, "run": run} for repo, run in earlier.tried.items()],
        "issues": issue_values([*earlier.issues]),
        "unverified": [{"repo": repo, "run": run} for repo, run in earlier.unverified.items()],
    }


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
    after = _after(given, typed, repos, bases, workspace)
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


def _unverified(earlier: Earlier) -> str:
    """What to know of landings that were not verified: they stay, and a person judges them."""
    return "".join(
        f" {one.base} landed in odw:{run}, but its verification failed; it is not made again: look at it there, then "
        f"mend it with a run of its own (odw-tui rerun odw:{run}) or take it back."
        for one in earlier.wanted
        if (run := earlier.unverified.get(one.repo)) is not None
    )


def _after(
    given: CampaignInput, typed: dict[str, RepoInput], repos: Sequence[str], bases: Mapping[str, str], workspace: str
) -> dict[str, tuple[str, ...]]:
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
