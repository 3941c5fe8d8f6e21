"""The lower (or right) part of the room: everything about the row under the cursor. Asks the service nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from odw_tui.present.spans import Line
from odw_tui.widgets.fitted_sheet import Build, FittedSheet


class Preview(FittedSheet):
    """A sheet that can be moved up and down by lines; another subject begins at its top."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self._subject: object = None
        self._whole: Build = lambda width, height: ()
        self._first = 0
        self._count = 0

    def tell(self, subject: object, build: Build) -> None:
        """Show what is known about ``subject``."""
        if subject != self._subject:
            self._subject, self._first = subject, 0
        self._whole = build
        self.fill(self._part)

    def scroll_by(self, lines: int) -> bool:
        """Move by some lines; False when there is nothing more that way."""
        first = max(0, min(self._first + lines, self._count - 1))
        if first == self._first:
            return False
        self._first = first
        self.fill(self._part)
        return True

    def _part(self, width: int, height: int) -> Sequence[Line]:
        whole = self._whole(width, height)
        self._count = len(whole)
        return whole[self._first :]
