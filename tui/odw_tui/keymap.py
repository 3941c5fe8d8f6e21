"""Keymap: which key means which action, with the person's own keys laid over the defaults. Pure; presses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

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


def key_name(key: str, character: str | None) -> str:
    """The name our key maps use for a pressed key: a visible character is itself, everything else its name."""
    if character is not None and character.isprintable() and not character.isspace():
        return character
    return key


class Keymap:
    """Looks up actions by key and keys by action. ``problems`` says in sentences what was wrong with the overrides.

    A key that the person gave to an action is taken from every other action that has it only by default.
    """

    def __init__(
        self, overrides: Mapping[str, Iterable[str]] | None = None, actions: tuple[Action, ...] = ACTIONS
    ) -> None:
        own = {action_id: tuple(keys) for action_id, keys in (overrides or {}).items()}
        known = {action.id for action in actions}
        self._actions = actions
        self._keys = {action.id: own.get(action.id, action.keys) for action in actions}
        self._table: dict[str, dict[str, Action]] = {}
        problems = [_unknown(action_id, known) for action_id in own if action_id not in known]
        for context in CONTEXTS:
            here = [one for one in actions if context in one.contexts or EVERYWHERE in one.contexts]
            # Those that the person chose come first and so keep their keys.
            here.sort(key=lambda one: one.id not in own)
            table = self._table[context] = {}
            for action in here:
                for key in self._keys[action.id]:
                    first = table.setdefault(key, action)
                    if first is not action and first.id in own and action.id in own:
                        problems.append(f"{show_key(key)} means both {first.id} and {action.id}; it does {first.id}.")
        self.problems: tuple[str, ...] = tuple(dict.fromkeys(problems))

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
    near = get_close_matches(action_id, known, n=1)
    return f"there is no action {action_id!r}" + (f"; did you mean {near[0]!r}?" if near else ".")


def show_key(key: str, *, ascii_only: bool = False) -> str:
    """A key as it is printed for people: ``esc``, ``ctrl+p``, ``?``."""
    return (_SHOWN_ASCII if ascii_only else _SHOWN).get(key, key)
