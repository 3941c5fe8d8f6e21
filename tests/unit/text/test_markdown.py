"""Markdown as lines with a meaning: what a plan is made of, and that nothing in it acts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import plan_samples
from odw_core.text.markdown import Accent, MarkdownLine, Role, read_markdown


def read(text: str) -> list[MarkdownLine]:
    return list(read_markdown(text))


@pytest.mark.parametrize(
    ("text", "role", "words"),
    [
        ("# A title #", Role.TITLE, "A title"),
        ("### Smaller", Role.HEADING, "Smaller"),
        ("A title\n=======", Role.TITLE, "A title"),
        ("#no heading", Role.TEXT, "#no heading"),
        ("- item", Role.ITEM, "item"),
        ("12) item", Role.ITEM, "item"),
        ("> said", Role.QUOTE, "said"),
        ("***", Role.RULE, ""),
        ("    code", Role.CODE, "code"),
        ("| a | b |", Role.CODE, "| a | b |"),
        ("", Role.BLANK, ""),
    ],
)
def test_a_line_is_what_it_looks_like(text: str, role: Role, words: str) -> None:
    (line,) = read(text)
    assert (line.role, line.text) == (role, words)


def test_items_keep_their_depth_and_signs() -> None:
    lines = read("- one\n  more\n  - two\n1. three\n- [X] four")
    assert [(line.indent, line.sign, line.text) for line in lines] == [
        (0, "-", "one"),
        (2, "", "more"),
        (2, "-", "two"),
        (0, "1.", "three"),
        (0, "[x]", "four"),
    ]


def test_emphasis_and_code_are_accents() -> None:
    (line,) = read("a **b** `c*d*` *e* \\*f 2*3*4 snake_case_name")
    assert line.pieces[1] == ("b", Accent.STRONG)
    assert line.pieces[3] == ("c*d*", Accent.CODE)
    assert line.pieces[5] == ("e", Accent.STRONG)
    assert line.text == "a b c*d* e *f 2*3*4 snake_case_name"


def test_a_link_shows_where_it_leads_and_an_image_is_its_words() -> None:
    (line,) = read("see [here](https://evil.example/a) and ![logo](https://evil.example/x.png)")
    assert line.text == "see here (https://evil.example/a) and logo (https://evil.example/x.png)"


def test_html_and_escape_sequences_stay_text() -> None:
    assert read("<script>alert(1)</script>")[0].text == "<script>alert(1)</script>"
    assert read("a\x1b]0;owned\x07b \u202e")[0].text == "a␛]0;owned␇b <202e>"


def test_a_fence_holds_until_its_end() -> None:
    lines = read("```py\n# no title\n- no item\n```\nafter")
    assert [line.role for line in lines] == [Role.CODE, Role.CODE, Role.TEXT]


def test_a_plan_reads_well() -> None:
    roles = [line.role for line in read(plan_samples.MARKDOWN)]
    assert roles.count(Role.TITLE) == 3 and roles.count(Role.ITEM) == 6 and Role.RULE in roles


@given(st.text(alphabet=st.sampled_from("#-*_`[]()!>|=~\\ \n1.abc\x1b\u202e"), max_size=200))
def test_anything_is_read_and_no_line_breaks(text: str) -> None:
    for line in read(text):
        assert "\n" not in line.text and "\x1b" not in line.text and "\u202e" not in line.text
