"""FittedSheet: a sheet whose lines depend on the space there is. Asks for them again when that changes, not before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.sheet import Sheet

Build = Callable[[int, int], Sequence[Line]]


def _nothing(width: int, height: int) -> Sequence[Line]:
    return ()


class FittedSheet(Sheet):
    """Shows what ``fill`` was given, made for the present width and height."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._build: Build = _nothing
        self._built_for = (0, 0)

    def fill(self, build: Build) -> None:
        """Show what ``build`` makes of width and height from now on."""
        self._build = build
        width, height = self.size
        if width and self.is_mounted:
            self._built_for = (width, height)
            self.show(build(width, height))
        else:
            self._built_for = (0, 0)

    def _rows(self, width: int) -> list[Spans]:
        wanted = (width, self.size.height)
        if wanted != self._built_for:
            self._built_for = wanted
            self._lines = tuple(self._build(*wanted))
            self._laid_width = -1
        return super()._rows(width)
