"""The doctor's checks as a table, as a story and as printed lines."""

from __future__ import annotations

import pytest

from odw_core.diagnose.doctor.check import Check, Level, level_counts
from odw_tui.present import doctor
from odw_tui.present.glyphs import ASCII, UNICODE
from odw_tui.present.spans import Spans, width_of

SESSIONS = Check(
    "codex_sessions",
    "Codex sessions",
    Level.FAIL,
    "~/.codex/sessions is not writable.",
    "Give yourself the folder.",
    "chmod u+rwx /home/dev/.codex/sessions",
)
GIT = Check("program_git", "git", Level.PASS, "It is /usr/bin/git, and this sentence is longer than one column.")


def text(line: Spans) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize("width", [40, 60, 80, 110, 120, 200])
def test_columns_stand_under_their_titles_and_nothing_is_wider_than_the_list(width: int) -> None:
    head = text(doctor.table_head(width))
    row = doctor.table_row(SESSIONS, UNICODE, width, has_cursor=False)
    assert head.index("DETAIL") == text(row).index("~/")
    assert head.index("STATE") == text(row).index("✗ FAIL")
    assert width_of(row) <= max(width, 42)
    assert ("FIX" in head) is (width >= 110)


def test_a_check_without_a_fix_has_its_space_for_the_detail() -> None:
    assert GIT.detail in text(doctor.table_row(GIT, UNICODE, 120, has_cursor=False))


def test_a_level_is_said_by_sign_and_word() -> None:
    signs = [text((doctor.state_span(level, UNICODE),)) for level in Level]
    assert signs == ["✗ FAIL", "■ WARN", "· INFO", "✓ PASS"]
    assert all(text((doctor.state_span(level, ASCII),)).isascii() for level in Level)


def test_a_story_tells_the_fix_and_the_command_with_its_key() -> None:
    lines = [text(line.left) + text(line.right) for line in doctor.check_story(SESSIONS, UNICODE, copy_key="y")]
    assert lines[2] == "fix    Give yourself the folder."
    assert lines[3] == "run    chmod u+rwx /home/dev/.codex/sessionsy copies it"


def test_foreign_text_is_made_plain() -> None:
    evil = Check("place", "workspace", Level.WARN, "a\x1b[31mb\x07", "c\x1b]0;x\x07", "rm '\x1b[2J'")
    shown = [*doctor.check_story(evil, UNICODE, copy_key="y"), *doctor.printed_lines([evil], UNICODE)]
    assert not any("\x1b" in text(line.left) or "\x07" in text(line.left) for line in shown)


def test_the_summary_counts_only_what_there_is() -> None:
    assert text(doctor.summary(level_counts([SESSIONS, GIT]), UNICODE)) == "✗ 1 fail   ✓ 1 fine"


def test_a_printed_command_is_one_line_that_can_be_copied() -> None:
    lines = [text(line.left).strip() for line in doctor.printed_lines([SESSIONS], UNICODE)]
    assert "$ chmod u+rwx /home/dev/.codex/sessions" in lines


def test_the_head_says_what_is_being_looked_at() -> None:
    begun, done = doctor.head([], UNICODE, "worktrees"), doctor.head([GIT], UNICODE, None)
    assert text(begun[0].right) == "looking at worktrees…"
    assert done[0].right == ()
