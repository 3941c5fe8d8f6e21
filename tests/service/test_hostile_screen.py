"""A hostile workspace does nothing on the screen either: every page of it is opened, nothing acts and nothing leaks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from drivers.audit import audited, deeds, wrongs
from drivers.hostile_world import BAIT, CREDENTIAL, SECRET, World, make_world
from drivers.sqlite_cells import cells

LONGEST_S = 120.0
"""A quiet machine needs a tenth of it; only a screen that never comes to rest is ended by this."""
_LARGE = 64 << 10
_HOMES = {f"XDG_{name.upper()}_HOME": name for name in ("config", "state", "cache", "data")}
_ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ALIKE = ("-", "..odw", "\u202egnp", "line\nbreak", "a" * 240)
"""Runs with the content of others; their names stand elsewhere too."""


class Visited(NamedTuple):
    """A world, and everything that happened while a screen showed all of it."""

    world: World
    home: Path
    cache: Path
    log: Path
    items: int
    screens: str
    said: str
    before: dict[str, tuple[int, ...]]
    after: dict[str, tuple[int, ...]]

    def saved(self) -> Iterator[tuple[str, bytes]]:
        """Everything that was written but the pictures, packed texts unpacked."""
        for folder in (self.home, self.cache):
            for path in folder.rglob("*"):
                if path.is_file() and path.name != "screens":
                    yield path.name, path.read_bytes()
        yield from cells(self.cache / "index.sqlite3")


def _small_world(folder: Path) -> World:
    """The world without what is well behaved or said twice: a screen takes its time for every run."""
    world = make_world(folder, large=_LARGE)
    for day in (world.home / "sessions" / "2026" / "11").glob("1[0-9]"):
        shutil.rmtree(day)
    for name in _ALIKE:
        shutil.rmtree(world.places[0] / ".odw" / "runs" / name)
    return world


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Visited:
    """The world after every page of the screen has shown it."""
    folder = tmp_path_factory.mktemp("screen")
    world, home, cache, log = _small_world(folder / "world"), folder / "home", folder / "cache", folder / "audit"
    home.mkdir()
    cache.mkdir()
    own = {name: str(home / below) for name, below in _HOMES.items()}
    before = world.listing()
    done = subprocess.run(
        [sys.executable, "-m", "drivers.visit_all", str(cache), *map(str, world.places), str(world.home)],
        env=audited(log)
        | own
        | {"HOME": str(home), "CODEX_HOME": str(world.home), "XDG_RUNTIME_DIR": str(home / "run")},
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    screens = (cache / "screens").read_text("utf-8", "surrogatepass")
    items = int(done.stdout.split()[0])
    return Visited(world, home, cache, log, items, screens, done.stdout + done.stderr, before, world.listing())


def test_every_page_of_every_engine_was_shown(visited: Visited) -> None:
    assert visited.items > 60
    for word in ("review-loop", "Introduce gift cards", "ask me", "DataTransferScenarioList", "searched all"):
        assert word in visited.screens, word
    # Text that acts was there to be shown, as were masked keys.
    assert "␛]0;owned␇" in visited.screens
    assert "<202e>evil" in visited.screens
    assert "[bold]not markup[/]" in visited.screens
    assert visited.screens.count("sk-****") > 50


def test_nothing_outside_is_opened_and_nothing_is_started_or_signalled(visited: Visited) -> None:
    done = deeds(visited.log)
    readable = (*visited.world.places, visited.world.home)
    own = (visited.home, visited.cache, visited.log)
    assert sorted(set(wrongs(done, readable=readable, own=own, never=("auth.json",)))) == []
    assert sum(deed.event == "open" and str(visited.world.folder) in deed.path for deed in done) > 500


def test_what_is_watched_stays_as_it_was(visited: Visited) -> None:
    assert visited.after == visited.before


def test_no_command_of_the_workspace_is_carried_out(visited: Visited) -> None:
    names = {"marker", visited.world.marker.name}
    assert not [path for path in visited.cache.parent.rglob("*") if path.name in names]


def test_nothing_that_acts_stands_in_a_picture(visited: Visited) -> None:
    assert {*_ACTS.findall(visited.screens)} == set()
    assert _ACTS.search(visited.said.replace("\n", "")) is None


@pytest.mark.parametrize("words", [CREDENTIAL, BAIT, SECRET])
def test_credentials_bait_and_secrets_are_nowhere(visited: Visited, words: str) -> None:
    assert words not in visited.screens
    assert words not in visited.said
    for name, data in visited.saved():
        assert words.encode() not in data, name


def test_only_the_cache_is_written(visited: Visited) -> None:
    assert {path.name for path in visited.cache.iterdir()} - {"index.sqlite3-wal", "index.sqlite3-shm"} == {
        "index.sqlite3",
        "screens",
    }
    assert [path for path in visited.home.rglob("*") if path.is_file() and "cache" not in path.parts] == []
