"""What is told: title, reason and first line of a question, several as one, each only when it is new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import samples
from odw_core.attention.notice import Call, News, When, call_of, calls_of, is_wanted, merged
from odw_core.model.address import Address

RUN = Address("odw", "run-1")
HOSTILE = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe\x1b\\ \x90q\x9c"


def call(name: str, run: str = "fix the login", **fields: str) -> Call:
    return call_of(samples.question(RUN, name, **fields), run, "/work/shop")


def test_a_question_is_told_as_run_reason_and_first_line() -> None:
    told = call_of(samples.question(RUN, title="Scope", body="Which module?\nThe second line."), "fix the login", "/w")
    assert (told.title, told.subtitle, told.body) == ("fix the login", "question: Scope", "Which module?")
    assert (told.question, told.address, told.place) == ("q1", "odw:run-1", "/w")


def test_a_title_that_says_the_same_as_the_body_is_not_told_twice() -> None:
    told = call_of(samples.question(RUN, title="Which module?", body="Which module?", kind="approval"), "run")
    assert (told.subtitle, told.body) == ("approval of task core", "Which module?")


def test_a_run_without_a_title_is_told_by_its_address() -> None:
    (told,) = calls_of([samples.question(Address("odw", "run-1", ("task",)))], {})
    assert told.title == "odw:run-1"


def test_one_call_is_told_as_it_is() -> None:
    notice = merged([call("a", title="Scope", body="Which module?")])
    assert notice.sentence == "fix the login · question: Scope · Which module?"
    assert notice.variables["ODW_TUI_COUNT"] == "1"


def test_several_of_one_run_are_told_under_its_title() -> None:
    notice = merged([call("a", body="First?"), call("b", body="Second?")])
    assert (notice.title, notice.subtitle, notice.body) == ("fix the login", "2 questions wait", "First?")


def test_several_runs_are_told_with_their_names() -> None:
    notice = merged([call(str(number), f"run {number}", body="Why?") for number in range(5)])
    assert notice.title == "5 questions wait in 5 runs"
    assert notice.subtitle == "run 0, run 1, run 2 and 2 more"
    assert [one["question"] for one in notice.document["questions"]] == ["0", "1", "2", "3", "4"]  # type: ignore[attr-defined]


@given(st.text(), st.text(), st.text())
def test_no_text_holds_anything_that_a_terminal_obeys(run: str, title: str, body: str) -> None:
    question = samples.question(RUN, title=f"{title}{HOSTILE}", body=f"{body}{HOSTILE}", subject=HOSTILE, kind=HOSTILE)
    notice = merged([call_of(question, f"{run}{HOSTILE}", HOSTILE)])
    for text in (notice.sentence, *notice.variables.values()):
        assert text.isprintable() or not any(character in text for character in "\x00\x07\x1b\x90\x9b\x9c\n\u202e")


def test_secrets_are_masked() -> None:
    body = "run curl -H 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789'"
    assert "abcdefghijkl" not in call("a", body=body).body


def test_what_was_there_at_the_beginning_is_no_news() -> None:
    news = News(began_at=samples.NOW)
    old, new = samples.question(RUN, "old"), samples.question(RUN, "new", asked_at=samples.NOW + 1)
    unknown = samples.question(RUN, "unknown", asked_at=None)
    assert news.sort([old, new, unknown], is_complete=False) == ((new,), (old, unknown))
    late = samples.question(RUN, "late")
    assert news.sort([old, new, late], is_complete=True) == ((), (late,))
    found = samples.question(RUN, "found")
    assert news.sort([old, found], is_complete=True) == ((found,), ())
    assert news.sort([old, found, new], is_complete=True) == ((), ())


@pytest.mark.parametrize(
    ("when", "looks", "wanted"),
    [
        ("off", True, False),
        ("off", False, False),
        ("unfocused", True, False),
        ("unfocused", False, True),
        ("always", True, True),
        ("always", False, True),
    ],
)
def test_a_person_is_told_when_they_want_to_be(when: When, looks: bool, wanted: bool) -> None:
    assert is_wanted(when, is_looked_at=looks) is wanted
