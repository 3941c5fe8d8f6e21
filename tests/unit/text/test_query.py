"""What can be typed to find something, and what it means."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.index.text import match_words
from odw_core.text.query import folded, parse_query

STATES = ("failed", "done", "waiting")


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("clamp", "Land a small CLAMP library.", True),
        ("clamp library", "Land a small clamp library.", True),
        ("clamp missing", "Land a small clamp library.", False),
        ('"small clamp"', "a small clamp", True),
        ('"small clamp"', "a small\nclamp", True),
        ('"clamp small"', "a small clamp", False),
        ('"small clamp', "a small clamp", True),
        ("clamp -library", "Land a small clamp library.", False),
        ("clamp -retry", "Land a small clamp library.", True),
        ('clamp -"small clamp"', "a small clamp", False),
        ("--json", "odw-tui list --json", True),
        ("cafe", "Café", True),
        ("Größe", "die grösse, die GRÖßE", True),
        ("проверка", "ПРОВЕРКА сделана", True),
        ("テスト", "次のテスト完了", True),
        ("http://example.org", "see http://example.org/x", True),
        ("Error: boom", "Error: boom", True),
        ("state:odd", "the state:odd of it", True),
        ("a->b", "a->b", True),
        ("", "anything", False),
        ("-clamp", "anything", False),
        ("state:failed", "anything", False),
    ],
)
def test_what_is_typed_means_what_it_says(typed: str, text: str, is_found: bool) -> None:
    assert parse_query(typed, STATES).is_in(text, "goal") is is_found


def test_a_kind_of_text_narrows_where_to_look() -> None:
    query = parse_query("goal:clamp cause:error", STATES)
    assert query.is_in("clamp error", "goal")
    assert query.is_in("clamp error", "cause")
    assert not query.is_in("clamp error", "message")
    assert parse_query("clamp -goal:error").is_in("clamp error", "cause")
    assert not parse_query("clamp -goal:error").is_in("clamp error", "goal")


def test_engine_and_state_narrow_which_items_are_looked_at() -> None:
    query = parse_query("boom engine:odw state:failed -state:done", STATES)
    assert query.takes_item("odw", "failed")
    assert not query.takes_item("codex", "failed")
    assert not query.takes_item("odw", "done")
    assert not parse_query("boom -engine:codex").takes_item("codex", "failed")


def test_the_needle_is_the_rarest_word_and_never_holds_what_json_escapes() -> None:
    assert parse_query("a needle-s00250 of words").needles == ("needle-s00250",)
    assert parse_query('say"hi').needles == ("say",)
    assert parse_query("дом").needles[:2] == ("дом", "\\u0434\\u043e\\u043c")
    assert parse_query("->").needles == ("->",)
    assert parse_query("x").needles == ()


def test_what_was_found_can_be_marked() -> None:
    text = "Clamp a clamp"
    assert [text[start:end] for start, end in parse_query("clamp").all_spans(text)] == ["Clamp", "clamp"]


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(folded(text)) == len(text)


@given(st.text(max_size=40), st.text(max_size=80))
def test_nothing_that_is_typed_is_an_error(typed: str, text: str) -> None:
    query = parse_query(typed, STATES)
    for start, end in query.spans(text, "goal"):
        assert 0 <= start < end <= len(text)
    assert isinstance(query.needles, tuple)


@given(st.text(alphabet=st.sampled_from("ab\"*():^-+{}'\\ \x00~NEARORAND"), max_size=24))
def test_nothing_that_is_typed_is_an_error_of_the_index(typed: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE word USING fts5 (body)")
        if words := match_words(parse_query(typed)):
            connection.execute("SELECT * FROM word WHERE word MATCH ?", (words,)).fetchall()
