"""Patches as bytes: nothing is trimmed, every name is found, and any bytes are taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_core.git.patch import combined, files_of, sections

ONE = b"diff --git a/one.py b/one.py\n--- a/one.py\n+++ b/one.py\n@@ -1,2 +1,3 @@\n first\n+more\n \n"
TWO = b"diff --git a/two.py b/two.py\n--- a/two.py\n+++ b/two.py\n@@ -1 +1 @@\n-old\n+new\n"
_TEXTS = (
    ONE,
    TWO,
    b"diff --git ",
    b'"a/x\\303\\',
    b"--- ",
    b"+++ b/x\n",
    b"@@ -1,3 +1,2 @@\n",
    b"rename to ",
    b"\n",
    b" ",
)


def test_a_last_line_of_one_space_stays() -> None:
    assert combined([ONE, TWO]) == ONE + TWO
    assert combined([TWO, ONE]).endswith(b"\n \n")


def test_only_a_missing_last_newline_is_added() -> None:
    assert combined([ONE.removesuffix(b"\n"), TWO]) == ONE + TWO
    assert combined([b"", ONE, b"", TWO.removesuffix(b"\n")]) == ONE + TWO
    assert combined([]) == b""


def test_names_come_in_order_old_and_new_each_once() -> None:
    renamed = b"diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n"
    copied = b"diff --git a/source b/copy\nsimilarity index 100%\ncopy from source\ncopy to copy\n"
    assert files_of(combined([TWO, ONE, renamed, copied, TWO])) == ("two.py", "one.py", "old", "new", "copy")


def test_content_that_looks_like_a_header_names_nothing() -> None:
    patch = (
        b"diff --git a/x.sql b/x.sql\n--- a/x.sql\n+++ b/x.sql\n@@ -1,3 +1,3 @@\n"
        b"--- a/evil\n+++ b/evil\n diff --git a/no b/no\n-- comment\n++ comment\n"
    )
    assert files_of(patch) == ("x.sql",)


def test_quoted_names_spaces_and_tabs_are_read_as_git_writes_them() -> None:
    patch = b"\n".join(
        (
            b'diff --git "a/tab\\there" "b/tab\\there"',
            b"old mode 100644",
            b"new mode 100755",
            b'diff --git "a/\\303\\244\\"q\\\\" "b/\\303\\244\\"q\\\\"',
            b"deleted file mode 100644",
            b'--- "a/\\303\\244\\"q\\\\"',
            b"+++ /dev/null",
            b"@@ -1 +0,0 @@",
            b"-x",
            b"diff --git a/with space b/with space",
            b"new file mode 100644",
            b"--- /dev/null",
            b"+++ b/with space\t",
            b"@@ -0,0 +1 @@",
            b"+x",
            b"diff --git a/a b/c b/a b/c",
            b"new file mode 100644",
            b'diff --git "a/\\377raw" "b/\\377raw"',
            b"new file mode 100644",
            b'diff --git "a/cut\\000off" "b/cut\\000off"',
            b"new file mode 100644",
        )
    )
    assert files_of(patch) == ("tab\there", 'ä"q\\', "with space", "a b/c", "\udcffraw", "cut")


def test_a_patch_without_git_headers_has_names_too() -> None:
    patch = (
        b"--- a/one\t2020-01-01\n+++ b/one\t2020-01-02\n@@ -1 +1 @@\n-a\n+b\n"
        b"--- a/two\n+++ b/two\n@@ -1 +1 @@\n-a\n+b\n"
    )
    assert files_of(patch) == ("one", "two")
    assert len(sections(patch)) == 2


def test_the_parts_together_are_the_patch() -> None:
    assert b"".join(part.data for part in sections(ONE + TWO)) == ONE + TWO


@given(st.lists(st.one_of(st.sampled_from(_TEXTS), st.binary(max_size=12)), max_size=12).map(b"".join))
def test_any_bytes_are_taken_and_no_byte_is_lost(patch: bytes) -> None:
    parts = sections(patch)
    assert patch.endswith(b"".join(part.data for part in parts))
    assert files_of(patch) == tuple(dict.fromkeys(path for part in parts for path in part.paths))
    assert all(path.encode("utf-8", "surrogateescape") is not None for path in files_of(patch))


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_putting_together_adds_nothing_but_newlines(patches: list[bytes]) -> None:
    whole = combined(patches)
    for patch in patches:
        assert whole.startswith(patch)
        whole = whole[len(patch) :]
        if patch and not patch.endswith(b"\n"):
            assert whole.startswith(b"\n")
            whole = whole[1:]
    assert whole == b""
