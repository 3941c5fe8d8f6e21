"""Collecting: every repository as it is now, as a step: what a round was told must be the same after a resume."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from odw_core.engines.loose import Json, mapping, objects, text
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.ansi import plain
from odw_core.workflows.coordinate.classify import Evidence, evidence_of, evidence_value
from odw_core.workflows.coordinate.contracts import Mapped
from odw_core.workflows.coordinate.ground import Ground
from odw_core.workflows.coordinate.issues import analysis
from odw_core.workflows.coordinate.mapped import mapped_of, mapped_value
from odw_core.workflows.coordinate.walking import Look, look


@dataclass(frozen=True, slots=True)
class Known:
    """One repository as a round knows it."""

    evidence: Evidence
    mapped: Mapped
    readme: str
    instructions: str
    """Its AGENTS.md."""


async def collect(ground: Ground) -> tuple[Known, ...]:
    """Look at all of them anew, in their order, and at how their contracts fit together."""
    ground.looks += 1

    async def work() -> Value:
        found = await asyncio.gather(*(look(repo) for repo in ground.repos))
        return {"repos": [_value(one) for one in found]}

    told = fingerprint(ground.context.run_id, ground.repos)
    value = await ground.context.steps.step(f"look-{ground.looks}", "checkpoint", told, work)
    known = tuple(_known(one) for one in objects(value, "repos"))
    ground.contracts = analysis([one.mapped for one in known])
    return known


def tell_repos(ground: Ground, number: int, known: tuple[Known, ...]) -> None:
    """Say what a round knows of them."""
    there = sum(one.evidence.exists for one in known)
    repos = [evidence_value(one.evidence) for one in known]
    ground.tell("coordination_repos", f"{there} of {len(known)} repositories are there", round=number, repos=repos)


def _value(one: Look) -> Value:
    return {
        "evidence": evidence_value(one.evidence),
        "mapped": mapped_value(one.mapped),
        "readme": plain(one.readme),
        "instructions": plain(one.instructions),
    }


def _known(value: Json) -> Known:
    return Known(
        evidence_of(mapping(value, "evidence")),
        mapped_of(mapping(value, "mapped")),
        text(value, "readme"),
        text(value, "instructions"),
    )
