"""Workflow: what can be started, with a typed input that is checked before anything begins."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from odw_core.errors import UsageError
from odw_core.model.workflow import WORKFLOWS
from odw_core.runs.above import workflow_above
from odw_core.text.nearest import near

if TYPE_CHECKING:
    from pydantic import BaseModel

    from odw_core.runs.context import Context

Input = TypeVar("Input", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    ok: bool
    value: dict[str, object] = field(default_factory=dict)
    """Plain JSON for the journal; ``error {category, message}`` says why it is not ok."""
    is_cancelled: bool = False
    """Whether a person stopped it."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One kind of run. ``input`` checks what was typed, ``goal`` says in one line what it is for."""

    name: str
    input: type[BaseModel]
    run: Callable[[Context, Any], Awaitable[Result]]
    goal: Callable[[Any], str]
    is_heard: bool = True
    """Whether it takes ``Say``; every workflow takes ``Interrupt`` and ``Cancel``."""
    grace_s: float = 4.0
    """How long it may take to end by itself when it is cancelled."""


def load_workflow(name: str) -> Workflow:
    """The workflow of that name. Raises ``UsageError`` when there is none."""
    if name not in WORKFLOWS:
        raise UsageError(f"There is no workflow {name!r}; there are {', '.join(WORKFLOWS)}.")
    found = workflow_above(name)
    assert isinstance(found, Workflow)
    return found


def _with_lists(workflow: Workflow, given: Mapping[str, object]) -> dict[str, object]:
    """Who types one word for a list means a list of one, unless the word alone would do."""
    fields = workflow.input.model_fields
    given = {
        key: _with_parts(fields[key].annotation, value) if key in fields else value for key, value in given.items()
    }
    lists = {name for name, one in fields.items() if _is_list(one.annotation)}
    return {key: [value] if key in lists and isinstance(value, str) else value for key, value in given.items()}


def _is_list(annotation: object) -> bool:
    """Whether it takes a list and no text."""
    if get_origin(annotation) is not list and str in get_args(annotation):
        return False
    return list in (annotation, *map(get_origin, _parts(annotation)))


def _with_parts(annotation: object, value: object) -> object:
    """Lists of things that have keys of their own may be typed as JSON, whole or one by one."""
    from pydantic import BaseModel

    lists = [one for one in (annotation, *_parts(annotation)) if get_origin(one) is list]
    kinds = [kind for one in lists for kind in get_args(one)]
    if not any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds):
        return value
    try:
        if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
            return json.loads(value)
        if isinstance(value, list):
            return [json.loads(one) if isinstance(one, str) and one.lstrip().startswith("{") else one for one in value]
    except (ValueError, RecursionError):
        # The check says what is wrong with it.
        return value
    return value


def _parts(annotation: object) -> tuple[object, ...]:
    return (annotation, *get_args(annotation))


def checked_input(workflow: Workflow, given: Mapping[str, object]) -> dict[str, object]:
    """The whole input as plain JSON, with what was left out filled in. Raises ``UsageError`` that names the key."""
    from pydantic import ValidationError

    try:
        return workflow.input.model_validate(_with_lists(workflow, given)).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        match first["type"]:
            case "missing":
                said = f"{key} is missing" + (f"; give it with --set {key}=…" if "." not in key else "")
            case "extra_forbidden":
                said = _no_key(workflow, key)
            case _:
                said = f"{key}: {said}" if key else said
        raise UsageError(f"{workflow.name}: {said}{'' if said.endswith('?') else '.'}") from None


def _no_key(workflow: Workflow, key: str) -> str:
    """That there is no such key, and which was meant; all there are where none is near."""
    known = workflow.input.model_fields
    if "." in key:
        return f"there is no key {key!r}"
    if (meant := near(key, known)) is not None:
        return f"there is no key {key!r}; did you mean {meant!r}?"
    # What this workflow is about comes before what it shares with others.
    own = workflow.input.__annotations__
    return f"there is no key {key!r}; its keys are {', '.join(sorted(known, key=lambda name: name not in own))}"


def parsed_input(name: str, given: Mapping[str, object], kind: type[Input]) -> Input | None:
    """The input as the workflow gets it; None when something is wrong with it, which ``checked_input`` says."""
    try:
        return kind.model_validate(checked_input(load_workflow(name), given))
    except UsageError:
        return None
