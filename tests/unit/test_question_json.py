"""A question that was written into a journal is the same when it is read again; anything else is none."""

from __future__ import annotations

import json
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.model.question_json import decode_question, encode_question

TEXT = st.text(max_size=12)
NAME = st.text(min_size=1, max_size=12)
QUESTION = st.builds(
    Question,
    id=NAME,
    address=st.builds(Address, st.sampled_from(("odw", "codex")), NAME, st.tuples(NAME)),
    kind=NAME,
    asked_at=st.none() | st.floats(0, 2e9),
    title=TEXT,
    body=TEXT,
    subject=TEXT,
    fields=st.lists(
        st.builds(Field, TEXT, TEXT, st.lists(st.builds(Choice, TEXT, TEXT), max_size=2).map(tuple), st.booleans()),
        max_size=2,
    ).map(tuple),
    decisions=st.lists(TEXT, max_size=2).map(tuple),
    risk=st.none() | TEXT,
    digest=NAME,
    witnesses=st.lists(TEXT, max_size=2).map(tuple),
    inferred=st.booleans(),
    answer_via=TEXT,
    why_not=st.none() | TEXT,
    road=st.sampled_from(Road),
    details=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    confirm=st.none() | TEXT,
)


@given(QUESTION)
def test_a_question_comes_back_as_it_was(question: Question) -> None:
    assert decode_question(json.loads(json.dumps(encode_question(question)))) == question


def test_every_field_is_written() -> None:
    question = Question("i", Address("odw", "r"), "k", None, "", "", "", (), (), None, "d", (), False, "", None)
    assert set(encode_question(question)) == {field.name for field in fields(Question)}


ANYTHING = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=2))


@given(QUESTION, st.dictionaries(st.sampled_from([field.name for field in fields(Question)]), ANYTHING, max_size=4))
def test_anything_else_is_no_question_or_one_that_can_be_shown(question: Question, changed: dict[str, object]) -> None:
    found = decode_question({**encode_question(question), **changed})
    assert found is None or (found.id and found.digest and isinstance(found.title, str))
    assert decode_question("a question") is None
