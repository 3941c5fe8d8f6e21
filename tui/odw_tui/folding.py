"""Folding: what healthy runs say too, folded in the text that an open log shows. Judges nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from textual.worker import Worker

from odw_core.files.line_source import LineSource
from odw_tui.open_log import OpenLog
from odw_tui.present.folds import Fold
from odw_tui.present.output import harmless_folds, joined_folds
from odw_tui.widgets.folded_lines import FoldedLines
from odw_tui.widgets.line_view import LineView

_AT_ONCE, _UNASKED = 3_000, 50_000
"""Lines of a text that is folded before it is painted, and of one for which nobody has to ask."""
_CHUNK = 2_000
_MOST = 20_000


class Folding:
    """``changed`` is told when lines were folded or unfolded. The place and the cursor stay where they are."""

    def __init__(self, view: LineView, log: OpenLog, *, key: str, empty: str, changed: Callable[[], None]) -> None:
        self._view, self._log, self._key, self._empty = view, log, key, empty
        self._changed = changed
        self._folded: FoldedLines | None = None
        self._has_any: bool | None = None
        """Whether there is something to fold; None as long as nobody looked."""
        self._worker: Worker[None] | None = None

    @property
    def is_settled(self) -> bool:
        """Whether everything is folded that is to be folded."""
        return self._worker is None or self._worker.is_finished

    @property
    def is_folded(self) -> bool:
        """Whether lines are folded now."""
        return self._folded is not None

    @property
    def can_fold(self) -> bool:
        """Whether lines are folded, or could be: nobody has looked in vain, and the text is known to its end."""
        source = self._log.source
        return self.is_folded or (source is not None and source.is_counted and self._has_any is not False)

    @property
    def line_count(self) -> int | None:
        """Lines of the text, folded or not; None until that is known."""
        return self._view.line_count if self._folded is None else self._folded.source.line_count

    def source_line(self, line: int) -> int:
        """The line of the text that the view shows as ``line``."""
        return line if self._folded is None else self._folded.source_line(line)

    def shown_line(self, line: int) -> int:
        """The line of the view that shows line ``line`` of the text."""
        return line if self._folded is None else self._folded.shown_line(line)

    def forget(self) -> None:
        """Another text is going to be shown."""
        self._folded = self._has_any = None

    def fold(self, *, unasked: bool = False) -> None:
        """Fold: at once if that is quick, else in slices. ``unasked``, a text that is too long is left alone."""
        source = self._log.source
        if source is None or not source.is_counted or (unasked and source.line_count > _UNASKED):
            return
        if source.line_count <= _AT_ONCE:
            self._put(source, harmless_folds(source.lines(0, source.line_count), 0, self._key))
        else:
            self._worker = self._view.run_worker(partial(self._find, source), group="folds", exclusive=True)

    def unfold(self) -> None:
        """Show every line."""
        folded, source = self._folded, self._log.source
        if folded is not None and source is not None:
            self._exchange(source, None)

    async def _find(self, source: LineSource) -> None:
        folds: list[Fold] = []
        for start in range(0, source.line_count, _CHUNK):
            more = harmless_folds(source.lines(start, start + _CHUNK), start, self._key)
            folds = joined_folds(folds, more, self._key)
            await asyncio.sleep(0)
            if source is not self._log.source or len(folds) > _MOST:
                break
        if source is self._log.source:
            self._put(source, folds)

    def _put(self, source: LineSource, folds: Sequence[Fold]) -> None:
        self._has_any = bool(folds)
        if folds:
            self._exchange(source, FoldedLines(source, folds))

    def _exchange(self, source: LineSource, folded: FoldedLines | None) -> None:
        view = self._view
        follows, cursor, top = view.follows, view.cursor_line, self.source_line(max(0, view.top_line))
        at = None if cursor is None else self.source_line(cursor)
        self._folded = folded
        view.show(folded or source, follow=follows, empty=self._empty, look=folded)
        if not follows:
            view.put_on_top(self.shown_line(top))
        if at is not None:
            view.go_to(self.shown_line(at))
        self._changed()
