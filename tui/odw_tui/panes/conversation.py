"""The conversation pane: what was said and done in one session, and the whole text of what the cursor is on."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.timer import Timer

from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import SessionDetail
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.open_conversation import OpenConversation
from odw_tui.present.conversation import (
    body_title,
    conversation_head,
    entry_at,
    entry_line,
    is_prose,
    nothing_said,
    patch_tone,
    resting_place,
)
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet
from odw_tui.widgets.toned_lines import TonedLines

_PAGE = 64
_BESIDE_WIDTH, _LOW_HEIGHT = 160, 30
_ENDING = 16
"""Entries at the end among which a last word is looked for."""
_LOOK_S = 0.25
_GONE = Entry(EntryKind.NOTICE, None, "it is not there any more", 0, 0)


class _Rows:
    """The entries of a conversation as rows; fetched by the page."""

    def __init__(self, conversation: OpenConversation, signs: Glyphs) -> None:
        self._conversation, self._count, self._signs = conversation, conversation.count, signs
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
        known = self._pages[page]
        return known[place] if place < len(known) else _GONE


class ConversationPane(Vertical):
    """Told the session with ``tell``. ``body`` is the text of the entry under the cursor."""

    class Opened(Message):
        """An entry was clicked to be read."""

    class Moved(Message):
        """Another entry is looked at."""

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(id="conversation", classes="pane")
        self._kit = kit
        self._detail: SessionDetail | None = None
        self._rows: _Rows | None = None
        self._shown: tuple[int, Entry] | None = None
        self._is_fetching = self._is_whole = self._is_in_view = False
        self._follows = True
        """Whether the cursor stays at the end."""
        self._wanted: tuple[int, str] | None = None
        """Byte of the transcript that is to be looked at first, and the word that stands there."""
        self._word = ""
        """What the text that is fetched next is searched for."""
        self._timer: Timer | None = None
        self._conversation = OpenConversation(
            kit.service, address, changed=self._conversation_changed, missing=self._not_there
        )
        self._limiter = FrameLimiter(self._show_entries, self.set_timer, motion=kit.motion)
        self._title = Sheet(id="spoken")
        self._list = RowList(thumb=kit.signs.thumb, id="said")
        self._body_title = Sheet(id="entry")
        self.body = LineView(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, id="body")
        self._picture = Sheet(id="missing")

    def compose(self) -> ComposeResult:
        yield self._title
        with Container(id="talk"):
            yield self._list
            with Vertical(id="whole"):
                yield self._body_title
                yield self.body
        yield self._picture

    def on_mount(self) -> None:
        self.body.action_toggle_wrap()
        self.run_worker(self._conversation.run(), name="read the conversation")

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        return None if self._shown is None else self._shown[1]

    @property
    def is_whole(self) -> bool:
        """Whether the text of the entry has the whole space."""
        return self._is_whole

    @property
    def is_settled(self) -> bool:
        """Whether everything is read and shown that was asked for."""
        return self._conversation.is_settled and not (self._limiter.is_pending or self._is_fetching)

    def tell(self, detail: SessionDetail) -> None:
        """A new reading of the session."""
        self._detail = detail
        self._conversation.news()
        self._wind()
        self._show_title()

    def begin_at(self, offset: int, word: str = "") -> None:
        """Go to the entry that this byte of the transcript belongs to, once it is known; there, to the word."""
        self._wanted = offset, word

    def set_in_view(self, is_in_view: bool) -> None:
        """Read on while somebody looks, and not otherwise."""
        self._is_in_view = is_in_view
        self._conversation.set_in_view(is_in_view)
        self._wind()

    def _wind(self) -> None:
        """Look for more by the clock as long as there may be more: not every line changes what is known."""
        detail = self._detail
        may_grow = self._is_in_view and detail is not None and detail.item.ended_at is None
        if may_grow and self._timer is None and self.is_attached:
            self._timer = self.set_interval(_LOOK_S, self._conversation.news)
        elif not may_grow and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def set_whole(self, is_whole: bool) -> None:
        """Give the text of the entry the whole space, or give the list its place back."""
        self._is_whole = is_whole
        self.set_class(is_whole, "-whole")
        if not is_whole and self._rows is not None:
            self._limiter.request()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _BESIDE_WIDTH, "-beside")
        self._show_body_title()

    def _conversation_changed(self) -> None:
        self._limiter.request()

    def _show_entries(self) -> None:
        conversation = self._conversation
        rows = _Rows(conversation, self._kit.signs)
        if not len(rows):
            if conversation.is_complete:
                self._say(nothing_said())
            return
        self.remove_class("-missing")
        self._rows = rows
        self._list.show(rows)
        self._go_where_wanted()
        if self._follows and not self._is_whole:
            # What is new stands at the end; whoever reads earlier entries is left alone.
            self._list.go_to(self._resting_place())
        self._show_title()
        self._show_body()

    def _go_where_wanted(self) -> None:
        if self._wanted is None:
            return
        if not self._follows:
            # Somebody went elsewhere in the meantime.
            self._wanted = None
            return
        offset, word = self._wanted
        conversation = self._conversation
        index, is_exact = entry_at(conversation.entries(0, conversation.count), offset)
        if is_exact or conversation.is_complete:
            self._wanted, self._follows = None, False
            self._list.go_to(index)
            self._word = word if is_exact else ""

    def _resting_place(self) -> int:
        """The entry that whoever follows the end looks at."""
        count = 0 if self._rows is None else len(self._rows)
        return count - resting_place(self._conversation.entries(max(0, count - _ENDING), count))

    def _show_title(self) -> None:
        if self._detail is None or self._rows is None:
            return
        count, is_complete = len(self._rows), self._conversation.is_complete
        self._title.show((conversation_head(self._detail, count, is_complete, self._kit.signs),))

    def _show_body(self) -> None:
        index = self._list.cursor
        if self._rows is None or not isinstance(index, int):
            return
        if self._follows and not self._conversation.is_complete:
            # The end runs on ahead as long as the file is looked through: it is read once it stands still.
            return
        looked_at = index, self._rows.entry(index)
        if looked_at == self._shown:
            return
        self._shown = looked_at
        self._show_body_title()
        self._is_fetching = True
        self.run_worker(self._fetch_body(looked_at[1]), group="body", exclusive=True)
        self.post_message(self.Moved())

    def _show_body_title(self) -> None:
        if (entry := self.entry) is not None:
            is_short = self.app.size.height < _LOW_HEIGHT
            self._body_title.show(body_title(entry, self._kit.signs, is_short=is_short))

    async def _fetch_body(self, entry: Entry) -> None:
        try:
            text = await self._conversation.body(entry)
        except OSError as error:
            text = TextLines(f"It cannot be read any more: {error.strerror or error}", entry.head)
        look = TonedLines(text, patch_tone) if entry.kind is EntryKind.PATCH else None
        if self.body.has_numbers is is_prose(entry):
            self.body.action_toggle_numbers()
        self.body.show(text, follow=False, empty=" There is nothing more to it.", look=look)
        if self._word:
            self.body.search(self._word)
            self._word = ""
        self._is_fetching = False

    def _not_there(self, reason: str) -> None:
        self._say(nothing_said(reason))

    def _say(self, lines: tuple[Line, ...]) -> None:
        self.add_class("-missing")
        self._picture.show(lines)

    def text(self) -> str:
        """The whole text of the entry under the cursor, as it is shown."""
        return "\n".join(self.body.text_of(line) for line in range(self.body.line_count or 0))

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)
        self._settle_place()

    def page(self, pages: float) -> None:
        """Move the cursor by parts of a page."""
        self._list.page(pages)
        self._settle_place()

    def to_edge(self, rows: int) -> None:
        """To the first (-1) or last (1) entry; at the last one the end is followed again."""
        if rows < 0:
            self._list.to_first()
        else:
            self._list.to_last()
        self._settle_place()

    def scroll_body(self, rows: int) -> None:
        """Move the text of the entry."""
        if rows > 0:
            self.body.action_down()
        else:
            self.body.action_up()

    def jump(self, wanted: Callable[[Entry], bool], *, is_forward: bool) -> bool:
        """To the next entry of a kind; False when there is none that way."""
        here = self._list.cursor
        if self._rows is None or not isinstance(here, int):
            return False
        order = range(here + 1, len(self._rows)) if is_forward else range(here - 1, -1, -1)
        found = next((index for index in order if wanted(self._rows.entry(index))), None)
        if found is None:
            return False
        self._list.go_to(found)
        self._settle_place()
        return True

    def _settle_place(self) -> None:
        """Whoever stands at the end follows it."""
        here = self._list.cursor
        self._follows = not isinstance(here, int) or here >= self._resting_place()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        did_follow = self._follows
        self._settle_place()
        if not self._conversation.is_complete:
            # The end of what is known so far is not the end: only a key can say that it is to be followed.
            self._follows = self._follows and did_follow
        self._show_body()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())

    def on_line_view_changed(self, event: LineView.Changed) -> None:
        event.stop()
