"""What stands against a campaign before it is one: whose plans, which repositories, in which order. Looks only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.engines.loose import objects, text, texts
from odw_core.errors import OdwError
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.workflows.campaign.given import CampaignInput

NAME = "campaign"
_NAMED = 5


async def campaign_checks(given: Mapping[str, object], folder: str, state: Path | None) -> tuple[Check, ...]:
    """Plans, repositories, order and who works. ``state`` is where our runs are kept."""
    from odw_core.workflows.campaign.plans import read_plans
    from odw_core.workflows.coordinate.repo_plan import plan_of

    try:
        workflow = load_workflow(NAME)
        wanted: CampaignInput = workflow.input.model_validate(checked_input(workflow, given))  # type: ignore[assignment]
    except OdwError:
        # What is wrong with it is said already.
        return ()
    found = [_script(folder, one) for one in _scripts(wanted)]
    try:
        plans = await asyncio.to_thread(read_plans, state or Path("/nonexistent"), folder, "", wanted)
    except OdwError as error:
        return (*found, Check("plans", "plans", Level.FAIL, str(error)))
    approved = {*texts(plans, "approved")}
    left = sum(plan_of(one).digest() not in approved for one in objects(plans, "plans"))
    said = "Every plan is approved." if not left else f"{_count(left, 'plan')} nobody approved; you are asked first."
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
    return Check("repositories", "repositories", Level.PASS, f"{_count(len(repos), 'git repository')}, all there.")


def _scripts(wanted: CampaignInput) -> list[str]:
    if wanted.agent != "scripted":
        return []
    named = [wanted.script, *(one.script for one in wanted.repos)]
    return [*dict.fromkeys(one for one in named if one)]


def _script(folder: str, script: str) -> Check:
    path = Path(folder, script)
    if not path.is_file():
        return Check("agent", "agent", Level.FAIL, f"{path} is not there; the scripted agent plays it.")
    return Check("agent", "agent", Level.PASS, f"The scripted agent plays {path}.")


def _count(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
