"""Actions and keys: one registry, no key with two meanings, and the person's own keys laid over it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from odw_tui import actions
from odw_tui.keymap import KEY_NAMES, Keymap, Loss, is_key, key_name, nearest_key, show_key


@pytest.mark.parametrize("context", actions.CONTEXTS)
def test_no_key_means_two_things_in_one_context(context: str) -> None:
    keys = [key for action in actions.actions_in(context) for key in action.keys]
    assert len(keys) == len(set(keys))


def test_every_action_has_a_name_of_its_own_words_and_a_place() -> None:
    assert len({action.id for action in actions.ACTIONS}) == len(actions.ACTIONS)
    for action in actions.ACTIONS:
        assert action.label and action.help and action.contexts
        assert set(action.contexts) <= {*actions.CONTEXTS, actions.EVERYWHERE}
        assert not action.help.endswith(".")


def test_built_in_keys_have_no_problems() -> None:
    assert Keymap().problems == ()


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [
        ("question_mark", "?", "?"),
        ("G", "G", "G"),
        ("escape", "\x1b", "escape"),
        ("ctrl+p", "\x10", "ctrl+p"),
        ("space", " ", "space"),
        ("tab", "\t", "tab"),
        ("enter", "\r", "enter"),
        ("up", None, "up"),
    ],
)
def test_a_visible_character_is_itself_and_the_rest_has_a_name(key: str, character: str | None, name: str) -> None:
    assert key_name(key, character) == name


def test_a_key_means_the_action_of_its_context() -> None:
    keymap = Keymap()
    found = keymap.action(actions.ROOM, "j")
    assert found is not None and found.id == "down"
    found = keymap.action(actions.TEXT, "?")
    assert found is not None and found.id == "help"
    assert keymap.action(actions.TEXT, "s") is None


def test_ones_own_key_replaces_the_built_in_ones() -> None:
    keymap = Keymap({"sort": ["o"]})
    found = keymap.action(actions.ROOM, "o")
    assert found is not None and found.id == "sort"
    assert keymap.action(actions.ROOM, "s") is None
    assert keymap.keys(actions.ROOM, "sort") == ("o",)
    assert keymap.problems == ()


def test_ones_own_key_is_taken_from_the_action_that_had_it_only_by_default() -> None:
    keymap = Keymap({"sort": ["j"]})
    found = keymap.action(actions.ROOM, "j")
    assert found is not None and found.id == "sort"
    assert keymap.keys(actions.ROOM, "down") == ("down",)
    assert keymap.keys(actions.TEXT, "down") == ("j", "down")
    assert keymap.problems == ()


def test_two_actions_on_one_own_key_are_said() -> None:
    keymap = Keymap({"sort": ["o"], "filter": ["o"]})
    assert keymap.problems == ("o means both filter and sort; give one of them another key.",)


def test_an_unknown_action_is_said_with_the_nearest() -> None:
    assert Keymap({"srot": ["o"]}).problems == ("there is no action 'srot'; did you mean 'sort'?",)


def test_an_action_without_keys_has_none_to_show() -> None:
    keymap = Keymap({"sort": []})
    assert keymap.shown(actions.ROOM, "sort") == ""
    assert keymap.shown(actions.ROOM, "back") == "esc"


def test_arrows_have_an_ascii_form() -> None:
    assert show_key("down") == "↓"
    assert show_key("down", ascii_only=True) == "down"


def test_two_actions_of_different_places_may_share_a_key() -> None:
    assert Keymap({"sort": ["o"], "wrap": ["o"]}).conflicts == ()


def test_one_key_for_the_same_two_actions_is_one_conflict() -> None:
    (conflict,) = Keymap({"down": ["x"], "up": ["x"]}).conflicts
    assert (conflict.key, conflict.kept, conflict.lost, conflict.context) == ("x", "down", "up", "room")
    assert conflict.reason == "shares 'x' with 'down' (room); give one of them another key"


def test_an_action_that_lost_its_last_key_is_known() -> None:
    assert Keymap({"filter": ["s"]}).losses == (Loss("sort", "room", "filter", "s"),)
    assert Keymap({"filter": ["j"]}).losses == ()
    assert Keymap({"filter": ["s"]}).losses[0].sentence == "sort has no key left in room, since filter took s."


def test_every_built_in_key_is_one_that_a_terminal_can_send() -> None:
    assert [key for action in actions.ACTIONS for key in action.keys if not is_key(key)] == []


def test_the_names_of_keys_are_those_of_the_toolkit() -> None:
    known = {key.value for key in Keys}
    sent = {
        str(getattr(key, "value", key))
        for keys in ANSI_SEQUENCES_KEYS.values()
        if isinstance(keys, tuple)
        for key in keys
    }
    assert set(KEY_NAMES) <= known | sent
    assert sorted(key for key in sent if not is_key(key) and not key.startswith("<scroll") and len(key) > 1) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Esc", "escape"),
        ("esc", "escape"),
        ("Enter", "enter"),
        ("return", "enter"),
        ("pgdn", "pagedown"),
        ("Ctrl-P", "ctrl+p"),
        ("control+p", "ctrl+p"),
        ("shift+g", "G"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        (" ", "space"),
        ("entre", "enter"),
        ("", None),
        ("#!x", None),
    ],
)
def test_a_name_that_is_no_key_is_known_with_what_was_meant(name: str, meant: str | None) -> None:
    assert not is_key(name)
    assert nearest_key(name) == meant
    assert meant is None or is_key(meant)


@given(st.text())
def test_any_name_is_a_key_or_not(name: str) -> None:
    meant = nearest_key(name)
    assert isinstance(is_key(name), bool)
    assert meant is None or is_key(meant)
