"""The input: what is wanted, in one way; the preflight says the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput, given_tasks, goal_of, wanted_text
from odw_core.workflows.parallel_review_apply.task import Task


def given(**keys: Any) -> ReviewApplyInput:
    return ReviewApplyInput.model_validate(keys)


@pytest.mark.parametrize("key", ["request", "spec", "goal"])
def test_a_sentence_is_enough(key: str) -> None:
    found = given(**{key: "Add a clamp command\nwith tests"})
    assert wanted_text(found) == "Add a clamp command\nwith tests"
    assert goal_of(found).startswith("Add a clamp command")
    assert "\n" not in goal_of(found)
    assert given_tasks(found) == ()


def test_the_defaults_are_careful() -> None:
    found = given(request="x")
    assert found.reviewers == ["correctness", "owner-risk"]
    assert (found.gate, found.auto_answer, found.agent) == ("ask", "never", "codex")
    assert found.max_review_rounds is None
    assert (found.planner_attempts, found.reviewer_attempts) == (3, 2)
    assert found.strict_task_file_boundaries
    assert not (found.allow_undeclared_task_files or found.allow_duplicate_task_files or found.allow_dirty_task_files)


def test_tasks_take_the_model_of_the_run() -> None:
    found = given(
        tasks=[{"id": "a", "files": ["x"], "prompt": "p"}, {"id": "b", "model": "own"}], model="m", effort="low"
    )
    assert given_tasks(found) == (Task("a", ("x",), "p", "m", "low"), Task("b", (), "", "own", "low"))
    assert goal_of(found) == "2 tasks: a, b"
    assert goal_of(given(tasks=[{"id": "a"}])) == "1 task: a"


def test_tasks_may_have_a_request_beside_them() -> None:
    assert wanted_text(given(tasks=[{"id": "a"}], goal="all green")) == "all green"


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({}, "say what is wanted"),
        ({"request": "x", "goal": "y"}, "give one of"),
        ({"request": " "}, "is empty"),
        ({"request": "x", "gate": "never"}, "gate"),
        ({"request": "x", "reviewers": []}, "reviewers"),
        ({"request": "x", "reviewers": ["a", "A"]}, "twice"),
        ({"request": "x", "reviewers": ["a\nb"]}, "reviewers"),
        ({"request": "x", "repo": "rel"}, "absolute"),
        ({"request": "x", "agent": "scripted"}, "script"),
        ({"request": "x", "verify": [""]}, "name of a program"),
        ({"request": "x", "verify": ["npm 'test"]}, "verify"),
        ({"request": "x", "concurrency": 0}, "concurrency"),
        ({"request": "x", "wish": 1}, "wish"),
        ({"tasks": [{"id": "a"}], "candidates": [{"task": "b", "patch": "p"}]}, "candidates"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        given(**keys)


def test_a_command_is_typed_as_a_line_or_as_words() -> None:
    assert given(request="x", verify=["npm run 'my test'"]).verify == ["npm", "run", "my test"]
    assert given(request="x", verify=["npm", "test"]).verify == ["npm", "test"]
