"""The last line of a screen: the keys that work, or what has just been said. Knows no run."""

from __future__ import annotations

from odw_core.text.ansi import one_line
from odw_tui.actions import Action
from odw_tui.keymap import Keymap
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.hints import hints
from odw_tui.present.places import with_short_paths
from odw_tui.present.spans import Line, Span, Spans, spans
from odw_tui.widgets.fitted_sheet import FittedSheet

_LONGEST = 2_000


class Footer(FittedSheet):
    """Shows hints, a flash or a prompt; the last one said wins until ``offer`` is called again."""

    def __init__(self, keymap: Keymap, signs: Glyphs) -> None:
        super().__init__(id="footer")
        self._keymap, self._signs = keymap, signs

    def offer(self, actions: tuple[Action, ...], context: str) -> None:
        """Show what can be done in this context."""
        is_ascii = self._signs.is_ascii
        self.fill(lambda width, _: (Line(hints(actions, self._keymap, context, width, ascii_only=is_ascii)),))

    def say(self, text: str, tone: str) -> None:
        """Show one sentence."""
        # In plain letters one "~" would be the home directory.
        said, left_out = one_line(text, _LONGEST), "..." if self._signs.is_ascii else self._signs.ellipsis
        self.fill(lambda width, height: (Line((Span(with_short_paths(said, width, left_out), tone),)),))

    def prompt(self, sign: str, typed: Spans, news: str) -> None:
        """Show what is being typed, and on the right what it does."""
        self.fill(lambda width, height: (Line(spans(Span(sign, "strong"), *typed), (Span(news, "quiet"),)),))
