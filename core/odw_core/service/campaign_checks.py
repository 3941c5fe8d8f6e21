"""What stands against a campaign before it is one: whose plans, which repositories, in which order. Looks only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.scripts import script_check
from odw_core.diagnose.doctor.wording import counted
from odw_core.engines.loose import objects, text, texts
from odw_core.errors import OdwError
from odw_core.runs.workflow import parsed_input
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.workflows.campaign.given import CampaignInput

NAME = "campaign"


async def campaign_checks(given: Mapping[str, object], folder: str, state: Path | None) -> tuple[Check, ...]:
    """Plans, repositories, order and who works. ``state`` is where our runs are kept."""
    from odw_core.workflows.campaign.given import CampaignInput
    from odw_core.workflows.campaign.plans import read_plans
    from odw_core.workflows.coordinate.repo_plan import plan_of

    wanted = parsed_input(NAME, given, CampaignInput)
    if wanted is None:
        # What is wrong with it is said already.
        return ()
    found = [script_check(folder, one) for one in _scripts(wanted)]
    try:
        plans = await asyncio.to_thread(read_plans, state or Path("/nonexistent"), folder, "", wanted)
    except OdwError as error:
        return (*found, Check("plans", "plans", Level.FAIL, str(error)))
    approved = {*texts(plans, "approved")}
    left = sum(plan_of(one).digest() not in approved for one in objects(plans, "plans"))
    said = "Every plan is approved." if not left else f"{counted(left, 'plan')} nobody approved; you are asked first."
    found.append(Check("plans", "plans", Level.PASS if not left else Level.INFO, said))
    repos = [text(one, "repo") for one in objects(plans, "wanted")]
    found.append(await _repositories(repos))
    ordered = [one for one in objects(plans, "wanted") if texts(one, "after")]
    if ordered:
        names = {text(one, "repo"): text(one, "base") for one in objects(plans, "wanted")}
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
