"""Structured answers: what fits, what is said of what does not, and that nothing raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.agents.answer import Answer, answer_of, issues_of

TASK = {
    "type": "object",
    "properties": {"id": {"type": "string", "pattern": "^[a-z]+$"}, "files": {"type": "array", "minItems": 1}},
    "required": ["id"],
    "additionalProperties": False,
}
PLAN = {
    "type": "object",
    "properties": {
        "tasks": {"type": "array", "items": {"$ref": "#/$defs/task"}, "maxItems": 2},
        "rounds": {"type": ["integer", "null"], "minimum": 1, "maximum": 4},
        "note": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]},
        "version": {"const": 1},
        "owner": {"type": "string", "minLength": 2},
    },
    "required": ["tasks"],
    "$defs": {"task": TASK},
}


@pytest.mark.parametrize(
    "text",
    [
        '{"tasks": []}',
        '  {"tasks": [{"id": "api", "files": ["a"]}], "rounds": null, "note": "abc", "more": true}\n',
        '```json\n{"tasks": [{"id": "api"}], "rounds": 2.0}\n```',
        '```\n{"tasks": [], "version": 1}\n```',
    ],
)
def test_what_fits_is_the_value(text: str) -> None:
    answer = answer_of(text, PLAN)
    assert answer.issues == ()
    assert isinstance(answer.value, dict)


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("", "the answer is empty"),
        ("I would do this first.", "the answer is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ('Here it is: {"tasks": []}', "the answer is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"tasks": NaN}', "the answer is no JSON: NaN is no JSON number"),
        ("[" * 100_000, "the answer is nested too deeply"),
        ("[]", "the answer: is [], not object"),
        ("{}", "the answer: tasks is missing"),
        ('{"tasks": "api"}', 'tasks: is "api", not array'),
        ('{"tasks": [{"id": "API"}]}', "tasks[0].id: does not match ^[a-z]+$"),
        ('{"tasks": [{"id": "a", "files": []}]}', "tasks[0].files: has fewer than 1 entries"),
        ('{"tasks": [{"id": "a", "who": 1}]}', "tasks[0].who: is not known"),
        ('{"tasks": [{"id":"a"},{"id":"b"},{"id":"c"}]}', "tasks: has more than 2 entries"),
        ('{"tasks": [], "rounds": 5}', "rounds: is more than 4"),
        ('{"tasks": [], "rounds": true}', "rounds: is true, not integer or null"),
        ('{"tasks": [], "rounds": 1.5}', "rounds: is 1.5, not integer or null"),
        ('{"tasks": [], "note": "long"}', "note: fits none of 2 shapes"),
        ('{"tasks": [], "version": true}', "version: is true, not 1"),
        ('{"tasks": [], "owner": "  "}', "owner: is empty"),
        ('{"tasks": [], "owner": " a "}', "owner: has fewer than 2 characters"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(text: str, issue: str) -> None:
    assert answer_of(text, PLAN) == Answer(None, (issue,))


def test_a_key_that_may_be_null_may_be_left_out() -> None:
    properties = {"model": {"type": ["string", "null"]}, "effort": {"$ref": "#/$defs/effort"}, "id": {"type": "string"}}
    schema = {"properties": properties, "required": ["model", "effort", "id"], "$defs": {"effort": {"type": "null"}}}
    assert answer_of("{}", schema).issues == ("the answer: id is missing",)


def test_keys_that_nobody_knows_can_be_ignored_at_every_depth() -> None:
    value = {"tasks": [{"id": "api", "who": 1}], "version": 2}
    assert issues_of(value, PLAN) == ("tasks[0].who: is not known", "version: is 2, not 1")
    assert issues_of(value, PLAN, ignores_unknown=True) == ("version: is 2, not 1",)
    assert issues_of([], PLAN, name="the plan") == ("the plan: is [], not object",)


def test_a_long_value_is_cut_and_many_issues_are_counted_out() -> None:
    schema = {"type": "array", "items": {"type": "integer"}}
    issues = answer_of(json.dumps(["x" * 200] * 50), schema).issues
    assert len(issues) == 20
    assert all(len(issue) < 120 for issue in issues)


def test_a_shape_that_names_itself_ends() -> None:
    loop = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert answer_of("1", loop).issues == ()
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    assert answer_of('{"next": {"next": {"x": 1}}}', tree).issues == ("next.next.x: is not known",)


def test_a_shape_that_is_no_shape_forbids_nothing() -> None:
    schema = {"type": 7, "enum": "x", "required": "y", "pattern": "(", "items": 3, "anyOf": [], "minimum": "a"}
    for text in ("1", '"s"', "[1]", '{"a": 1}'):
        assert answer_of(text, schema).issues == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    answer_of(text, PLAN)


@given(_JSON, st.dictionaries(st.sampled_from(["type", "enum", "items", "properties", "$ref", "anyOf"]), _JSON))
def test_no_value_and_no_shape_make_it_raise(value: object, schema: dict[str, object]) -> None:
    answer_of(json.dumps(value), schema)


@given(_JSON)
def test_a_shape_without_words_takes_everything(value: object) -> None:
    assert answer_of(json.dumps(value), {}).value == value
