"""What can be started and with which keys, for forms and command lines. Starts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odw_core.config import Config
from odw_core.engines.codex.layout import is_home
from odw_core.model.workflow import CONVERGE_COORDINATE, WORKFLOWS, traits
from odw_core.runs.workflow import checked_input, load_workflow

__all__ = [
    "OFFERED",
    "WORKFLOWS",
    "checked",
    "input_keys",
    "input_schema",
    "preferred",
    "reuse_of",
    "twins",
    "workspaces",
]

OFFERED = tuple(name for name in WORKFLOWS if traits(name).is_offered)
"""What a person begins with an empty form."""


def reuse_of(*, is_failed_only: bool = False, step: str | None = None) -> str:
    """What a rerun keeps, as ``Rerun.reuse`` says it: nothing, what went well, or what was done before ``step``."""
    from odw_core.runs.reuse import FINISHED, before

    if step is not None:
        return before(step)
    return FINISHED if is_failed_only else ""


def twins(workflow: str) -> tuple[str, ...]:
    """Workflows that can do the same with the same words, ``workflow`` among them: upstream's program, and natively."""
    pair = (workflow, traits(workflow).twin)
    # Upstream's programs come last of all, and first of a pair.
    return tuple(name for name in reversed(WORKFLOWS) if name in pair)


def workspaces(places: Iterable[str]) -> list[str]:
    """Those of the places in which a run can be started: all but Codex homes."""
    return [place for place in places if not is_home(place)]


def checked(workflow: str, given: Mapping[str, object]) -> dict[str, object]:
    """The whole input with what was left out filled in. Raises ``UsageError`` that names workflow and key."""
    return checked_input(load_workflow(workflow), given)


def input_keys(workflow: str) -> frozenset[str]:
    """The keys of a workflow's input."""
    return frozenset(load_workflow(workflow).input.model_fields)


def input_schema(workflow: str, config: Config | None = None) -> dict[str, object]:
    """JSON Schema of a workflow's input: its keys, what each takes, what holds when it is left out."""
    schema: dict[str, Any] = load_workflow(workflow).input.model_json_schema()
    for key, value in preferred(workflow, config or Config()).items():
        schema["properties"][key]["default"] = value
    return schema


def preferred(workflow: str, config: Config) -> dict[str, object]:
    """What the configuration says of a workflow's input; what is given with it counts more."""
    known: dict[str, object] = {"silence_s": config.codex_silence_s}
    if workflow == CONVERGE_COORDINATE:
        known["server"] = config.converge_server
    return {key: value for key, value in known.items() if key in load_workflow(workflow).input.model_fields}
