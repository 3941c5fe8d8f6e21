"""FittedRows: a row list whose rows depend on how wide it is. Asks for them again when that changes, not before."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from odw_tui.widgets.row_list import RowList, RowProvider

Build = Callable[[int], RowProvider]
"""Makes the rows for so many cells."""


class FittedRows(RowList):
    """Shows what ``fill`` was given, made for the present width."""

    _build: Build | None = None
    _built_for = 0

    def fill(self, build: Build) -> None:
        """Show what ``build`` makes of the width from now on."""
        self._build = build
        self._built_for = self.size.width
        if self._built_for:
            self.show(build(self._built_for))

    def on_resize(self, event: events.Resize) -> None:
        if self._build is not None and event.size.width != self._built_for:
            self.fill(self._build)
