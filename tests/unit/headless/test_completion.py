"""Completion: the scripts know every command and option; bash completes with them, quietly and with whole addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from drivers.command import PROGRAM, odw_tui, project
from odw_tui.headless.commands import COMMANDS
from odw_tui.headless.completion import candidates, command_line, script
from odw_tui.headless.completion_scripts import SCRIPTS, Kind
from odw_tui.headless.options import SHELLS

ASK = """
source <("$ODW_TUI" completion bash)
complete -p odw-tui >/dev/null || echo "not registered"
COMP_LINE=$1; COMP_POINT=${#1}; COMPREPLY=()
_odw_tui
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``odw-tui`` as a command on PATH."""
    file = tmp_path / "bin" / "odw-tui"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("ODW_TUI", str(file))
    return file


def completed(line: str, cwd: Path | None = None) -> list[str]:
    """What bash offers behind ``line``."""
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", line], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_there_is_a_script_for_every_shell() -> None:
    assert tuple(SCRIPTS) == SHELLS


def test_the_parser_is_told_whole() -> None:
    bare, verbs = command_line()
    assert [verb.name for verb in verbs] == [command.name for command in COMMANDS]
    options = {name: option for option in bare.options for name in option.names}
    assert options["--theme"].value.kind is Kind.THEMES
    assert options["--root"].value.kind is Kind.FOLDERS
    assert options["--ascii"].value.kind is Kind.NOTHING
    by_name = {verb.name: verb for verb in verbs}
    assert by_name["show"].operand.kind is Kind.ADDRESSES
    assert by_name["completion"].operand.words == SHELLS
    assert all(option.help for verb in verbs for option in verb.options)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_every_command_and_every_option(shell: str) -> None:
    text = odw_tui("completion", shell).out
    bare, verbs = command_line()
    for verb in (bare, *verbs):
        assert verb.name in text
        for option in verb.options:
            for name in option.names:
                assert (name if shell != "fish" else name.lstrip("-")) in text
    assert script(shell).document()["script"] == text.rstrip("\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_right_for_its_shell(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "script"
    file.write_text(odw_tui("completion", shell).out)
    flag = "--no-execute" if shell == "fish" else "-n"
    done = subprocess.run([shell, flag, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


LINES = [
    ("odw-tui stat", ["status"]),
    ("odw-tui con", ["config"]),
    ("odw-tui com", ["commit", "completion"]),
    ("odw-tui config ", ["show", "validate", "schema"]),
    ("odw-tui completion z", ["zsh"]),
    ("odw-tui list --sta", ["--state"]),
    ("odw-tui list --state f", ["failed"]),
    ("odw-tui list --state=f", ["failed"]),
    ("odw-tui logs latest --stream std", ["stdout", "stderr"]),
    ("odw-tui --theme d", ["dark", "deuteranopia"]),
    ("odw-tui config show --or", ["--origin"]),
    ("odw-tui list --engine ", ["odw", "pandacode", "converge", "codex", "scenario"]),
]


@pytest.mark.parametrize(("line", "offered"), LINES)
def test_bash_completes(program: Path, line: str, offered: list[str]) -> None:
    assert completed(line) == offered


def test_bash_completes_folders_and_files(program: Path, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "notes.log").touch()
    assert completed("odw-tui --root sh", tmp_path) == ["shop"]
    assert completed("odw-tui sh", tmp_path) == ["show"]
    assert completed("odw-tui ./s", tmp_path) == ["./shop"]
    assert completed("odw-tui explain n", tmp_path) == ["notes.log"]


def test_bash_completes_addresses_behind_their_colon(program: Path) -> None:
    workspace = Path(project("d"))
    (run,) = [word for word in odw_tui("completion", "addresses", cwd=workspace).lines if word.startswith("odw:")][:1]
    assert "latest" in completed("odw-tui show ", workspace)
    assert completed(f"odw-tui show {run[:-3]}", workspace) == [run.removeprefix("odw:")]


def completed_by_fish(line: str, cwd: Path | None = None) -> list[str]:
    """What fish offers behind ``line``, sorted as it sorts."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    ask = 'odw-tui completion fish | source; complete -C "$argv[1]"'
    done = subprocess.run(
        ["fish", "--no-config", "-c", ask, line], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return [offered.split("\t")[0] for offered in done.stdout.splitlines()]


@pytest.mark.parametrize(("line", "offered"), LINES)
def test_fish_completes(program: Path, tmp_path: Path, line: str, offered: list[str]) -> None:
    # fish repeats the option before "=".
    head = "--state=" if line.endswith("--state=f") else ""
    assert completed_by_fish(line, tmp_path) == sorted(head + word for word in offered)


def test_fish_completes_folders_files_and_addresses(program: Path, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "notes.log").touch()
    assert completed_by_fish("odw-tui --root sh", tmp_path) == ["shop/"]
    assert completed_by_fish("odw-tui --config n", tmp_path) == ["notes.log"]
    assert completed_by_fish("odw-tui explain n", tmp_path) == ["notes.log"]
    workspace = Path(project("d"))
    (run,) = [word for word in odw_tui("completion", "addresses", cwd=workspace).lines if word.startswith("odw:")][:1]
    assert completed_by_fish(f"odw-tui show {run[:-3]}", workspace) == [run]


def test_what_goes_wrong_is_silent(program: Path, home: Path) -> None:
    file = home / ".config" / "odw-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("theme = 3")
    asked = odw_tui("completion", "addresses")
    assert (asked.code, asked.out, asked.err) == (0, "", "")
    assert completed("odw-tui show ") == []


def test_a_word_that_a_shell_would_read_otherwise_is_left_out() -> None:
    found = ["odw:good", "odw:$(reboot)", "odw:a b", "odw:`x`", "odw:\x1b[2J", "codex:019a-77"]
    assert candidates(found).document()["words"] == ["odw:good", "codex:019a-77"]
