"""The footer's hints: which keys do what here, as many as fit. Pure; reads them from the registry of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from odw_tui.actions import Action
from odw_tui.keymap import Keymap
from odw_tui.present.spans import Span, Spans, width_of

_GAP = Span("   ")
_WAYS_OUT = ("back", "help")
"""What a person who is lost looks for; it gives way last."""
_EVERYWHERE = ("palette", "edit", "copy", "zoom")
"""What works on every page; it gives way before what can be done about this run."""


def hints(actions: Iterable[Action], keymap: Keymap, context: str, width: int, *, ascii_only: bool) -> Spans:
    """``enter open   ] next waiting``; what has no key or no space is left out."""
    keys = ((one, keymap.shown(context, one.id, ascii_only=ascii_only)) for one in actions if one.hint)
    fitting = [(one.id, key, one.label) for one, key in keys if key]
    while fitting and width_of(said := _said(fitting)) > width:
        others = [at for at, (name, *_) in enumerate(fitting) if name not in _WAYS_OUT]
        others = [at for at in others if fitting[at][0] in _EVERYWHERE] or others
        del fitting[others[-1] if others else -1]
    return said if fitting else ()


def _said(fitting: Sequence[tuple[str, str, str]]) -> Spans:
    return tuple(
        span
        for at, (_, key, label) in enumerate(fitting)
        for span in (*((_GAP,) if at else ()), Span(key, "strong"), Span(f" {label}", "quiet"))
    )
