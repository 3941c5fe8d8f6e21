"""env, adopt and start odw-exec as people and scripts meet them, in the shells that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.command import FIXTURES, PROGRAM, Ran, odw_tui
from drivers.odw import install
from drivers.runs_world import RunsWorld, world

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

COLOUR = {"id": "c", "header": "Colour", "question": "Which colour?", "options": [{"label": "red"}, {"label": "blue"}]}


@pytest.fixture
def shop(world: RunsWorld, home: Path) -> RunsWorld:
    """The world as a command line sees it: its state folder is the user's."""
    world.state = home / ".local" / "state" / "odw-tui"
    return world


@pytest.fixture
def odw(shop: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-ins on the PATH."""
    program = install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


def typed(world: RunsWorld, *words: str) -> Ran:
    return odw_tui("--no-codex", *words, cwd=world.workspace)


def flow(world: RunsWorld, *nodes: dict[str, object]) -> str:
    path = world.workspace / "flow.js"
    path.write_text(json.dumps({"name": "flow", "nodes": [*nodes]}))
    return str(path)


def test_without_odw_there_is_nothing_to_evaluate(shop: RunsWorld, tmp_path: Path) -> None:
    ran = odw_tui("env", cwd=shop.workspace, env={"PATH": str(tmp_path)})
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "odw-tui: odw is not on your PATH; install ODW, then run this again.\n"


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_a_shell_that_evaluates_it_has_the_same_surroundings(shop: RunsWorld, odw: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    program = " ".join(PROGRAM)
    how = f"{program} env --shell fish | source" if shell == "fish" else f'eval "$({program} env --shell {shell})"'
    code = f"import os, json; print(json.dumps([os.environ[n] for n in {[*_NAMES]!r}]))"
    done = subprocess.run(
        [shell, "-c", f"{how}; {sys.executable} -c '{code.replace(chr(39), chr(34))}'"],
        cwd=shop.workspace,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = typed(shop, "env", "--json").document["variables"]
    assert json.loads(done.stdout) == [told[name] for name in _NAMES]
    assert told["PANDACODE_STATE_DIR"] == f"{shop.workspace}/.pandacode"
    # Once set, asking again changes nothing: the stand-in does not stand for itself.
    again = odw_tui("env", "--json", cwd=shop.workspace, env=told).document["variables"]
    assert again == told


_NAMES = ("ODW_PANDACODE_BIN", "ODW_TUI_PANDACODE", "ODW_TUI_HELD", "PANDACODE_STATE_DIR", "ODW_RUNS_KEEP")


def test_a_run_typed_by_hand_is_answered_from_the_command_line(shop: RunsWorld, odw: Path, tmp_path: Path) -> None:
    environ = {**os.environ, **typed(shop, "env", "--json").document["variables"]}
    argv = [str(odw), "exec", "--script", flow(shop, {"key": "paint", "asks": [COLOUR]}), "--path", str(shop.workspace)]
    with (tmp_path / "out").open("wb") as stream:
        run = subprocess.Popen(argv, env=environ, stdin=subprocess.DEVNULL, stdout=stream, start_new_session=True)
    held = shop.state / "held"
    while not [*held.glob("*/call.json")]:
        assert run.poll() is None
    (question,) = typed(shop, "inbox", "--json").document["questions"]
    assert question["text"] == "Which colour?"
    answered = typed(shop, "answer", question["id"], "--choice", "2", "--yes")
    assert answered.code == 0, answered.err
    assert run.wait() == 0
    (journal,) = (shop.workspace / ".odw" / "runs").glob("odw-exec-*/events.jsonl")
    assert "went on with blue" in journal.read_text()


def test_a_run_of_odw_is_started_and_followed(shop: RunsWorld, odw: Path) -> None:
    script = flow(shop, {"key": "one"})
    ran = typed(shop, "start", "odw-exec", "--set", f"script={script}", "--set", "input=hello", "--foreground")
    assert ran.code == 0, ran.err
    rows = typed(shop, "list", "--json").document["items"]
    (upstream,) = (row for row in rows if row["driver"] == "odw")
    assert (upstream["parent"], upstream["state"]) == (ran.out.strip(), "done")
    # Its row is that of the run that drives it; the list shows it below.
    assert typed(shop, "status", "--json").document["counts"]["done"] == 1
    assert "    flow " in typed(shop, "list").lines[2]


def test_a_failed_run_of_odw_names_the_command_that_goes_on(shop: RunsWorld, odw: Path) -> None:
    script = flow(shop, {"key": "one", "fails": True})
    ran = typed(shop, "start", "odw-exec", "--set", f"script={script}", "--foreground")
    assert ran.code == 1
    assert "odw" in ran.err


def test_adopt_prints_the_new_address_and_what_it_takes_over(shop: RunsWorld) -> None:
    shutil.copytree(FIXTURES.parent / "odw_made" / "ceiling" / "project", shop.workspace, dirs_exist_ok=True)
    (folder,) = (shop.workspace / ".odw" / "runs").glob("odw-exec-*")
    script = shop.workspace / "agent.json"
    script.write_text("[]")
    ran = typed(shop, "adopt", folder.name, "--set", "agent=scripted", "--set", f"script={script}")
    assert ran.code == 0, ran.err
    assert ran.err == f"odw-tui: The new run goes on with 4 tasks, 4 diffs, 1 blocker of {folder.name}.\n"
    assert ran.out.startswith("odw:odw-exec-")
    typed(shop, "cancel", ran.out.strip())


def test_adopt_refuses_what_is_done(shop: RunsWorld) -> None:
    shutil.copytree(FIXTURES / "b" / "project", shop.workspace, dirs_exist_ok=True)
    ran = typed(shop, "adopt", "latest")
    assert (ran.code, ran.out) == (7, "")
    assert "has landed or finished" in ran.err
