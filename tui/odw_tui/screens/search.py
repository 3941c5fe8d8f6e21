"""SearchScreen: words in everything there is. Known texts are found as one types, all others after a pause or enter.

Never waits for a search: hits come by themselves, and another letter begins another one.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.worker import Worker

from odw_core.errors import OdwError
from odw_core.model.item import State
from odw_core.model.search import Hit, Progress
from odw_core.text.query import parse_query
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.footer import Footer
from odw_tui.panes.search import FoundRows, SearchPane
from odw_tui.present import search as words
from odw_tui.screens.base import ActionScreen
from odw_tui.screens.file import FileScreen, Text
from odw_tui.screens.opening import screen_at_entry, screen_for
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.sheet import Sheet

IDLE_S = 0.5
"""Whoever types no letter for so long wants all texts to be looked through."""
MOST = 2_000
"""Hits that are shown: more say nothing but that the words were too common."""
_HALF = 0.5


class SearchScreen(ActionScreen):
    """One line to type in, hits below it."""

    CONTEXT: ClassVar[str] = actions.FIND
    CSS_PATH: ClassVar[str] = "search.tcss"

    def __init__(self, kit: Kit, text: str = "") -> None:
        super().__init__(kit)
        self._editor = LineEditor(text, len(text))
        self._found: FoundRows | None = None
        self._progress: Progress | None = None
        self._is_full = self._has_moved = False
        self._failure = ""
        self._wanted = asyncio.Event()
        self._idle: Timer | None = None
        self._searching: Worker[None] | None = None
        self._limiter = FrameLimiter(self._show, self.set_timer, motion=kit.motion)
        self._head = Sheet(id="head")
        self._pane = SearchPane(kit)
        self._footer = Footer(kit.keymap, kit.signs)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._pane
        yield self._footer

    def on_mount(self) -> None:
        self._begin()
        self._offer()

    @property
    def is_searching(self) -> bool:
        """Whether more may be found yet."""
        return self._searching is not None and not self._searching.is_finished

    @property
    def has_pending_frame(self) -> bool:
        """Whether something was found that is not painted yet."""
        return self._limiter.is_pending

    def _begin(self) -> None:
        """Look for what is typed now, and for nothing else any more."""
        self._stop()
        text = self._editor.text
        query = parse_query(text, tuple(State))
        self._progress, self._failure, self._is_full, self._has_moved = None, "", False, False
        self._wanted = asyncio.Event()
        if not query:
            self._found = None
            self._show()
            return
        self._found = FoundRows(query, self.kit.service.snapshot().items, self.kit.signs, self.kit.now())
        self._show_head()
        self._idle = self.set_timer(IDLE_S, self._wanted.set)
        self._searching = self.run_worker(self._search(text, self._found, self._wanted), name="search")

    def _stop(self) -> None:
        if self._idle is not None:
            self._idle.stop()
            self._idle = None
        if self._searching is not None:
            self._searching.cancel()
            self._searching = None

    async def _search(self, text: str, rows: FoundRows, wanted: asyncio.Event) -> None:
        """Take in what is found. Between known texts and whole ones it waits until those are wanted."""
        try:
            async with contextlib.aclosing(self.kit.service.search(text)) as found:
                async for one in found:
                    if isinstance(one, Hit):
                        rows.add(one)
                    else:
                        is_first = self._progress is None
                        self._progress = one
                        if is_first:
                            self._show()
                            await wanted.wait()
                    self._limiter.request()
                    if len(rows.hits) >= MOST:
                        self._is_full = True
                        break
        except OdwError as error:
            self._failure = str(error)
        self._searching = None
        self._show()

    def _show(self) -> None:
        self._show_head()
        if self._found is not None and self._found.hits:
            self._pane.tell(self._found)
            return
        if self._found is None:
            keys = ((self._key("back"), "back to the room"),)
            self._pane.tell_nothing(words.nothing_typed(keys))
        else:
            is_over = self._progress is not None and self._progress.is_over
            keys = ((self._key("back"), "back" if is_over or not self.is_searching else "stops it"),)
            self._pane.tell_nothing(words.nothing_found(self._editor.text, self._progress, keys))

    def _show_head(self) -> None:
        self._head.show(words.head(self._editor.shown(self.kit.signs.caret), self._story()))

    def _story(self) -> str:
        """How the search stands, in one line."""
        found, progress = self._found, self._progress
        if found is None or self._failure:
            return self._failure
        parts = [words.found_words(len(found.hits))]
        if self._is_full:
            parts = [f"the first {MOST:,} hits; more words find fewer"]
        elif progress is not None and not self._wanted.is_set():
            parts.append(f"{self._key('open_hit')} looks through all output")
        elif progress is not None:
            parts.append(words.searched_words(progress))
            if self.is_searching and not progress.is_over:
                parts.append(f"{self._key('back')} stops")
            elif not progress.is_over:
                parts.append("stopped")
        return f" {self.kit.signs.dot} ".join(parts)

    def _key(self, action_id: str) -> str:
        return self.kit.keymap.shown(self.CONTEXT, action_id, ascii_only=self.kit.signs.is_ascii)

    def _offer(self) -> None:
        # Its own key is a letter here, which is typed.
        self._footer.offer(tuple(one for one in self.able if one.id != "help"), self.CONTEXT)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._footer.say(text, tone)

    def why_not(self, action_id: str) -> str | None:
        if action_id in ("next_hit", "previous_hit", "hits_down", "hits_up") and self._pane.hit is None:
            return "Nothing was found yet."
        return None

    def type_key(self, key: str, character: str | None) -> bool:
        self._offer()
        if key in ("up", "down", "ctrl+n"):
            return False
        editor = self._editor.pressed(key, character)
        if editor is None:
            return False
        self._type(editor)
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._type(self._editor.with_typed(event.text))

    def _type(self, editor: LineEditor) -> None:
        is_other = editor.text != self._editor.text
        self._editor = editor
        if is_other:
            self._begin()
        else:
            self._show_head()

    async def do_open_hit(self) -> None:
        hit = self._pane.hit
        if not self._wanted.is_set() and not self._has_moved:
            self._wanted.set()
            self._show_head()
        elif hit is not None:
            await self._open(hit)
        elif self._found is None:
            self.flash("Type a word first.")

    async def _open(self, hit: Hit) -> None:
        """Show a hit where it stands: in the conversation, in the text at its line, else the item it belongs to."""
        snapshot = self.kit.service.snapshot()
        item = snapshot.items.get(hit.address.root)
        if item is None:
            self.flash(f"{hit.address.root} is not here any more.")
            return
        if hit.field == "conversation" and hit.offset is not None:
            self.app.push_screen(screen_at_entry(self.kit, item, hit.offset, self._word()))
        elif hit.line is not None and await self._has_text(hit):
            places = (*snapshot.places, item.place)
            text = Text(words.where_in(hit), hit.address, hit.field, line=hit.line, places=places)
            self.app.push_screen(FileScreen(self.kit, text))
        else:
            self.app.push_screen(screen_for(self.kit, item))

    def _word(self) -> str:
        """The most telling of the words; empty when they cannot be looked for letter by letter."""
        return next(iter(parse_query(self._editor.text, tuple(State)).all_needles), "")

    async def _has_text(self, hit: Hit) -> bool:
        """Whether what was found lies in a text that can be shown line by line."""
        try:
            async with self.kit.service.log(hit.address, hit.field):
                return True
        except (OdwError, OSError):
            return False

    async def on_row_list_opened(self) -> None:
        self._has_moved = True
        await self.act("open_hit")

    def on_row_list_cursor_moved(self) -> None:
        self._offer()

    def do_next_hit(self) -> None:
        self._move(1)

    def do_previous_hit(self) -> None:
        self._move(-1)

    def _move(self, rows: int) -> None:
        # The first row has the cursor before anybody moved it.
        self._has_moved = True
        self._pane.move(rows)

    def do_hits_down(self) -> None:
        self._has_moved = True
        self._pane.page(_HALF)

    def do_hits_up(self) -> None:
        self._has_moved = True
        self._pane.page(-_HALF)

    def do_back(self) -> None:
        is_scanning = self.is_searching and self._wanted.is_set()
        self._stop()
        if is_scanning:
            self._show()
        else:
            self.dismiss()
