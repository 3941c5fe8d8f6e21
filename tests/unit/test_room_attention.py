"""What a room does when something newly waits: title, notification, bell, hook, each as the person set it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from drivers import samples
from odw_core.attention.hook import LOG
from odw_core.attention.screens import open_screens
from odw_core.config import Config
from odw_core.model.change import Snapshot
from odw_core.model.item import State
from odw_tui.attention import Attention
from odw_tui.present.glyphs import UNICODE

RUN = samples.item("fix-the-login", State.WAITING)


class Room:
    """A room without a screen; timers and work are carried out when it is asked to be idle."""

    def __init__(self, state: Path | None, **settings: Any) -> None:
        self.titles: list[str] = []
        self.said: list[str] = []
        self._timers: list[Callable[[], None]] = []
        self._work: list[Coroutine[Any, Any, None]] = []
        self.attention = Attention(
            Config(**settings),
            state,
            self,
            UNICODE,
            lambda _, then: self._timers.append(then),
            self._work.append,
            samples.NOW,
        )

    def entitle(self, text: str) -> None:
        self.titles.append(text)

    def say(self, sequence: str) -> None:
        self.said.append(sequence)

    async def idle(self) -> None:
        while self._timers or self._work:
            timers, self._timers = self._timers, []
            for then in timers:
                then()
            work, self._work = self._work, []
            await asyncio.gather(*work)


def waiting(*names: str) -> Snapshot:
    asked = [samples.question(RUN.address, name, title="Scope", body="Which module?") for name in names]
    return samples.snapshot([RUN], asked)


@pytest.fixture(autouse=True)
def outside_of_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)


async def test_the_title_counts_what_waits(tmp_path: Path) -> None:
    room = Room(tmp_path)
    for names in ((), ("a", "b"), ("a", "b"), ("b",), ()):
        room.attention.begin(waiting(*names)) if not room.titles else room.attention.look(waiting(*names))
    await room.idle()
    assert room.titles == ["odw-tui", "◆2 odw-tui", "◆1 odw-tui", "odw-tui"]


async def test_while_the_person_looks_nothing_is_said(tmp_path: Path) -> None:
    room, other = Room(tmp_path), Room(tmp_path)
    room.attention.begin(waiting())
    room.attention.look(waiting("a"))
    await room.idle()
    # It was seen, so nobody else need tell it either.
    other.attention.focus(has_focus=False)
    other.attention.begin(waiting())
    other.attention.look(waiting("a"))
    await other.idle()
    assert (room.said, other.said) == ([], [])


async def test_while_the_person_looks_elsewhere_it_is_told_once(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.attention.begin(waiting())
    room.attention.focus(has_focus=False)
    for _ in range(3):
        room.attention.look(waiting("a"))
        await room.idle()
    assert room.said == ["\x1b]9;◆ fix the login · question: Scope · Which module?\a"]


async def test_several_that_come_together_are_told_as_one(tmp_path: Path) -> None:
    room = Room(tmp_path, attention="always")
    room.attention.begin(waiting())
    room.attention.look(waiting("a"))
    room.attention.look(waiting("a", "b", "c"))
    assert room.attention.has_pending_call
    await room.idle()
    assert room.said == ["\x1b]9;◆ fix the login · 3 questions wait · Which module?\a"]


async def test_what_waits_already_when_the_room_opens_is_not_told(tmp_path: Path) -> None:
    room = Room(tmp_path, attention="always")
    room.attention.begin(waiting("a"))
    await room.idle()
    assert room.said == []


async def test_always_tells_a_person_who_looks_and_rings(tmp_path: Path) -> None:
    room = Room(tmp_path, attention="always", attention_bell=True)
    room.attention.begin(waiting())
    room.attention.look(waiting("a"))
    await room.idle()
    assert len(room.said) == 1
    assert room.said[0].endswith("\a\a")


async def test_off_says_and_keeps_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path / "state", attention="off", attention_hook=("touch", "x"))
    room.attention.begin(waiting())
    room.attention.focus(has_focus=False)
    room.attention.look(waiting("a"))
    await room.idle()
    assert (room.titles, room.said) == ([], [])
    assert not (tmp_path / "state").exists()


async def test_who_only_reads_tells_on_the_own_terminal_and_runs_no_hook(tmp_path: Path) -> None:
    room = Room(None, attention="always", attention_hook=("touch", str(tmp_path / "hooked")))
    room.attention.begin(waiting())
    room.attention.look(waiting("a"))
    await room.idle()
    assert len(room.said) == 1
    assert not (tmp_path / "hooked").exists()


async def test_a_room_says_that_it_is_open_until_it_is_closed(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.attention.begin(waiting())
    assert [one.has_focus for one in open_screens(tmp_path)] == [True]
    room.attention.focus(has_focus=False)
    assert [one.has_focus for one in open_screens(tmp_path)] == [False]
    room.attention.end()
    assert [*open_screens(tmp_path)] == []


async def test_a_state_folder_that_takes_nothing_costs_no_notification(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file is in the way")
    room = Room(tmp_path / "state", attention="always", attention_hook=("true",))
    room.attention.begin(waiting())
    room.attention.look(waiting("a"))
    await room.idle()
    assert len(room.said) == 1
    assert not (tmp_path / "state" / LOG).exists()
