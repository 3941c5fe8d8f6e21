"""CellPeek: the end of what the attempt under the cursor said, as far as there is space. Opens nothing by itself."""

from __future__ import annotations

from odw_tui.kit import Kit
from odw_tui.open_log import OpenLog
from odw_tui.present.output import Target
from odw_tui.widgets.line_view import LineView

_SPOKEN = ("stderr", "stdout")
_WRITTEN = "diff"


class CellPeek(LineView):
    """Told the target under the cursor; reads it once the cursor has been painted."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(marker=kit.signs.cursor, thumb=" ", id="peek")
        self.can_focus = False
        self._target: Target | None = None
        self._stream = ""
        self._untried: list[str] = []
        self._log = OpenLog(kit.service, self, kit.now, opened=self._opened, missing=self._not_there)

    def on_mount(self) -> None:
        super().on_mount()
        self.action_toggle_numbers()

    def on_show(self) -> None:
        self._watch()

    def on_hide(self) -> None:
        """What nobody sees is not looked at for news."""
        self._log.watch(False)

    def tell(self, target: Target | None) -> None:
        """Show the end of this output. The same one once more is only looked at for news."""
        before, self._target = self._target, target
        if target is None:
            self.visible = False
            self._log.close()
        elif before is None or before.key != target.key or (target.is_live and not self.visible):
            streams = dict.fromkeys((target.first, *_SPOKEN, _WRITTEN))
            self._stream = ""
            self._untried = [one for one in streams if one in target.streams and one in (*_SPOKEN, _WRITTEN)]
        if target is not None and self._untried and not self._stream:
            # First the frame with the cursor, then the reading of what is under it.
            self.call_after_refresh(self._begin)
        self._log.news()
        self._watch()

    def _begin(self) -> None:
        if not self._stream and self.size.height > 0:
            self._try_next()

    def _try_next(self) -> None:
        if self._target is not None and self._untried:
            self._stream = self._untried.pop(0)
            self._log.open(self._target.address, self._stream, follow=self._stream != _WRITTEN)

    def _opened(self) -> None:
        target = self._target
        if target is not None and self.line_count == 1 and self._stream != _WRITTEN and not target.is_live:
            # One line of what is over stands in the story already, as its last words.
            self._not_there("")
        else:
            self.visible = target is not None

    def _not_there(self, reason: str) -> None:
        if self._untried:
            self._try_next()
        else:
            self.visible = False

    def _watch(self) -> None:
        self._log.watch(self._target is not None and self._target.is_live)
