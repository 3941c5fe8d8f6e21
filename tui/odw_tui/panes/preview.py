"""The lower (or right) part of the room: everything about the row under the cursor. Asks the service nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from odw_tui.present.spans import Line
from odw_tui.widgets.sheet import Sheet


class Preview(Sheet):
    """A sheet that can be moved up and down by lines; another subject begins at its top."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self._subject: object = None
        self._all: tuple[Line, ...] = ()
        self._first = 0

    def tell(self, subject: object, lines: Sequence[Line]) -> None:
        """Show what is known about ``subject``."""
        if subject != self._subject:
            self._subject, self._first = subject, 0
        self._all = tuple(lines)
        self.scroll(0)

    def scroll(self, lines: int) -> bool:
        """Move by some lines; False when there is nothing more that way."""
        first = max(0, min(self._first + lines, len(self._all) - 1))
        has_moved, self._first = first != self._first, first
        self.show(self._all[first:])
        return has_moved
