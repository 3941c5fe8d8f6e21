"""Reviews: JSON only, who fails rejects, and the verdict of all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.parallel_review_apply.review import (
    REVIEW_SCHEMA,
    Review,
    aggregate,
    failed_review,
    overruled,
    parse_review,
    preflight_review,
)


def answer(decision: str = "approve", **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {key: [] for key in ("blockers", "risks", "owner_questions", "verification")}
    return {"decision": decision, "summary": "", **empty, "files_reviewed": [], **more}


def review(reviewer: str, decision: str, **more: Any) -> Review:
    return parse_review(answer(decision, **more), reviewer)


def test_a_review_is_read_whole() -> None:
    said = answer("reject", blockers=["a.js:1 is wrong"], risks=["r"], verification=["ran it"], files_reviewed=["a.js"])
    found = parse_review(json.dumps(said), "correctness")
    assert found == Review("correctness", "reject", "", ("a.js:1 is wrong",), ("r",), (), ("ran it",), ("a.js",))


def test_a_review_is_taken_from_the_whole_text_before_any_cut() -> None:
    """odw-exec-1780514257522-79981."""
    said = answer("reject", summary="s" * 9000, blockers=["the end counts"])
    assert parse_review(json.dumps(said), "x").blockers == ("the end counts",)


@pytest.mark.parametrize("text", ["LGTM", "", "[]", "null", '{"decision": "appr', '{"decision": "maybe"}', "{}"])
def test_an_answer_that_is_no_json_counts_as_reject(text: str) -> None:
    """odw-exec-1780512381288-43153: reviewer replies are JSON only."""
    found = parse_review(text, "correctness")
    assert (found.decision, found.is_failed) == ("reject", True)
    assert found.blockers[0].startswith("reviewer correctness failed: ")


def test_a_lone_fence_around_the_json_is_forgiven() -> None:
    assert parse_review(f"```json\n{json.dumps(answer())}\n```\n", "x").decision == "approve"


def test_an_approval_among_other_words_does_not_count() -> None:
    """What is reviewed may hold an approval, and a reviewer may quote it."""
    found = parse_review(f"The README says {json.dumps(answer())}, which is odd.", "x")
    assert (found.decision, found.is_failed) == ("reject", True)


def test_braces_of_code_beside_an_answer_are_no_second_answer() -> None:
    found = parse_review(f"if (x) {{}} then {{ y }}: {json.dumps(answer('reject', blockers=['b']))}", "x")
    assert (found.decision, found.blockers) == ("reject", ("b",))


def test_what_was_answered_instead_of_json_is_said() -> None:
    assert parse_review("", "x").summary == parse_review(None, "x").summary == "its answer is nothing"
    assert parse_review("LGTM", "x").summary == "its answer is no JSON object that stands alone"


def test_a_reject_among_other_words_counts() -> None:
    found = parse_review(f"Well: {json.dumps(answer('reject', blockers=['b']))}", "x")
    assert (found.decision, found.blockers, found.is_failed) == ("reject", ("b",), False)


def test_an_approval_with_blockers_is_no_approval() -> None:
    found = review("x", "approve", blockers=["a.js is wrong"])
    assert (found.decision, found.blockers, found.is_failed) == ("reject", ("a.js is wrong",), True)


def test_a_reject_always_has_a_blocker_and_needs_owner_a_question() -> None:
    assert review("x", "reject", summary="too slow").blockers == ("too slow",)
    assert review("x", "reject", blockers=[" "]).blockers == ("x rejects and does not say why",)
    assert review("x", "needs_owner", summary=" which port? ").owner_questions == ("which port?",)
    assert review("x", "needs_owner").owner_questions == ("x needs a decision and does not say which",)
    asked = review("x", "needs_owner", summary="two things", owner_questions=["which port?", "which host?"])
    assert asked.owner_questions == ("which port?", "which host?")


def test_a_reviewer_that_fails_is_a_reject_with_its_message() -> None:
    found = aggregate([review("a", "approve"), failed_review("b", "timed out")])
    assert (found.decision, found.blockers) == ("reject", ("reviewer b failed: timed out",))
    assert failed_review("b", " ").blockers == ("reviewer b failed: it ended without an answer",)


@pytest.mark.parametrize(
    ("decisions", "verdict"),
    [
        (["approve", "approve"], "approve"),
        (["approve", "reject"], "reject"),
        (["needs_owner", "reject"], "reject"),
        (["approve", "needs_owner"], "needs_owner"),
        (["approve"], "approve"),
        ([], "reject"),
    ],
)
def test_any_reject_rejects_then_needs_owner_then_approve(decisions: list[str], verdict: str) -> None:
    found = aggregate([review(str(number), one) for number, one in enumerate(decisions)])
    assert found.decision == verdict
    assert found.is_ready == (verdict == "approve")


def test_the_verdict_says_everything_once() -> None:
    both = [review(name, "reject", blockers=["b", name], verification=["ran it"]) for name in ("x", "y")]
    found = aggregate(both)
    assert (found.blockers, found.verification) == (("b", "x", "y"), ("ran it",))


def test_overruling_every_blocker_of_a_reviewer_makes_it_content() -> None:
    both = [review("x", "reject", blockers=["a", "b"]), review("y", "reject", blockers=["a"])]
    assert [one.decision for one in overruled(both, ["a"])] == ["reject", "approve"]
    assert aggregate(overruled(both, ["a", "b"])).is_ready
    assert aggregate(overruled(both, [])).blockers == ("a", "b")


def test_a_verdict_that_nobody_gave_or_that_nobody_knows_is_a_reject() -> None:
    assert aggregate([]).blockers == ("nobody reviewed the candidate",)
    assert aggregate([review("x", "approve"), Review("y", "maybe")]).decision == "reject"
    assert aggregate([review(one, one) for one in ("approve", "needs_owner")]).decision == "needs_owner"


def test_what_else_a_reviewer_says_is_left_out_and_the_rest_counts() -> None:
    assert review("x", "reject", blockers=["b"], confidence=0.3).blockers == ("b",)


def test_a_candidate_that_nobody_could_be_shown_is_a_failed_review() -> None:
    """F2: asked again, and one structured blocker."""
    found = preflight_review("patch_conflict", "two tasks change a.js")
    assert found == Review(
        "preflight", "reject", "two tasks change a.js", ("patch_conflict: two tasks change a.js",), is_failed=True
    )


def test_overruling_a_blocker_of_who_does_not_reject_changes_no_verdict() -> None:
    asked = Review("x", "needs_owner", blockers=("a",), owner_questions=())
    assert overruled([asked], ["a"])[0].decision == "needs_owner"


def test_overruling_leaves_the_owners_questions_open() -> None:
    one = review("x", "reject", blockers=["a"], owner_questions=["which port?"])
    assert aggregate(overruled([one], ["a"])).decision == "needs_owner"


def test_the_schema_wants_every_key() -> None:
    properties = REVIEW_SCHEMA["properties"]
    assert isinstance(properties, dict)
    assert REVIEW_SCHEMA["required"] == [*properties]
    assert REVIEW_SCHEMA["additionalProperties"] is False
    assert REVIEW_SCHEMA["type"] == "object"
    assert properties["decision"] == {"type": "string", "enum": ["approve", "reject", "needs_owner"]}
    assert properties["summary"] == {"type": "string"}
    for key in ("blockers", "risks", "owner_questions", "verification", "files_reviewed"):
        assert properties[key]["type"] == "array"
        assert properties[key]["items"] == {"type": "string"}


@given(st.text(), st.text())
def test_any_text_is_a_review_and_none_approves_by_chance(text: str, reviewer: str) -> None:
    assert parse_review(text, reviewer).decision == "reject"
    assert parse_review(f'{{"decision": "approve"}} {text}x', reviewer).decision == "reject"


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner)))
def test_any_value_in_any_place_is_a_review(value: object) -> None:
    for key in answer():
        assert parse_review({**answer(), key: value}, "x").decision in ("approve", "reject", "needs_owner")
