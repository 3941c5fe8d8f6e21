"""What the guard lets through, and the sentence for everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import asked
from odw_core.decide.guard import READ_ONLY, Dwell, refuse, risk_of, version, word_for
from odw_core.decide.verdicts import Meaning, lets_happen, meaning, takes_reason
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Field, Question

QUESTION = asked.command()
LONG_AGO, NOW = 0.0, 10.0


def decision(question: Question = QUESTION, verdict: str = "accept", *values: tuple[str, tuple[str, ...]]) -> Decision:
    return Decision(question.id, question.digest, verdict, values)


def test_what_was_read_unchanged_is_let_through() -> None:
    assert refuse(QUESTION, decision(), None, NOW - 0.5, NOW) is None


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        (Field("size", "Size", (Choice("small"),)), ("huge",), "Size takes only what is offered"),
        (Field("size", "", (Choice("small"),)), ("huge",), "size takes only what is offered"),
        (Field("size", "Size", (Choice("small"),), allows_other=True), ("huge",), ""),
        (Field("size", "Size"), ("huge",), ""),
        (Field("size", "Size"), (" ",), "Size has no answer yet"),
        (Field("size", ""), (), "size has no answer yet"),
        (Field("size", "Size", (Choice("small"),), is_optional=True), (), ""),
        (Field("size", "Size", (Choice("a"), Choice("b"))), ("a", "b"), ""),
        (Field("size", "Size", (Choice("a"), Choice("b"))), ("a", "c"), "takes only what is offered"),
    ],
)
def test_a_field_takes_what_it_offers_or_what_it_is_free_for(field: Field, given: tuple[str, ...], said: str) -> None:
    question = asked.asked("form", fields=(field,), decisions=("answer", "decline"))
    found = refuse(question, decision(question, "answer", ("size", given)), None, LONG_AGO, NOW)
    assert (found is None) == (not said) and said in (found or "")
    assert refuse(question, decision(question, "decline", ("size", given)), None, LONG_AGO, NOW) is None


@pytest.mark.parametrize(
    ("now", "made", "typed", "since", "words"),
    [
        (None, decision(), None, LONG_AGO, "not asked any more"),
        (replace(QUESTION, id="another"), decision(), None, LONG_AGO, "not asked any more"),
        (replace(QUESTION, digest="other"), decision(), None, LONG_AGO, "changed meanwhile"),
        (replace(QUESTION, why_not="no road"), decision(), None, LONG_AGO, "cannot be decided from here: no road"),
        (QUESTION, decision(verdict="overrule"), None, LONG_AGO, "not offered"),
        (QUESTION, decision(), None, NOW - 0.49, "only just now"),
        (QUESTION, decision(), None, float("inf"), "only just now"),
        (QUESTION, decision(), None, float("nan"), "only just now"),
        (asked.form(), decision(asked.form(), "answer"), None, LONG_AGO, "Keep has no answer"),
        (asked.gate(), decision(asked.gate(), "approve"), None, LONG_AGO, "3 blockers are not overruled"),
        (asked.command("cmd", "rm -rf x"), decision(asked.command("cmd", "rm -rf x")), None, LONG_AGO, "word delete"),
        (asked.command("cmd", "rm -rf x"), decision(asked.command("cmd", "rm -rf x")), "dele", LONG_AGO, "word delete"),
    ],
)
def test_what_is_refused_says_why(
    now: Question | None, made: Decision, typed: str | None, since: float, words: str
) -> None:
    assert words in (refuse(now, made, typed, since, NOW) or "")


def test_a_destructive_command_goes_through_with_its_word() -> None:
    question = asked.command(text="rm -rf x")
    assert refuse(question, decision(question), "delete", LONG_AGO, NOW) is None
    assert refuse(question, decision(question, "decline"), None, LONG_AGO, NOW) is None


def test_a_word_is_wanted_even_if_whoever_wrote_the_question_asked_for_none() -> None:
    forged = replace(asked.command(text="sudo reboot"), confirm=None, risk=None)
    assert word_for(forged, "accept") == "sudo" and risk_of(forged).why


def test_where_the_workspace_is_is_left_to_its_engine() -> None:
    assert word_for(replace(asked.command(text="touch ../x"), confirm=None), "accept") is None


def test_a_read_only_room_refuses_everything() -> None:
    assert refuse(QUESTION, decision(), None, LONG_AGO, NOW, is_read_only=True) == READ_ONLY


def test_a_form_is_complete_without_its_optional_fields_and_takes_only_what_is_offered() -> None:
    fields = (
        Field("size", "Size", (Choice("small"), Choice("large"))),
        Field("note", "Note", is_optional=True),
    )
    question = asked.asked("form", fields=fields, decisions=("accept", "decline"))
    made = decision(question, "accept", ("size", ("small",)))
    assert refuse(question, made, None, LONG_AGO, NOW) is None
    strange = decision(question, "accept", ("size", ("huge",)))
    assert "takes only what is offered" in (refuse(question, strange, None, LONG_AGO, NOW) or "")
    assert refuse(question, decision(question, "decline"), None, LONG_AGO, NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "other"},
        {"body": "other"},
        {"details": (("command", "other"),)},
        {"decisions": ("accept",)},
        {"confirm": "word"},
        {"fields": (Field("x", "X"),)},
    ],
)
def test_dwelling_begins_anew_with_every_change_of_what_decides(change: dict[str, object]) -> None:
    dwell = Dwell()
    dwell.show(QUESTION, 1.0)
    dwell.show(replace(QUESTION, witnesses=("server",), asked_at=5.0), 2.0)
    assert dwell.since(QUESTION) == 1.0
    changed = replace(QUESTION, **change)  # type: ignore[arg-type]
    assert version(changed) != version(QUESTION)
    assert dwell.since(changed) == float("inf")
    dwell.show(changed, 3.0)
    assert dwell.since(changed) == 3.0 and dwell.since(QUESTION) == float("inf")


def test_what_was_covered_counts_as_new() -> None:
    dwell = Dwell()
    dwell.show(QUESTION, 1.0)
    dwell.hide()
    assert dwell.since(QUESTION) == float("inf")
    dwell.show(QUESTION, 4.0)
    assert dwell.since(QUESTION) == 4.0


@pytest.mark.parametrize(
    ("verdict", "means", "goes_ahead"),
    [
        ("accept", Meaning.ACCEPT, True),
        ("approve", Meaning.ACCEPT, True),
        ("acceptForSession", Meaning.FOR_SESSION, True),
        ("acceptWithExecpolicyAmendment", Meaning.ALWAYS, True),
        ("applyNetworkPolicyAmendment allow example.org", Meaning.ALWAYS, True),
        ("applyNetworkPolicyAmendment deny example.org", Meaning.NEVER, False),
        ("answer", Meaning.ANSWER, True),
        ("decline", Meaning.DECLINE, False),
        ("reject", Meaning.DECLINE, False),
        ("cancel", Meaning.CANCEL, False),
        ("overrule", Meaning.OTHER, True),
        ("always", Meaning.ALWAYS, True),
        ("allow-policy", Meaning.ALWAYS, True),
        ("save amendment", Meaning.ALWAYS, True),
        ("end session", Meaning.OTHER, True),
        ("accept it twice", Meaning.OTHER, True),
        ("add_round", Meaning.ROUND, False),
    ],
)
def test_a_verdict_is_understood_by_its_name(verdict: str, means: Meaning, goes_ahead: bool) -> None:
    assert meaning(verdict) is means and lets_happen(verdict) is goes_ahead


def test_only_a_gate_hears_why_it_was_rejected() -> None:
    assert takes_reason("gate", "reject") and not takes_reason("approval", "decline")
    assert not takes_reason("gate", "approve") and not takes_reason("gate", "stop")
