"""Plan: what a planner answers, checked against its schema and brought into shape. Pure, never raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odw_core.agents.answer import issues_of
from odw_core.engines.loose import Json, objects, text, texts
from odw_core.workflows.parallel_review_apply.answer import read_answer
from odw_core.workflows.parallel_review_apply.task import Task, normal_file

RUNTIMES = ("codex", "claude", "bamboo")
PERMISSIONS = ("limited", "max")
_STATUSES = ("ready", "needs_owner")
_MOST_TASKS = 64
_TEXTS: dict[str, object] = {"type": "array", "items": {"type": "string"}}


def _task_schema() -> dict[str, object]:
    properties: dict[str, object] = {
        "id": {"type": "string", "minLength": 1, "description": "short name, such as core or docs; each its own"},
        "files": {**_TEXTS, "minItems": 1, "description": "the files it owns, from the root of the repository"},
        "prompt": {"type": "string", "minLength": 1, "description": "all its agent must know"},
        "runtime": {"type": ["string", "null"], "enum": [*RUNTIMES, None]},
        "permission": {"type": ["string", "null"], "enum": [*PERMISSIONS, None]},
        "model": {"type": ["string", "null"]},
        "effort": {"type": ["string", "null"]},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        # Services with strict schemas want every key; null says nothing.
        "required": [*properties],
    }


PLAN_SCHEMA: dict[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": {"type": ["string", "null"], "enum": [*_STATUSES, None]},
        "summary": {"type": "string"},
        "tasks": {"type": "array", "maxItems": _MOST_TASKS, "items": _task_schema()},
        "risks": {**_TEXTS, "type": ["array", "null"]},
        "owner_questions": {**_TEXTS, "type": ["array", "null"]},
    },
    "required": ["status", "summary", "tasks", "risks", "owner_questions"],
}
"""JSON Schema of a planner's answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner made of a request."""

    summary: str
    tasks: tuple[Task, ...]
    """May be empty only while the owner is asked."""
    risks: tuple[str, ...] = ()
    owner_questions: tuple[str, ...] = ()
    """What only the owner can decide; asked before the fan-out."""
    status: str = "ready"
    """``ready`` or ``needs_owner``."""


@dataclass(frozen=True, slots=True)
class PlanTrouble:
    """An answer that is no plan: asked again, in the end the run fails with ``planning_failed``."""

    message: str
    """One sentence with the first thing that is wrong and the next step."""
    issues: tuple[str, ...] = ()
    """Each thing that is wrong, for the next attempt's prompt."""
    category: str = "planning_failed"


def parse_plan(answer: object) -> Plan | PlanTrouble:
    """The plan in an answer: the whole text of the agent, or the value already parsed of it."""
    read = read_answer(answer)
    if read is None:
        return _trouble("the answer is not one JSON object and nothing else")
    if issues := issues_of(read.value, PLAN_SCHEMA, name="the plan", ignores_unknown=True):
        return _trouble(*issues)
    plan = normalised(read.value)
    if not plan.tasks and not plan.owner_questions:
        return _trouble("plan.tasks is empty")
    return plan


def normalised(value: Mapping[str, object]) -> Plan:
    """The plan in a value, whatever is in it: a runtime or permission that nobody knows is dropped, paths are spelled
    as git does. The second net, for answers that no schema was asked of."""
    questions = tuple(question for question in texts(value, "owner_questions") if question.strip())
    return Plan(
        summary=text(value, "summary"),
        tasks=tuple(_task(one) for one in objects(value, "tasks")[:_MOST_TASKS]),
        risks=tuple(texts(value, "risks")),
        owner_questions=questions,
        status="needs_owner" if questions else "ready",
    )


def _task(value: Json) -> Task:
    return Task(
        id=text(value, "id").strip(),
        files=tuple(dict.fromkeys(normal_file(path) for path in texts(value, "files"))),
        prompt=text(value, "prompt"),
        model=text(value, "model").strip() or None,
        effort=text(value, "effort").strip() or None,
        runtime=_known(value, "runtime", RUNTIMES),
        permission=_known(value, "permission", PERMISSIONS),
    )


def _known(value: Json, key: str, known: tuple[str, ...]) -> str | None:
    said = text(value, key)
    return said if said in known else None


def _trouble(*issues: str) -> PlanTrouble:
    more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
    message = f"The planner gave no plan: {issues[0]}{more}. Say the request more plainly, or give the tasks yourself."
    return PlanTrouble(message, issues)
