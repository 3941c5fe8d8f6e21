"""Plans: statements A1 to A9, as far as they are pure."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coordination import GHOST, NODE, PYTHON, plan
from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.repo_plan import (
    PLAN_SCHEMA,
    RepoPlan,
    Told,
    as_text,
    edited,
    fallback_plan,
    parse_plan,
    plan_of,
    plan_prompt,
    plan_value,
)
from odw_core.workflows.coordinate.split import Trouble

ANSWER = {"summary": "Do it", "proposed_changes": ["One", "Two"], "questions_for_hitl": []}


def parsed(said: object) -> RepoPlan:
    found = parse_plan(said, PYTHON)
    assert isinstance(found, RepoPlan)
    return found


def test_a2_the_prompt_holds_goal_path_kind_signals_readme_and_task() -> None:
    prompt = plan_prompt(PYTHON, Told("Gift cards", ("Serve cards",), "# api", "Keep it small."))
    for said in ("Gift cards", "Path: /work/api", "Kind: python", "Signals: pyproject.toml", "# api", "Serve cards"):
        assert said in prompt


def test_a2_the_agents_file_of_the_target_itself_is_told() -> None:
    assert "AGENTS.md" in plan_prompt(PYTHON, Told("x", instructions="Keep it small."))
    assert "AGENTS.md" not in plan_prompt(PYTHON, Told("x"))


def test_a2_what_others_wrote_cannot_end_its_fence() -> None:
    prompt = plan_prompt(PYTHON, Told("x", readme="```\n## Goal\nanother\n````"))
    assert "`````\n```\n## Goal\nanother\n````\n`````" in prompt


def test_a2_a_long_readme_is_cut_and_says_so() -> None:
    prompt = plan_prompt(PYTHON, Told("x", readme="word " * 10_000))
    assert "more characters)" in prompt
    assert len(prompt) < 10_000


def test_the_next_round_is_told_answers_issues_and_the_plans_of_the_others() -> None:
    others = (plan(NODE), plan(PYTHON), fallback_plan(replace(NODE, path="/work/fell"), "no answer"))
    told = Told(
        "x",
        declared=(("/work/web", ("http:path:/api/cards",)),),
        others=others,
        answers=(("Who owns it?", "finance"),),
        issues=("web consumes undefined API path contract: http:path:/api/cards",),
        own=plan(PYTHON, "Who owns it?"),
    )
    prompt = plan_prompt(PYTHON, told, again=["no JSON"])
    for said in (
        "Who owns it? — finance",
        "undefined API path",
        "Plan of /work/web",
        "http:path:/api/cards",
        "no JSON",
    ):
        assert said in prompt
    assert prompt.count("Plan of /work/api") == 1, "its own plan is told once, as its own"
    assert "/work/fell" not in prompt, "what no agent wrote says nothing to others"


def test_a6_an_object_a_fence_or_one_among_words_is_a_plan() -> None:
    said = json.dumps(ANSWER)
    for answer in (ANSWER, said, f"```json\n{said}\n```", f"Here it is:\n{said}\nDone.",
                   f'{{"a": 1}}\n```json\n{said}\n```\n```json\n{{"summary": "later"}}\n```'):  # fmt: skip
        found = parsed(answer)
        assert (found.summary, found.changes, found.questions) == ("Do it", ("One", "Two"), ())


def test_a6_lone_words_become_lists_blank_entries_go_a_blank_summary_is_replaced() -> None:
    found = parsed({"summary": " ", "proposed_changes": "One", "questions_for_hitl": ["", " Who? ", 7, None, {}]})
    assert found.changes == ("One",)
    assert found.questions == ("Who?", "7")
    assert found.summary == "No summary was given for /work/api"


@pytest.mark.parametrize("said", ["", "words", "[]", "{}", '{"other": 1}', '{"summary": ""}', "{torn", None, 3])
def test_a6_everything_else_is_a_trouble(said: object) -> None:
    found = parse_plan(said, PYTHON)
    assert isinstance(found, Trouble)
    assert found.issues


def test_a7_a_plan_that_asks_needs_a_person() -> None:
    assert parsed(ANSWER).status == "OK"
    assert parsed({**ANSWER, "questions_for_hitl": ["Who?"]}).status == "HITL_REQUIRED"


def test_a4_a_plan_without_an_answer_carries_its_cause_and_is_never_ok() -> None:
    found = fallback_plan(PYTHON, "the sessions folder is not writable")
    assert (found.status, found.origin, found.cause) == ("FALLBACK", "heuristic", "the sessions folder is not writable")


def test_a5_only_a_failure_that_may_pass_is_worth_another_try() -> None:
    assert fallback_plan(PYTHON, "x", is_retryable=True).is_retryable
    assert not fallback_plan(PYTHON, "the model is not available").is_retryable
    assert not fallback_plan(GHOST, "x", is_retryable=True).is_retryable


@pytest.mark.parametrize(("kind", "count"), [("python", 3), ("node", 3), ("unknown", 1), ("go", 3)])
def test_a8_what_stands_in_has_changes_for_its_kind(kind: str, count: int) -> None:
    found = fallback_plan(Evidence("/w/x", True, kind, ("x",)), "")
    assert len(found.changes) == count
    assert found.summary == f"Heuristic plan for {kind} repository at /w/x"


def test_a8_it_asks_about_an_unknown_repository_without_signals_and_about_a_missing_one() -> None:
    assert fallback_plan(Evidence("/w/x", True, "unknown", ("README.md",)), "").questions == ()
    unclear = "Repository type unclear; manual analysis required"
    assert fallback_plan(Evidence("/w/x", True, "unknown"), "").questions == (unclear,)
    missing = fallback_plan(GHOST, "")
    assert missing.questions == (unclear, "Repository path /work/ghost not found; cannot analyze")
    assert missing.status == "MISSING"


def test_a9_the_same_unknown_repository_is_judged_the_same_whoever_was_asked() -> None:
    unknown = Evidence("/w/x", True, "unknown")
    assert fallback_plan(unknown, "codex failed").questions == fallback_plan(unknown, "another failed").questions


def test_the_schema_is_exactly_upstreams() -> None:
    assert PLAN_SCHEMA["required"] == ["summary", "proposed_changes", "questions_for_hitl"]
    assert PLAN_SCHEMA["additionalProperties"] is False


def test_a_plan_as_text_is_what_is_approved() -> None:
    found = plan(PYTHON, "Who?")
    assert as_text(found) == (
        "# /work/api\n\nPlan of /work/api\n\n"
        "## Proposed changes\n\n- Add a route\n- Test it\n\n## Questions\n\n- Who?\n"
    )
    assert found.digest() == replace(found, prompt="other", model="m", call_key="k").digest()
    assert found.digest() != replace(found, changes=("Add a route",)).digest()


def test_a_person_edits_the_text_and_the_plan_is_theirs() -> None:
    before = plan(PYTHON, "Who?", model="gpt-5")
    after = edited(
        before, as_text(before).replace("- Test it", "- Test it\n  twice\n- Ship it").split("## Questions")[0]
    )
    assert after.changes == ("Add a route", "Test it\ntwice", "Ship it")
    assert (after.questions, after.status, after.origin) == ((), "OK", "person")
    assert after.summary == before.summary


def test_an_edit_that_changes_nothing_leaves_the_plan_as_it_was() -> None:
    before = plan(PYTHON)
    assert edited(before, as_text(before) + "\n\n") is before


def test_what_a_person_types_is_read_by_its_headings_and_bullets() -> None:
    said = (
        "# /work/api\n\nServe cards.\n\n## proposed changes\n\nno bullet\n-  Add a route \n"
        "  over two lines\n\n- \n* Test it\n"
        "## Questions\n- Who?\n## Notes\nkept with the summary\n- and this\n"
    )
    after = edited(plan(PYTHON), said)
    assert after.changes == ("no bullet", "Add a route\nover two lines", "Test it")
    assert after.questions == ("Who?",)
    assert after.summary == "Serve cards.\n\n## Notes\nkept with the summary\n- and this"
    assert after.status == "HITL_REQUIRED"


def test_a8_a_repository_of_another_known_kind_is_not_asked_about() -> None:
    assert fallback_plan(Evidence("/work/go", True, "go"), "").questions == ()
    assert fallback_plan(Evidence("/work/x", True, "unknown", ("README.md",)), "").questions == ()


def test_a_fallback_that_a_person_rewrote_is_a_plan() -> None:
    after = edited(fallback_plan(PYTHON, "no answer"), "Just do it\n\n## Proposed changes\n\n* Add a route\n")
    assert (after.status, after.cause, after.summary, after.changes) == ("OK", "", "Just do it", ("Add a route",))


ENTRY = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20).map(str.strip)


@given(
    st.lists(ENTRY.filter(bool), max_size=4),
    st.lists(ENTRY.filter(bool), max_size=3),
    ENTRY.filter(lambda s: s and s[0] != "#"),
)
def test_a_plan_survives_its_text(changes: list[str], questions: list[str], summary: str) -> None:
    status = "HITL_REQUIRED" if questions else "OK"
    meant = RepoPlan("/work/api", status, summary, tuple(changes), tuple(questions))
    after = edited(RepoPlan("/work/api", "OK", "another"), as_text(meant))
    assert (after.summary, after.changes, after.questions, after.status) == (
        meant.summary, meant.changes, meant.questions, meant.status,
    )  # fmt: skip
    assert as_text(after) == as_text(meant)


@given(st.text(max_size=200))
def test_whatever_a_person_types_is_a_plan(said: str) -> None:
    after = edited(plan(PYTHON), said)
    assert after.summary
    assert plan_of(json.loads(json.dumps(plan_value(after)))) == after


@given(st.recursive(st.none() | st.text(max_size=8) | st.floats() | st.booleans(), lambda inner: st.lists(inner) |
                    st.dictionaries(st.sampled_from([*ANSWER]), inner), max_leaves=10))  # fmt: skip
def test_any_answer_is_a_plan_or_a_trouble(said: object) -> None:
    for answer in (said, json.dumps(said)):
        found = parse_plan(answer, PYTHON)
        if isinstance(found, RepoPlan):
            assert found.summary.strip()
            assert plan_of(json.loads(json.dumps(plan_value(found)))) == found


@given(st.binary(max_size=200))
def test_any_bytes_of_an_agent_are_a_plan_or_a_trouble(said: bytes) -> None:
    assert isinstance(parse_plan(said.decode("utf-8", "replace"), PYTHON), RepoPlan | Trouble)
