"""LineEditor: a line of text as a value; each key gives the next one."""

from __future__ import annotations

import pytest

from odw_tui.widgets.line_editor import LineEditor


def typed(*keys: str, start: LineEditor | None = None) -> LineEditor:
    editor = start or LineEditor()
    for key in keys:
        after = editor.pressed(key, key if len(key) == 1 else None)
        assert after is not None, key
        editor = after
    return editor


def test_characters_are_put_in_where_the_caret_is() -> None:
    assert typed(*"plan") == LineEditor("plan", 4)
    assert typed("left", "left", *"xy", start=LineEditor("plan", 4)) == LineEditor("plxyan", 4)


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("backspace", LineEditor("two wods", 6)),
        ("delete", LineEditor("two wors", 7)),
        ("home", LineEditor("two words", 0)),
        ("end", LineEditor("two words", 9)),
        ("ctrl+u", LineEditor("ds", 0)),
        ("ctrl+k", LineEditor("two wor", 7)),
        ("ctrl+w", LineEditor("two ds", 4)),
        ("left", LineEditor("two words", 6)),
        ("right", LineEditor("two words", 8)),
    ],
)
def test_editing_keys_do_what_a_shell_does(key: str, after: LineEditor) -> None:
    assert typed(key, start=LineEditor("two words", 7)) == after


def test_at_the_ends_nothing_happens() -> None:
    assert typed("backspace", "left", "ctrl+w") == LineEditor()
    assert typed("delete", "right", start=LineEditor("a", 1)) == LineEditor("a", 1)


@pytest.mark.parametrize("key", ["escape", "enter", "ctrl+z", "f1", "up"])
def test_other_keys_are_no_text(key: str) -> None:
    assert LineEditor("a", 1).pressed(key, None) is None


def test_of_a_pasted_text_only_what_can_be_shown_stays() -> None:
    assert LineEditor().with_typed("a\nb\x1b[2Jc\u202e") == LineEditor("a b[2Jc", 7)


def test_the_caret_is_shown_where_the_next_character_goes() -> None:
    assert "".join(text for text, _ in LineEditor("ab", 1).shown("|")) == "a|b"
