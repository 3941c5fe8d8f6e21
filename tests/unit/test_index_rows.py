"""What the index saves of a question comes back whole, so that nothing has to be read anew only to ask it again."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from drivers import samples
from odw_core.index.rows import item_of, questions_from_text, questions_to_text, to_row
from odw_core.model.address import Address
from odw_core.model.evidence import Checkpoint, Unit
from odw_core.model.item import Claim
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


def test_an_item_comes_back_as_it_was_saved() -> None:
    item = samples.item(
        "run-1", is_deaf=True, is_archived=True, files=("/shop/a",), claims=(Claim("codex", session="1"),)
    )
    row = to_row(
        Unit(item.address, item.place, "/shop/.odw"),
        item,
        Checkpoint(item.address, 1, (), b""),
        alive=True,
        is_over=False,
        file="events.jsonl",
        stamp=None,
    )
    assert item_of(row) == item
