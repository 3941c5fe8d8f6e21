"""Plans: what counts as one, what is asked again, what the second net takes out (P7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.agents.answer import issues_of
from odw_core.workflows.parallel_review_apply.plan import PLAN_SCHEMA, Plan, PlanTrouble, normalised, parse_plan
from odw_core.workflows.parallel_review_apply.task import Task

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["tasks", "id", "files"]), inner),
    max_leaves=20,
)


def plan(**changes: Any) -> dict[str, Any]:
    one = {"id": "core", "files": ["./src//a.js"], "prompt": "do it", "runtime": "codex", "permission": "limited"}
    return {"summary": "one task", "tasks": [{**one, **changes}], "risks": ["none"]}


def test_a_plan_is_read_with_paths_as_git_spells_them() -> None:
    found = parse_plan(json.dumps(plan()))
    assert found == Plan(
        "one task", (Task("core", ("src/a.js",), "do it", runtime="codex", permission="limited"),), ("none",)
    )


@pytest.mark.parametrize("change", [{"runtime": "gpt"}, {"runtime": ""}, {"permission": "root"}, {"permission": 1}])
def test_p7_the_schema_refuses_other_runtimes_and_permissions(change: dict[str, object]) -> None:
    """odw-exec-1780514812502-99690: an unsupported runtime of the planner never reaches the fan-out."""
    found = parse_plan(plan(**change))
    assert isinstance(found, PlanTrouble)
    assert found.category == "planning_failed"
    assert next(iter(change)) in found.message


@pytest.mark.parametrize("runtime", ["codex", "claude", "bamboo", None])
@pytest.mark.parametrize("permission", ["limited", "max", None])
def test_p7_the_known_ones_are_taken(runtime: str | None, permission: str | None) -> None:
    found = parse_plan(plan(runtime=runtime, permission=permission))
    assert isinstance(found, Plan)
    assert (found.tasks[0].runtime, found.tasks[0].permission) == (runtime, permission)


def test_p7_the_second_net_drops_what_nobody_knows() -> None:
    task = normalised(plan(runtime="gpt", permission="root")).tasks[0]
    assert (task.runtime, task.permission) == (None, None)


@pytest.mark.parametrize("answer", ["I would split it in two.", "", None, 3, [], "[]", '{"tasks": ', '"x"'])
def test_prose_is_no_plan(answer: object) -> None:
    """F14: asked again, then ``planning_failed``."""
    found = parse_plan(answer)
    assert isinstance(found, PlanTrouble)
    assert "JSON" in found.message


@pytest.mark.parametrize(
    ("value", "issue"),
    [
        ({"summary": "x", "tasks": []}, "plan.tasks is empty"),
        ({"summary": "x"}, "the plan: tasks is missing"),
        ({"tasks": "core"}, 'tasks: is "core", not array'),
        (plan(id=" "), "tasks[0].id: is empty"),
        (plan(prompt=""), "tasks[0].prompt: is empty"),
        (plan(files=[]), "tasks[0].files: has fewer than 1 entries"),
        (plan(files=[3]), "tasks[0].files[0]: is 3, not string"),
    ],
)
def test_a_plan_that_lacks_something_says_what(value: object, issue: str) -> None:
    found = parse_plan(value)
    assert isinstance(found, PlanTrouble)
    assert issue in found.issues


def test_a_plan_among_words_is_taken_when_it_is_the_only_one() -> None:
    said = json.dumps(plan())
    assert isinstance(parse_plan(f"Here it is:\n```json\n{said}\n```\nGood luck."), Plan)
    assert isinstance(parse_plan(f"{said} or {json.dumps(plan(id='other'))}"), PlanTrouble)


def test_a_plan_is_taken_from_the_whole_text_before_any_cut() -> None:
    """odw-exec-1780514257522-79981: structured output is longer than the 4,000 characters that logs keep."""
    found = parse_plan(json.dumps(plan(prompt="x" * 50_000)))
    assert isinstance(found, Plan)
    assert len(found.tasks[0].prompt) == 50_000


def test_questions_for_the_owner_make_the_plan_wait() -> None:
    found = parse_plan({"summary": "x", "tasks": [], "owner_questions": ["Which port?", " "]})
    assert isinstance(found, Plan)
    assert (found.status, found.owner_questions) == ("needs_owner", ("Which port?",))


def test_the_schema_is_one_that_strict_services_take() -> None:
    """Every object closes itself and wants each of its keys."""

    def objects(schema: Any) -> list[Any]:
        if isinstance(schema, dict):
            inner = [one for value in schema.values() for one in objects(value)]
            return [schema, *inner] if "properties" in schema else inner
        return [one for value in schema for one in objects(value)] if isinstance(schema, list) else []

    found = objects(PLAN_SCHEMA)
    assert len(found) == 2
    for schema in found:
        assert schema["additionalProperties"] is False
        assert sorted(schema["required"]) == sorted(schema["properties"])


@given(JSON)
def test_any_value_is_a_plan_or_says_why_not(value: object) -> None:
    assert isinstance(parse_plan(value), Plan | PlanTrouble)
    assert isinstance(parse_plan({"summary": "x", "tasks": value}), Plan | PlanTrouble)
    assert isinstance(normalised({"tasks": value}), Plan)
    assert len(issues_of(value, PLAN_SCHEMA)) <= 20


@given(st.text())
def test_any_text_is_a_plan_or_says_why_not(text: str) -> None:
    assert isinstance(parse_plan(text), Plan | PlanTrouble)
    assert isinstance(parse_plan("{" + text), Plan | PlanTrouble)
