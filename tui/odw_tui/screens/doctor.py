"""DoctorScreen: examines this machine beside the screen, a section at a time, and shows every check with its fix."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.worker import Worker

from odw_core.diagnose.doctor.check import Check
from odw_core.diagnose.doctor.examine import examined
from odw_core.diagnose.doctor.world import World
from odw_core.model.command import Clean
from odw_core.service.examination import SECTIONS
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.panes.doctor import DoctorPane
from odw_tui.present.doctor import head
from odw_tui.present.spans import Line, Span, spans
from odw_tui.screens.listed import ListedScreen
from odw_tui.terminal.clipboard import copy
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_LOW_HEIGHT = 30
_WORD = "clean"


class DoctorScreen(ListedScreen):
    """``look_around`` gives the world to examine, anew each time."""

    CONTEXT: ClassVar[str] = actions.DOCTOR
    CSS_PATH: ClassVar[str] = "doctor.tcss"

    def __init__(self, kit: Kit, look_around: Callable[[], World]) -> None:
        super().__init__(kit)
        self._look_around = look_around
        self._checks: list[Check] = []
        self._looking_at: str | None = None
        self._examining: Worker[None] | None = None
        self._head = Sheet(id="head")
        copy_key = kit.keymap.shown(self.CONTEXT, "copy", ascii_only=kit.signs.is_ascii)
        self._pane = DoctorPane(kit, copy_key)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What was found so far."""
        return tuple(self._checks)

    @property
    def is_examining(self) -> bool:
        """Whether there is more to come."""
        return self._looking_at is not None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._pane
        yield self._footer

    def on_mount(self) -> None:
        self.do_again()
        self._show_footer()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < _LOW_HEIGHT, "-low")

    async def settle(self) -> None:
        """Wait until everything is examined."""
        if self._examining is not None:
            await self._examining.wait()

    async def _examine(self) -> None:
        self._checks = []
        world = await asyncio.to_thread(self._look_around)
        for section in SECTIONS:
            self._looking_at = section.title
            self._show()
            self._checks += await asyncio.to_thread(examined, section, world)
        self._looking_at = None
        self._show()

    def _show(self) -> None:
        self._head.show(head(self._checks, self.kit.signs, self._looking_at))
        self._pane.tell(self._checks)
        self._show_footer()

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        self._show_footer()
        return False

    def on_row_list_cursor_moved(self) -> None:
        self._show_footer()

    def why_not(self, action_id: str) -> str | None:
        check = self._pane.check
        match action_id:
            case "copy" if check is None or check.command is None:
                return "This check has no command to copy."
            case "clean" if check is None or not check.clean:
                return "This is nothing that a run of ours left."
            case "clean" if self.kit.deciding.is_read_only:
                return "This room is read-only: nothing is taken away."
            case "again" if self.is_examining:
                return "The examination is not over yet."
            case _:
                return None

    def do_again(self) -> None:
        self._looking_at = SECTIONS[0].title
        self._examining = self.run_worker(self._examine(), name="examine", exclusive=True)

    def do_copy(self) -> None:
        check = self._pane.check
        if check is not None and check.command is not None:
            self.flash(copy(self.app, check.command))

    def do_clean(self) -> None:
        from odw_tui.screens.ask_line import AskLineScreen

        check = self._pane.check
        if check is None or not check.clean:
            return
        name = check.clean
        about = (Line(spans(Span(check.detail)), most=4), Line(spans(Span(check.fix, "quiet")), most=4))

        def typed(words: str | None) -> None:
            if words:
                self._cleaning = self.run_worker(self._clean(name), name="clean up")

        hint = f"type {_WORD} and enter to take it away   esc leaves it"
        self.app.push_screen(AskLineScreen(self.kit, "> ", about, hint, must_be=_WORD), typed)

    async def _clean(self, name: str) -> None:
        from odw_tui.wishes import submit

        await submit(Clean((name,)), self)
        self.do_again()

    @property
    def _rows(self) -> RowList:
        return self._pane.rows
