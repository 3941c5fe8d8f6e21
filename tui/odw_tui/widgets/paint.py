"""Painter: turns spans into segments with the looks that the style sheet gives their tones. Decides no colour."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from odw_tui.present.spans import ELLIPSIS, Span

TONES = ("strong", "quiet", "faint", "accent", "waiting", "blocked", "failed", "running", "stale", "idle", "done")
"""Everything a span may mean. ``.tone--failed`` in the style sheet says how ``failed`` looks."""

TONE_CLASSES = frozenset(f"tone--{tone}" for tone in TONES)
"""For ``COMPONENT_CLASSES`` of a screen with widgets that paint spans."""


class Painter:
    """Looks up styles for one widget and keeps them until the style sheet changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._kept: dict[tuple[str, str], Style] = {}
        self._is_ascii: bool | None = None

    def forget(self) -> None:
        """Call when theme or style sheet changed."""
        self._kept.clear()
        self._is_ascii = None

    def style(self, tone: str = "", under: str = "") -> Style:
        """The style of a tone, laid over the background of the component ``under`` if one is named."""
        key = (tone, under)
        if key not in self._kept:
            self._kept[key] = self._looked_up(tone, under)
        return self._kept[key]

    def segments(self, line: Iterable[Span], under: str = "") -> list[Segment]:
        """``line`` as it is painted; on a screen of the class ``-ascii`` the sign for what was left out is a tilde."""
        if self._is_ascii is None:
            self._is_ascii = self._widget.screen.has_class("-ascii")
        if self._is_ascii:
            line = (Span(text.replace(ELLIPSIS, "~"), tone) for text, tone in line)
        return [Segment(text, self.style(tone, under)) for text, tone in line]

    def _looked_up(self, tone: str, under: str) -> Style:
        widget = self._widget
        base = widget.rich_style
        # Tones mean the same on the whole screen, so it keeps them: to keep them once for each widget costs frames.
        if (name := f"tone--{tone}") in widget.screen.COMPONENT_CLASSES:
            base += widget.screen.get_component_rich_style(name, partial=True)
        if under:
            over = widget.get_component_rich_style(under, partial=True)
            if over.reverse:
                # Turned round, colours would be patches and dim words grey on grey.
                base = widget.rich_style + Style(bold=base.bold)
            base += over
        return base
