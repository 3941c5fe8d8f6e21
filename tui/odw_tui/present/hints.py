"""The footer's hints: which keys do what here, as many as fit. Pure; reads them from the registry of actions."""

from __future__ import annotations

from collections.abc import Iterable

from odw_tui.actions import Action
from odw_tui.keymap import Keymap
from odw_tui.present.spans import Span, Spans, width_of

_GAP = Span("   ")


def hints(actions: Iterable[Action], keymap: Keymap, context: str, width: int, *, ascii_only: bool) -> Spans:
    """``enter open   ] next waiting``; what has no key or no space is left out."""
    said: list[Span] = []
    for action in actions:
        key = keymap.shown(context, action.id, ascii_only=ascii_only)
        if not action.hint or not key:
            continue
        more = (*((_GAP,) if said else ()), Span(key, "strong"), Span(f" {action.label}", "quiet"))
        if width_of(said) + width_of(more) > width:
            break
        said.extend(more)
    return tuple(said)
