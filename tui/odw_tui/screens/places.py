"""PlacesScreen: what is watched, with its counts; adds, names and removes what ``config.toml`` keeps."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from odw_core.config import Config, load_config
from odw_core.config_places import Edit, add_places, name_place, remove_place, take_back
from odw_core.errors import ConfigError
from odw_core.service.places import absolute, completed, completions, find_workspaces
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.places import PlacesPane
from odw_tui.present.parts import counted
from odw_tui.present.place_tree import Offered, offer_head, places_of, suggestion_lines, tree_head
from odw_tui.present.places import at_home
from odw_tui.screens.base import READ_ONLY
from odw_tui.screens.listed import ListedScreen
from odw_tui.terminal import clipboard
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_SUGGESTIONS = 6
_WRITING = frozenset({"add_place", "keep_place", "name_place", "remove_place", "undo"})


@dataclass(frozen=True, slots=True)
class _Asking:
    """A line that is being typed, and what is done with it."""

    sign: str
    news: str
    done: Callable[[str], None]
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class _Offer:
    """Places that were found below a folder, and those of them that are chosen."""

    folder: str
    offered: tuple[Offered, ...]
    chosen: frozenset[str]
    is_whole: bool


class PlacesScreen(ListedScreen):
    """``file`` is the configuration that keeps places; ``codex_home`` is the user's own."""

    CONTEXT: ClassVar[str] = actions.PLACES
    CSS_PATH: ClassVar[str] = "places.tcss"

    def __init__(self, kit: Kit, file: Path, codex_home: str) -> None:
        super().__init__(kit)
        self._file, self._codex_home = file, codex_home
        self._config = Config()
        self._last: Edit | None = None
        """The change that can be taken back."""
        self._asking: _Asking | None = None
        self._editor = LineEditor()
        self._offer: _Offer | None = None
        self._head = Sheet(id="head")
        self._pane = PlacesPane(kit)
        self._limiter = FrameLimiter(self._show, self.set_timer, motion=kit.motion)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._pane
        yield self._footer

    def on_mount(self) -> None:
        try:
            self._config = load_config(self._file, must_exist=False)
        except ConfigError as error:
            self._said = str(error)
        self._show()
        self.run_worker(self._follow(), name="follow the counts")

    async def _follow(self) -> None:
        async for _ in self.kit.service.changes(self.kit.service.snapshot().seq):
            self._limiter.request()

    def _show(self) -> None:
        home, offer = self.kit.home, self._offer
        if offer is not None:
            chosen = len(offer.chosen)
            self._head.show(offer_head(offer.folder, offer.offered, chosen, home, is_whole=offer.is_whole))
            self._pane.offer(offer.folder, offer.offered, offer.chosen)
        else:
            config, snapshot = self._config, self.kit.service.snapshot()
            places = places_of(snapshot, config.places, config.place_names, self._codex_home)
            self._head.show(tree_head(places, str(self._file), home))
            self._pane.tell(places)
        if self._asking is not None and self._asking.is_path:
            self._suggest()
        self._show_footer()

    def _show_footer(self) -> None:
        if self._asking is not None:
            typed = self._editor.shown(self.kit.signs.caret)
            self._footer.prompt(self._asking.sign, typed, self._asking.news)
        elif self._offer is not None and not self._said:
            keys = "space chooses   enter keeps what is chosen   esc keeps nothing"
            self._footer.say(keys, "quiet")
        else:
            super()._show_footer()

    def on_row_list_cursor_moved(self) -> None:
        self._show_footer()

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        if self._asking is not None:
            self._type(self._asking, key, character)
            return True
        if self._offer is not None and key in ("space", " ", "enter", "escape"):
            self._choose(self._offer, key)
            return True
        self._show_footer()
        return False

    def _type(self, asking: _Asking, key: str, character: str | None) -> None:
        match key:
            case "escape":
                self._asking = None
                self._show()
            case "enter":
                self._asking = None
                asking.done(self._editor.text.strip())
                self._show()
            case "tab" if asking.is_path:
                whole = completed(self._editor.text, completions(self._editor.text, self.kit.home))
                self._edit(LineEditor(whole, len(whole)))
            case _:
                self._edit(self._editor.pressed(key, character) or self._editor)

    def on_paste(self, event: events.Paste) -> None:
        if self._asking is not None:
            event.stop()
            self._edit(self._editor.with_typed(event.text))

    def _edit(self, editor: LineEditor) -> None:
        self._editor = editor
        if self._asking is not None and self._asking.is_path:
            self._suggest()
        self._show_footer()

    def _suggest(self) -> None:
        self._pane.suggest(suggestion_lines(completions(self._editor.text, self.kit.home), _SUGGESTIONS))

    def _ask(self, asking: _Asking, text: str) -> None:
        self._asking = asking
        self._edit(LineEditor(text, len(text)))

    def do_add_place(self) -> None:
        typed = "~/" if self.kit.home else "/"
        self._ask(_Asking("add ", "tab completes   enter looks there   esc leaves it", self._look_below, True), typed)

    def do_keep_place(self) -> None:
        if (place := self._pane.place) is not None:
            self._keep(frozenset((place.path,)))

    def _look_below(self, typed: str) -> None:
        folder = absolute(typed, self.kit.home)
        self.run_worker(self._found_below(folder), name="find places", exclusive=True, group="find")

    async def _found_below(self, folder: str) -> None:
        if not await asyncio.to_thread(os.path.isdir, folder):
            self.flash(f"{at_home(folder, self.kit.home)} is no folder that can be looked into.")
            return
        self.flash(f"Looking for places below {at_home(folder, self.kit.home)}{self.kit.signs.ellipsis}", "quiet")
        search = await asyncio.to_thread(find_workspaces, folder)
        self._said = ""
        kept = self._config.places
        offered = tuple(Offered(one.path, one.engines, one.path in kept) for one in search.found)
        new = frozenset(one.path for one in offered if not one.is_known)
        if not offered:
            # Runs may come there later: the folder itself is what was meant.
            self._change(
                lambda: add_places(self._file, [folder], self.kit.home),
                "Nothing is there yet; it is watched from now on.",
            )
        elif not new:
            self.flash("All places there are kept already.")
        elif len(offered) == 1 and new == {folder}:
            self._keep(new)
        else:
            self._offer = _Offer(folder, offered, new, search.is_whole)
        self._show()

    def _choose(self, offer: _Offer, key: str) -> None:
        if key == "enter":
            self._offer = None
            if offer.chosen:
                self._keep(offer.chosen)
        elif key == "escape":
            self._offer = None
        else:
            path = str(self._pane.rows.cursor)
            if any(one.path == path and not one.is_known for one in offer.offered):
                self._offer = replace(offer, chosen=offer.chosen ^ {path})
            self._pane.rows.move(1)
        self._show()

    def _keep(self, paths: frozenset[str]) -> None:
        said = f"Kept {counted(len(paths), 'place')}."
        self._change(lambda: add_places(self._file, sorted(paths), self.kit.home), said)

    def do_name_place(self) -> None:
        if (place := self._pane.place) is not None:
            self._ask(
                _Asking("name ", "enter keeps it   empty takes it away", partial(self._call, place.path)), place.name
            )

    def _call(self, path: str, name: str) -> None:
        said = f"It is called {name} now." if name else "It has no name of its own now."
        self._change(lambda: name_place(self._file, path, name, self.kit.home), said)

    def do_remove_place(self) -> None:
        if (place := self._pane.place) is not None:
            key = self.kit.keymap.shown(self.CONTEXT, "undo")
            said = f"{at_home(place.path, self.kit.home)} is not kept any more. {key} takes it back."
            self._change(lambda: remove_place(self._file, place.path), said)

    def do_undo(self) -> None:
        if self._last is None:
            return
        before = self._config
        try:
            self._config = take_back(self._file, self._last)
        except ConfigError as error:
            self._said = str(error)
        else:
            self._said = "The last change was taken back."
            self._watch_instead(before)
        self._last = None
        self._show()

    def _change(self, make: Callable[[], Edit], said: str) -> None:
        before = self._config
        try:
            self._last = make()
        except ConfigError as error:
            self._said = str(error)
        else:
            self._config, self._said = self._last.config, said
            self._watch_instead(before)
        self._show()

    def _watch_instead(self, before: Config) -> None:
        """Let the room follow what is kept: new places come in, those that were taken out leave it."""
        kept, was_kept = self._config.places, before.places
        snapshot = self.kit.service.snapshot()
        # What a campaign brings along goes with it.
        watched = [place for place in snapshot.places if place not in snapshot.lent]
        places = [place for place in watched if place in kept or place not in was_kept]
        places += [place for place in kept if place not in places]
        if places != watched:
            self.run_worker(self.kit.service.set_places(places), name="watch other places", group="places")

    def why_not(self, action_id: str) -> str | None:
        place = self._pane.place
        match action_id:
            case _ if action_id in _WRITING and self.kit.deciding.is_read_only:
                return READ_ONLY
            case "keep_place" | "name_place" | "remove_place" | "copy" if place is None:
                return "There is no place under the cursor."
            case "keep_place" if place is not None and place.is_kept:
                return "It is kept already."
            case "remove_place" if place is not None and not place.is_kept:
                return "It is not kept; it was named when this was opened, so leave it out there."
            case "undo" if self._last is None:
                return "Nothing was changed yet."
            case _:
                return None

    def do_copy(self) -> None:
        if (place := self._pane.place) is not None:
            self.flash(clipboard.copy(self.app, place.path))

    @property
    def _rows(self) -> RowList:
        return self._pane.rows
