"""start, resume, rerun and cancel as scripts meet them: an address on stdout, sentences on stderr, documented codes."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.command import Ran, odw_tui, started
from drivers.runs_world import RunsWorld, open_gate, world
from odw_core.model.address import Address

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture
def shop(world: RunsWorld, home: Path) -> RunsWorld:
    """The world as a command line sees it: its state folder is the user's."""
    world.state = home / ".local" / "state" / "odw-tui"
    return world


def typed(world: RunsWorld, *words: str) -> Ran:
    return odw_tui("--no-codex", *words, cwd=world.workspace)


def address_of(ran: Ran) -> Address:
    assert (ran.code, ran.err) == (0, "")
    return Address.parse(ran.out.strip())


def test_start_prints_the_address_at_once_and_the_run_outlives_it(shop: RunsWorld) -> None:
    gate = shop.gate("gate")
    run = address_of(typed(shop, "start", "command", "--", "sh", "-c", "echo up; read x < gate; echo $x --json -q"))
    (row,) = typed(shop, "list", "--json").document["items"]
    assert (row["address"], row["state"]) == (str(run), "running")
    open_gate(gate)
    followed = typed(shop, "logs", str(run), "--stream", "stdout")
    while followed.lines != ["up", "go --json -q"]:
        followed = typed(shop, "logs", str(run), "--stream", "stdout")
    assert followed.code == 0


def test_a_run_in_the_foreground_ends_as_the_command_does(shop: RunsWorld) -> None:
    good = typed(shop, "start", "command", "--foreground", "--", "true")
    bad = typed(shop, "start", "command", "--foreground", "--", "sh", "-c", "echo 'fatal: nope' >&2; exit 4")
    assert (good.code, bad.code) == (0, 1)
    assert bad.err.splitlines()[-1] == "odw-tui: failed: fatal: nope (exited with 4)"
    shown = typed(shop, "show", bad.out.strip(), "--json").document
    assert shown["cause"] == "sh: fatal: nope (exited with 4)"


def test_what_is_wrong_with_the_input_is_told_with_its_key(shop: RunsWorld) -> None:
    nothing = typed(shop, "start", "command")
    assert nothing.code == 2 and "write the command behind --" in nothing.err
    relative = typed(shop, "start", "command", "--set", "cwd=here", "--", "true")
    assert relative.code == 2 and "cwd: must be an absolute path" in relative.err
    unknown = typed(shop, "start", "command", "--set", "color=red", "--", "true")
    assert unknown.code == 2 and "color" in unknown.err and "argv, cwd" in unknown.err
    nearly = typed(shop, "start", "command", "--set", "cdw=/tmp", "--", "true")
    assert nearly.code == 2 and nearly.err == "odw-tui: command: there is no key 'cdw'; did you mean 'cwd'?\n"
    missing = typed(shop, "start", "session")
    assert missing.code == 2 and missing.err == "odw-tui: session: prompt is missing; give it with --set prompt=….\n"
    nonsense = typed(shop, "start", "dance")
    assert nonsense.code == 2 and "dance" in nonsense.err
    assert not shop.state.exists()


def test_input_comes_from_a_file_too(shop: RunsWorld, tmp_path: Path) -> None:
    toml, plain = tmp_path / "input.toml", tmp_path / "input.json"
    toml.write_text('argv = ["sh", "-c", "exit 0"]\n')
    plain.write_text(json.dumps({"argv": ["sh", "-c", "exit 1"]}))
    assert typed(shop, "start", "command", "--input", str(toml), "--foreground").code == 0
    assert typed(shop, "start", "command", "--input", str(plain), "--foreground").code == 1
    plain.write_text("[1]")
    assert typed(shop, "start", "command", "--input", str(plain)).code == 2
    assert typed(shop, "start", "command", "--input", str(tmp_path / "missing")).code == 2


def test_cancel_ends_a_run_and_says_where(shop: RunsWorld) -> None:
    run = address_of(typed(shop, "start", "command", "--", "sleep", "1000"))
    assert address_of(typed(shop, "cancel", "latest")) == run
    assert typed(shop, "show", str(run), "--json").document["state"] == "idle"
    again = typed(shop, "cancel", str(run))
    assert again.code == 7 and f"odw-tui rerun {run}" in again.err
    assert typed(shop, "cancel", "odw:no-such-run").code == 4


def test_resume_goes_on_with_a_run_whose_supervisor_was_killed(shop: RunsWorld) -> None:
    run = address_of(typed(shop, "start", "command", "--", "sleep", "1000"))
    driven = typed(shop, "resume", str(run))
    assert driven.code == 7 and "is being driven" in driven.err
    os.kill(shop.supervisor(run), signal.SIGKILL)
    assert typed(shop, "show", str(run), "--json").document["state"] == "stale"
    assert address_of(typed(shop, "resume", str(run))) == run
    waiting = typed(shop, "inbox", "--json").document["questions"]
    while not waiting:
        waiting = typed(shop, "inbox", "--json").document["questions"]
    assert waiting[0]["title"] == "run it again?"
    assert address_of(typed(shop, "cancel", str(run))) == run


def test_rerun_starts_the_same_again_with_what_was_changed(shop: RunsWorld) -> None:
    first = address_of(typed(shop, "start", "command", "--", "sh", "-c", "exit 3"))
    second = address_of(typed(shop, "rerun", str(first), "--set", "argv=true"))
    assert second != first
    assert json.loads(shop.folder(second).spec.read_text())["given"]["argv"] == ["true"]


@pytest.mark.parametrize("words", [("start", "command", "--", "true"), ("cancel", "latest"), ("resume", "latest")])
def test_a_read_only_command_line_does_nothing(shop: RunsWorld, words: tuple[str, ...]) -> None:
    refused = typed(shop, "--read-only", *words)
    assert refused.code == 7
    assert refused.err == (
        "odw-tui: This room is read-only: it sends, starts and writes nothing. Leave out --read-only to act.\n"
    )
    assert not shop.state.exists()


def test_ctrl_c_ends_the_watching_and_not_the_run(shop: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = shop.gate("gate")
    monkeypatch.chdir(shop.workspace)
    with started("--no-codex", "start", "command", "--foreground", "--", "sh", "-c", "read x < gate") as process:
        assert process.stdout is not None and process.stderr is not None
        run = Address.parse(process.stdout.readline().strip())
        assert "running" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert f"odw-tui cancel {run}" in process.stderr.read()
    assert not any(line["type"] == "exit" for line in shop.journal(run))
    open_gate(gate)
