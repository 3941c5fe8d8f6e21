"""A diff as files, hunks and kinds of lines: what git says of them, and that nothing breaks it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import plan_samples
from odw_core.text.diff import DiffReader, Fate, FileDiff, Kind


def read(text: str) -> tuple[DiffReader, tuple[FileDiff, ...]]:
    reader = DiffReader()
    reader.take(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"))
    return reader, reader.files()


def kinds(text: str) -> str:
    return "".join(" +-@hn"[kind] for kind in read(text)[0].kinds)


def test_files_hunks_and_counts_of_a_diff_that_git_wrote() -> None:
    _, (render, renamed, logo, empty) = read(plan_samples.DIFF)
    assert (render.path, render.added, render.removed, len(render.hunks)) == ("src/render.js", 3, 2, 2)
    assert (renamed.path, renamed.old_path, renamed.fate) == ("docs/new name.md", "docs/old name.md", Fate.RENAMED)
    assert (logo.path, logo.is_binary, logo.hunks) == ("logo.png", True, ())
    assert (empty.path, empty.fate, empty.added) == ("test/empty.test.js", Fate.CREATED, 2)
    assert render.stop == renamed.start and logo.stop == empty.start


def test_lines_have_the_numbers_they_have_in_the_file() -> None:
    reader, _ = read("--- a/x\n+++ b/x\n@@ -3,2 +5,2 @@\n same\n-old\n+new\n")
    assert list(reader.numbers) == [0, 0, 0, 5, 4, 6]
    assert kinds("--- a/x\n+++ b/x\n@@ -3,2 +5,2 @@\n same\n-old\n+new\n") == "hh@ -+"


def test_a_removed_line_that_looks_like_a_head_is_a_removed_line() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- sql comment\n-x\n+++ y\n+z\n"
    assert kinds(text) == "hh@--++"
    assert len(read(text)[1]) == 1


def test_a_deleted_file_keeps_its_name() -> None:
    _, (file,) = read("diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")
    assert (file.path, file.fate, file.removed) == ("x", Fate.DELETED, 1)


def test_without_a_newline_at_the_end_is_a_note() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n"
    assert kinds(text) == "hh@-n+n"
    assert read(text)[1][0].added == 1


def test_a_diff_without_git_has_its_files_too() -> None:
    text = "--- old/x\t2026-01-01\n+++ new/x\t2026-01-02\n@@ -1 +1 @@\n-a\n+b\n--- y\n+++ y\n@@ -1 +1 @@\n-a\n+b\n"
    assert [(file.path, file.old_path) for file in read(text)[1]] == [("new/x", "old/x"), ("y", "")]


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ('diff --git "a/na\\303\\257ve.txt" "b/na\\303\\257ve.txt"', "naïve.txt"),
        ('diff --git "a/tab\\there" "b/tab\\there"', "tab\there"),
        ('diff --git "a/\\377\\376" "b/\\377\\376"', "\ufffd\ufffd"),
        ("diff --git a/with b/space b/with b/space", "with b/space"),
        ("diff --git a/../../etc/passwd b/../../etc/passwd", "../../etc/passwd"),
        ("diff --git nonsense", ""),
    ],
)
def test_names_are_read_as_git_writes_them(head: str, path: str) -> None:
    assert read(f"{head}\nnew file mode 100644\n")[1][0].path == path


def test_a_hunk_that_ends_early_does_not_swallow_the_next_file() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n+b\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n"
    assert [file.path for file in read(text)[1]] == ["x", "y"]


def test_a_hunk_that_does_not_count_is_read_by_its_signs() -> None:
    assert kinds("--- a/x\n+++ b/x\n@@ here @@\n-a\n+b\n c\ndiff --git a/y b/y\n") == "hh@-+ h"


def test_words_around_a_diff_are_notes() -> None:
    assert kinds(
        "Here is what I did:\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\nThat is all.\n"
    ) == ("nnhhh@-+n")


_PIECES = st.sampled_from(
    [
        *plan_samples.DIFF.split("\n"),
        "--- ",
        "+++ ",
        "@@",
        "@@@ -1 -1 +1 @@@",
        "@@ -9999999999 +1 @@",
        '"',
        "\\",
        "-",
        "+",
        "",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=30)), max_size=60), st.integers(0, 60))
def test_anything_is_read_and_in_any_pieces_the_same(lines: list[str], cut: int) -> None:
    whole, parts = DiffReader(), DiffReader()
    whole.take(lines)
    parts.take(lines[:cut])
    parts.files()
    parts.take(lines[cut:])
    assert (whole.kinds, whole.numbers, whole.files()) == (parts.kinds, parts.numbers, parts.files())
    assert len(whole.kinds) == len(whole.numbers) == len(lines)
    files = whole.files()
    assert all(file.start <= file.body <= file.stop for file in files)
    assert all(one.stop <= two.start for one, two in pairwise(files))
    assert sum(file.added for file in files) == whole.kinds.count(Kind.ADDED)
