"""Proposing: who does what for the goal, asked of an agent; ``heuristic_split`` stands in when none says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from odw_core.agents.base import AgentResult
from odw_core.agents.work import Unusable, Work
from odw_core.engines.loose import mapping
from odw_core.workflows.coordinate.collecting import Known
from odw_core.workflows.coordinate.ground import Ground
from odw_core.workflows.coordinate.split import (
    SPLIT_SCHEMA,
    Split,
    Trouble,
    heuristic_split,
    parse_split,
    split_of,
    split_prompt,
    split_value,
)

AGENT, HEURISTIC = "agent", "heuristic"
_PHASE, _ATTEMPTS = "Split", 2


@dataclass(frozen=True, slots=True)
class Proposed:
    """A split, and where it is from."""

    split: Split
    source: str
    """``agent`` or ``heuristic``."""
    cause: str = ""
    """Why no agent gave it, as a sentence; empty when one did or none was wanted."""


async def propose(ground: Ground, number: int, known: Sequence[Known]) -> Proposed:
    """The split of a round. An agent that would be told nothing new is not asked again."""
    found = await _proposed(ground, number, known)
    said = "an agent split the work" if found.source == AGENT else "the work is split by what the repositories are"
    more = {"source": found.source, "cause": found.cause, **split_value(found.split)}
    ground.tell("coordination_split", said, round=number, **more)
    return found


def asks(ground: Ground, known: Sequence[Known]) -> bool:
    """Whether a round that began now would ask for a split: one that an agent gave is asked for again when it would be
    told what it was not."""
    last = ground.rounds[-1] if ground.rounds else None
    if ground.given.split == HEURISTIC or (last is not None and last.split_source != AGENT and not ground.retries):
        return last is None
    return ground.prompts.get(_PHASE) != _prompt(ground, known)


def _prompt(ground: Ground, known: Sequence[Known], earlier: Split | None = None, again: Sequence[str] = ()) -> str:
    return split_prompt(
        ground.given.goal,
        [one.evidence for one in known],
        answers=[(one.question, one.text) for one in ground.answers],
        issues=[one.text for one in ground.contracts.issues] if ground.rounds else (),
        earlier=earlier,
        again=again,
    )


async def _proposed(ground: Ground, number: int, known: Sequence[Known]) -> Proposed:
    given, evidences = ground.given, [one.evidence for one in known]
    last = ground.rounds[-1] if ground.rounds else None
    if given.split == HEURISTIC:
        return Proposed(heuristic_split(evidences, given.goal), HEURISTIC)
    if last is not None and not asks(ground, known):
        if last.split_source == AGENT:
            return Proposed(last.split, AGENT)
        return Proposed(heuristic_split(evidences, given.goal), HEURISTIC, last.split_cause)
    earlier = last.split if last is not None and last.split_source == AGENT else None
    work = Work(
        key=f"split-r{number}",
        label="split",
        phase=_PHASE,
        role="splitter",
        prompt=_prompt(ground, known, earlier),
        base="",
        cwd=Path(ground.context.spec.workspace),
        schema=SPLIT_SCHEMA,
        read=lambda result: _read(result, ground.repos),
        again=lambda issues: _prompt(ground, known, earlier, issues),
        sandbox="read-only",
        model=given.model,
        effort=given.effort,
        round=number,
        attempts=_ATTEMPTS,
        deadline_s=given.deadline_s,
    )
    ground.phase(_PHASE, f"round {number}")
    done = await ground.crew.call(work)
    if not done.ok:
        return Proposed(heuristic_split(evidences, given.goal), HEURISTIC, done.message or "no agent split the work")
    ground.prompts[_PHASE] = _prompt(ground, known)
    return Proposed(split_of(mapping({"split": done.value}, "split")), AGENT)


def _read(result: AgentResult, repos: Sequence[str]) -> object:
    found = parse_split(result.value if result.value is not None else result.text, repos)
    if isinstance(found, Trouble):
        raise Unusable(*(found.issues or (found.message,)))
    return split_value(found)
