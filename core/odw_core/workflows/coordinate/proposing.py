"""Proposing: who does what for the goal, asked of an agent; ``heuristic_split`` stands in when none says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from odw_core.agents.base import AgentResult
from odw_core.agents.crew import Unusable, Work
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


async def _proposed(ground: Ground, number: int, known: Sequence[Known]) -> Proposed:
    goal, evidences = ground.given.goal, [one.evidence for one in known]
    if ground.given.split == HEURISTIC:
        return Proposed(heuristic_split(evidences, goal), HEURISTIC)
    last = ground.rounds[-1] if ground.rounds else None
    answers = [(one.question, one.text) for one in ground.answers]
    issues = [one.text for one in last.analysis.issues] if last is not None else []
    told = split_prompt(goal, evidences, answers=answers, issues=issues)
    if last is not None and last.split_source == AGENT and ground.prompts.get(_PHASE) == told:
        return Proposed(last.split, AGENT)
    earlier = last.split if last is not None and last.split_source == AGENT else None

    def prompt(again: Sequence[str] = ()) -> str:
        return split_prompt(goal, evidences, answers=answers, issues=issues, earlier=earlier, again=again)

    given = ground.given
    work = Work(
        key=f"split-r{number}",
        label="split",
        phase=_PHASE,
        role="splitter",
        prompt=prompt(),
        base="",
        cwd=Path(ground.context.spec.workspace),
        schema=SPLIT_SCHEMA,
        read=lambda result: _read(result, ground.repos),
        again=prompt,
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
        return Proposed(heuristic_split(evidences, goal), HEURISTIC, done.message or "no agent split the work")
    ground.prompts[_PHASE] = told
    return Proposed(split_of(mapping({"split": done.value}, "split")), AGENT)


def _read(result: AgentResult, repos: Sequence[str]) -> object:
    found = parse_split(result.value if result.value is not None else result.text, repos)
    if isinstance(found, Trouble):
        raise Unusable(*(found.issues or (found.message,)))
    return split_value(found)
