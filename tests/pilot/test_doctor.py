"""The doctor on the screen: opened with a key, filled section by section, its fix copied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.doctor_world import Machine
from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config
from odw_tui.screens.doctor import DoctorScreen


@asynccontextmanager
async def examined(
    pc: Machine, *, size: tuple[int, int] = (120, 40), config: Config | None = None
) -> AsyncIterator[tuple[RoomDriver, DoctorScreen]]:
    """The doctor over a machine in a folder, when everything was examined."""
    async with open_room(size=size, config=config) as room:
        screen = DoctorScreen(room.app.kit, pc.world)
        await room.app.push_screen(screen)
        await screen.settle()
        await room.idle()
        yield room, screen


@pytest.fixture
def pc(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    (machine.codex / "sessions").chmod(0o555)
    return machine


async def test_a_key_opens_the_doctor_and_escape_closes_it() -> None:
    async with open_room() as room:
        await room.press("D")
        screen = room.app.screen
        assert isinstance(screen, DoctorScreen)
        await screen.settle()
        await room.idle()
        assert room.shows("what is wrong or left over on this machine")
        assert room.shows("CHECK")
        await room.press("escape")
        assert room.app.screen is room.room


async def test_the_worst_check_is_first_and_shown_in_full(pc: Machine) -> None:
    async with examined(pc) as (room, _):
        first = room.list_rows[1]
        assert "Codex sessions" in first
        assert "✗ FAIL" in first
        assert room.line("run    ").strip().startswith("run    chmod u+rwx")
        # However long the path is, all of it is there, over as many lines as it takes.
        shown = "".join(room.text.split()).replace("ycopiesit", "")
        assert f"chmodu+rwx{pc.codex}/sessions" in shown
        assert room.line("fix    ").strip() == "fix    Give the owner the right to write."


async def test_the_command_is_copied_with_honest_words(pc: Machine) -> None:
    async with examined(pc) as (room, _):
        await room.press("y")
        assert room.app.clipboard == f"chmod u+rwx {pc.codex}/sessions"
        assert room.footer.startswith("Sent to the terminal's clipboard (OSC 52): chmod u+rwx")


async def test_a_check_without_a_command_says_so(pc: Machine) -> None:
    async with examined(pc) as (room, _):
        await room.press("G", "y")
        assert room.footer == "This check has no command to copy."
        await room.press("k")
        assert "look again" in room.footer


async def test_the_footer_offers_only_what_the_check_under_the_cursor_has(pc: Machine) -> None:
    async with examined(pc) as (room, screen):
        assert "y copy" in room.footer and "x clean up" not in room.footer
        await room.press("G")
        assert "y copy" not in room.footer and "look again" in room.footer
        await room.press("r")
        await screen.settle()
        await room.idle()
        assert "look again" in room.footer


async def test_looking_again_sees_what_was_mended(pc: Machine) -> None:
    async with examined(pc) as (room, screen):
        assert room.shows("1 fail")
        (pc.codex / "sessions").chmod(0o755)
        await room.press("r")
        await screen.settle()
        await room.idle()
        assert not room.shows("fail")
        assert not screen.is_examining


async def test_on_a_small_screen_the_check_is_still_told_in_full(pc: Machine) -> None:
    async with examined(pc, size=(60, 16)) as (room, _):
        assert room.shows("✗ FAIL")
        assert room.shows("fix    Give the owner the right to write.")


async def test_in_ascii_no_other_sign_is_drawn(pc: Machine) -> None:
    async with examined(pc, config=Config(ascii=True)) as (room, _):
        assert room.text.isascii()


async def test_the_palette_finds_it() -> None:
    async with open_room() as room:
        await room.press("ctrl+p")
        await room.type("doctor")
        await room.press("enter")
        screen = room.app.screen
        assert isinstance(screen, DoctorScreen)
        await screen.settle()


async def test_what_a_dead_run_left_is_taken_away_after_a_word(pc: Machine) -> None:
    from odw_core.diagnose.doctor.check import Check, Level
    from odw_core.model.command import Clean, Outcome, Receipt

    left = Check("run_worktrees", "run's worktrees", Level.FAIL, "It left 2 worktrees.", clean="run/worktrees")
    async with examined(pc) as (room, screen):
        await room.press("x")
        assert room.shows("This is nothing that a run of ours left.")
        screen._checks = [left]
        screen._show()
        await room.idle()
        room.service.answers_with = Receipt("", Outcome.ACCEPTED, "Cleaned: 2 worktrees.")
        await room.press("x")
        assert room.shows("It left 2 worktrees.")
        await room.type("no")
        await room.press("enter")
        assert room.shows("Type clean to do it") and not room.service.submitted
        await room.press("backspace", "backspace")
        await room.type("clean")
        await room.press("enter")
        await screen.settle()
        assert [one.names for one in room.service.submitted if isinstance(one, Clean)] == [("run/worktrees",)]
