"""A process is found by its terminal and tmux pane; one can go there, and open a window in any folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.tmux import HAS_TMUX, Tmux, attached, terminal
from odw_core.process.terminal import whereabouts
from odw_core.process.tmux import attaching, can_go_to, go_to, in_folder, open_window, own_socket, panes, passthrough

pytestmark = [
    pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc"),
]
HOSTILE = "a; touch x #(touch y) $(touch z) `touch w` 'q\" %1 -n;"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Tmux]:
    with terminal(tmp_path) as one:
        yield one


def within(window: Tmux, tmp_path: Path) -> dict[str, str]:
    """The environment of a program in that window."""
    pane = window.say("#{pane_id}")
    return {**os.environ, "TMUX": f"{tmp_path / 'tmux'},{window.say('#{pid}')},0", "TMUX_PANE": pane}


def pid_in(window: Tmux, command: str) -> int:
    """Start something that stays, in the background of the window's shell; its process id."""
    window.type(f"{command} & echo pid=$!=")
    return told_pid(window)


def told_pid(window: Tmux) -> int:
    found = window.wait_for(lambda text: re.search(r"pid=\d+=", text) is not None)
    return int(re.findall(r"pid=(\d+)=", found)[-1])


def outside() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("TMUX", "TMUX_PANE")}


def test_a_process_in_tmux_is_found_by_its_pane(window: Tmux) -> None:
    found = whereabouts(pid_in(window, "sleep 600"), outside())
    assert found is not None and found.pane is not None
    assert (found.program, found.parents[0]) == ("sleep", "sh")
    assert found.tty == window.say("#{pane_tty}") == found.pane.tty
    assert (found.pane.id, found.pane.target) == (window.say("#{pane_id}"), window.say("#S:#I.#P"))


def test_a_process_without_a_terminal_is_found_by_whoever_started_it(window: Tmux) -> None:
    # As a job of its own setsid would start another process and be gone; a script's child becomes what it starts.
    window.type("sh -c 'setsid sleep 600 & echo pid=$!=; wait'")
    found = whereabouts(told_pid(window), outside())
    assert found is not None and found.pane is not None
    assert found.pane.id == window.say("#{pane_id}")


def test_a_process_that_is_gone_or_somebody_elses_is_not_found() -> None:
    done = subprocess.Popen(["true"])
    done.wait()
    assert whereabouts(done.pid, outside()) is None
    assert whereabouts(0, outside()) is None
    if os.getuid():
        assert whereabouts(1, outside()) is None


def test_one_goes_from_one_pane_to_another(window: Tmux, tmp_path: Path) -> None:
    pid = pid_in(window, "sleep 600")
    home = window.say("#{pane_id}")
    with attached(window):
        window.wait_for(lambda _: window.say("#{session_attached}") == "1")
        environ = within(window, tmp_path)
        assert open_window(["sh"], str(tmp_path), "other", environ) is None
        assert window.say("#{window_name}") == "other"
        found = whereabouts(pid, environ)
        assert found is not None and found.pane is not None and found.pane.id == home
        assert can_go_to(found.pane, environ)
        assert go_to(found.pane, environ) is None
        assert window.say("#{pane_id}") == home


def test_outside_of_its_tmux_one_is_told_the_command(window: Tmux, tmp_path: Path) -> None:
    found = whereabouts(pid_in(window, "sleep 600"), outside())
    assert found is not None and found.pane is not None
    assert not can_go_to(found.pane, outside())
    words = shlex.split(attaching(found.pane))
    assert words == ["tmux", "-S", str(tmp_path / "tmux"), "attach", "-t", found.pane.target]


@pytest.mark.parametrize("name", [HOSTILE, "plain", "x;", "-c", "#{pid}", "line\nbreak"])
def test_a_window_opens_in_its_folder_whatever_that_is_called(window: Tmux, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "w" / name
    folder.mkdir(parents=True)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    script = 'printf "%s\\n" "$PWD" "$@" > "$0"'
    words = ["sh", "-c", script, str(pipe), "two words", "#(touch v)", "last;"]
    with attached(window):
        window.wait_for(lambda _: window.say("#{session_attached}") == "1")
        assert open_window(words, str(folder), "codex", within(window, tmp_path)) is None
        assert pipe.read_text() == f"{folder}\ntwo words\n#(touch v)\nlast;\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "tmux", "w"]
    assert [*folder.iterdir()] == []


def test_what_is_typed_in_a_shell_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE
    folder.mkdir()
    typed = in_folder(["pwd"], str(folder))
    done = subprocess.run(["sh", "-c", typed], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == f"{folder}\n"
    assert [*tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("told", ["", "/nowhere,1,0", "/etc/passwd,1,0", "\0,1,0", ","])
def test_what_is_no_socket_of_ours_is_not_talked_to(told: str) -> None:
    assert own_socket({"TMUX": told}) is None


def test_without_a_server_there_are_no_panes_and_none_is_started(tmp_path: Path) -> None:
    environ = {**outside(), "TMUX_TMPDIR": str(tmp_path)}
    assert panes(None, environ) == ()
    assert panes(str(tmp_path / "nobody"), environ) == ()
    assert not [path for path in tmp_path.rglob("*") if path.is_socket()]


@pytest.mark.parametrize("said", ["on", "off"])
def test_a_tmux_tells_whether_it_hands_on_what_is_meant_for_its_terminal(
    window: Tmux, tmp_path: Path, said: str
) -> None:
    environ = within(window, tmp_path)
    window.option("allow-passthrough", said)
    assert passthrough(environ) == said
    assert passthrough(outside()) is None
