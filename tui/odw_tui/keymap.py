"""Keymap: which key means which action, with the person's own keys laid over the defaults. Pure; presses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from odw_tui.actions import ACTIONS, CONTEXTS, EVERYWHERE, Action

_SHOWN = {
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "delete": "del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_SHOWN_ASCII = {**_SHOWN, "up": "up", "down": "down", "left": "left", "right": "right"}

KEY_NAMES: Final = (
    *("enter", "tab", "escape", "space", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *(f"f{number}" for number in range(1, 25)),
)
"""Keys that print nothing, by the names that the key map uses."""

_SYMBOLS = {
    "]": "right_square_bracket",
    "[": "left_square_bracket",
    "\\": "backslash",
    "^": "circumflex_accent",
    "_": "underscore",
    "@": "at",
    "/": "slash",
    "-": "minus",
    "+": "plus",
    ",": "comma",
    ".": "full_stop",
    ";": "semicolon",
    "=": "equals_sign",
    "`": "grave_accent",
    "'": "apostrophe",
}
"""What a sign is called behind ``ctrl+`` and its like; by itself it is written as it is."""

_MODIFIERS = ("alt", "ctrl", "shift", "super", "hyper", "meta")
_OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    " ": "space",
    "control": "ctrl",
    "option": "alt",
}


def key_name(key: str, character: str | None) -> str:
    """The name our key maps use for a pressed key: a visible character is itself, everything else its name."""
    if character is not None and character.isprintable() and not character.isspace():
        return character
    return key


def is_key(name: str) -> bool:
    """Whether a terminal can send a key of that name: ``?``, ``G``, ``enter``, ``ctrl+p``, ``shift+f5``."""
    *modifiers, last = name.split("+") if len(name) > 1 else [name]
    if not modifiers:
        return last in KEY_NAMES or (len(last) == 1 and key_name("", last) == last)
    is_one = len(last) == 1 and (last.isalnum() or last == "@") and last == last.lower() and modifiers != ["shift"]
    return set(modifiers) <= set(_MODIFIERS) and (last in KEY_NAMES or last in _SYMBOLS.values() or is_one)


def nearest_key(name: str) -> str | None:
    """The key that was probably meant by a name that is none."""
    from difflib import get_close_matches

    *modifiers, last = [part for part in name.lower().replace("-", "+").split("+") if part] or [name]
    meant = "+".join(_OTHER_NAMES.get(part, part) for part in (*modifiers, last))
    if modifiers == ["shift"] and len(last) == 1:
        return last.upper()
    if modifiers and last in _SYMBOLS:
        meant = "+".join((*modifiers, _SYMBOLS[last]))
    if meant != name and is_key(meant):
        return meant
    return next(iter(get_close_matches(meant, KEY_NAMES, n=1)), None)


class Conflict(NamedTuple):
    """A key that was given to two actions which work in the same place."""

    key: str
    kept: str
    """The action that it does."""
    lost: str
    context: str

    @property
    def reason(self) -> str:
        """What is wrong with the action that lost the key, and what to do."""
        return f"shares {self.key!r} with {self.kept!r} ({self.context}); give one of them another key"

    @property
    def sentence(self) -> str:
        """The same for both."""
        return f"{show_key(self.key)} means both {self.kept} and {self.lost}; give one of them another key."


class Loss(NamedTuple):
    """An action that has no key left somewhere, since its own were given to others."""

    action: str
    context: str
    taker: str
    key: str

    @property
    def sentence(self) -> str:
        """What is not there any more, and why."""
        return f"{self.action} has no key left in {self.context}, since {self.taker} took {show_key(self.key)}."


class Keymap:
    """Looks up actions by key and keys by action. ``problems`` says in sentences what was wrong with the overrides.

    A key that the person gave to an action is taken from every other action that has it only by default.
    """

    def __init__(
        self, overrides: Mapping[str, Iterable[str]] | None = None, actions: tuple[Action, ...] = ACTIONS
    ) -> None:
        own = {action_id: tuple(keys) for action_id, keys in (overrides or {}).items()}
        known = {action.id for action in actions}
        self._keys = {action.id: own.get(action.id, action.keys) for action in actions}
        self._table: dict[str, dict[str, Action]] = {}
        conflicts: dict[tuple[str, str, str], Conflict] = {}
        losses: list[Loss] = []
        for context in CONTEXTS:
            here = [one for one in actions if context in one.contexts or EVERYWHERE in one.contexts]
            # Those that the person chose come first and so keep their keys.
            here.sort(key=lambda one: one.id not in own)
            table = self._table[context] = {}
            for action in here:
                taken: Loss | None = None
                for key in self._keys[action.id]:
                    first = table.setdefault(key, action)
                    if first is not action and first.id in own and action.id in own:
                        conflicts.setdefault((key, first.id, action.id), Conflict(key, first.id, action.id, context))
                    elif first is not action:
                        taken = Loss(action.id, context, first.id, key)
                if taken is not None and not self.keys(context, action.id):
                    losses.append(taken)
        self.conflicts: tuple[Conflict, ...] = tuple(conflicts.values())
        self.losses: tuple[Loss, ...] = tuple(losses)
        unknown = [_unknown(action_id, known) for action_id in own if action_id not in known]
        self.problems: tuple[str, ...] = (*unknown, *(conflict.sentence for conflict in self.conflicts))

    def action(self, context: str, key: str) -> Action | None:
        """What ``key`` means in ``context``, None when it means nothing there."""
        return self._table[context].get(key)

    def keys(self, context: str, action_id: str) -> tuple[str, ...]:
        """The keys that do ``action_id`` in ``context``; empty for one that only the palette offers."""
        table = self._table[context]
        return tuple(key for key in self._keys[action_id] if (found := table.get(key)) and found.id == action_id)

    def shown(self, context: str, action_id: str, *, ascii_only: bool = False) -> str:
        """The first key of an action as it is printed for people; empty without one."""
        keys = self.keys(context, action_id)
        return show_key(keys[0], ascii_only=ascii_only) if keys else ""


def _unknown(action_id: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(action_id, known, n=1)
    return f"there is no action {action_id!r}" + (f"; did you mean {near[0]!r}?" if near else ".")


def show_key(key: str, *, ascii_only: bool = False) -> str:
    """A key as it is printed for people: ``esc``, ``ctrl+p``, ``?``."""
    return (_SHOWN_ASCII if ascii_only else _SHOWN).get(key, key)
