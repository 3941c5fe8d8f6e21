"""What can be started and with which keys, for forms and command lines. Starts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odw_core.engines.codex.layout import is_home
from odw_core.runs.workflow import WORKFLOWS, checked_input, load_workflow

__all__ = ["WORKFLOWS", "checked", "input_schema", "workspaces"]


def workspaces(places: Iterable[str]) -> list[str]:
    """Those of the places in which a run can be started: all but Codex homes."""
    return [place for place in places if not is_home(place)]


def checked(workflow: str, given: Mapping[str, object]) -> dict[str, object]:
    """The whole input with what was left out filled in. Raises ``UsageError`` that names workflow and key."""
    return checked_input(load_workflow(workflow), given)


def input_schema(workflow: str) -> dict[str, object]:
    """JSON Schema of a workflow's input: its keys, what each takes, what holds when it is left out."""
    schema: dict[str, object] = load_workflow(workflow).input.model_json_schema()
    return schema
