"""OdwApp: the terminal application. Puts the first frame on the screen, then sets the service going. Knows no run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.constants import DEFAULT_THEME
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.reactive import Reactive
from textual.worker import Worker, WorkerError

from odw_core.clock import Clock, SystemClock
from odw_core.config import Config
from odw_core.errors import OdwError
from odw_core.model.change import Change, Snapshot
from odw_core.text.ansi import one_line
from odw_themes.loader import Gallery, Palette, fitting_theme
from odw_tui import prelude
from odw_tui.attention import Attention
from odw_tui.bridge import Bridge
from odw_tui.deciding import Deciding
from odw_tui.keymap import Keymap
from odw_tui.kit import Kit
from odw_tui.motion import Motion
from odw_tui.present.glyphs import glyphs
from odw_tui.screens.base import ActionScreen
from odw_tui.screens.room import RoomScreen
from odw_tui.terminal.hangup import forsake, when_gone
from odw_tui.terminal.titled import Stage, TitledDriver
from odw_tui.theme import to_theme

if TYPE_CHECKING:
    from odw_core.service.service import RunningService
    from odw_tui.desk import Desk
    from odw_tui.screens.opening import Opening
    from odw_tui.visit import Visit

_SAVING_S = 2.0
_LONGEST_END_S = 5
"""Without a terminal nobody could end a room that does not end by itself."""


class OdwApp(App[None], inherit_bindings=False):
    """What the service shows is painted before it is set going, so it may be a cached reading.

    ``opening`` is shown above the room, so that leaving it leads there. Half-written answers are kept below ``state``.
    """

    # The default screen is the only one whose own style sheet has to be named here.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/layout.tcss", "styles/states.tcss", "screens/room.tcss"]
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    TITLE = "odw-tui"
    # As in Textual, but not watched at the start: that would parse and paint everything twice.
    theme: Reactive[str] = Reactive(DEFAULT_THEME, init=False)
    # What moves is decided in odw_tui.motion and nowhere else.
    animation_level = "none"

    def __init__(
        self,
        service: RunningService,
        config: Config,
        *,
        clock: Clock | None = None,
        opening: Opening | None = None,
        themes: Gallery | None = None,
        desk: Desk | None = None,
        visit: Visit | None = None,
        state: Path | None = None,
        is_read_only: bool = False,
    ) -> None:
        # Without colour the terminal's own are used, so that not even a grey one is written.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        # Neither is used here, and both would be made, styled and laid out before the first frame.
        self._disable_tooltips = self._disable_notifications = True
        keymap = Keymap(config.keys)
        self.themes = themes or Gallery()
        fitting = fitting_theme(os.environ.get("COLORFGBG", ""))
        theme = config.theme if config.theme in self.themes.names else fitting
        self._service = service
        self._opening = opening
        self._given_desk = desk
        clock = clock or SystemClock()
        self.kit = Kit(
            service=service,
            keymap=keymap,
            signs=glyphs(ascii_only=config.ascii),
            now=clock.now,
            home=os.environ.get("HOME", ""),
            motion=Motion(is_reduced=config.reduced_motion),
            deciding=Deciding(service, self.run_worker, clock.now, clock.monotonic, state, is_read_only=is_read_only),
            own_names=config.place_names,
            config=config,
        )
        # Who only reads leaves it to others to start the hook, and is no screen that others rely on.
        shared = None if is_read_only else state
        stage = Stage(lambda: self._driver)
        self.attention = Attention(config, shared, stage, self.kit.signs, self.set_timer, self.run_worker, clock.now())
        self._is_loaded = False
        self._watching: Worker[None] | None = None
        first = service.snapshot()
        self.room = RoomScreen(
            self.kit, first, (*keymap.problems, *(one.sentence for one in self.themes.problems)), visit
        )
        self.bridge = Bridge(service, first.seq, self._room_changed, self.set_timer, self.kit.motion)
        self._begin_with(self.themes.palette(theme))

    def _begin_with(self, palette: Palette) -> None:
        """Take the first theme as if it had been there from the beginning: to change it would cost a second frame."""
        self.register_theme(to_theme(palette))
        self.set_reactive(OdwApp.theme, palette.name)
        # Textual made its filter for the theme that it begins with.
        self._refresh_truecolor_filter(self.ansi_theme)
        self.set_class(palette.is_dark, "-dark-mode", update=False)
        self.set_class(not palette.is_dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return TitledDriver if found is LinuxDriver else found

    def get_default_screen(self) -> RoomScreen:
        return self.room

    async def on_mount(self) -> None:
        if self._opening is not None:
            await self._open(self._opening)
        self.call_after_refresh(self._set_going)
        # A key that opens a screen before the first frame was painted would hold that back until the screen is left.
        self.screen_change_signal.subscribe(self, lambda screen: self._set_going())

    def _set_going(self) -> None:
        # Whoever leaves right after the first frame is gone by now; nothing may begin any more.
        if self._watching is not None or not self.is_running:
            return
        prelude.settle()
        if not self.is_headless and sys.__stdin__ is not None:
            when_gone(sys.__stdin__.fileno(), self._lose_terminal)
        # Back from the shell, Textual takes the terminal again but paints nothing before something changes.
        self.app_resume_signal.subscribe(self, lambda app: self.do_redraw())
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._end_in_order)
        self._watching = self.run_worker(self._watched(), name="watch")
        self.run_worker(self.bridge.run(), name="carry changes")
        self.attention.begin(self._service.snapshot())

    def _end_in_order(self) -> None:
        """Asked to end by a signal: the terminal is given back as it was, or the alarm ends what hangs."""
        signal.alarm(_LONGEST_END_S)
        self.run_worker(self.do_quit(), name="leave as a signal asks")

    def _lose_terminal(self, terminal: int) -> None:
        forsake(terminal, _LONGEST_END_S)
        self.run_worker(self.do_quit(), name="leave a terminal that is gone")

    def _room_changed(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        if snapshot.complete and not self._is_loaded:
            # Thousands of items came since the first frame; they too will never be garbage.
            self._is_loaded = True
            prelude.settle()
        self.room.room_changed(snapshot, changes)
        self.attention.look(snapshot)

    async def _open(self, opening: Opening) -> None:
        from odw_tui.screens.opening import screen_at

        await self.push_screen(screen_at(self.kit, opening))

    async def _watched(self) -> None:
        """Run the service; if it ends with an error, say so and go on showing what was read."""
        try:
            await self._service.run()
        except OdwError as error:
            self.room.stopped(str(error))
        except OSError as error:
            self.room.stopped(error.strerror or str(error))
        except Exception as error:
            self.room.stopped(f"{type(error).__name__}: {one_line(str(error), 300)}")

    def on_app_focus(self) -> None:
        self.room.person_came()
        self.attention.focus(has_focus=True)

    def on_app_blur(self) -> None:
        self.room.person_left()
        self.attention.focus(has_focus=False)

    def on_unmount(self) -> None:
        self.attention.end()

    def do_help(self) -> None:
        from odw_tui.screens.help import HelpScreen

        screen = self.screen
        if isinstance(screen, ActionScreen):
            self.push_screen(HelpScreen(self.kit, screen.context))

    def do_palette(self) -> None:
        from odw_tui.palette import PaletteScreen

        screen = self.screen
        if isinstance(screen, ActionScreen):
            self.push_screen(PaletteScreen(self.kit, screen))

    def do_inbox(self) -> None:
        from odw_tui.screens.inbox import InboxScreen

        screen = self.screen
        self.push_screen(InboxScreen(self.kit, screen.looked_at if isinstance(screen, ActionScreen) else None))

    def do_doctor(self) -> None:
        from odw_core.diagnose.doctor.world import World, this_world
        from odw_core.paths import user_paths
        from odw_tui.screens.doctor import DoctorScreen

        def look_around() -> World:
            snapshot, size = self._service.snapshot(), self.size
            return this_world(
                snapshot.places,
                user_paths(),
                problems=snapshot.problems,
                screen=(size.width, size.height),
                asks_tmux=not self.kit.deciding.is_read_only,
            )

        self.push_screen(DoctorScreen(self.kit, look_around))

    def _desk(self) -> Desk:
        """Where settings are looked up and written down."""
        from odw_core.paths import user_paths
        from odw_tui.desk import Desk

        return self._given_desk or Desk(user_paths().config_file, environ=os.environ)

    def do_settings(self) -> None:
        from odw_tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen(self.kit, self._desk()))

    def do_pick_theme(self) -> None:
        from odw_tui.screens.themes import ThemesScreen

        below = self.screen
        if isinstance(below, ActionScreen):
            self.push_screen(
                ThemesScreen(self.kit, self._desk(), self.themes, self.theme, self.show_theme, below.flash)
            )

    def do_places(self) -> None:
        from odw_tui.screens.places import PlacesScreen

        home = os.environ.get("CODEX_HOME") or f"{self.kit.home}/.codex"
        self.push_screen(PlacesScreen(self.kit, self._desk().file, home))

    def do_find(self) -> None:
        from odw_tui.screens.search import SearchScreen

        self.push_screen(SearchScreen(self.kit))

    def do_back(self) -> None:
        self.pop_screen()

    def do_switch_theme(self) -> None:
        self.show_theme("light" if self.themes.palette(self.theme).is_dark else "dark")

    def show_theme(self, name: str) -> None:
        """Paint in this theme from now on; nothing is written down."""
        self.register_theme(to_theme(self.themes.palette(name)))
        self.theme = name

    def do_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def do_suspend(self) -> None:
        self.action_suspend_process()

    async def do_quit(self) -> None:
        self.room.person_left()
        if self._watching is not None:
            # What was read is saved first; a disk that takes longer is not waited for.
            self._watching.cancel()
            with contextlib.suppress(TimeoutError, WorkerError):
                async with asyncio.timeout(_SAVING_S):
                    await self._watching.wait()
        self.exit()
