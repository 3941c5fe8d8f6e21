"""The help page of one context, made from the registry of actions. Pure."""

from __future__ import annotations

from odw_core.model.item import State
from odw_tui.actions import actions_in
from odw_tui.keymap import Keymap, show_key
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, left, spans

_MARGIN = "  "
_KEYS = 18

_GROUPS = {"look": "look", "act": "act", "move": "move", "everywhere": "on every screen"}
_STATES = {
    State.WAITING: "a question waits for you",
    State.BLOCKED: "blockers are left and nothing works on them",
    State.FAILED: "it broke; the cause stands below it",
    State.RUNNING: "it is at work",
    State.STALE: "it should be at work, but its owner is gone or silent",
    State.IDLE: "it could go on, and nobody asked it to",
    State.DONE: "it came to its end",
}


def help_lines(context: str, keymap: Keymap, signs: Glyphs) -> tuple[Line, ...]:
    """Every action of a context by group, with all its keys, then what the signs mean."""
    lines: list[Line] = []
    actions = actions_in(context)
    for group, heading in _GROUPS.items():
        rows = [one for one in actions if one.group == group]
        if rows:
            lines.append(Line((Span(heading, "quiet"),)))
        for action in rows:
            keys = "  ".join(show_key(key, ascii_only=signs.is_ascii) for key in keymap.keys(context, action.id))
            lines.append(_row(Span(left(keys or "palette", _KEYS), "strong" if keys else "faint"), action.help))
        if rows:
            lines.append(Line())
    lines.append(Line((Span("signs", "quiet"),)))
    lines.extend(
        _row(Span(left(f"{signs.state(state)} {state.value}", _KEYS), state.value), meaning)
        for state, meaning in _STATES.items()
    )
    return tuple(lines)


def _row(start: Span, text: str) -> Line:
    return Line(spans(Span(_MARGIN), start, Span(text)), most=4, hang=len(_MARGIN) + _KEYS)
