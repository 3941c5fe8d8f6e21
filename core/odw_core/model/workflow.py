"""The workflows by name, and what is known of each without loading it. What it does is written in its own folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SESSION, COMMAND = "session", "command"
REVIEW_APPLY, COORDINATE, CAMPAIGN, SCENARIO_BATCH = "parallel-review-apply", "coordinate", "campaign", "scenario-batch"
ODW_EXEC, CONVERGE_COORDINATE, CONVERGE_REPEAT = "odw-exec", "converge-coordinate", "converge-repeat"


class Kept(StrEnum):
    """What a rerun for what failed keeps."""

    STEPS = "steps"
    """Steps that went well, or those before one that is named."""
    SCENARIOS = "scenarios"
    """What was written already; nothing has to be left over from the run for that."""
    REPOSITORIES = "repositories"
    """What has landed already."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a workflow by its name alone."""

    kept: Kept = Kept.STEPS
    is_offered: bool = True
    """Whether a person begins it with an empty form."""
    is_landing: bool = False
    """Whether it has to land something to be what another run waits for."""
    is_checked_at_start: bool = False
    """Whether it looks at its checks when it begins, and ends there if one fails."""
    twin: str = ""
    """The workflow that can do the same with the same words: upstream's program, or natively."""
    agreed: tuple[str, str] | None = None
    """A check that fails where something would be lost, and the input that says somebody agreed to that."""


_TRAITS: Mapping[str, Traits] = MappingProxyType(
    {
        SESSION: Traits(),
        COMMAND: Traits(),
        REVIEW_APPLY: Traits(is_landing=True),
        COORDINATE: Traits(twin=CONVERGE_COORDINATE),
        CAMPAIGN: Traits(Kept.REPOSITORIES),
        SCENARIO_BATCH: Traits(Kept.SCENARIOS, is_checked_at_start=True, agreed=("outputs_newer", "clears")),
        ODW_EXEC: Traits(),
        CONVERGE_COORDINATE: Traits(twin=COORDINATE),
        # A call is repeated from the plan that it was made for.
        CONVERGE_REPEAT: Traits(is_offered=False),
    }
)
WORKFLOWS = tuple(_TRAITS)
"""Names of everything that can be started, in the order in which it is offered."""
_UNKNOWN = Traits()


def traits(workflow: str) -> Traits:
    """What is known of it; of one that nobody knows, what most are like."""
    return _TRAITS.get(workflow, _UNKNOWN)
