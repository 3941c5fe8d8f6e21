"""Deciding and routing: statements D2 to D5, and K9's part in them. D1 and D6 stand where rounds are counted and the
record is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.coordination import GHOST, NODE, PYTHON, SPLIT, mapped, plan
from odw_core.workflows.coordinate.decision import (
    Decision,
    Reason,
    decided,
    reason_of,
    reason_value,
    route,
)
from odw_core.workflows.coordinate.issues import Analysis, analysis
from odw_core.workflows.coordinate.repo_plan import fallback_plan
from odw_core.workflows.coordinate.split import Split

BOTH = (PYTHON, NODE)
FINE = (plan(PYTHON), plan(NODE))
MISMATCH = analysis([mapped("a", openapi__yaml="paths:\n  /api/a: {}\n"), mapped("b", m__ts='get("/api/b")')])


def test_d2_plans_that_ask_nothing_and_contracts_that_fit_agree() -> None:
    assert decided(FINE, SPLIT, BOTH, Analysis()) == Decision("CONVERGED")


def test_d2_a_failed_plan_fails_the_round_before_anything_else() -> None:
    found = decided((plan(PYTHON, status="FAILED"), plan(NODE, "Who?")), Split(), (PYTHON, GHOST), MISMATCH)
    assert found.status == "FAILED"
    assert found.reasons[0].kind == "failed"


@pytest.mark.parametrize(
    ("plans", "split", "evidences", "contracts", "kind"),
    [
        ((plan(PYTHON), fallback_plan(GHOST, "")), SPLIT, (PYTHON, GHOST), Analysis(), "missing_repo"),
        (FINE, Split(), BOTH, Analysis(), "empty_split"),
        ((plan(PYTHON, "Who?"), plan(NODE)), SPLIT, BOTH, Analysis(), "question"),
        (FINE, SPLIT, BOTH, MISMATCH, "contract_issue"),
        ((plan(PYTHON), fallback_plan(NODE, "no answer")), SPLIT, BOTH, Analysis(), "fallback"),
        ((plan(PYTHON),), SPLIT, BOTH, Analysis(), "no_plan"),
        ((plan(PYTHON, status="?"), plan(NODE)), SPLIT, BOTH, Analysis(), "no_plan"),
    ],
)
def test_d2_each_of_these_needs_a_person_and_says_which(
    plans: tuple, split: Split, evidences: tuple, contracts: Analysis, kind: str
) -> None:
    found = decided(plans, split, evidences, contracts)
    assert found.status == "HITL_REQUIRED"
    assert [reason.kind for reason in found.reasons] == [kind]


def test_d2_the_cause_of_a_failed_agent_comes_first() -> None:
    plans = (plan(PYTHON, "Who?"), fallback_plan(NODE, "the sessions folder is not writable"))
    found = decided(plans, SPLIT, BOTH, MISMATCH)
    assert found.reasons[0] == Reason("fallback", "/work/web", "the sessions folder is not writable")
    assert "the sessions folder is not writable" in route(found, 1, 1, "conditional", False).why


def test_d2_what_a_person_accepted_by_name_is_no_reason_any_more() -> None:
    before = decided(FINE, SPLIT, BOTH, MISMATCH)
    after = decided(FINE, SPLIT, BOTH, MISMATCH, before.reasons)
    assert (after.status, after.accepted) == ("CONVERGED", before.reasons)
    assert "1 thing that a person accepted" in route(after, 2, 2, "conditional", False).why


def test_d2_what_was_accepted_once_does_not_cover_what_is_new() -> None:
    accepted = (Reason("fallback", "/work/web", "timed out"),)
    plans = (plan(PYTHON), fallback_plan(NODE, "the model is unknown"))
    assert decided(plans, SPLIT, BOTH, Analysis(), accepted).status == "HITL_REQUIRED"


OPEN = Decision("HITL_REQUIRED", (Reason("question", "/work/api", "Who?"),))


@pytest.mark.parametrize(
    ("decision", "number", "mode", "has_news", "goes"),
    [
        (Decision("CONVERGED"), 1, "conditional", True, "write"),
        (Decision("CONVERGED"), 1, "interrupt", True, "write"),
        (Decision("FAILED"), 1, "conditional", True, "write"),
        (Decision("FAILED"), 1, "interrupt", True, "write"),
        (OPEN, 1, "conditional", True, "propose"),
        (OPEN, 1, "conditional", False, "pause"),
        (OPEN, 2, "conditional", True, "pause"),
        (OPEN, 1, "interrupt", True, "pause"),
        (OPEN, 1, "interrupt", False, "pause"),
    ],
)
def test_d3_d4_where_a_round_goes_on(decision: Decision, number: int, mode: str, has_news: bool, goes: str) -> None:
    found = route(decision, number, 2, mode, has_news)
    assert found.next == goes
    assert found.why


def test_d3_a_round_without_news_says_that_it_is_not_run() -> None:
    assert route(OPEN, 1, 2, "conditional", False).why == "another round would be told nothing new: /work/api: Who?"


def test_d5_the_status_is_computed_anew_after_an_answer() -> None:
    asked = decided((plan(PYTHON, "Who?"), plan(NODE)), SPLIT, BOTH, Analysis())
    assert asked.status == "HITL_REQUIRED"
    assert decided(FINE, SPLIT, BOTH, Analysis()).status == "CONVERGED"


def test_questions_are_answered_and_the_rest_is_looked_at_or_accepted() -> None:
    plans = (plan(PYTHON, "Who?"), fallback_plan(NODE, "x"))
    found = decided(plans, Split((("/work/api", ("x",)),), questions=("When?",)), BOTH, MISMATCH)
    assert [(one.kind, one.is_question) for one in found.reasons] == [
        ("fallback", False), ("question", True), ("question", True), ("contract_issue", False),
    ]  # fmt: skip


def test_d2_what_is_accepted_is_told_apart_from_what_is_left() -> None:
    plans = (plan(PYTHON, "Who?"), plan(NODE))
    first = decided(plans, SPLIT, BOTH, MISMATCH)
    question = Reason("question", "/work/api", "Who?")
    found = decided(plans, SPLIT, BOTH, MISMATCH, (question, Reason("question", None, "asked long ago")))
    assert found.accepted == (question,)
    assert found.reasons == tuple(one for one in first.reasons if one != question)


def test_d2_a_reason_has_the_best_words_there_are() -> None:
    def said(**plan_with: str) -> str:
        return decided((replace(plan(PYTHON), **plan_with),), SPLIT, (PYTHON,), Analysis()).reasons[0].text

    assert said(status="FAILED", cause="no disk", summary="s") == "no disk"
    assert said(status="FAILED", cause="", summary="s") == "s"
    assert said(status="FAILED", cause="", summary="") == "its plan failed"
    assert said(status="FALLBACK", cause="") == "no agent answered"
    missing = replace(GHOST, constraints=("repo folder not found: its path is a file",))
    assert decided((), SPLIT, (missing,), Analysis()).reasons[0].text == "repo folder not found: its path is a file"
    assert decided((), SPLIT, (replace(GHOST, constraints=()),), Analysis()).reasons[0].text == "repo path not found"


def test_d3_d4_each_way_says_why_it_is_taken() -> None:
    failed = Decision("FAILED", (Reason("failed", None, "no disk"),))
    two = (Reason("question", None, "a"), Reason("question", None, "b"))
    assert [
        route(Decision("CONVERGED"), 1, 2, "conditional", True).why,
        route(Decision("CONVERGED", (), two), 2, 2, "conditional", True).why,
        route(failed, 1, 2, "conditional", True).why,
        route(OPEN, 1, 2, "interrupt", True).why,
        route(OPEN, 2, 2, "conditional", True).why,
        route(OPEN, 1, 2, "conditional", True).why,
        route(Decision("HITL_REQUIRED"), 1, 2, "conditional", True).why,
    ] == [
        "every plan agrees in round 1",
        "agreed in round 2, with 2 things that a person accepted",
        "round 1 failed: no disk",
        "a person is asked after every round: /work/api: Who?",
        "round 2 of 2 was the last: /work/api: Who?",
        "round 1 of 2 did not agree: /work/api: Who?",
        "round 1 of 2 did not agree",
    ]


def test_a_reason_comes_back_from_the_journal_as_it_was() -> None:
    for one in (Reason("question", "/work/api", "Who?"), Reason("empty_split", None, "x")):
        assert reason_of(reason_value(one)) == one
