"""SelfSized: a widget that is as high as its content says, and is laid out again whenever that changes."""

from __future__ import annotations

from textual.geometry import Size
from textual.widget import Widget


class SelfSized(Widget):
    """``count_rows`` says how high it is; ``height_changed`` has to be called when it says something else.

    Textual takes a second change before the first was laid out for the same one and keeps the old height, so the
    height is compared once more when everything was painted.
    """

    _measured = -1

    def count_rows(self, width: int) -> int:
        """How many rows the content takes in ``width`` cells."""
        raise NotImplementedError

    def height_changed(self) -> None:
        """Lay everything out again."""
        self.refresh(layout=True)
        self.call_after_refresh(self._compare_height)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._measured = self.count_rows(width)
        return self._measured

    def _compare_height(self) -> None:
        if self.size.width and self.styles.is_auto_height and self.count_rows(self.size.width) != self._measured:
            self.refresh(layout=True)
