"""Where a reviewer's sentence points, in whatever form people and models write a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.finding import code_names, line_at, occurrences, place_of, without_files

KNOWN = ("src/view.js", "README.md", "docs/README.md", "Makefile")

FORMS = [
    "src/view.js:12 drops it",
    "src/view.js:12:5 drops it",
    "src/view.js:12-18 drops it",
    "src/view.js:L12 drops it",
    "src/view.js#L12 drops it",
    "src/view.js#L12-L18 drops it",
    "src/view.js(12) drops it",
    "src/view.js(12,5): drops it",
    "src/view.js line 12 drops it",
    "src/view.js Line 12 drops it",
    "src/view.js lines 12-18 drop it",
    "src/view.js, line 12, drops it",
    "src/view.js: line 12 drops it",
    "src/view.js - line 12 - drops it",
    "src/view.js (line 12) drops it",
    "src/view.js (lines 12 and 14) drops it",
    "src/view.js (L12) drops it",
    "src/view.js L12 drops it",
    "src/view.js at line 12 drops it",
    "src/view.js on line 12 it is dropped",
    "`src/view.js:12` drops it",
    "`src/view.js`:12 drops it",
    "`src/view.js` line 12 drops it",
    "`src/view.js` (line 12) drops it",
    "**src/view.js**:12 drops it",
    '"src/view.js", line 12, drops it',
    'File "src/view.js", line 12, in render',
    "[src/view.js](src/view.js#L12) drops it",
    "[src/view.js:12](src/view.js) drops it",
    "[src/view.js](/work/shop/src/view.js:12) drops it",
    "./src/view.js:12 drops it",
    "/home/ada/shop/src/view.js:12 drops it",
    "a/src/view.js:12 drops it",
    "(src/view.js:12) drops it",
    "line 12 of src/view.js drops it",
    "lines 12-18 of `src/view.js` drop it",
    "On line 12 in file src/view.js it is dropped",
    "BLOCKER 1: src/view.js:12 drops it",
    "- src/view.js:12 drops it",
    "[high] src/view.js:12 — drops it",
    "It drops the last one (see src/view.js:12).",
    "参见src/view.js:12行",
    "src/view.js：12 没有转义",
    "src/view.js（12）没有转义",
    "src/view.js第12行没有转义",
    "src/view.js 的第12行没有转义",
]


@pytest.mark.parametrize("text", FORMS)
def test_a_line_is_found_in_every_form_it_is_written_in(text: str) -> None:
    assert place_of(text, KNOWN) == ("src/view.js", 12)


@pytest.mark.parametrize("text", [form for form in FORMS if "/work/" not in form and "/home/" not in form])
def test_so_it_is_where_nobody_declares_the_file(text: str) -> None:
    path, line = place_of(text, ())
    assert (path or "").endswith("src/view.js")
    assert line == 12


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("src/view.js: 2 tests fail", "src/view.js", None),
        ("src/view.js drops 12 items", "src/view.js", None),
        ("src/view.js: 12% are lost", "src/view.js", None),
        ("README.md and src/view.js:3 differ", "src/view.js", 3),
        ("docs/README.md:2 is stale", "docs/README.md", 2),
        ("Makefile:7 has no tab", "Makefile", 7),
        ("src/other.js is imported and does not exist", "src/other.js", None),
        ("src/other.js and lib/more.py:4 differ", "lib/more.py", 4),
        ("other.py:14 is wrong", "other.py", 14),
        ("needs Node.js 20", None, None),
        ("see https://example.org/a/b.js:3", None, None),
        ("example.com:8080 is closed", None, None),
        ("1.5 GB is too much, v2.0.1 was not", None, None),
        ("e.g. and/or, i.e. either", None, None),
        ("", None, None),
    ],
)
def test_what_is_no_line_and_no_file_is_not_taken_for_one(text: str, path: str | None, line: int | None) -> None:
    assert place_of(text, KNOWN) == (path, line)


def test_the_longest_path_is_meant_where_several_fit() -> None:
    assert [one.path for one in occurrences("docs/README.md, README.md", KNOWN)] == ["docs/README.md", "README.md"]


def test_a_path_within_another_word_counts_only_when_asked_for() -> None:
    assert occurrences("xsrc/view.jsx", KNOWN) == ()
    assert [one.start for one in occurrences("xsrc/view.jsx", KNOWN, within_words=True)] == [1]


@pytest.mark.parametrize(
    "text",
    ["src/view.js中", "参见src/view.js。", "src/view.js에서", "_src/view.js_", "__src/view.js__", "src/view.js。"],
)
def test_a_path_ends_where_prose_without_blanks_or_a_mark_begins(text: str) -> None:
    assert [one.path for one in occurrences(text, KNOWN)] == ["src/view.js"]
    assert place_of(text.strip("_"), ()) == ("src/view.js", None)


@pytest.mark.parametrize(
    "text", ["old_src/view.js", "src/view.js_old", "src/view.jsx", "src/view.js.map", "ésrc/view.js"]
)
def test_a_path_does_not_end_within_a_name(text: str) -> None:
    assert occurrences(text, KNOWN) == ()


def test_names_that_are_written_as_code_are_found_in_prose() -> None:
    assert [*code_names("`clamp` and createDigest call parse_items() and the rest")] == [
        "clamp",
        "createDigest",
        "parse_items",
    ]


def test_files_are_blanked_and_nothing_moves() -> None:
    text = "bin/clamp.js and lib/x.py call clamp"
    found = occurrences(text, ("bin/clamp.js",))
    assert without_files(text, [(one.start, one.stop) for one in found]) == f"{' ' * 12} and {' ' * 8} call clamp"


@pytest.mark.parametrize(
    ("word", "is_file"),
    [
        *(("app.py", True), ("lib/x.py", True), ("lib/x.strange", True), ("lib/x.py.", True), ("main.JS", True)),
        *(("core.parse", False), ("lib/run", False), ("v1.2", False), ("and/or", False), ("clamp", False)),
    ],
)
def test_a_word_is_a_file_by_its_folder_or_by_an_ending_that_only_files_have(word: str, is_file: bool) -> None:
    kept = without_files(f"in {word} it", ())
    assert (word in kept) is not is_file
    assert len(kept) == len(f"in {word} it")


def test_what_was_found_is_blanked_whatever_it_looks_like() -> None:
    assert without_files("Makefile calls clamp", [(0, 8)]) == "         calls clamp"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("clamp is wrong", []),
        ("clamp() is wrong", ["clamp"]),
        ("clamp( x ) is wrong", ["clamp"]),
        ("`clamp` is wrong", ["clamp"]),
        ("`clamp()` is wrong", ["clamp", "clamp"]),
        ("`at` and at() are short", []),
        ("`max` is long enough", ["max"]),
        ("aB and $x are short, a_b and aBc are not", ["a_b", "aBc"]),
        ("$el and parseItems2", ["$el", "parseItems2"]),
        ("HTTP and Node are words", []),
    ],
)
def test_a_name_is_code_in_ticks_when_it_is_called_or_written_as_no_word_is(text: str, names: list[str]) -> None:
    assert [*code_names(text)] == names


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("line 12 of the file src/view.js", 12),
        ("on line 12 in `src/view.js`", 12),
        ("lines 12 to 15 of src/view.js", 12),
        ("lines 12, 15 at src/view.js", 12),
        ("ln 12 of src/view.js", 12),
        ("deadline 12 of src/view.js", None),
        ("line 12 is fine, src/view.js is not", None),
        ("line 12 of" + " " * 60 + "src/view.js", None),
    ],
)
def test_a_line_may_stand_before_its_path(text: str, line: int | None) -> None:
    assert place_of(text, KNOWN) == ("src/view.js", line)


@given(
    st.text() | st.lists(st.sampled_from([*KNOWN, ":", "12", "line ", "L", "(", "`", "](", "#", "/", " "])).map("".join)
)
def test_any_text_is_read(text: str) -> None:
    path, line = place_of(text, KNOWN)
    assert line is None or path is not None
    assert all(text[one.start : one.stop] == one.path for one in occurrences(text, KNOWN))
    assert len(without_files(text, ())) == len(text)


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a." * 100_000, "a/" * 100_000, "](" * 100_000, "src/view.js " * 20_000]
)
def test_long_texts_are_read_in_one_go(text: str) -> None:
    """No pattern runs away; the test would not end."""
    place_of(text, KNOWN)
    line_at(text, 0, 1)
    without_files(text, ())
