"""Makes the pictures of README.md (SVG and PNG) from recorded runs, at a fixed moment. Draws nothing itself.

Usage: .venv/bin/python screenshots/make.py [NAME…]     SVG always; PNG needs rsvg-convert.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from unittest.mock import AsyncMock, patch

from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from drivers.app_server_talk import from_server, play
from drivers.coordination_story import asking, planning_again
from drivers.odw_recording import Story
from drivers.run_driver import opened
from odw_core.config import Config
from odw_core.demo.player import RECORDINGS
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.address import Address
from odw_core.model.evidence import Facts
from odw_core.model.question import Question
from odw_core.service.live import LiveService
from odw_core.service.watching.unit_reader import Settings
from odw_tui.app import OdwApp

HERE = Path(__file__).parent

NOW = 1_795_220_040.0
"""Some minutes after the last recording ended."""

WORKSPACES = {
    "shop": ("rejected-round", "running"),
    "billing": ("finished", "failed"),
    "docs": ("waiting", "parked"),
    "platform": ("questions", "batch"),
}
HOME_RECORDINGS = ("notes", "approval")
"""Recordings of a Codex home."""
LIVING = {8868, 6413}
"""The owners that are taken to live: of the running run and of the parked session."""

VIA = "you, here or in its own terminal: the first answer counts"

READY = (
    Check("codex", "Codex", Level.PASS, "codex 0.169.0 is there."),
    Check("tree", "Tree", Level.WARN, "2 files of the tree are dirty.", "Commit them, or let it work beside them."),
    Check("sessions", "Sessions", Level.PASS, "~/.codex/sessions can be written; sessions of 2 days are there."),
)
"""What stands against a start, on a machine that is not the one that makes the pictures."""

FONT = 'font-family: "Fira Code", "DejaVu Sans Mono", monospace;'


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return NOW


@dataclass(frozen=True)
class Picture:
    """One picture: how large, in which theme, after which keys."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 34)
    theme: str = "dark"
    talk: str = ""
    """A recorded talk with an app server, whose first question stands in the inbox."""
    story: Callable[[], Story] | None = None
    """A told run of ours that is open instead of the room."""


PICTURES = (
    Picture("room"),
    Picture("room-light", theme="light"),
    Picture("room-narrow", size=(60, 18)),
    Picture("run", ("G", "k", "enter", "h", "h", "g")),
    Picture("blockers", ("G", "k", "enter", "3")),
    Picture("question", ("j", "enter", "8")),
    Picture("output", ("j", "j", "enter", "enter")),
    Picture("plans", ("/", *"modern", "enter", "enter", "2")),
    Picture("contracts", ("C",), (120, 30), story=asking),
    Picture("states", ("S",), (120, 20), story=planning_again),
    Picture("batch", ("/", *"transfer", "enter", "enter", "B"), (120, 30)),
    Picture("conversation", ("/", *"notes", "enter", "enter")),
    Picture("inbox", ("i",)),
    Picture("card", ("i", "enter", "]"), (120, 16), talk="approve_accept"),
    Picture("form", ("i", "enter", "]", "1", "tab"), (120, 17), talk="ask"),
    Picture("themes-high-contrast", theme="high_contrast"),
    Picture("help", ("?",)),
    Picture("palette", ("ctrl+p", *"go")),
    Picture("start", ("n", "tab", "ctrl+u", *"~/work/shop", "shift+tab", *"Carts keep what is in them for a week.")),
)


def main(names: list[str]) -> str | None:
    """Make the named pictures, or all. The value is what is wrong, None when nothing is."""
    chosen = [picture for picture in PICTURES if not names or picture.name in names]
    if unknown := sorted(set(names) - {picture.name for picture in PICTURES}):
        return f"there is no picture {', '.join(unknown)}; there are {', '.join(one.name for one in PICTURES)}"
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        places = make_workspaces(Path(home) / "work")
        for picture in chosen:
            asyncio.run(take(picture, places) if picture.story is None else take_told(picture, picture.story()))
            print(f"{picture.name}.svg")
    return make_png(chosen)


