"""Checking: contracts of all repositories as they are now, held against what did not fit before the campaign; a person
decides about what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from odw_core.decide.digest import digest
from odw_core.engines.loose import objects, text
from odw_core.runs.cards import Card, decided
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.ansi import one_line
from odw_core.workflows.campaign.ground import Ground, issue_key
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.coordinate.issues import Issue, Side, analysis, issue_of, issue_value
from odw_core.workflows.coordinate.walking import look

LOOK_AGAIN, ACCEPT, STOP = "look_again", "accept", "stop"
_MOST = 50


async def look_first(ground: Ground) -> None:
    """Note what does not fit before anything lands. Where something has, an earlier campaign noted it."""
    if not ground.again:
        ground.known_issues |= {issue_key(one) for one in await _issues(ground, "contracts-before")}


async def look_last(ground: Ground) -> list[str]:
    """What does not fit at the end and did before; said, and nobody is asked."""
    new = _new(ground, await _issues(ground, "contracts-after"))
    _tell(ground, "", new)
    return [one.text for one in new]


async def contracts_fit(ground: Ground, one: Wanted) -> bool:
    """Whether a repository may start on what has landed: nothing new stands against it, or a person lets it be."""
    number = 0
    # One after the other: what is let be for one repository is not asked again for the next.
    async with ground.checking:
        while True:
            number += 1
            new = _new(ground, await _issues(ground, f"contracts-{one.base}-{number}"))
            _tell(ground, one.repo, new)
            if not new:
                return True
            value = await _ask(ground, one, new, number)
            match text(value, "verdict"):
                case "accept":
                    ground.known_issues |= {issue_key(issue) for issue in new}
                    return True
                case "look_again":
                    continue
                case _:
                    ground.stop()
                    return False


def _new(ground: Ground, issues: Sequence[Issue]) -> list[Issue]:
    return [one for one in issues if issue_key(one) not in ground.known_issues]


async def _issues(ground: Ground, key: str) -> list[Issue]:
    """Every mismatch between the repositories, as a step: after a resume it is what it was."""
    repos = [one.repo for one in ground.wanted]

    async def work() -> Value:
        looks = await asyncio.gather(*(look(repo) for repo in repos))
        found = analysis([one.mapped for one in looks])
        return {"artifacts": found.artifacts, "issues": [issue_value(one) for one in found.issues]}

    value = await ground.context.steps.step(key, "checkpoint", fingerprint(ground.context.run_id, repos), work)
    return [issue_of(one) for one in objects(value, "issues")]


def _tell(ground: Ground, before: str, new: Sequence[Issue]) -> None:
    count = f"{len(new)} new {'mismatch' if len(new) == 1 else 'mismatches'}"
    where = f"before {ground.name(before)} starts" if before else "at the end"
    values = [issue_value(one) for one in new[:_MOST]]
    ground.tell("campaign_contracts", f"contracts {where}: {count}", before=before, new=values)


async def _ask(ground: Ground, one: Wanted, new: Sequence[Issue], number: int) -> Value:
    key = f"mismatch-{one.base}-{number}"
    landed = ", ".join(each.base for each in ground.landed)
    told = [issue_value(issue) for issue in new]
    more = f", and {len(new) - 1} more" if len(new) > 1 else ""
    card = Card(
        key=key,
        kind="coordination",
        title=f"start {one.base} although contracts do not fit: {new[0].id}{more}?",
        body="\n".join(
            (
                f"{landed} landed, and contracts that fitted before do not any more:",
                *(f"- {issue.text}" for issue in new[:_MOST]),
                "",
                f"Accepted, {one.base} starts all the same. A new look (look_again) reads the repositories anew. "
                "Stopped, nothing more of the campaign starts; what has landed stays.",
            )
        ),
        subject=one.base,
        decisions=(LOOK_AGAIN, ACCEPT, STOP),
        digest=digest({"kind": "mismatch", "run": ground.context.run_id, "key": key, "issues": told}),
        details=tuple((one_line(issue.text, 120), _sides(issue)) for issue in new[:_MOST]),
    )
    return await decided(ground.context, card)


def _sides(issue: Issue) -> str:
    lines = [*_listed("declared", issue.declared), *_listed("consumed", issue.consumed)]
    return "\n".join(lines)


def _listed(what: str, sides: Sequence[Side]) -> list[str]:
    return [f"{what}: {side.repo}/{side.path}:{side.line}  {side.text}" for side in sides]
