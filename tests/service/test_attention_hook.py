"""The person's hook: started without a shell, told everything, logged, ended in time; and what a screen is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import samples
from drivers.tmux import HAS_TMUX, attached, terminal
from odw_core.attention.hook import LOG, run_hook, why_not
from odw_core.attention.notice import call_of, merged
from odw_core.attention.screens import Screen, announce, anybody_looks, can_be_seen, open_screens, withdraw
from odw_core.attention.tell import tell, tell_all
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.question import Question
from odw_core.process.spawn import started_mark

RUN = Address("odw", "run")
SHOWS = (
    "import json, os, sys; given = {k: v for k, v in os.environ.items() if k.startswith('ODW_TUI_')}; "
    "print(json.dumps([given, json.load(sys.stdin), os.getcwd(), sys.argv[1:]]))"
)
WITHIN_S = 20.0


def until(holds: Callable[[], bool]) -> None:
    """Look until that is so."""
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline


def log_of(state: Path, lines: int = 1) -> str:
    """What the hooks left in the log, as soon as there are so many lines."""
    log = state / LOG
    until(lambda: log.exists() and log.read_text("utf-8").count("\n") >= lines)
    return log.read_text("utf-8")


def hook(code: str, *words: str) -> Config:
    return Config(attention_hook=(sys.executable, "-c", code, *words))


def question(name: str) -> Question:
    return samples.question(RUN, name, title="Scope", body="Which $(touch owned) `module`?\nMore.")


def test_the_hook_has_everything_in_its_environment_and_on_stdin(tmp_path: Path, home: Path) -> None:
    assert tell(question("q1"), "fix the login", tmp_path / "state", hook(SHOWS, "$HOME; echo", "*"), "/work/shop")
    head, said = log_of(tmp_path / "state", 2).splitlines()
    assert head.endswith("for q1: exit code 0")
    variables, document, folder, words = json.loads(said)
    assert variables == {
        "ODW_TUI_TITLE": "fix the login",
        "ODW_TUI_SUBTITLE": "question: Scope",
        "ODW_TUI_BODY": "Which $(touch owned) `module`?",
        "ODW_TUI_COUNT": "1",
        "ODW_TUI_ADDRESS": "odw:run",
        "ODW_TUI_QUESTION": "q1",
        "ODW_TUI_KIND": "question",
        "ODW_TUI_PLACE": "/work/shop",
    }
    assert (document["title"], document["questions"][0]["body"]) == ("fix the login", variables["ODW_TUI_BODY"])
    assert (folder, words) == (str(home), ["$HOME; echo", "*"])
    assert [*home.glob("owned")] == []


def test_a_question_is_told_once_whoever_sees_it(tmp_path: Path) -> None:
    config = hook("print('called')")
    assert [tell(question("q1"), "run", tmp_path, config) for _ in range(5)] == [True, False, False, False, False]
    assert log_of(tmp_path, 2).count("called") == 1


def test_several_at_once_are_one_call_of_the_hook(tmp_path: Path) -> None:
    calls = [call_of(question(name), "fix the login") for name in ("a", "b", "c")]
    assert tell_all(calls, tmp_path, hook("import os; print(os.environ['ODW_TUI_COUNT'])"))
    head, count = log_of(tmp_path, 2).splitlines()
    assert (head.split(" for ")[1], count) == ("a b c: exit code 0", "3")


def test_without_a_hook_or_when_it_is_off_nothing_is_told_or_remembered(tmp_path: Path) -> None:
    assert not tell(question("q1"), "run", tmp_path / "state", Config())
    assert not tell(question("q1"), "run", tmp_path / "state", replace(hook("pass"), attention="off"))
    assert not (tmp_path / "state").exists()


def test_a_hook_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; "
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True); "
        "time.sleep(600)"
    )
    run_hook([sys.executable, "-c", code], merged([call_of(question("q1"), "run")]), tmp_path, deadline_s=1.0)
    head, pid = log_of(tmp_path, 2).splitlines()
    assert head.endswith("ended after 1 s")
    until(lambda: not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text())


def test_a_hook_that_is_no_program_is_named_in_the_log(tmp_path: Path) -> None:
    config = Config(attention_hook=("/nowhere/to/be found",))
    assert tell(question("q1"), "run", tmp_path, config)
    assert "/nowhere/to/be found for q1: cannot be started" in log_of(tmp_path)
    assert why_not(config.attention_hook) is not None
    assert why_not([sys.executable]) is None
    assert "No attention_hook" in (why_not([]) or "")


def test_a_hook_that_prints_without_end_leaves_a_log_of_bounded_size(tmp_path: Path) -> None:
    assert tell(question("q1"), "run", tmp_path, hook("print('x' * 5_000_000)"))
    log_of(tmp_path)
    assert (tmp_path / LOG).stat().st_size < 70_000


def test_what_stands_in_a_workspace_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop" / "odw_core").mkdir(parents=True)
    (tmp_path / "shop" / "odw_core" / "__init__.py").write_text("open('owned', 'w')")
    monkeypatch.chdir(tmp_path / "shop")
    assert tell(question("q1"), "run", tmp_path / "state", hook("pass"))
    log_of(tmp_path / "state")
    assert not (tmp_path / "shop" / "owned").exists()


def this_room(**fields: object) -> Screen:
    return replace(Screen(os.getpid(), started_mark(os.getpid()), places=("/work",)), **fields)  # type: ignore[arg-type]


def test_an_open_room_that_shows_the_place_tells_by_itself(tmp_path: Path) -> None:
    screen = this_room()
    announce(tmp_path, screen)
    assert not tell(question("q1"), "run", tmp_path, hook("pass"), "/work/shop")
    assert tell(question("q2"), "run", tmp_path, hook("pass"), "/elsewhere")
    withdraw(tmp_path, screen)
    assert tell(question("q1"), "run", tmp_path, hook("pass"), "/work/shop")
    log_of(tmp_path, 2)


def test_a_room_that_died_is_no_screen_and_is_cleared_away(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    announce(tmp_path, this_room(pid=ended.pid, started=started_mark(ended.pid)))
    announce(tmp_path, this_room(started="another boot:1"))
    ended.wait()
    assert [*open_screens(tmp_path)] == []
    assert [*(tmp_path / "screens").iterdir()] == []


def test_a_room_that_was_stopped_by_ctrl_z_is_seen_by_nobody(tmp_path: Path) -> None:
    stopped = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        announce(tmp_path, this_room(pid=stopped.pid, started=started_mark(stopped.pid)))
        assert can_be_seen(tmp_path, "/work")
        stopped.send_signal(signal.SIGSTOP)
        until(lambda: not can_be_seen(tmp_path, "/work"))
        stopped.send_signal(signal.SIGCONT)
        until(lambda: can_be_seen(tmp_path, "/work"))
    finally:
        stopped.kill()
        stopped.wait()


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"pid": "x"}', '{"pid": 1, "started": null, "evil": 2}', "\udcff"])
def test_a_broken_word_about_a_screen_is_no_screen(tmp_path: Path, said: str) -> None:
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "1").write_bytes(said.encode("utf-8", "surrogateescape"))
    assert [*open_screens(tmp_path)] == []


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
def test_a_tmux_without_a_client_shows_nothing(tmp_path: Path) -> None:
    with terminal(tmp_path) as window:
        announce(tmp_path, this_room(socket=str(tmp_path / "tmux"), pane="%0"))
        assert not can_be_seen(tmp_path, "/work")
        with attached(window):
            until(lambda: can_be_seen(tmp_path, "/work"))
            assert anybody_looks(tmp_path, "/work")
            announce(tmp_path, this_room(socket=str(tmp_path / "tmux"), pane="%0", has_focus=False))
            assert not anybody_looks(tmp_path, "/work")
        until(lambda: not can_be_seen(tmp_path, "/work"))
    assert not can_be_seen(tmp_path, "/work")
