"""A conversation line by line: what a reader learns of each entry at any width, and what the head says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import Notice
from odw_core.model.item import Tokens
from odw_tui.present.conversation import (
    body_title,
    conversation_head,
    entry_at,
    entry_line,
    gauge,
    is_prompt,
    is_trouble,
    nothing_said,
    patch_tone,
    resting_place,
)
from odw_tui.present.glyphs import ASCII, UNICODE, Glyphs
from odw_tui.present.session_head import asked_and_got, session_head
from odw_tui.present.spans import Line, Spans, width_of

HOSTILE = "a\x1b[31mred\x1b[0m\n\u202eb\t日本語 [bold]x[/bold]"


def entry(kind: EntryKind, head: str = "", **fields: object) -> Entry:
    return replace(Entry(kind, samples.NOW, head, 0, 10), **fields)  # type: ignore[arg-type]


def words(line: Spans) -> str:
    return "".join(text for text, _ in line)


def shown(one: Entry, width: int = 120, signs: Glyphs = UNICODE) -> str:
    return words(entry_line(one, signs, width, has_cursor=False))


def head_words(lines: tuple[Line, ...]) -> str:
    return "\n".join(words(line.left) + "   " + words(line.right) for line in lines)


@pytest.mark.parametrize("kind", EntryKind)
@pytest.mark.parametrize("width", [20, 40, 69, 70, 120, 300])
@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_a_line_has_exactly_the_width_it_is_given(kind: EntryKind, width: int, signs: Glyphs) -> None:
    for head in ("", "short", "long " * 200, HOSTILE, "日本" * 100):
        one = entry(kind, head, exit_code=3, duration_s=61.0, line_count=12_345, note="+18 -7", is_error=True)
        line = entry_line(one, signs, width, has_cursor=True)
        assert width_of(line) == width
        assert "\x1b" not in words(line) and "\n" not in words(line) and "\u202e" not in words(line)


def test_a_command_says_how_it_ended_how_long_it_took_and_how_much_it_said() -> None:
    line = shown(entry(EntryKind.COMMAND, "npm test", exit_code=3, duration_s=12.2, line_count=41))
    assert "✗ ran      npm test" in line and line.rstrip().endswith("exit 3   12s   41 lines")
    assert "1 line" in shown(entry(EntryKind.COMMAND, "ls", exit_code=0, line_count=1))
    assert "✓ ran" in shown(entry(EntryKind.COMMAND, "ls", exit_code=0))
    assert "▸ ran" in shown(entry(EntryKind.COMMAND, "sleep 9", is_pending=True))


def test_a_failed_command_is_no_wall_of_red() -> None:
    line = entry_line(entry(EntryKind.COMMAND, "false", exit_code=1), UNICODE, 100, has_cursor=False)
    assert [text for text, tone in line if tone == "failed"] == ["✗", "exit 1"]


def test_what_waits_is_told_from_what_was_answered() -> None:
    waits = entry_line(entry(EntryKind.QUESTION, "Which?", is_pending=True), UNICODE, 100, has_cursor=False)
    answered = entry_line(entry(EntryKind.QUESTION, "Which?"), UNICODE, 100, has_cursor=False)
    assert any(tone == "waiting" for _, tone in waits) and not any(tone == "waiting" for _, tone in answered)


def test_a_turn_begins_with_a_rule_from_edge_to_edge() -> None:
    assert "── turn begins (exec) ────" in shown(entry(EntryKind.TURN, "turn begins (exec)", note="gpt-5.5"))
    assert "gpt-5.5" in shown(entry(EntryKind.TURN, "turn begins", note="gpt-5.5"))
    assert shown(entry(EntryKind.TURN, "turn begins"), signs=ASCII).isascii()


def test_the_heading_of_a_thought_is_shown_without_its_signs() -> None:
    assert "Reading the tests" in shown(entry(EntryKind.REASONING, "**Reading the tests**"))
    assert "*" not in shown(entry(EntryKind.REASONING, "**Reading the tests**"))


def test_trouble_is_what_failed_and_what_is_asked() -> None:
    assert is_trouble(entry(EntryKind.COMMAND, exit_code=1)) and not is_trouble(entry(EntryKind.COMMAND, exit_code=0))
    assert is_trouble(entry(EntryKind.END, is_error=True)) and is_trouble(entry(EntryKind.QUESTION))
    assert is_prompt(entry(EntryKind.USER)) and not is_prompt(entry(EntryKind.AGENT))


def test_whoever_follows_a_conversation_that_ended_well_looks_at_its_last_words() -> None:
    begins, said, ended = entry(EntryKind.TURN), entry(EntryKind.AGENT), entry(EntryKind.END)
    assert resting_place((begins, said, ended)) == 2
    assert resting_place((begins, said, replace(ended, is_error=True))) == 1
    assert resting_place((said, begins, ended)) == 1
    assert resting_place((begins, said)) == 1 and resting_place(()) == 1


def test_a_patch_has_the_colours_of_a_diff() -> None:
    lines = ("*** Update File: a.py", "@@ -1 +1 @@", "+new", "-old", " same", "")
    assert [patch_tone(line) for line in lines] == ["heading", "aside", "added", "removed", "", ""]


def test_the_title_of_a_text_says_the_whole_command() -> None:
    title = body_title(entry(EntryKind.COMMAND, "npm " + "test " * 20, exit_code=1), UNICODE)
    assert "npm test test" in words(title[0].left) and title[0].most == 3 and "exit 1" in words(title[1].left)


@pytest.mark.parametrize(
    ("used", "said"),
    [(0, "0 %"), (10, "under 1 %"), (129_000, "50 %"), (258_000, "100 %"), (999_000, "100 %")],
)
def test_the_gauge_says_how_full_the_window_is(used: int, said: str) -> None:
    bar = gauge(used, 258_000, UNICODE)
    assert said in words(bar) and width_of(bar[1:3]) == 10
    assert words(gauge(used, 258_000, ASCII)).isascii()
    assert words(gauge(used, 258_000, UNICODE, is_short=True)) == f"context {said}"


def test_no_gauge_where_nobody_says() -> None:
    assert gauge(None, 1, UNICODE) == () and gauge(5, None, UNICODE) == () and gauge(5, 0, UNICODE) == ()


def test_a_window_that_is_nearly_full_is_minded() -> None:
    assert {tone for _, tone in gauge(90, 100, UNICODE)} == {"faint", "blocked"}


def test_the_list_is_headed_by_how_much_there_is_of_everything() -> None:
    session = samples.session_detail(turns=2, commands=8, failed_commands=1, patches=1, compactions=2)
    told = words(conversation_head(session, 14, True, UNICODE).left)
    assert told == "14 entries  ·  2 turns  ·  8 commands, 1 failed  ·  1 patch  ·  compacted 2 times"
    assert words(conversation_head(samples.session_detail(), 1, False, UNICODE).left) == "1 entry so far"


def test_the_head_of_a_session_says_model_leave_place_tokens_and_context() -> None:
    item = samples.session_item(
        folder="/home/ada/work/shop", branch="main", tokens=Tokens(96_000, False, 91_000, 71_000, 5_000, 2_000)
    )
    session = samples.session_detail(
        item,
        sandbox="workspace-write",
        approval_policy="on-request",
        mode="plan",
        version="0.169.0",
        source="exec",
        context_used=106_000,
        context_window=258_000,
    )
    told = head_words(session_head(session, UNICODE, "/home/ada", 120, is_short=False))
    assert "gpt-5.3-codex medium  ·  workspace-write  ·  asks on-request  ·  plan mode   codex 0.169.0, exec" in told
    assert "in     ~/work/shop  ·  main" in told
    assert "96k tokens: 91k in (71k cached), 5k out (2k reasoning)" in told and "41 % of 258k" in told
    narrow = head_words(session_head(session, UNICODE, "/home/ada", 80, is_short=True))
    assert "~/work/shop" not in narrow and "context 41 %" in narrow


def test_another_model_than_the_one_asked_for_is_a_warning_said_once() -> None:
    session = samples.session_detail(
        asked_model="gpt-5.5", notices=(Notice("gpt-5.5 was set and the last turn began with it", is_warning=True),)
    )
    lines = session_head(session, UNICODE, "", 120, is_short=False)
    assert asked_and_got(session) == "asked for gpt-5.5, got gpt-5.3-codex"
    assert any(tone == "blocked" and "asked for gpt-5.5" in text for text, tone in lines[0].left)
    assert "mind" not in head_words(lines)
    assert asked_and_got(samples.session_detail()) == ""


def test_a_killed_writer_is_said_in_the_head() -> None:
    session = samples.session_detail(notices=(Notice("the writer was killed", is_warning=True), Notice("else")))
    told = head_words(session_head(session, UNICODE, "", 120, is_short=True))
    assert "mind   the writer was killed" in told and "else" not in told


def test_what_is_not_known_takes_no_line() -> None:
    session = samples.session_detail(model=None, effort=None, permission=None)
    assert session_head(session, UNICODE, "", 120, is_short=False) == ()


def test_an_empty_conversation_says_why() -> None:
    assert "no message" in head_words(nothing_said())
    assert "gone" in head_words(nothing_said("the file is gone"))


def test_a_byte_of_the_transcript_belongs_to_the_entry_around_it_or_to_what_comes_next() -> None:
    def at(offset: int) -> Entry:
        return entry(EntryKind.TOOL, offset=offset)

    # A command lies where its output was written, behind what was said while it ran.
    told = (at(0), at(100), at(300), at(200), at(400))
    assert entry_at(told, 105) == (1, True)
    assert entry_at(told, 204) == (3, True)
    assert entry_at(told, 310) == (2, True), "the end of its line still belongs to it"
    assert entry_at(told, 150) == (2, False), "the call of the command that ended at 300"
    assert entry_at(told, 500) == (4, False)
    assert entry_at((), 7) == (0, False)
