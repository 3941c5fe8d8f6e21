"""The conversation pane: what was said and done in one session, and the whole text of what the cursor is on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker

from odw_core.errors import OdwError
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.conversation import Conversation, Entry
from odw_core.model.detail import SessionDetail
from odw_core.text.ansi import plain
from odw_tui.kit import Kit
from odw_tui.present.conversation import body_title, conversation_head, entry_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, Spans
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_PAGE = 64


class _Rows:
    """The entries of a conversation as rows; fetched by the page, kept while they are in view."""

    def __init__(self, conversation: Conversation, count: int, signs: Glyphs) -> None:
        self._conversation, self._count, self._signs = conversation, count, signs
        self._pages: dict[int, tuple[Entry, ...]] = {}

    def __len__(self) -> int:
        return self._count

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return index

    def index_of(self, identity: Hashable) -> int | None:
        return identity if isinstance(identity, int) and identity < self._count else None

    def version(self, index: int) -> object:
        return self.entry(index)

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return entry_line(self.entry(index), self._signs, width, has_cursor=has_cursor)

    def entry(self, index: int) -> Entry:
        page, place = divmod(index, _PAGE)
        if page not in self._pages:
            first = page * _PAGE
            self._pages[page] = self._conversation.entries(first, min(self._count, first + _PAGE))
        return self._pages[page][place]


class ConversationPane(Vertical):
    """Told the session with ``tell``; reads its transcript while it is in view. ``body`` is the text below the list."""

    class Opened(Message):
        """An entry was clicked to be read."""

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(id="conversation", classes="pane")
        self._kit, self._address = kit, address
        self._detail: SessionDetail | None = None
        self._conversation: Conversation | None = None
        self._rows: _Rows | None = None
        self._shown: Entry | None = None
        self._worker: Worker[None] | None = None
        self._happened = asyncio.Event()
        self._has_moved = self._was_complete = False
        self._title = Sheet(id="spoken")
        self._list = RowList(thumb=kit.signs.thumb, id="entries")
        self._body_title = Sheet(id="entry")
        self.body = LineView(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, id="body")
        self._picture = Sheet(id="missing")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._list
        yield self._body_title
        yield self.body
        yield self._picture

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        return self._shown

    @property
    def is_reading(self) -> bool:
        """Whether the transcript is still being looked through."""
        return self._worker is not None and (self._conversation is None or not self._conversation.is_complete)

    def tell(self, detail: SessionDetail) -> None:
        """A new reading of the session."""
        self._detail = detail
        self._happened.set()
        self._show_title()

    def set_in_view(self, is_in_view: bool) -> None:
        """Read while somebody looks, and not otherwise."""
        if is_in_view and self._worker is None:
            self._worker = self.run_worker(self._read, name="read the conversation")
        elif not is_in_view and self._worker is not None:
            self._worker.cancel()
            self._worker = None

    async def _read(self) -> None:
        try:
            async with self._kit.service.conversation(self._address) as conversation:
                self._conversation = conversation
                await self._follow(conversation)
        except OdwError as error:
            self._say_missing(str(error))
        except OSError as error:
            self._say_missing(error.strerror or str(error))
        finally:
            self._conversation = None

    async def _follow(self, conversation: Conversation) -> None:
        """Look through it, then wait for more."""
        while True:
            # A transcript may have fifty megabytes: it is looked through beside the screen, not in its way.
            has_more = await asyncio.to_thread(conversation.refresh)
            if has_more or self._rows is None or conversation.is_complete is not self._was_complete:
                self._show_entries(conversation)
            if conversation.is_complete:
                self._happened.clear()
                await self._happened.wait()

    def _show_entries(self, conversation: Conversation) -> None:
        self._was_complete = conversation.is_complete
        is_last = self._rows is None or self._list.cursor in (None, len(self._rows) - 1)
        self._rows = _Rows(conversation, conversation.count, self._kit.signs)
        self.set_class(not len(self._rows), "-missing")
        if not len(self._rows):
            if conversation.is_complete:
                self._picture.show((Line((Span("Nothing was said in this session yet.", "quiet"),)),))
            return
        self._list.show(self._rows)
        if is_last and not self._has_moved:
            # What is new stands at the end; whoever reads earlier entries is left alone.
            self._list.to_last()
        self._show_title()
        self._show_body()

    def _show_title(self) -> None:
        if self._detail is None or self._rows is None:
            return
        width = self._title.content_size.width or self.app.size.width - 4
        is_complete = self._conversation is None or self._conversation.is_complete
        self._title.show((conversation_head(self._detail, len(self._rows), is_complete, self._kit.signs, width),))

    def _show_body(self) -> None:
        index = self._list.cursor
        if self._rows is None or self._conversation is None or not isinstance(index, int):
            return
        entry = self._rows.entry(index)
        if entry == self._shown:
            return
        self._shown = entry
        self._body_title.show((body_title(entry, self._kit.signs),))
        self.run_worker(self._fetch_body(entry, self._conversation), group="body", exclusive=True)

    async def _fetch_body(self, entry: Entry, conversation: Conversation) -> None:
        try:
            text = await asyncio.to_thread(conversation.body, entry)
        except OSError as error:
            text = f"It cannot be read any more: {error.strerror or error}"
        self.body.show(TextLines(plain(text), entry.head), follow=False, empty=" There is nothing more to it.")

    def _say_missing(self, sentence: str) -> None:
        self.add_class("-missing")
        self._picture.show((Line((Span(sentence, "quiet"),)),))

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self._keep_place()
        self._list.move(rows)

    def page(self, pages: float) -> None:
        """Move the cursor by parts of a page."""
        self._keep_place()
        self._list.page(pages)

    def to_edge(self, rows: int) -> None:
        """To the first (-1) or last (1) entry; at the last one the end is followed again."""
        self._has_moved = rows < 0
        (self._list.to_first if rows < 0 else self._list.to_last)()

    def jump(self, wanted: Callable[[Entry], bool], *, is_forward: bool) -> bool:
        """To the next entry of a kind; False when there is none that way."""
        if self._rows is None or not isinstance(self._list.cursor, int):
            return False
        here = self._list.cursor
        order = range(here + 1, len(self._rows)) if is_forward else range(here - 1, -1, -1)
        found = next((index for index in order if wanted(self._rows.entry(index))), None)
        if found is None:
            return False
        self._has_moved = True
        self._list.go_to(found)
        return True

    def _keep_place(self) -> None:
        self._has_moved = True

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._show_body()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())
