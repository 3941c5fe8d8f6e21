"""The origins screen: where each figure of one run or session comes from, kept up to date. Opens no file by itself."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult

from odw_core.errors import OdwError
from odw_core.files.line_at import line_at, told_at
from odw_core.files.line_index import FileLines
from odw_core.model.address import Address
from odw_core.model.detail import Detail, Origin
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.present.origins import OriginRow, no_origins, origin_rows, origins_head
from odw_tui.present.places import place_names
from odw_tui.screens.file import FileScreen, Text
from odw_tui.screens.lines import Edited, LineScreen
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.row_list import RowList, RowProvider
from odw_tui.widgets.sheet import Sheet


class OriginsScreen(LineScreen):
    """Figures file by file. ``enter`` shows the file at the line that tells a figure."""

    CONTEXT: ClassVar[str] = actions.ORIGINS
    CSS_PATH: ClassVar[list[str | PurePath]] = ["origins.tcss"]

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit)
        self.address = address
        self._detail: Detail | None = None
        self._origins: dict[str, Origin] = {}
        self._head = Sheet(id="head")
        self._list = FittedRows(thumb=kit.signs.thumb, id="figures")
        self._picture = Sheet(id="missing")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list
        yield self._picture
        yield self._footer

    @property
    def _view(self) -> LineView | None:
        return None

    @property
    def origin(self) -> Origin | None:
        """What the cursor is on."""
        return self._origins.get(str(self._list.cursor))

    def on_mount(self) -> None:
        self._show_footer()
        self.run_worker(self._watch(), name="follow the figures")

    async def _watch(self) -> None:
        try:
            async with self.kit.service.detail(self.address) as feed:
                while True:
                    if feed.value is not None:
                        self._show(feed.value)
                    elif feed.is_gone:
                        self._say("Its files were removed before they were read.")
                    await feed.changed()
        except OdwError as error:
            self._say(str(error))

    def _show(self, detail: Detail) -> None:
        self._detail = detail
        item, signs, now = detail.item, self.kit.signs, self.kit.now()
        places = place_names({*self.kit.service.snapshot().places, item.place}, self.kit.own_names)
        self._head.show(origins_head(detail, places[item.place], signs))
        if not detail.origins:
            self._say()
            return
        self.remove_class("-missing")

        def rows(width: int) -> tuple[OriginRow, ...]:
            return origin_rows(detail, signs, self.kit.home, now, width - 2)

        self._origins = {row.key: row.origin for row in rows(80) if row.origin is not None}

        def build(width: int) -> RowProvider:
            return KeyedLines(((row.key, row.line) for row in rows(width)), width, signs.cursor)

        self._list.fill(build)
        self._show_footer()

    def _say(self, reason: str = "") -> None:
        if self._detail is None or not self._detail.origins:
            self.add_class("-missing")
            self._picture.show(no_origins(reason))
            self._show_footer()

    def why_not(self, action_id: str) -> str | None:
        if action_id in ("open", "edit", "copy") and self.origin is None:
            return "There is no figure under the cursor."
        return super().why_not(action_id)

    async def do_open(self) -> None:
        origin, detail = self.origin, self._detail
        if origin is None or detail is None:
            return
        stream = await self._stream_of(origin, detail)
        line = await asyncio.to_thread(line_at, origin.file, origin.offset or 0)
        name = PurePath(origin.file).name
        if stream is not None:
            self.app.push_screen(FileScreen(self.kit, Text(name, self.address, stream, line=line, places=self._places)))
        elif words := await self._words_of(origin):
            title = name if origin.offset is None else f"{name}, line {line}"
            self.app.push_screen(FileScreen(self.kit, Text(title, self.address, "", words=words, places=self._places)))

    async def _words_of(self, origin: Origin) -> str:
        """What stands there; empty, with a word on why, where that is nothing to read."""
        try:
            data = await asyncio.to_thread(told_at, origin.file, origin.offset)
        except OSError as error:
            self.flash(f"It cannot be read: {error.strerror or error}.")
            return ""
        if not data or b"\0" in data:
            self.flash("That is no text." if data else "Nothing stands there any more.")
            return ""
        return data.decode("utf-8", "replace")

    async def _stream_of(self, origin: Origin, detail: Detail) -> str | None:
        """The stream that is this very file, line by line; None when there is none."""
        named = [one.stream for one in detail.artifacts if origin.file.endswith(f"/{one.name}")]
        for stream in (*named, *detail.streams):
            try:
                async with self.kit.service.log(self.address, stream) as source:
                    if isinstance(source, FileLines) and source.path == origin.file:
                        return stream
            except (OdwError, OSError):
                continue
        return None

    @property
    def _places(self) -> tuple[str, ...]:
        item = self._detail.item if self._detail is not None else None
        return (*self.kit.service.snapshot().places, *((item.place,) if item is not None else ()))

    async def _copied(self) -> str:
        origin = self.origin
        return "" if origin is None else origin.file

    async def _edited(self) -> Edited:
        origin = self.origin
        if origin is None:
            return Edited("", 1, (), wrote_a_run=True)
        line = await asyncio.to_thread(line_at, origin.file, origin.offset or 0)
        return Edited(origin.file, line, self._places, wrote_a_run=True)

    def _move(self, rows: int, columns: int) -> None:
        self._list.move(rows)

    def _page(self, pages: float) -> None:
        self._list.page(pages)

    def _to_edge(self, rows: int) -> None:
        if rows < 0:
            self._list.to_first()
        else:
            self._list.to_last()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._show_footer()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        await self.act("open")

    def do_back(self) -> None:
        self.dismiss()
