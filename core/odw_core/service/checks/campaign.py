"""What stands against a campaign before it is one: whose plans, which repositories, in which order. Looks only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.agents.playable import refuse_unreadable, script_check
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import counted
from odw_core.engines.loose import objects, text, texts
from odw_core.errors import OdwError, UsageError
from odw_core.model.command import Start
from odw_core.model.workflow import CAMPAIGN
from odw_core.runs.reuse import FINISHED
from odw_core.runs.workflow import checked_input, load_workflow, parsed_input
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.workflows.campaign.given import CampaignInput


def again_of(start: Start) -> str:
    """The run of which ``start`` runs again what did not land; empty for one of its own. Raises ``UsageError``."""
    if start.reuse not in ("", FINISHED):
        raise UsageError("A campaign is run again whole, or what did not land of it; it has no steps to begin at.")
    return start.parent.item if start.reuse and start.parent is not None else ""


async def refuse_campaign(start: Start, state: Path) -> None:
    """Raises ``OdwError`` with a sentence where nothing of the campaign could begin: no plans, an order that cannot be
    followed, a repository or a script that is not there, nothing left to land."""
    from odw_core.git.command import GitError
    from odw_core.git.repo import open_repo
    from odw_core.workflows.campaign.given import CampaignInput
    from odw_core.workflows.campaign.plans import read_plans

    wanted = CampaignInput.model_validate(checked_input(load_workflow(CAMPAIGN), start.given))
    for script in _scripts(wanted):
        await asyncio.to_thread(refuse_unreadable, start.workspace, script)
    plans = await asyncio.to_thread(read_plans, state, start.workspace, "", wanted, again_of(start))
    landed = {text(one, "repo") for one in objects(plans, "landed")}
    for one in objects(plans, "wanted"):
        if text(one, "repo") not in landed:
            try:
                await open_repo(text(one, "repo"))
            except GitError as error:
                raise UsageError(str(error)) from error


async def campaign_checks(start: Start, state: Path | None) -> tuple[Check, ...]:
    """Plans, repositories, order and who works. ``state`` is where our runs are kept."""
    from odw_core.workflows.campaign.given import CampaignInput
    from odw_core.workflows.campaign.plans import read_plans
    from odw_core.workflows.coordinate.repo_plan import plan_of

    wanted = parsed_input(CAMPAIGN, start.given, CampaignInput)
    if wanted is None:
        # What is wrong with it is said already.
        return ()
    found = [script_check(start.workspace, one) for one in _scripts(wanted)]
    try:
        again = again_of(start)
        plans = await asyncio.to_thread(read_plans, state or Path("/nonexistent"), start.workspace, "", wanted, again)
    except OdwError as error:
        return (*found, Check("plans", "plans", Level.FAIL, str(error)))
    approved = {*texts(plans, "approved")}
    left = sum(plan_of(one).digest() not in approved for one in objects(plans, "plans"))
    said = "Every plan is approved." if not left else f"{counted(left, 'plan')} nobody approved; you are asked first."
    found.append(Check("plans", "plans", Level.PASS if not left else Level.INFO, said))
    names = {text(one, "repo"): text(one, "base") for one in objects(plans, "wanted")}
    found.append(await _repositories([*names]))
    if landed := [names[text(one, "repo")] for one in objects(plans, "landed")]:
        verb = "is" if len(landed) == 1 else "are"
        said = f"{', '.join(landed)} landed already and {verb} not run again."
        for one in objects(plans, "unverified"):
            where = f"{names[text(one, 'repo')]} failed in odw:{text(one, 'run')}"
            said += f" The verification of {where} and is not made again."
        found.append(Check("landed", "landed", Level.INFO, one_line(said, 400)))
    ordered = [one for one in objects(plans, "wanted") if texts(one, "after")]
    if ordered:
        said = "; ".join(
            f"{text(one, 'base')} after {', '.join(names[of] for of in texts(one, 'after'))}" for one in ordered
        )
        found.append(Check("order", "order", Level.INFO, one_line(f"{said}.", 400)))
    return tuple(found)


async def _repositories(repos: list[str]) -> Check:
    from odw_core.git.repo import open_repo

    wrong: list[str] = []
    for repo in repos:
        try:
            await open_repo(repo)
        except OdwError as error:
            wrong.append(str(error))
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        return Check("repositories", "repositories", Level.FAIL, f"{one_line(wrong[0], 300)}{more}")
    count = counted(len(repos), "git repository", "git repositories")
    return Check("repositories", "repositories", Level.PASS, f"{count}, all there.")


def _scripts(wanted: CampaignInput) -> list[str]:
    if wanted.agent != "scripted":
        return []
    named = [wanted.script, *(one.script for one in wanted.repos)]
    return [*dict.fromkeys(one for one in named if one)]
