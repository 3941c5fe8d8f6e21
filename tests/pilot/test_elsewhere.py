"""What only its own terminal can answer: the card names it, a key goes there, another opens one beside it."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import asked
from drivers.room_driver import RoomDriver, open_room
from drivers.tmux import HAS_TMUX, Tmux, attached, terminal
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.question import Road
from odw_tui.screens.card import CardScreen

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc"),
]
THREAD = "019a-b0c1"
SESSION = Address("codex", THREAD)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Tmux]:
    with terminal(tmp_path) as one:
        yield one


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("TMUX_PANE", raising=False)


def go_inside(window: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the room ran in that tmux."""
    monkeypatch.setenv("TMUX", f"{tmp_path / 'tmux'},{window.say('#{pid}')},0")
    monkeypatch.setenv("TMUX_PANE", window.say("#{pane_id}"))


def pid_in(window: Tmux) -> int:
    """Something that stays, in that window; its process id."""
    window.type("sleep 600 & echo pid=$!=")
    return int(re.findall(r"pid=(\d+)=", window.wait_for(lambda text: re.search(r"pid=\d+=", text) is not None))[-1])


@asynccontextmanager
async def card(
    folder: Path, pid: int | None, *, is_read_only: bool = False, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[RoomDriver]:
    """The card of a question that cannot be answered from here."""
    why_not = "its transcript can be read but not answered; only the program that runs the session can take an answer"
    question = asked.command(road=Road.NONE, why_not=why_not, address=SESSION)
    shown = asked.room(replace(question, address=SESSION))
    item = next(iter(shown.items.values()))
    item = replace(item, address=SESSION, place="/home/ada/.codex", folder=str(folder), parent=None)
    shown = replace(shown, items={**shown.items, SESSION: item})
    async with open_room(shown, size=size, is_read_only=is_read_only) as room:
        if pid is not None:
            room.service.owners[SESSION] = pid
        await room.press("i", "enter")
        assert isinstance(room.app.screen, CardScreen)
        await done(room)
        yield room


async def done(room: RoomDriver) -> None:
    """What a key or the card began beside the screen is over."""
    names = ("find its terminal", "go to its terminal", "open a terminal beside it")
    for worker in [one for one in room.app.workers if one.name in names]:
        await worker.wait()
    await room.idle()


async def press(room: RoomDriver, key: str) -> None:
    await room.press(key)
    await done(room)


async def test_the_card_names_process_terminal_and_pane(window: Tmux, tmp_path: Path) -> None:
    pid = pid_in(window)
    async with card(tmp_path, pid) as room:
        told = f"sleep (pid {pid}), started by sh, on {window.say('#{pane_tty}')}, tmux {window.say('#S:#I.#P')}"
        assert room.shows(told)
        assert room.shows("t goes there   b resumes it in a new tmux window")


async def test_a_key_goes_to_that_pane(window: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid, home = pid_in(window), window.say("#{pane_id}")
    with attached(window):
        window.wait_for(lambda _: window.say("#{session_attached}") == "1")
        window.run("new-window")
        assert window.say("#{pane_id}") != home
        go_inside(window, tmp_path, monkeypatch)
        async with card(tmp_path, pid) as room:
            await press(room, "t")
            assert room.footer.startswith("Went to sleep")
        assert window.say("#{pane_id}") == home


async def test_outside_of_that_tmux_the_way_there_is_copied(window: Tmux, tmp_path: Path) -> None:
    async with card(tmp_path, pid_in(window)) as room:
        await press(room, "t")
        target = window.say("#S:#I.#P")
        assert shlex.split(room.app.clipboard) == ["tmux", "-S", str(tmp_path / "tmux"), "attach", "-t", target]


async def test_a_session_that_nobody_can_be_seen_to_run_is_told_so(tmp_path: Path) -> None:
    async with card(tmp_path, None) as room:
        assert not room.shows("runs as")
        await press(room, "t")
        assert "Nobody can tell which process runs it" in room.footer


async def test_outside_of_tmux_the_command_that_resumes_it_is_copied(tmp_path: Path) -> None:
    folder = tmp_path / "a b; $(touch x)"
    async with card(folder, None) as room:
        await press(room, "b")
        expected = ["cd", "--", str(folder), "&&", "env", "CODEX_HOME=/home/ada/.codex", "codex", "resume", THREAD]
        assert shlex.split(room.app.clipboard) == expected


async def test_inside_of_tmux_it_is_resumed_in_a_window_of_its_own(
    window: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, folder, program = tmp_path / "pipe", tmp_path / "a b; #(touch x)", tmp_path / "bin" / "codex"
    os.mkfifo(pipe)
    folder.mkdir()
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$PWD" "$CODEX_HOME" "$@" > {pipe}\n')
    program.chmod(0o755)
    go_inside(window, tmp_path, monkeypatch)
    async with card(folder, None) as room:
        room.app.screen.kit = room.app.kit._replace(config=Config(codex=str(program)))  # type: ignore[attr-defined]
        await press(room, "b")
        assert room.footer == "Opened in a new window of this tmux."
        assert pipe.read_text() == f"{folder}\n/home/ada/.codex\nresume\n{THREAD}\n"
    assert [*folder.iterdir()] == []


async def test_a_read_only_room_opens_no_terminal(
    window: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_inside(window, tmp_path, monkeypatch)
    async with card(tmp_path, None, is_read_only=True) as room:
        await press(room, "b")
        assert "read-only" in room.footer
        assert window.say("#{session_windows}") == "1"
