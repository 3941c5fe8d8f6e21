"""Rounds: what is new between two (C1, P6, D1)."""

from __future__ import annotations

from dataclasses import replace

from drivers.coordination import NODE, PYTHON, SPLIT, a_round, plan
from odw_core.workflows.coordinate.repo_plan import fallback_plan
from odw_core.workflows.coordinate.rounds import Answer, knowledge, news

BOTH = (PYTHON, NODE)
FIRST = knowledge("Gift cards", BOTH)
PLANS = (plan(PYTHON, "Who?"), plan(NODE))


def test_the_first_round_is_always_news() -> None:
    assert news(None, FIRST) == ("the first round",)
    assert news(FIRST, FIRST) == ()


def test_c1_a_repository_that_changed_is_read_anew_and_is_news() -> None:
    changed = replace(PYTHON, tree="other")
    assert news(FIRST, knowledge("Gift cards", (changed, NODE))) == ("/work/api changed",)


def test_p6_an_answer_of_a_person_is_news_for_the_next_round() -> None:
    answered = knowledge("Gift cards", BOTH, [Answer("Who?", "finance", "/work/api")])
    assert news(FIRST, answered) == ("an answer to: Who?",)
    assert news(answered, answered) == ()
    other = knowledge("Gift cards", BOTH, [Answer("Who?", "sales", "/work/api")])
    assert news(answered, other) == ("an answer to: Who?",)


def test_p6_plans_that_the_others_have_not_seen_are_news_once() -> None:
    second = knowledge("Gift cards", BOTH, plans=PLANS, round_number=1)
    assert news(FIRST, second) == ("the plan of /work/api", "the plan of /work/web")
    third = knowledge("Gift cards", BOTH, plans=PLANS, round_number=2)
    assert news(second, third) == (), "with the same plans every planner is told the same again"


def test_p6_a_single_repository_learns_nothing_from_its_own_plan() -> None:
    alone = knowledge("Gift cards", (PYTHON,))
    assert news(alone, knowledge("Gift cards", (PYTHON,), plans=PLANS[:1], round_number=1)) == ()


def test_a_round_in_which_every_agent_failed_for_good_is_not_repeated() -> None:
    fell = tuple(fallback_plan(one, "the sessions folder is not writable") for one in BOTH)
    assert news(FIRST, knowledge("Gift cards", BOTH, plans=fell, round_number=1)) == ()


def test_a_failure_that_may_pass_is_worth_another_round_each_time() -> None:
    fell = (plan(PYTHON), fallback_plan(NODE, "rate limited", is_retryable=True))
    second = knowledge("Gift cards", BOTH, plans=fell, round_number=1)
    assert "another try after round 1, /work/web: rate limited" in news(FIRST, second)
    assert news(second, second) == ()
    third = knowledge("Gift cards", BOTH, plans=fell, round_number=2)
    assert news(second, third) == ("another try after round 2, /work/web: rate limited",)


def test_contract_mismatches_are_news_when_they_come_and_when_they_go() -> None:
    there = knowledge("Gift cards", BOTH, issues=("a drift",))
    assert news(FIRST, there) == ("a contract mismatch: a drift",)
    assert news(there, FIRST) == ("settled: a drift",)
    both = knowledge("Gift cards", BOTH, issues=("a drift", "a path"))
    assert news(there, both) == ("a contract mismatch: a path",)
    assert news(both, there) == ("settled: a path",)


def test_another_goal_is_news() -> None:
    assert news(FIRST, knowledge("Vouchers", BOTH)) == ("the goal changed",)


def test_what_is_only_said_in_other_words_is_no_news() -> None:
    assert news(FIRST, knowledge("Gift cards", (replace(PYTHON, evidence=("said otherwise",)), NODE))) == ()


def test_d1_rounds_keep_their_number_their_plans_and_their_questions() -> None:
    one, two = a_round(1, BOTH, PLANS, SPLIT), a_round(2, BOTH, (plan(PYTHON), plan(NODE)), SPLIT)
    assert [one.number, two.number] == [1, 2]
    assert [found.questions for found in (one.plan("/work/api"), two.plan("/work/api")) if found] == [("Who?",), ()]
    assert one.plan("/work/ghost") is None
