"""Attention: what the room does so that a person elsewhere hears of a new question. Decides nothing about questions.

Files and processes are asked in a thread, so that no key waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from odw_core.attention.notice import Call, News, calls_of, is_wanted, merged
from odw_core.config import Config
from odw_core.errors import OdwError
from odw_core.model.change import Snapshot
from odw_core.model.item import State
from odw_tui.present.glyphs import Glyphs
from odw_tui.terminal.attention import BELL, badge, notification

if TYPE_CHECKING:
    from odw_core.attention.screens import Screen

NAME = "odw-tui"
_GATHERING_S = 0.25
"""Questions that come this close together are told as one."""

Later = Callable[[float, Callable[[], None]], object]


class Stage(Protocol):
    """What can be said to the terminal; nothing happens where there is none."""

    def entitle(self, text: str) -> None:
        """Call its window ``text``."""
        ...

    def say(self, sequence: str) -> None:
        """Write ``sequence`` as it is."""
        ...


class Attention:
    """``state`` is where rooms and watchers agree on who tells; without it the room keeps to its own terminal."""

    def __init__(
        self,
        config: Config,
        state: Path | None,
        stage: Stage,
        signs: Glyphs,
        later: Later,
        work: Callable[[Coroutine[Any, Any, None]], object],
        began_at: float,
    ) -> None:
        self._config, self._state, self._stage = config, state, stage
        self._sign, self._later, self._work = signs.state(State.WAITING), later, work
        self._news = News(began_at)
        self._has_focus = True
        self._screen: Screen | None = None
        self._gathered: list[Call] = []
        self._waiting: int | None = None

    @property
    def has_pending_call(self) -> bool:
        """Whether something is about to be told."""
        return bool(self._gathered)

    def begin(self, snapshot: Snapshot) -> None:
        """The room is on the screen."""
        from odw_core.attention.screens import this_screen

        if self._config.attention == "off":
            return
        self._screen = this_screen(snapshot.places, os.environ, _terminal())
        self._announce()
        self.look(snapshot)

    def look(self, snapshot: Snapshot) -> None:
        """The room is now ``snapshot``."""
        if self._screen is None:
            return
        if snapshot.places != self._screen.places:
            # The repositories of a campaign come and go.
            self._screen = replace(self._screen, places=snapshot.places)
            self._announce()
        if (waiting := len(snapshot.questions)) != self._waiting:
            self._waiting = waiting
            self._stage.entitle(badge(waiting, self._sign, NAME))
        fresh, before = self._news.sort(snapshot.questions, is_complete=snapshot.complete)
        if fresh:
            if not self._gathered:
                self._later(_GATHERING_S, self._tell)
            self._gathered.extend(calls_of(fresh, snapshot.items))
        if before and self._state is not None:
            self._work(asyncio.to_thread(self._pass_over, calls_of(before, snapshot.items), self._state))

    def focus(self, *, has_focus: bool) -> None:
        """The person looks at the terminal, or elsewhere."""
        if has_focus != self._has_focus:
            self._has_focus = has_focus
            self._announce()

    def end(self) -> None:
        """The room is closed."""
        if self._screen is not None and self._state is not None:
            from odw_core.attention.screens import withdraw

            withdraw(self._state, self._screen)
        self._screen = None

    def _announce(self) -> None:
        if self._screen is None:
            return
        self._screen = replace(self._screen, has_focus=self._has_focus)
        if self._state is not None:
            from odw_core.attention.screens import announce

            # A room that nobody else knows of is told less about, and works as well.
            with contextlib.suppress(OSError, OdwError):
                announce(self._state, self._screen)

    def _tell(self) -> None:
        calls, self._gathered = tuple(self._gathered), []
        self._work(self._told(calls))

    async def _told(self, calls: Sequence[Call]) -> None:
        wanted = await asyncio.to_thread(self._wanted, calls)
        if wanted:
            bell = BELL if self._config.attention_bell else ""
            self._stage.say(f"{notification(merged(wanted).sentence, self._sign, os.environ)}{bell}")

    def _pass_over(self, calls: Sequence[Call], state: Path) -> None:
        """Nobody need tell what was there when the person opened the room and looked."""
        from odw_core.attention.screens import is_looked_at
        from odw_core.attention.told import Told

        if self._screen is not None and is_looked_at(self._screen):
            Told(state).claim(calls)

    def _wanted(self, calls: Sequence[Call]) -> tuple[Call, ...]:
        """Those that nobody told and the person does not see; their hook is set going."""
        from odw_core.attention.hook import run_hook
        from odw_core.attention.screens import anybody_looks, is_looked_at
        from odw_core.attention.told import Told

        when, screen, state = self._config.attention, self._screen, self._state
        if screen is None:
            return ()
        if state is None:
            return tuple(calls) if is_wanted(when, is_looked_at=is_looked_at(screen)) else ()
        places = {one.place for one in calls}
        looks = {place: is_looked_at(screen) or anybody_looks(state, place) for place in places}
        # What the person sees anyway counts as told too.
        fresh = Told(state).claim(calls)
        wanted = tuple(one for one in fresh if is_wanted(when, is_looked_at=looks[one.place]))
        if wanted and self._config.attention_hook:
            with contextlib.suppress(OSError, OdwError):
                run_hook(self._config.attention_hook, merged(wanted), state)
        return wanted


def _terminal() -> str:
    for descriptor in (0, 2):
        with contextlib.suppress(OSError):
            return os.ttyname(descriptor)
    return ""