def make_workspaces(folder: Path) -> tuple[str, ...]:
    """Workspaces as the recordings left them."""
    for name, recordings in WORKSPACES.items():
        for recording in recordings:
            shutil.copytree(RECORDINGS / recording, folder / name, dirs_exist_ok=True)
    home = folder.parent / ".codex"
    for recording in HOME_RECORDINGS:
        # Every recording brings names of its own to the one file that holds them.
        named = (home / "session_index.jsonl").read_text() if home.exists() else ""
        shutil.copytree(RECORDINGS / recording / "codex-home", home, dirs_exist_ok=True)
        with (home / "session_index.jsonl").open("a") as index:
            index.write(named)
    return (*(str(folder / name) for name in WORKSPACES), str(home))


async def take(picture: Picture, places: tuple[str, ...]) -> None:
    """Open the room, press the keys, keep what it shows."""
    config = Config(theme=picture.theme)
    with (
        patch("odw_core.service.live.Settings", partial(Settings, now=lambda: NOW)),
        patch("odw_core.process.liveness.is_alive", lambda pid, names, named_at: pid in LIVING),
        patch.object(LiveService, "preflight", AsyncMock(return_value=READY)),
        patch.object(LiveService, "models", AsyncMock(return_value=())),
    ):
        service = LiveService(places, config, cache=None)
        app = OdwApp(service, config, clock=Clock())
        app.show_theme(picture.theme)
        async with app.run_test(size=picture.size) as pilot:
            await settled(pilot, service)
            if picture.talk:
                service._store.ask(Address("codex", "server"), asked_in(picture.talk, service))
                await settled(pilot, service)
            for key in picture.keys:
                await pilot.press(key)
                await settled(pilot, service)
            (HERE / f"{picture.name}.svg").write_text(at_home(app.export_screenshot(title="odw-tui")), "utf-8")


async def take_told(picture: Picture, story: Story) -> None:
    """Open the run that a story tells, press the keys, keep what it shows."""
    detail = run_detail(story.acc, Facts(story.now_ms / 1000, True))
    async with opened(detail, size=picture.size, config=Config(theme=picture.theme)) as driver:
        driver.clock.time = story.now_ms / 1000 + 20
        await driver.press(*picture.keys)
        driver.screen.tick()
        await driver.idle()
        svg = driver.pilot.app.export_screenshot(title="odw-tui")
        (HERE / f"{picture.name}.svg").write_text(at_home(svg), "utf-8")


def asked_in(talk: str, service: LiveService) -> tuple[Question, ...]:
    """What is asked first in that talk, by a session of the room."""
    sessions = (address for address in service.snapshot().items if address.engine == "codex")
    asked = play(from_server(talk)).asked[0]
    return (replace(asked, address=min(sessions, key=str), asked_at=NOW - 40, answer_via=VIA),)


async def settled(pilot: Pilot[None], service: LiveService) -> None:
    """Wait until everything on disk is on the screen."""
    await pilot.pause()
    await service.settle()
    await pilot.pause()


def at_home(svg: str) -> str:
    """The picture with fonts of the machine that shows it, and with every space (rsvg-convert drops leading ones)."""
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: ?Fira Code(, ?monospace)?;", FONT, svg)


def make_png(pictures: list[Picture]) -> str | None:
    """The same pictures as PNG, for places that show no SVG."""
    converter = shutil.which("rsvg-convert")
    if converter is None:
        return "the PNG pictures need rsvg-convert (Debian and Ubuntu: apt install librsvg2-bin); the SVG ones are made"
    for picture in pictures:
        files = [str(HERE / f"{picture.name}.{kind}") for kind in ("svg", "png")]
        subprocess.run([converter, "--width", "1280", files[0], "--output", files[1]], check=True)
        print(f"{picture.name}.png")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
