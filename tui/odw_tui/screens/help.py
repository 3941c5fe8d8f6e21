"""HelpScreen: every key that works on the screen below it, generated from the registry of actions."""

from __future__ import annotations

from odw_tui.kit import Kit
from odw_tui.present.helping import help_lines
from odw_tui.screens.text import TextScreen


class HelpScreen(TextScreen):
    """The help of one context. The key that opened it closes it."""

    def __init__(self, kit: Kit, context: str) -> None:
        super().__init__(kit, "What the keys do here", help_lines(context, kit.keymap, kit.signs))

    def do_help(self) -> None:
        self.do_back()
