"""The line around a place in bytes: JSON or not, escaped once or twice."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.hits import REACH, Window, excerpt, judge
from odw_core.text.query import parse_query


def found(data: bytes, needle: bytes, typed: str, *, is_json: bool = True) -> str:
    """What stands at the first place of ``needle``."""
    return judge(Window(data, data.lower().index(needle), is_json), parse_query(typed), "stderr").text


def record(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_a_line_of_a_plain_text() -> None:
    assert found(b"one\ntwo words\nthree\n", b"two", "two words", is_json=False) == "two words"
    assert found(b"one\ntwo\nwords\n", b"two", "two words", is_json=False) == ""


def test_a_line_inside_a_string_of_json() -> None:
    assert found(record(output="first\nthe needle here\nlast"), b"needle", "needle") == "the needle here"


def test_words_of_two_escaped_lines_do_not_go_together_but_a_phrase_does() -> None:
    data = record(output="first\nconnection\nrefused")
    assert found(data, b"connection", "connection refused") == ""
    assert found(data, b"connection", '"connection refused"') == "first connection refused"


def test_a_phrase_over_the_end_of_a_plain_line() -> None:
    assert found(b"connection\nrefused\n", b"refused", '"connection refused"', is_json=False) == "connection refused"


def test_json_inside_of_json() -> None:
    inner = json.dumps({"output": 'first\nthe needle "here"\nlast', "exit": 1})
    assert found(record(output=inner), b"needle", "needle") == 'the needle "here"'


def test_backslashes_of_the_text_itself_stay() -> None:
    assert found(record(output='print("a\\nb needle")\nlast'), b"needle", "needle") == 'print("a\\nb needle")'


def test_letters_that_are_escaped() -> None:
    assert found(record(text="die Größe zählt 🚀 needle"), b"needle", "größe needle") == "die Größe zählt 🚀 needle"
    data = record(text="дом")
    assert b"\\u0434" in data
    assert found(data, b"\\u0434\\u043e", "дом") == "дом"


def test_the_place_may_look_like_an_escape() -> None:
    data = record(text="one\nfoo two")
    assert found(data, b"nfoo", "foo") == "foo two"
    assert found(data, b"nfoo", "nfoo") == ""


def test_keys_and_what_only_machines_read_are_no_hits() -> None:
    assert found(b'{"output_text": "x"}\n', b"output", "output") == ""
    assert found(b'{"type": "message"}\n', b"message", "message") == ""
    assert found(b'{"text": "message"}\n', b"message", "message") == "message"


def test_long_codes_are_no_hits() -> None:
    assert found(record(image="A" * 200 + "needle" + "B" * 200), b"needle", "needle") == ""


def test_secrets_are_masked_or_not_found_at_all() -> None:
    text = found(record(output="export OPENAI_API_KEY=sk-abcdefghijklmnop needle"), b"needle", "needle")
    assert "abcdefgh" not in text
    assert text.endswith("needle")
    assert found(b'{"access_token": "needle-in-the-hay"}\n', b"needle", "needle") == ""


def test_colours_do_not_hide_words_and_nothing_acts_on_a_terminal() -> None:
    assert found(b"\x1b[31mconnection\x1b[0m refused\x07\n", b"refused", '"connection refused"', is_json=False) == (
        "connection refused␇"
    )


def test_a_line_without_end_is_judged_by_what_is_near() -> None:
    data = b'{"output":"' + b"x " * REACH + b"the needle " + b"y " * REACH
    assert "the needle" in found(data[REACH:], b"needle", "needle the")


def test_an_excerpt_shows_what_was_found() -> None:
    line = "a" * 1000 + " needle " + "b" * 1000
    text = excerpt(line, [(1001, 1007)])
    assert "needle" in text
    assert len(text) <= 242
    assert text.startswith("…")
    assert text.endswith("…")


@given(st.binary(max_size=300), st.integers(0, 300), st.booleans(), st.sampled_from(["ab", '"a b"', "n -x", "é"]))
def test_any_bytes_survive(data: bytes, at: int, is_json: bool, typed: str) -> None:
    place = min(at, max(0, len(data) - 1))
    judged = judge(Window(data, place, is_json), parse_query(typed), "stderr")
    assert judged.end > place


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=60))
def test_a_word_is_found_whatever_stands_around_it(text: str) -> None:
    line = f"{text} zqneedle {text}"
    for ensure_ascii in (True, False):
        data = json.dumps({"text": f"before\n{line}\nafter"}, ensure_ascii=ensure_ascii).encode()
        assert "zqneedle" in found(data, b"zqneedle", "zqneedle")
