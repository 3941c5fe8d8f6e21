"""Holding: whose candidates may land. Where landings are held, none does before all are approved that can be."""

from __future__ import annotations

import asyncio

from odw_core.decide.digest import digest
from odw_core.engines.loose import text
from odw_core.runs.cards import Card, decided
from odw_core.runs.folders import RunFolder
from odw_core.runs.release import said_so_far, say_release
from odw_core.text.ansi import one_line
from odw_core.workflows.campaign.ground import Ground
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.campaign.outcome import sentence
from odw_core.workflows.campaign.standing import ENDED_BADLY, State


def hold(ground: Ground) -> None:
    """Look whether those that wait may land by now, must not, or a person has to say so."""
    if not ground.given.hold_landings or (ground.asking is not None and not ground.asking.done()):
        return
    if ground.asking is not None:
        # What it raised is the campaign's.
        ground.asking.result()
    waiting = [one for one in ground.wanted if ground.state(one.repo) is State.APPROVED and _is_open(ground, one)]
    if not waiting or any(_may_be_approved(ground, one) for one in ground.wanted):
        return
    bad = [one for one in ground.wanted if ground.state(one.repo) in ENDED_BADLY and one.repo not in ground.given_up]
    if not bad:
        ground.released |= {_run(ground, one) for one in waiting}
        _say(ground)
        names = ", ".join(one.base for one in waiting)
        ground.tell("campaign_released", f"all approved: {names} may land", repos=[one.repo for one in waiting])
    elif ground.given.gate == "auto":
        # Nobody was to be asked.
        _bar(ground, waiting, bad)
    else:
        ground.asking = asyncio.create_task(_ask(ground, waiting, bad))


def _is_open(ground: Ground, one: Wanted) -> bool:
    return _run(ground, one) not in (*ground.released, *ground.barred)


def _may_be_approved(ground: Ground, one: Wanted) -> bool:
    """Whether it can still come so far without anything that is held landing first."""
    if ground.state(one.repo) is State.RUNNING or (one.repo in ground.starting and one.repo not in ground.readers):
        return True
    is_ahead = ground.state(one.repo) is State.WAITS and not ground.is_stopped
    return is_ahead and ground.has_come(one)


def _run(ground: Ground, one: Wanted) -> str:
    return ground.readers[one.repo].run_id


def _say(ground: Ground) -> None:
    say_release(RunFolder(ground.context.state, ground.context.run_id), ground.released, ground.barred)


def _bar(ground: Ground, waiting: list[Wanted], bad: list[Wanted]) -> None:
    why = f"{bad[0].base} was not approved {_why(ground, bad[0])}".rstrip() + ", so this does not land"
    ground.barred |= {_run(ground, one): why for one in waiting}
    _say(ground)
    ground.tell("campaign_barred", why, repos=[one.repo for one in waiting], why=why)


async def _ask(ground: Ground, waiting: list[Wanted], bad: list[Wanted]) -> None:
    """One or more ended without an approval: do the others land without them?"""
    names, others = ", ".join(one.base for one in bad), ", ".join(one.base for one in waiting)
    key = f"landings-{'-'.join(one.base for one in bad)}"[:100]
    runs = [_run(ground, one) if one.repo in ground.readers else "" for one in bad]
    told = [[one.repo, *ground.stands[one.repo], run] for one, run in zip(bad, runs, strict=True)]
    card = Card(
        key=key,
        kind="coordination",
        title=f"land {others} without {names}?",
        body="\n".join(
            (
                "Landings are held until every repository is approved. These ended without:",
                *(
                    f"- {one.base} {' '.join(filter(None, (ground.state(one.repo).value, _why(ground, one))))}"
                    for one in bad
                ),
                *([f"So far: {sentence(ground.wanted, ground.stands)}"] if ground.landed else []),
                "",
                f"Accepted, {others} land without them. Stopped, nothing more lands.",
            )
        ),
        subject="landings",
        decisions=("accept", "stop"),
        digest=digest({"kind": "landings", "run": ground.context.run_id, "bad": told, "waiting": others}),
    )
    value = await decided(ground.context, card)
    if text(value, "verdict") == "accept":
        ground.given_up |= {one.repo for one in bad}
    else:
        _bar(ground, waiting, bad)


def _why(ground: Ground, one: Wanted) -> str:
    why = ground.stands[one.repo][1]
    return f"({one_line(why, 200)})" if why else ""


def take_over(ground: Ground) -> None:
    """What an earlier supervisor let land or forbade counts."""
    folder = RunFolder(ground.context.state, ground.context.run_id)
    ground.released, ground.barred = said_so_far(folder)
