"""CellPeek: the end of what the attempt under the cursor said, as far as there is space. Opens nothing by itself."""

from __future__ import annotations

from odw_tui.kit import Kit
from odw_tui.open_log import OpenLog
from odw_tui.present.output import Target
from odw_tui.widgets.line_view import LineView

_TRIED = ("stderr", "stdout")


class CellPeek(LineView):
    """Told the target under the cursor; reads it once the cursor has been painted."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(marker=kit.signs.cursor, thumb=" ", id="peek")
        self.can_focus = False
        self._target: Target | None = None
        self._untried: list[str] = []
        self._log = OpenLog(kit.service, self, kit.now, opened=self._opened, missing=self._not_there)

    def on_mount(self) -> None:
        super().on_mount()
        self.action_toggle_numbers()

    def tell(self, target: Target | None) -> None:
        """Show the end of this output. The same one once more is only looked at for news."""
        before, self._target = self._target, target
        if target is None:
            self.visible = False
            self._log.close()
        elif before is None or (before.address, before.version) != (target.address, target.version):
            streams = [target.first, *(stream for stream in _TRIED if stream != target.first)]
            self._untried = [stream for stream in streams if stream in target.streams and stream in _TRIED]
            # First the frame with the cursor, then the reading of what is under it.
            self.call_after_refresh(self._try_next)
        else:
            self._log.news()
        self._watch()

    def _try_next(self) -> None:
        if self._target is not None and self._untried and self.size.height > 0:
            self._log.open(self._target.address, self._untried.pop(0), follow=True)

    def _opened(self) -> None:
        # One line of what is over stands in the story already, as its last words.
        self.visible = self._target is not None and (self._target.is_live or self.line_count != 1)

    def _not_there(self, reason: str) -> None:
        if self._untried:
            self._try_next()
        else:
            self.visible = False

    def _watch(self) -> None:
        self._log.watch(self._target is not None and self._target.is_live)
