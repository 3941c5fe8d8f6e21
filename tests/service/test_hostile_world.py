"""A hostile workspace does nothing: every command reads it within bounds, touches nothing else, and shows no secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from drivers.audit import audited, deeds, wrongs
from drivers.command import PROGRAM
from drivers.hostile_world import BAIT, CREDENTIAL, SECRET, World, make_world
from drivers.sqlite_cells import cells

LONGEST_S = 15.0
"""No command of these takes as long on the slowest machine; a quiet one needs a tenth of a second."""
_XDG = {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data"}
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")


class Told(NamedTuple):
    """What became of one command."""

    words: list[str]
    code: int
    seconds: float
    out: bytes
    err: bytes

    @property
    def is_raw(self) -> bool:
        """Whether it was asked for texts as they are."""
        return "--raw" in self.words or "inspect" in self.words


class Watched(NamedTuple):
    """A world, and everything that happened while every command looked at it."""

    world: World
    home: Path
    reports: Path
    log: Path
    told: list[Told]
    before: dict[str, tuple[int, ...]]
    after: dict[str, tuple[int, ...]]

    def saved(self) -> Iterator[tuple[str, bytes]]:
        """Everything that was written anywhere, packed texts unpacked."""
        for folder in (self.home, self.reports):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield path.name, path.read_bytes()
        for path in self.home.rglob("*.sqlite3"):
            yield from cells(path)


def own_environment(home: Path, world: World, log: Path) -> dict[str, str]:
    """A home of its own, the world's Codex home, and a log of what every Python does."""
    home.mkdir(exist_ok=True)
    own = {name: str(home / below) for name, below in _XDG.items()}
    return audited(log) | own | {"HOME": str(home), "CODEX_HOME": str(world.home), "XDG_RUNTIME_DIR": str(home / "run")}


def run_all(commands: list[list[str]], folder: Path, environ: dict[str, str]) -> list[Told]:
    """Run the commands in one process; each is told with what it printed."""
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "drivers.many_commands", str(folder)],
        input="\n".join(map(json.dumps, commands)),
        text=True,
        env=environ,
        cwd=environ["HOME"],
        check=True,
        capture_output=True,
        timeout=10 * LONGEST_S + len(commands),
    )
    lines = (folder / "told").read_text().splitlines()
    return [
        Told(words, code, seconds, (folder / f"{number}.out").read_bytes(), (folder / f"{number}.err").read_bytes())
        for number, (code, seconds, words) in enumerate(map(json.loads, lines))
    ]


def _every_command(world: World, reports: Path, addresses: list[str]) -> Iterator[list[str]]:
    given = [*world.roots, "--codex-home", str(world.home)]
    for words in (["list"], ["status"], ["status", "--json"], ["inbox"], ["inbox", "--json"], ["inspect", "--json"]):
        yield [*given, *words]
    for words in (["doctor"], ["doctor", "--json"], ["config", "show", "--origin"], ["config", "validate"]):
        yield [*given, *words]
    for word in ("clamp", "error", "canary", BAIT, SECRET, CREDENTIAL):
        yield [*given, "search", word]
        yield [*given, "search", word, "--json"]
    for stream in (*world.streams, world.home / "auth.json"):
        yield ["explain", str(stream)]
        yield ["explain", "--json", "--stdout", str(stream), str(world.streams[0])]
    for number, address in enumerate(addresses):
        yield [*given, "show", address]
        yield [*given, "show", address, "--json"]
        yield [*given, "show", address, "--report", str(reports / f"{number}.{('md', 'html')[number % 2]}")]
        yield [*given, "logs", address]
        yield [*given, "logs", address, "--stream", ("stderr", "journal", "stdout", "prompt", "transcript")[number % 5]]
    yield [*given, "logs", addresses[0], "--raw"]


def _addresses(document: bytes) -> list[str]:
    return [item["address"] for item in json.loads(document)["items"]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The world after every command has looked at it."""
    folder = tmp_path_factory.mktemp("hostile")
    world, home, reports, log = make_world(folder / "world"), folder / "home", folder / "reports", folder / "audit"
    reports.mkdir()
    environ = own_environment(home, world, log)
    before = world.listing()
    given = [*world.roots, "--codex-home", str(world.home)]
    first = run_all([[*given, "list", "--json"]], folder / "first", environ)
    addresses = _addresses(first[0].out)
    live = f"odw:odw-exec-1795219696048-{os.getpid()}"
    addresses.sort(key=lambda address: address != live)
    parts = [f"{live}/..%2F..%2Fauth", f"{live}/..%2F..%2Fauth/1"]
    told = run_all([*_every_command(world, reports, [*addresses, *parts])], folder / "told", environ)
    watch = subprocess.Popen(
        [*PROGRAM, *given, "watch", "--jsonl", "--initial"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert watch.stdout is not None
    lines = [watch.stdout.readline() for _ in addresses]
    watch.terminate()
    watch.communicate()
    told.append(Told(["watch"], 0, 0.0, b"".join(lines), b""))
    return Watched(world, home, reports, log, [*first, *told], before, world.listing())


def test_everything_is_told_and_nothing_takes_long(watched: Watched) -> None:
    assert {told.code for told in watched.told} <= {0, 1, 4, 5, 7}
    assert max(told.seconds for told in watched.told) < LONGEST_S
    assert len(_addresses(watched.told[0].out)) > 60
    assert not [told.err for told in watched.told if b"Traceback" in told.err or b"report this" in told.out]


def test_nothing_outside_is_opened_and_nothing_is_started_or_signalled(watched: Watched) -> None:
    done = deeds(watched.log)
    readable = (*watched.world.places, watched.world.home, watched.world.streams[0].parent)
    own = (watched.home, watched.reports, watched.log, watched.log.parent / "told", watched.log.parent / "first")
    # Somebody named these on the command line; what they lead to is refused by what it is.
    assert sorted(set(wrongs(done, readable=readable, own=own, never=("auth.json",)))) == []
    assert sum(deed.event == "open" and str(watched.world.folder) in deed.path for deed in done) > 1000


def test_what_is_watched_stays_as_it_was(watched: Watched) -> None:
    assert watched.after == watched.before


def test_no_command_of_the_workspace_is_carried_out(watched: Watched) -> None:
    names = {"marker", watched.world.marker.name}
    assert not [path for path in watched.log.parent.rglob("*") if path.name in names]


def test_nothing_that_acts_on_a_terminal_is_printed(watched: Watched) -> None:
    for told in watched.told:
        if "--raw" not in told.words:
            said = (told.out + told.err).decode("utf-8")
            assert _ACTS.search(said) is None, told.words[-3:]


def test_credentials_and_what_lies_outside_are_nowhere(watched: Watched) -> None:
    for told in watched.told:
        # What was typed is told back.
        typed = " ".join(told.words)
        for wanted in (CREDENTIAL, BAIT):
            assert wanted in typed or wanted.encode() not in told.out + told.err, told.words[-3:]
    for name, data in watched.saved():
        assert CREDENTIAL.encode() not in data, name
        assert BAIT.encode() not in data, name


def test_secrets_in_transcripts_are_shown_only_to_whoever_asks_for_the_bytes(watched: Watched) -> None:
    for told in watched.told:
        if not told.is_raw and SECRET not in told.words:
            assert SECRET.encode() not in told.out + told.err, told.words[-3:]
    for name, data in watched.saved():
        assert SECRET.encode() not in data, name
    # They were there to be shown.
    assert any(SECRET.encode() in told.out for told in watched.told if told.is_raw)
    assert sum(b"sk-********" in told.out for told in watched.told) > 50
