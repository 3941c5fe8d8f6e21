"""OwnLines: for widgets whose ``render_line`` already gives whole, finished lines. Knows no content."""

from __future__ import annotations

from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class OwnLines(Widget):
    """Hands its lines to the screen as they are.

    Textual would keep a copy of every line and go over each again for borders, links and filters: for a page that
    scrolls with every new line that costs three times as much as making the lines.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        filters = (one for one in self.get_line_filters() if not isinstance(one, ANSIToTruecolor))
        if any(filters) or self.styles.gutter.totals != (0, 0):
            return super().render_lines(crop)
        lines = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        if crop.x == 0 and crop.width == self.size.width:
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]
