"""The diff pane: what one task changed, or all of them together, file by file. Chooses no task by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.worker import Worker

from odw_core.errors import OdwError
from odw_core.model.detail import RunDetail
from odw_core.service.service import Service
from odw_tui.kit import Kit
from odw_tui.present import diff
from odw_tui.present.diff import DiffPage, PageFile, Part
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.folded_lines import FoldedLines
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.list_lines import ListLines
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_CHUNK = 2_000
"""Lines that are read in one go: about a millisecond."""
_MOST_LINES = 400_000
"""Lines of a page; one task alone, or its stream in the output, shows the rest."""
BESIDE_FROM = 110
"""Cells from which the list of files stands beside the text."""


class DiffPane(Vertical):
    """Told each reading with ``tell``; reads only while it is in view. The screen carries out keys on ``view``."""

    class Read(Message):
        """Everything that is to be shown has been read."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="diff", classes="pane")
        self._kit = kit
        self._parts: tuple[Part, ...] = ()
        self._scope: Part | None = None
        self._shown: tuple[Part, ...] | None = None
        """What the page was made of."""
        self._page: DiffPage | None = None
        self._folded: set[str] = set()
        self._lines: FoldedLines | None = None
        self._worker: Worker[None] | None = None
        self._is_in_view = False
        self._title = Sheet(id="changed")
        self._files = FittedRows(thumb=kit.signs.thumb, id="files")
        # What is to land is read as it is, letter by letter.
        self.view = LineView(
            marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, masks=False, id="changes"
        )
        self._picture = Sheet(id="missing")

    def compose(self) -> ComposeResult:
        yield self._title
        with Horizontal(id="both"):
            yield self._files
            yield self.view
        yield self._picture

    @property
    def is_settled(self) -> bool:
        """Whether everything is read that is to be shown."""
        return self._worker is None or self._worker.is_finished

    @property
    def file(self) -> PageFile | None:
        """The file that is looked at."""
        line = self._line
        return None if self._page is None or line is None else self._page.file_at(line)

    @property
    def part(self) -> Part | None:
        """Whose changes are looked at."""
        file = self.file
        return file.part if file is not None else self._scope

    @property
    def place(self) -> tuple[str, int] | None:
        """Path and line of what the cursor is on, as the diff calls them."""
        file, line = self.file, self._line
        if file is None or line is None or self._page is None:
            return None
        return file.diff.path, self._page.number(line) or 1

    @property
    def has_others(self) -> bool:
        """Whether there is another task to go to."""
        return len(self._parts) > 1

    def tell(self, detail: RunDetail) -> None:
        """A new reading; what is shown stays unless it is a different text by now."""
        self._parts = diff.newest_parts(detail)
        if self._scope is not None:
            self._scope = next((part for part in self._parts if part.address == self._scope.address), self._scope)
        self._read_if_new()

    def show_part(self, part: Part | None) -> None:
        """Show the changes of one attempt, or of all tasks with None."""
        self._scope = part
        self._read_if_new()

    def next_part(self, step: int) -> None:
        """All tasks, then one after the other, going round."""
        others: list[Part | None] = [None, *self._parts]
        place = others.index(self._scope) if self._scope in others else 0
        self.show_part(others[(place + step) % len(others)])

    def set_in_view(self, is_in_view: bool) -> None:
        """Only what is in view is read."""
        self._is_in_view = is_in_view
        self._read_if_new()

    def next_hunk(self, step: int) -> bool:
        """To the next or the last change; False if there is none that way."""
        page, line = self._page, self._line
        if page is None or line is None:
            return False
        hunks = [hunk for file in page.files if file.key not in self._folded for hunk in file.hunks]
        return self._go([file.start if hunk == file.body else hunk for hunk, file in self._owned(hunks)], step)

    def next_file(self, step: int) -> bool:
        """To the next or the last file; False if there is none that way."""
        return self._page is not None and self._go([file.start for file in self._page.files], step)

    def fold(self) -> None:
        """Fold the file that is looked at, or unfold it."""
        file = self.file
        if file is not None:
            self._folded ^= {file.key}
            self._show_page(file.start)

    def fold_all(self) -> None:
        """Fold all files, or unfold them when all are folded."""
        page = self._page
        if page is not None and page.files:
            keys = {file.key for file in page.files}
            file = self.file
            self._folded = set() if self._folded >= keys else keys
            self._show_page(file.start if file is not None else 0)

    def unfold_everything(self) -> None:
        """Before a search: what is found must be seen."""
        if self._folded:
            line = self._line
            self._folded = set()
            self._show_page(line or 0)

    def on_line_view_changed(self, event: LineView.Changed) -> None:
        event.stop()
        file = self.file
        if file is not None:
            self._files.go_to(file.key)

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A file was clicked once more."""
        event.stop()
        page, lines = self._page, self._lines
        file = next((one for one in page.files if one.key == event.identity), None) if page is not None else None
        if file is not None and lines is not None:
            self.view.put_on_top(lines.shown_line(file.start))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")

    @property
    def _line(self) -> int | None:
        """The line of the page that is looked at."""
        if self._lines is None or not self._lines.line_count:
            return None
        cursor = self.view.cursor_line
        return self._lines.source_line(max(0, self.view.top_line if cursor is None else cursor))

    def _owned(self, hunks: Sequence[int]) -> list[tuple[int, PageFile]]:
        page = self._page
        found = [(hunk, page.file_at(hunk) if page is not None else None) for hunk in hunks]
        return [(hunk, file) for hunk, file in found if file is not None]

    def _go(self, places: Sequence[int], step: int) -> bool:
        line, lines = self._line, self._lines
        if line is None or lines is None:
            return False
        ahead = [place for place in places if (place > line if step > 0 else place < line)]
        if not ahead:
            return False
        self.view.put_on_top(lines.shown_line(ahead[0] if step > 0 else ahead[-1]))
        return True

    def _wanted(self) -> tuple[Part, ...]:
        return self._parts if self._scope is None else (self._scope,)

    def _read_if_new(self) -> None:
        wanted = self._wanted()
        if self._is_in_view and wanted != self._shown:
            self._shown = wanted
            # A function, not a coroutine: the next key may replace it before it begins.
            self._worker = self.run_worker(partial(self._read, wanted), group="diff", exclusive=True)
        self._show_title()

    async def _read(self, parts: tuple[Part, ...]) -> None:
        """Make a page of these diffs, in slices; keys and frames have their turn in between."""
        page, signs = DiffPage(), self._kit.signs
        before = self._page
        self._page = None if before is None or before.is_empty else before
        for part in parts:
            page.begin(part, has_head=len(parts) > 1)
            page.end(signs, await read_part(self._kit.service, part, page))
        file, line = self.file, self._line
        offset = line - file.start if file is not None and line is not None else 0
        self._page = page
        again = next((one for one in page.files if file is not None and _is_same(one, file)), None)
        self._show_page(0 if again is None else min(again.start + offset, again.stop - 1))
        self._show_title()
        self.post_message(self.Read())

    def _show_page(self, line: int) -> None:
        """Show the page with its folds, beginning with ``line``."""
        page = self._page
        if page is None:
            return
        self.set_class(page.is_empty, "-missing")
        if page.is_empty:
            self._picture.show(diff.no_changes(page.missing, self._kit.keymap.shown("diff", "timeline")))
        folds = page.folds(self._folded, self._kit.signs)
        highest = max(page.numbers, default=0)
        self._lines = lines = FoldedLines(
            ListLines(page.lines, "changes"), folds, number_of=page.number, tone_of=page.tone, highest=highest
        )
        self.view.show(lines, follow=False, look=lines)
        if line > 0:
            self.view.put_on_top(lines.shown_line(line))
        self._show_files()

    def _show_files(self) -> None:
        page, signs, folded = self._page, self._kit.signs, frozenset(self._folded)
        if page is None:
            return

        def build(width: int) -> KeyedLines:
            rows = diff.file_rows(page, signs, width - 2, folded)
            return KeyedLines(((row.key, row.line) for row in rows), width, signs.cursor)

        self._files.fill(build)
        file = self.file
        if file is not None:
            self._files.go_to(file.key)

    def _show_title(self) -> None:
        key = self._kit.keymap.shown("diff", "next_task") if self.has_others else ""
        is_read = self.is_settled or self._page is not None
        page = self._page if is_read else None
        self._title.show((diff.title_line(self._scope, page, len(self._parts), self._kit.signs, key),))


def _is_same(one: PageFile, other: PageFile) -> bool:
    return (one.part.address, one.diff.path) == (other.part.address, other.diff.path)


async def read_part(service: Service, part: Part, page: DiffPage) -> str | None:
    """Add the lines of one diff to ``page``; why there are none, else None."""
    try:
        async with service.log(part.address, diff.STREAM) as source:
            for _ in iter(source.count_more, False):
                await asyncio.sleep(0)
            for start in range(0, source.line_count, _CHUNK):
                if len(page.lines) >= _MOST_LINES:
                    break
                page.take(source.lines(start, min(start + _CHUNK, source.line_count)))
                await asyncio.sleep(0)
    except OdwError as error:
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    return None
