"""A question that comes while nobody looks: title, notification, bell and hook as real terminals, tmux and shells have
them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.tmux import HAS_TMUX, Terminal, attached, terminal
from odw_core.process.groups import bearers

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "odw"
ROOM = [sys.executable, "-m", "odw_tui.cli"]
QUESTION = "Which release channel should the note target?"
MARKER = "ODW_TUI_TEST_ATTENTION"
NOTIFIED = b"\x1b]9;"
NAMED, BADGE, RESTORED = b"\x1b]2;odw-tui\x07", "\x1b]2;◆1 odw-tui\x07".encode(), b"\x1b]2;\x07\x1b[23;2t"
AWAY, BACK = b"\x1b[O", b"\x1b[I"

needs_tmux = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECORDINGS / "b" / "project", tmp_path / "shop", copy_function=shutil.copy))


@pytest.fixture
def marker(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """In the environment of every process that a test starts; none of them is left."""
    value = f"{MARKER}={uuid.uuid4().hex}"
    monkeypatch.setenv(*value.split("="))
    yield value


def asks(place: Path) -> None:
    """A recorded run that waits for a person comes into the workspace."""
    shutil.copytree(RECORDINGS / "d" / "project", place, dirs_exist_ok=True, copy_function=shutil.copy)


def configure(home: Path, **settings: object) -> None:
    file = home / ".config" / "odw-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))


def told(home: Path) -> list[Path]:
    folder = home / ".local" / "state" / "odw-tui" / "told"
    return [*folder.iterdir()] if folder.exists() else []


def until(holds: Callable[[], object], room: Terminal) -> None:
    """Let the room go on until that is so."""
    for _ in range(3000):
        if holds():
            return
        room.read(0.01)
    raise TimeoutError("that never was so")


@contextmanager
def open_room(place: Path, *words: str, environ: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """The room on a terminal of its own, as soon as it has read everything."""
    around = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    around.pop("TMUX", None)
    room = Terminal([*ROOM, str(place), "--no-codex", *words], {**around, **(environ or {})})
    try:
        room.wait_for(b"review-loop")
        yield room
    finally:
        room.close()


def test_the_title_has_a_badge_and_is_the_terminals_own_again_afterwards(place: Path) -> None:
    with open_room(place) as room:
        room.wait_for(NAMED)
        asks(place)
        room.wait_for(BADGE)
        assert room.written.index(b"\x1b[22;2t") < room.written.index(NAMED)
        room.type(b"q")
        assert room.wait_for_end() == 0
        assert room.written.count(b"\x1b[22;2t") == room.written.count(RESTORED) == 1
        assert room.written.index(BADGE) < room.written.index(RESTORED)


@pytest.mark.parametrize("number", [signal.SIGTERM])
def test_a_room_that_is_told_to_end_gives_the_terminal_back(place: Path, number: int) -> None:
    with open_room(place) as room:
        room.wait_for(NAMED)
        room.process.send_signal(number)
        room.wait_for_end()
        assert RESTORED in room.written
        assert b"\x1b[?1049l" in room.written


def test_a_room_that_breaks_gives_the_title_back(place: Path) -> None:
    breaks = (
        "import sys; from odw_tui.app import OdwApp; from odw_tui.cli import main; "
        "OdwApp.do_help = lambda self: 1 / 0; sys.exit(main(sys.argv[1:]))"
    )
    around = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    around.pop("TMUX", None)
    room = Terminal([sys.executable, "-c", breaks, str(place), "--no-codex"], around)
    try:
        room.wait_for(b"review-loop")
        room.wait_for(NAMED)
        room.type(b"?")
        assert room.wait_for_end() != 0
        assert b"ZeroDivisionError" in room.written
        assert RESTORED in room.written
    finally:
        room.close()


def test_a_person_who_looks_elsewhere_is_notified(place: Path, home: Path) -> None:
    with open_room(place) as room:
        room.wait_for(NAMED)
        room.type(AWAY)
        until(lambda: '"has_focus": false' in screen_of(home, room), room)
        asks(place)
        room.wait_for(NOTIFIED)
        room.wait_for(QUESTION.encode())
        room.type(b"q")
        room.wait_for_end()
        assert room.written.count(NOTIFIED) == 1
        assert len(told(home)) == 1
        assert not screen_of(home, room)


def screen_of(home: Path, room: Terminal) -> str:
    file = home / ".local" / "state" / "odw-tui" / "screens" / str(room.process.pid)
    return file.read_text() if file.exists() else ""


def test_a_person_who_looks_is_not(place: Path, home: Path) -> None:
    with open_room(place) as room:
        room.wait_for(NAMED)
        asks(place)
        room.wait_for(BADGE)
        until(lambda: told(home), room)
        room.type(b"q")
        room.wait_for_end()
        assert NOTIFIED not in room.written


def test_always_notifies_and_rings_a_person_who_looks_too(place: Path, home: Path) -> None:
    configure(home, attention="always", attention_bell=True)
    with open_room(place) as room:
        room.wait_for(NAMED)
        asks(place)
        room.wait_for(f"{QUESTION}\x07\x07".encode())


def test_off_says_nothing_to_the_terminal(place: Path, home: Path) -> None:
    configure(home, attention="off", attention_bell=True)
    with open_room(place) as room:
        room.type(AWAY)
        asks(place)
        room.wait_for(b"Channel")
        room.type(b"q")
        room.wait_for_end()
        assert b"\x1b]2;" not in room.written
        assert NOTIFIED not in room.written
        assert told(home) == []


@pytest.mark.parametrize("environ", [{"TERM": "linux"}])
def test_a_terminal_that_wants_no_sequences_gets_none_of_these(
    place: Path, home: Path, environ: dict[str, str]
) -> None:
    configure(home, attention="always")
    with open_room(place, environ=environ) as room:
        asks(place)
        until(lambda: told(home), room)
        room.type(b"q")
        room.wait_for_end()
        assert b"\x1b]2;" not in room.written
        assert NOTIFIED not in room.written


def test_a_room_within_tmux_asks_it_to_pass_the_notification_on(place: Path) -> None:
    # A tmux that is gone shows the room to nobody, so the person is told although the focus was never lost.
    environ = {"TMUX": "/nowhere/tmux,1,0", "TMUX_PANE": "%0"}
    with open_room(place, environ=environ) as room:
        room.wait_for(NAMED)
        asks(place)
        room.wait_for(b"\x1bPtmux;\x1b\x1b]9;")
        room.wait_for(f"{QUESTION}\x07\x1b\\".encode())


@needs_tmux
def test_tmux_passes_the_notification_on_and_gets_its_title_back(place: Path, home: Path, tmp_path: Path) -> None:
    configure(home, attention="always")
    with terminal(tmp_path) as window, attached(window) as client:
        window.option("allow-passthrough", "on")
        before = window.say("#{pane_title}")
        window.type(shlex.join([*ROOM, str(place), "--no-codex"]))
        client.wait_for(b"review-loop")
        until(lambda: window.say("#{pane_title}") == "odw-tui", client)
        asks(place)
        client.wait_for(NOTIFIED)
        client.wait_for(f"{QUESTION}\x07".encode())
        assert window.say("#{pane_title}") == "◆1 odw-tui"
        window.press("C-z")
        until(lambda: window.text.count("ready>") == 2, client)
        assert window.say("#{pane_title}") == before
        window.type("fg")
        until(lambda: window.say("#{pane_title}") == "◆1 odw-tui", client)
        window.press("q")
        until(lambda: window.say("#{pane_title}") == before, client)


HOOK = "import os, sys; open(sys.argv[1], 'a').write(os.environ['ODW_TUI_BODY'] + '\\n')"


class Watcher:
    """``odw-tui watch --notify``, watching."""

    def __init__(self, place: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*ROOM, "watch", "--jsonl", "--notify", "--no-codex", "--no-cache", *words, str(place)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def begins(self) -> bytes:
        assert self.process.stderr is not None
        said = b""
        while b"Watching" not in said and (line := self.process.stderr.readline()):
            said += line
        return said

    def hears_of_it(self) -> None:
        assert self.process.stdout is not None
        while b'"waiting"' not in self.process.stdout.readline():
            pass

    def ends(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)


def none_left(marker: str) -> None:
    """Wait until no process of the test is left: every hook is over."""
    while [pid for pid in bearers(marker) if pid != os.getpid()]:
        pass


def test_two_watchers_run_the_hook_once(place: Path, home: Path, tmp_path: Path, marker: str) -> None:
    configure(home, attention_hook=[sys.executable, "-c", HOOK, str(tmp_path / "hooked")])
    watchers = [Watcher(place), Watcher(place)]
    for one in watchers:
        one.begins()
    asks(place)
    for one in watchers:
        one.hears_of_it()
    while not (tmp_path / "hooked").exists():
        pass
    for one in watchers:
        one.ends()
    # One that begins later has nothing to tell either.
    late = Watcher(place, "--initial")
    late.hears_of_it()
    late.ends()
    none_left(marker)
    assert (tmp_path / "hooked").read_text() == f"{QUESTION}\n"
    assert len(told(home)) == 1


def test_a_watcher_leaves_it_to_an_open_room_and_the_room_to_its_focus(
    place: Path, home: Path, tmp_path: Path, marker: str
) -> None:
    configure(home, attention_hook=[sys.executable, "-c", HOOK, str(tmp_path / "hooked")])
    with open_room(place) as room:
        room.wait_for(NAMED)
        watcher = Watcher(place)
        watcher.begins()
        asks(place)
        watcher.hears_of_it()
        until(lambda: told(home), room)
        watcher.ends()
        room.type(b"q")
        room.wait_for_end()
    none_left(marker)
    assert not (tmp_path / "hooked").exists()


@needs_tmux
def test_a_room_in_a_tmux_without_a_client_runs_the_hook(place: Path, home: Path, tmp_path: Path, marker: str) -> None:
    configure(home, attention_hook=[sys.executable, "-c", HOOK, str(tmp_path / "hooked")])
    with terminal(tmp_path) as window:
        window.type(shlex.join([*ROOM, str(place), "--no-codex"]))
        window.wait_for(lambda text: "review-loop" in text and window.say("#{pane_title}") == "odw-tui")
        asks(place)
        window.wait_for(lambda text: (tmp_path / "hooked").exists())
    none_left(marker)
    assert (tmp_path / "hooked").read_text() == f"{QUESTION}\n"


def test_who_only_reads_cannot_notify(place: Path) -> None:
    done = subprocess.run([*ROOM, "--read-only", "watch", "--notify", str(place)], capture_output=True, check=False)
    assert done.returncode == 7
    assert b"--read-only" in done.stderr


def test_a_watcher_says_when_there_is_nothing_to_run(place: Path, home: Path) -> None:
    watcher = Watcher(place)
    assert b"No attention_hook is set" in watcher.begins()
    watcher.ends()
