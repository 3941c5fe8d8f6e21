"""What the index saves of a question comes back whole, so that nothing has to be read anew only to ask it again."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from odw_core.index.rows import questions_from_text, questions_to_text
from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question, Road

QUESTION = Question(
    id="q1",
    address=Address("odw", "run", ("task",)),
    kind="approval",
    asked_at=12.5,
    title="May it?",
    body="It wants to.",
    subject="task build",
    fields=(Field("answer", "Which one", (Choice("a", "the first"), Choice("b")), allows_other=True),),
    decisions=("allow", "deny"),
    risk="writes outside",
    digest="0" * 64,
    witnesses=("journal",),
    inferred=False,
    answer_via="here",
    why_not=None,
)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        replace(QUESTION, road=Road.SERVER, details=(("command", "rm -r x\ny"), ("folder", "/w")), confirm="delete"),
        replace(QUESTION, asked_at=None, fields=(), risk=None, why_not="it is over"),
    ],
)
def test_a_question_comes_back_as_it_was_saved(question: Question) -> None:
    (found,) = questions_from_text(questions_to_text([question]))
    for field in fields(Question):
        assert getattr(found, field.name) == getattr(question, field.name), field.name


def test_no_question_is_an_empty_text() -> None:
    assert questions_to_text(()) == ""
    assert questions_from_text("") == ()


def test_a_question_of_another_version_is_none() -> None:
    with pytest.raises(ValueError, match="not questions"):
        questions_from_text('[["q1","odw:run"]]')
