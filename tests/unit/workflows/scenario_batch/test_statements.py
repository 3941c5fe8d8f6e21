"""Scenarios of a Markdown list: statements S1 to S3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.scenario_batch.statements import plain_title, read_statements


def titles(text: str | bytes) -> list[str]:
    return [one.title for one in read_statements(text.encode() if isinstance(text, str) else text).found]


def bodies(text: str) -> list[str]:
    return [one.body for one in read_statements(text.encode()).found]


def test_s2_headings_of_the_deepest_level_that_repeats() -> None:
    text = "# List\n\n## Group\n\n### One\nfirst\n\n### Two\nsecond\n\n## Other\n\n### Three\n#### Only once\nthird\n"
    assert titles(text) == ["One", "Two", "Three"]
    assert bodies(text) == ["first", "second", "#### Only once\nthird"]


def test_s2_ordered_items_where_no_heading_repeats() -> None:
    text = "# List\n\nSome words.\n\n7. One\n   more of it\n\n3) Two\n\n- a bullet of two\n"
    assert titles(text) == ["One", "Two"]
    assert bodies(text) == ["   more of it".strip(), "- a bullet of two"]


def test_s2_bullets_where_there_is_nothing_else() -> None:
    assert titles("* One\n+ Two\n- [ ] Three\n- [x] Four\n") == ["One", "Two", "Three", "Four"]


def test_s2_titles_lose_their_marks() -> None:
    assert plain_title("**Bold** _and_ `co*de*` [link](http://x) ![image](y) ~~old~~ <b>html</b> \\*star\\*") == (
        "Bold and co*de* link image old html *star*"
    )
    assert titles("## One ##\n## Two #\n") == ["One", "Two"]
    assert plain_title("snake_case_name and 2 * 3 * 4") == "snake_case_name and 2 * 3 * 4"


def test_s2_fenced_code_and_comments_are_never_a_list() -> None:
    text = "1. One\n```\n2. not one\n# nor this\n```\n<!--\n3. nor that\n-->\n~~~~md\n4. no\n~~~\n5. no\n~~~~\n6. Two\n"
    assert titles(text) == ["One", "Two"]
    assert "2. not one" in bodies(text)[0]


def test_s2_a_fence_that_is_never_closed_goes_on_to_the_end() -> None:
    assert titles("1. One\n```\n2. Two\n") == ["One"]


def test_s2_empty_titles_are_skipped_with_their_line_and_leave_no_gap() -> None:
    found = read_statements(b"## One\n\n## **  **\n\n##\n\n## Two\n")
    assert [(one.index, one.title, one.line) for one in found.found][:1] == [(1, "One", 1)]
    assert [one.index for one in found.found] == [*range(1, len(found.found) + 1)]
    assert any(warning.startswith("line 5:") for warning in found.warnings)


def test_s2_the_index_is_not_taken_from_the_file() -> None:
    found = read_statements(b"5. five\n9. nine\n").found
    assert [(one.index, one.title) for one in found] == [(1, "five"), (2, "nine")]


def test_s2_lines_that_rule_are_no_bullets() -> None:
    assert titles("- One\n\n* * *\n\n---\n\n- Two\n") == ["One", "Two"]


def test_s3_crlf_bom_and_tabs() -> None:
    assert titles(b"\xef\xbb\xbf1.\tOne\r\n\r\n2.\tTwo\r\n\tmore\r\n") == ["One", "Two"]
    assert titles("1. One\n2. Two\n".encode("utf-16")) == ["One", "Two"]


def test_s3_nested_lists_belong_to_the_body() -> None:
    text = "- One\n  - nested\n    1. deeper\n- Two\n\n  1. nested too\n"
    assert titles(text) == ["One", "Two"]
    assert bodies(text)[0] == "- nested\n  1. deeper"
    assert titles("1. One\n   1. nested\n   2. nested\n2. Two\n") == ["One", "Two"]


def test_s3_duplicate_and_foreign_titles_are_kept() -> None:
    assert titles("1. Übertragung 転送\n2. Übertragung 転送\n3. \U0001f4c4\n") == [
        "Übertragung 転送",
        "Übertragung 転送",
        "\U0001f4c4",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# One title\n\nwords\n", "    1. code\n", "words"])
def test_s3_no_scenario_is_found(text: str) -> None:
    assert titles(text) == []


def test_what_is_no_utf8_is_read_with_a_warning() -> None:
    found = read_statements(b"1. One\n2. T\xffwo\n")
    assert [one.title for one in found.found] == ["One", "T�wo"]
    assert found.warnings[0].startswith("line 2:")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("***both***", "both"),
        ("___both___", "both"),
        ("__bold__", "bold"),
        ("[link][reference]", "link"),
        ("<https://example.org/a>", "//example.org/a"),
        ("<mailto:ada@example.org>", "ada@example.org"),
        ("`` co`de ``", "co`de"),
        ("a\x07b\u2028c", "a b c"),
        ("**_both_**", "both"),
        ("_**both**_", "both"),
        ("~~**_all_**~~", "all"),
        ("[**link** _here_](x)", "link here"),
    ],
)
def test_s2_a_title_loses_marks_of_every_kind(text: str, plain: str) -> None:
    assert plain_title(text) == plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A fence of backticks has none behind it; one of tildes may.
        ("1. One\n~~~ `x`\n2. no\n~~~\n3. Two\n", ["One", "Two"]),
        ("1. One\n\n``` `x` ```\n\n2. Two\n", ["One", "Two"]),
        ("1. One\n   ```\n2. no\n   ```\n3. Two\n", ["One", "Two"]),
        # A comment may be over on its own line, may stand in, may hold anything.
        ("1. One\n<!-- x -->\n2. Two\n", ["One", "Two"]),
        ("1. One\n  <!-- x\n2. no\n\n```\n-->\n3. Two\n", ["One", "Two"]),
        # What continues an item is set in as far as its text, or follows without an empty line.
        ("1. One\nlazy\n2. Two\n", ["One", "Two"]),
        ("- One\n\nwords\n\n  - not nested any more\n- Two\n", ["One", "not nested any more", "Two"]),
        ("- One\nlazy\n  - nested\n- Two\n", ["One", "Two"]),
        ("- One\n***\n  - not nested any more\n- Two\n", ["One", "not nested any more", "Two"]),
        ("-    One\n  - not set in as far\n", ["One", "not set in as far"]),
        ("-    One\n\n     - nested\n- Two\n", ["One", "Two"]),
        ("-      code\n  - nested\n- Two\n", ["code", "Two"]),
        ("10. Ten\n\n    1. nested\n11. Eleven\n", ["Ten", "Eleven"]),
        ("  1. One\n  2. Two\n", ["One", "Two"]),
        ("1.\tOne\n\n\t1. nested\n2.\tTwo\n", ["One", "Two"]),
        # A heading ends every item.
        ("- One\n\n## Part\n  - not nested any more\n- Two\n", ["One", "not nested any more", "Two"]),
    ],
)
def test_s2_what_is_nested_fenced_or_said_aside_is_no_scenario(text: str, found: list[str]) -> None:
    assert titles(text) == found


def test_s2_a_body_ends_at_the_next_heading_of_its_level_or_above() -> None:
    text = "## One\nfirst\n# Part\nof no scenario\n## Two\n    set in\n\n  second  \n\n# End\nno\n"
    assert bodies(text) == ["first", "  set in\n\nsecond"]
    assert bodies("1. One\n# Part\nstays\n2. Two\n") == ["# Part\nstays", ""]


def test_s2_a_warning_says_what_has_no_title() -> None:
    assert read_statements(b"## One\n##\n").warnings == ("line 2: a heading without a title is no scenario",)
    assert read_statements(b"1. One\n2.\n").warnings == ("line 2: a list item without a title is no scenario",)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    check(data)


_PIECES = st.sampled_from(
    (
        *(
            "# ",
            "## ",
            "### ",
            "1. ",
            "2) ",
            "- ",
            "* ",
            "\n",
            "\r\n",
            "\t",
            "  ",
            "    ",
            "```",
            "~~~",
            "<!--",
            "-->",
            "a",
        ),
        *("**", "_", "`", "[", "](", ")", "\\", "\x00", "---", "\u2028", "é", " "),
    )
)


@given(st.lists(_PIECES, max_size=60))
def test_any_list_is_read(pieces: list[str]) -> None:
    check("".join(pieces).encode())


def check(data: bytes) -> None:
    found = read_statements(data)
    assert [one.index for one in found.found] == [*range(1, len(found.found) + 1)]
    assert [one.line for one in found.found] == sorted({one.line for one in found.found})
    for one in found.found:
        assert one.title.strip() and "\n" not in one.title and one.title == " ".join(one.title.split())
        assert not one.body.startswith("\n") and not one.body.endswith("\n")
    assert read_statements(data) == found
