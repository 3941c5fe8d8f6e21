"""Actions and keys: one registry, no key with two meanings, and the person's own keys laid over it."""

from __future__ import annotations

import pytest

from odw_tui import actions
from odw_tui.keymap import Keymap, key_name, show_key


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
    assert keymap.problems == ("o means both filter and sort; it does filter.",)


def test_an_unknown_action_is_said_with_the_nearest() -> None:
    assert Keymap({"srot": ["o"]}).problems == ("there is no action 'srot'; did you mean 'sort'?",)


def test_an_action_without_keys_has_none_to_show() -> None:
    keymap = Keymap({"sort": []})
    assert keymap.shown(actions.ROOM, "sort") == ""
    assert keymap.shown(actions.ROOM, "back") == "esc"


def test_arrows_have_an_ascii_form() -> None:
    assert show_key("down") == "↓"
    assert show_key("down", ascii_only=True) == "down"
