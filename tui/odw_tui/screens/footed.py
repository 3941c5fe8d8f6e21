"""FootedScreen: a screen whose last line says one thing, or offers what can be done. Knows no run."""

from __future__ import annotations

from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.screens.base import ActionScreen


class FootedScreen(ActionScreen):
    """What is said stays until ``_said`` is emptied."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._said = ""
        self._footer = Footer(kit.keymap, kit.signs)

    def _show_footer(self) -> None:
        if self._said:
            self._footer.say(self._said, "strong")
        else:
            self._footer.offer(self.able, self.context)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._said = text
        self._show_footer()
