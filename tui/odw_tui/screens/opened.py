"""OpenedScreen: what the screens of a run and of a session share: head, tabs, output, and keeping up to date.

Shows what the service tells about one address; never asks twice, never waits with a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from odw_core.errors import OdwError
from odw_core.files.line_index import FileLines
from odw_core.model.address import Address
from odw_core.model.cause import Proof
from odw_core.model.detail import Artifact, Detail
from odw_core.model.item import Item
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.artifacts import ArtifactsPane
from odw_tui.panes.notes import NotesPane
from odw_tui.panes.output import OutputPane
from odw_tui.panes.questions import QuestionsPane
from odw_tui.present import run_head, run_pictures
from odw_tui.present.artifacts import proving, report_of
from odw_tui.present.causes import proof_place
from odw_tui.present.output import Target, is_growing
from odw_tui.present.places import place_names
from odw_tui.present.questions import as_asked
from odw_tui.present.run_tabs import Tab, note_of, tabs_of, why_not_there
from odw_tui.present.spans import Line, Span
from odw_tui.screens.driving import DrivingScreen
from odw_tui.screens.file import FileScreen, Text
from odw_tui.screens.lines import Edited, LineScreen
from odw_tui.terminal import clipboard
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.sheet import Sheet
from odw_tui.widgets.tab_line import TabItem, TabLine

TICK_S = 1.0
_TABS = frozenset(tab.value for tab in Tab)
_LOW_HEIGHT, _LOWEST_HEIGHT = 30, 20


class OpenedScreen(LineScreen, DrivingScreen):
    """One item in full. ``_panes``, ``_tell_pane`` and ``_target`` are what the screens differ in."""

    CONTEXT: ClassVar[str] = actions.RUN
    CSS_PATH: ClassVar[list[str | PurePath]] = ["run.tcss", "lines.tcss"]
    FIRST_TAB: ClassVar[Tab]

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit)
        self.address = address
        self._detail: Detail | None = None
        self._is_gone = False
        self._failure: str | None = None
        self._latest: tuple[Detail | None, bool] = (None, False)
        self._tab = self.FIRST_TAB
        self._asked: tuple[Address, str | None] | None = None
        """Whose output, and which stream of it, was asked for before anything was read."""
        self._clock: Timer | None = None
        self._limiter = FrameLimiter(self._take_latest, self.set_timer, motion=kit.motion)
        self._head = Sheet(id="head")
        self._tabs = TabLine(id="tabs")
        self._picture = Sheet(run_pictures.reading(), id="picture")
        self._output = OutputPane(kit)
        self._questions = QuestionsPane(kit)
        self._artifacts = ArtifactsPane(kit)
        self._notes = NotesPane(kit)

    def begin_with_output(self, address: Address, stream: str | None) -> None:
        """Show the output of this part of the item first, in this stream if one is named."""
        self._asked = address, stream
        self._tab = Tab.OUTPUT

    @property
    def tab(self) -> Tab:
        """What is shown below the head."""
        return self._tab

    @property
    def has_pending_frame(self) -> bool:
        """Whether news arrived that will be shown with the next frame."""
        return self._limiter.is_pending

    @property
    def detail(self) -> Detail | None:
        """The newest reading that is on the screen."""
        return self._detail

    def _panes(self) -> Iterable[Widget]:
        """All panes; the id of each is a tab."""
        return (self._output, self._artifacts, self._questions, self._notes)

    def _tell_pane(self, detail: Detail) -> None:
        """Hand a reading to the pane that is shown; the others are told when their turn comes."""
        if self._tab is Tab.OUTPUT:
            self._output.tell(self._asked_target(self._target(detail)))
        elif self._tab is Tab.QUESTIONS:
            self._questions.tell(detail.questions)
        elif self._tab is Tab.ARTIFACTS:
            self._artifacts.tell(detail.artifacts)
        elif self._tab is Tab.NOTES:
            self._notes.tell(detail)

    def _asked_target(self, target: Target) -> Target:
        """``target``, beginning with the stream that was asked for."""
        stream = self._asked[1] if self._asked is not None else None
        if stream is None:
            return target
        return replace(target, first=stream, streams=tuple(dict.fromkeys((*target.streams, stream))))

    def _target(self, detail: Detail) -> Target:
        """Whose output is to be shown."""
        raise NotImplementedError

    @property
    def _view(self) -> LineView | None:
        return self._output.view if self._tab is Tab.OUTPUT else None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tabs
        yield self._picture
        # A pane is built when it is looked at first: all of them together take longer than everything else.
        yield from (pane for pane in self._panes() if pane.id == self._tab.value)
        yield self._footer

    def on_mount(self) -> None:
        self.set_class(self.kit.signs.is_ascii, "-ascii")
        self._fit()
        self.run_worker(self._watch(), name="follow the run")

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        height = self.app.size.height
        self.set_class(height < _LOW_HEIGHT, "-low")
        self.set_class(height < _LOWEST_HEIGHT, "-lowest")
        self._show_all()

    async def _watch(self) -> None:
        """Take in every reading until the screen is closed."""
        try:
            async with self.kit.service.detail(self.address) as feed:
                while True:
                    # Read at once, so that ``changed`` waits; painted when a frame is due.
                    self._latest = feed.value, feed.is_gone
                    self._limiter.request()
                    await feed.changed()
        except OdwError as error:
            self._failure = str(error)
            self._show_all()

    def _take_latest(self) -> None:
        detail, self._is_gone = self._latest
        if detail is not None:
            detail = self._completed(detail)
            questions = as_asked(detail.questions, self.kit.service.snapshot().questions)
            self._detail = detail if questions == detail.questions else replace(detail, questions=questions)
        if self._detail is None and self._is_gone:
            self._failure = "its files were removed before they were read"
        self._show_all()
        if self._detail is not None:
            self._tell_pane(self._detail)

    def _completed(self, detail: Detail) -> Detail:
        """A reading with what others say of it."""
        return detail

    def _show_all(self) -> None:
        self._show_head()
        if self._detail is None and self._failure is not None:
            key = self.kit.keymap.shown(self.context, "back")
            self._picture.show(run_pictures.not_there(str(self.address), self._failure, key))
        self._show_tab()
        self._show_footer()
        self._wind_clock()

    def _subject(self) -> Item | None:
        return self._item

    @property
    def _item(self) -> Item | None:
        if self._detail is not None:
            return self._detail.item
        return self.kit.service.snapshot().items.get(self.address.root)

    def _show_head(self) -> None:
        item, width = self._item, self._head.content_size.width or self.app.size.width - 4
        if item is None:
            self._head.show(())
            return
        places = place_names({*self.kit.service.snapshot().places, item.place}, self.kit.own_names)
        place, signs, now = places[item.place], self.kit.signs, self.kit.now()
        headed = run_head.Headed(item, self._detail, place, is_gone=self._is_gone)
        self._head.show((*run_head.head(headed, signs, now, width), *self._more_head(width)))

    def _more_head(self, width: int) -> tuple[Line, ...]:
        """What else the head says."""
        return ()

    @property
    def _sessions(self) -> int:
        """How many sessions belong to it."""
        return 0

    def _offered(self) -> tuple[Tab, ...]:
        """The tabs that there are now, the first of them to come back to."""
        return tabs_of(self._detail, self._sessions)

    def _show_tab(self) -> None:
        offered = self._offered()
        if self._tab not in offered:
            self._tab = offered[0]
        notes = {tab: Span(*note_of(tab, self._detail, self._sessions)) for tab in offered}
        items = [TabItem(tab.value, self._tab_key(tab), tab.value, notes[tab]) for tab in offered]
        self._tabs.show(items, self._tab.value)
        is_there = self._detail is not None
        self._picture.display = not is_there
        for pane in self._panes():
            pane.display = is_there and pane.id == self._tab.value
            if pane.display and not pane.is_attached and self._footer.is_attached:
                self.mount(pane, before=self._footer)
        self._output.set_in_view(is_there and self._tab is Tab.OUTPUT)

    def _tab_key(self, tab: Tab) -> str:
        """The key of a tab; its digit, if it has several."""
        keymap = self.kit.keymap
        keys = keymap.keys(self.context, tab.value)
        return next((key for key in keys if key.isdecimal()), keymap.shown(self.context, tab.value))

    def _wind_clock(self) -> None:
        """Tick once a second while something runs, and not at all otherwise."""
        item = self._item
        is_live = item is not None and run_head.is_live(item) and not self._is_gone
        if is_live and self._clock is None:
            self._clock = self.set_interval(self.kit.motion.tick_s(TICK_S), self.tick)
        elif not is_live and self._clock is not None:
            self._clock.stop()
            self._clock = None

    def tick(self) -> None:
        """A second went by: what counts time says something else."""
        self._show_head()

    def open_tab(self, tab: Tab) -> None:
        """Show another pane."""
        self._tab = tab
        self._searched, self._said = "", None
        self._show_tab()
        self._show_footer()
        if self._detail is not None:
            self._tell_pane(self._detail)

    async def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        await self.act(event.tab)

    def why_not(self, action_id: str) -> str | None:
        if action_id in _TABS and Tab(action_id) not in self._offered():
            return why_not_there(Tab(action_id), self._detail)
        match action_id:
            case "next_stream" | "previous_stream" if self._tab is not Tab.OUTPUT:
                return "There is one text here only."
            case "prompt" if not self._has_stream("prompt"):
                return "There is no prompt of this."
            case "own_diff" if not self._has_stream("diff"):
                return "There is no diff of this."
            case "unfold" if not self._can_unfold:
                return "Nothing is folded here."
            case "open" if self._tab is Tab.ARTIFACTS and self._artifacts.artifact is None:
                return "There is no file under the cursor."
            case "open" if self._tab is Tab.NOTES and self._notes.proof is None:
                return "There is no line that proves this."
            case "open" if self._tab is Tab.QUESTIONS and self._questions.question is None:
                return "Nothing is asked here."
            case "edit" if not self._can_edit:
                return "There is no file under the cursor."
            case "whole" if self._whole() is None:
                return "There is no text here that could be shown alone."
            case _:
                return super().why_not(action_id)

    def do_output(self) -> None:
        self.open_tab(Tab.OUTPUT)

    def do_questions(self) -> None:
        self.open_tab(Tab.QUESTIONS)

    def _search(self, text: str) -> None:
        if text and self._tab is Tab.OUTPUT:
            # What is found must be seen.
            self._output.unfold_lines()
        super()._search(text)

    def do_origins(self) -> None:
        from odw_tui.screens.origins import OriginsScreen

        self.app.push_screen(OriginsScreen(self.kit, self.address.root))

    def do_artifacts(self) -> None:
        self.open_tab(Tab.ARTIFACTS)

    def do_notes(self) -> None:
        self.open_tab(Tab.NOTES)

    @property
    def _can_unfold(self) -> bool:
        return self._tab is Tab.OUTPUT and self._output.can_unfold

    @property
    def _can_edit(self) -> bool:
        """Whether there may be a file that an editor could open."""
        match self._tab:
            case Tab.ARTIFACTS:
                return self._artifacts.artifact is not None
            case Tab.NOTES:
                return self._notes.proof is not None
            case _:
                return self._tab is Tab.OUTPUT

    @property
    def _places(self) -> tuple[str, ...]:
        """Folders below which a file may be opened in an editor."""
        item = self._item
        return (*self.kit.service.snapshot().places, *((item.place,) if item is not None else ()))

    def _text(self, title: str, stream: str, *, address: Address | None = None, line: int | None = None) -> Text:
        """One stream of the item, or of a part of it, as a text that can have the screen to itself."""
        return Text(
            title=title,
            address=address or self.address,
            stream=stream,
            line=line,
            places=self._places,
            is_growing=self._detail is not None and is_growing(self._detail.item),
        )

    def _whole(self) -> Text | None:
        """The text that is looked at, or the report of the run."""
        if self._tab is Tab.OUTPUT:
            target = self._output.target
            if target is None or not self._output.stream:
                return None
            return self._text(self._output.stream, self._output.stream, address=target.address, line=self._output.line)
        if self._tab is Tab.ARTIFACTS and (artifact := self._artifacts.artifact) is not None:
            return self._text(artifact.name, artifact.stream)
        if self._tab is Tab.NOTES and (proof := self._notes.proof) is not None:
            return self._proved(proof)
        report = report_of(self._detail.artifacts) if self._detail is not None else None
        return None if report is None else self._text(report.name, report.stream)

    def _proved(self, proof: Proof) -> Text | None:
        """The text that a proof names, at its line; None when nobody keeps it."""
        detail = self._detail
        if detail is None:
            return None
        if (artifact := proving(detail.artifacts, proof)) is not None:
            return self._text(artifact.name, artifact.stream, line=proof.line)
        return self._text(proof.file, proof.file, line=proof.line) if proof.file in detail.streams else None

    def open_text(self, text: Text) -> None:
        """Show one text alone on the screen."""
        self.app.push_screen(FileScreen(self.kit, text))

    def do_whole(self) -> None:
        if (text := self._whole()) is not None:
            self.open_text(text)

    def _open_card(self) -> None:
        from odw_tui.screens.card import CardScreen

        if (question := self._questions.question) is not None:
            self.app.push_screen(CardScreen(self.kit, question))

    def do_open(self) -> None:
        if self._tab is Tab.QUESTIONS:
            self._open_card()
        elif self._tab is Tab.NOTES and self._whole() is None:
            self.flash("That file is not kept among the files of the run.")
        else:
            self.do_whole()

    async def on_artifacts_pane_opened(self, event: ArtifactsPane.Opened) -> None:
        event.stop()
        await self.act("open")

    async def on_questions_pane_opened(self, event: QuestionsPane.Opened) -> None:
        event.stop()
        await self.act("open")

    async def on_notes_pane_opened(self, event: NotesPane.Opened) -> None:
        event.stop()
        await self.act("open")

    def _has_stream(self, stream: str) -> bool:
        """Whether what is shown, or is under the cursor, may have this stream."""
        target = self._output.target
        return self._tab is Tab.OUTPUT and target is not None and stream in target.streams

    def do_prompt(self) -> None:
        self._output.show_stream("prompt")

    def do_own_diff(self) -> None:
        self._output.show_stream("diff")

    def do_next_stream(self) -> None:
        self._output.next_stream()

    def do_previous_stream(self) -> None:
        self._output.next_stream(-1)

    def do_unfold(self) -> None:
        self._output.unfold()

    def do_copy_address(self) -> None:
        self.flash(clipboard.copy(self.app, str(self._copied_address())))

    async def _copied(self) -> str:
        view = self._view
        if view is not None and (line := view.cursor_line) is not None:
            return view.text_of(line)
        if self._tab is Tab.ARTIFACTS and (artifact := self._artifacts.artifact) is not None:
            return await self._path_of(artifact) or artifact.name
        if self._tab is Tab.NOTES and (proof := self._notes.proof) is not None:
            return proof_place(proof)
        return str(self._copied_address())

    async def _edited(self) -> Edited:
        path, line = "", 1
        if self._tab is Tab.OUTPUT:
            path, line = self._output.path, self._output.line
        elif self._tab is Tab.ARTIFACTS and (artifact := self._artifacts.artifact) is not None:
            path = await self._path_of(artifact)
        elif self._tab is Tab.NOTES and (proof := self._notes.proof) is not None:
            found = proving(self._detail.artifacts, proof) if self._detail is not None else None
            path, line = (proof.file if found is None else await self._path_of(found)), proof.line
        return Edited(path, line, self._places, wrote_a_run=True)

    async def _path_of(self, artifact: Artifact) -> str:
        """Where the file lies; empty when it is no file of its own."""
        try:
            async with self.kit.service.log(self.address, artifact.stream) as source:
                return source.path if isinstance(source, FileLines) else ""
        except (OdwError, OSError):
            return ""

    def _copied_address(self) -> Address:
        target = self._output.target
        return target.address if self._tab is Tab.OUTPUT and target is not None else self.address

    def _move(self, rows: int, columns: int) -> None:
        match self._tab:
            case Tab.QUESTIONS:
                self._questions.scroll_lines(rows)
            case Tab.ARTIFACTS:
                self._artifacts.move(rows)
            case Tab.NOTES:
                self._notes.move(rows)

    def _page(self, pages: float) -> None:
        match self._tab:
            case Tab.QUESTIONS:
                self._questions.page(pages)
            case Tab.ARTIFACTS:
                self._artifacts.page(pages)
            case Tab.NOTES:
                self._notes.page(pages)

    def _to_edge(self, rows: int) -> None:
        match self._tab:
            case Tab.QUESTIONS:
                self._questions.to_edge(rows)
            case Tab.ARTIFACTS:
                self._artifacts.to_edge(rows)
            case Tab.NOTES:
                self._notes.to_edge(rows)

    def do_back(self) -> None:
        first = self._offered()[0]
        if self._tab is not first:
            self.open_tab(first)
        else:
            self.dismiss()
