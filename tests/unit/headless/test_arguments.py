"""What can be typed, where, and what is said about everything else."""

from __future__ import annotations

import shlex

import pytest

from odw_core.errors import UsageError
from odw_tui.cli import build_parser, command_table
from odw_tui.headless.arguments import SCREEN, Given, parse
from odw_tui.headless.commands import COMMANDS, Command


def refused(*words: str) -> str:
    """What is said about words that cannot be meant."""
    with pytest.raises(UsageError) as caught:
        parse(words)
    return str(caught.value)


def test_without_a_command_the_screen_is_meant() -> None:
    assert parse([]).command == SCREEN
    assert parse(["shop", "--ascii", "billing"]).roots == ["shop", "billing"]
    assert parse(["--theme", "light", "shop"]).command == SCREEN


def test_a_folder_that_is_called_like_a_command_or_an_option_can_be_named() -> None:
    assert parse(["./status"]).roots == ["./status"]
    assert parse(["--", "--odd"]).roots == ["--odd"]
    assert parse(["--root", "status"]).roots == ["status"]


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if command.takes_folders], ids=lambda one: one.name
)
def test_options_of_everywhere_stand_before_or_after_a_command(command: object) -> None:
    name = getattr(command, "name", "")
    given = parse(["--root", "a", "--no-cache", name, "--root", "b", "c", "--ascii", "d", "--config", "x.toml"])
    assert given.roots == ["a", "b", "c", "d"]
    assert (given.command, given.no_cache, given.is_ascii, given.config) == (name, True, True, "x.toml")


def test_what_this_version_has_no_use_for_is_accepted() -> None:
    words = ["--codex-home", "a", "--no-codex", "--read-only"]
    assert parse([*words, "status"]).command == parse(["status", *words]).command == "status"


def test_everything_has_a_value_when_nothing_was_typed() -> None:
    given = parse(["status"])
    assert (given.roots, given.as_json, given.quiet, given.theme, given.stream) == ([], False, False, None, None)


def test_the_screen_can_be_opened_somewhere() -> None:
    given = parse(["--open", "odw:run/task", "--stream", "stderr", "shop"])
    assert (given.open_address, given.stream, given.roots) == ("odw:run/task", "stderr", ["shop"])


def test_each_command_takes_what_it_documents() -> None:
    assert parse(["list", "--state", "failed", "--state", "blocked", "--engine", "odw"]).states == ["failed", "blocked"]
    assert parse(["logs", "latest", "--stream", "stderr", "-f", "--raw"]).follow
    assert parse(["status", "-q"]).quiet
    assert parse(["watch", "--jsonl", "--initial"]).initial
    assert parse(["inspect", "shop", "--json"]).roots == ["shop"]
    replayed = parse(["demo", "--replay", "--keep", "here", "--pace", "3"])
    assert (replayed.replay, replayed.pace) == (True, 3.0)
    live = parse(["demo", "--headless", "--set", "gate=auto", "--agent", "codex"])
    assert (live.replay, live.sets, live.agent) == (False, ["gate=auto"], "codex")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "--stat", "x"], "odw-tui list has no option --stat; did you mean --state?"),
        (["--thme", "x"], "odw-tui has no option --thme; did you mean --theme?"),
        (["status", "-x"], "odw-tui status has no option -x; see odw-tui status --help."),
        (["list", "--state", "done "], "argument --state: invalid choice: 'done '"),
        (["show"], "the following arguments are required: ADDRESS; see odw-tui show --help."),
        (["show", "a", "b"], "odw-tui show takes no 'b' here; see odw-tui show --help."),
        (["--theme", "light", "status"], "--theme before status means the screen, which status does not open"),
        (["demo", "--pace", "fast"], "argument --pace: invalid float value: 'fast'; see odw-tui demo --help."),
    ],
)
def test_a_mistake_is_told_with_the_next_step(words: list[str], said: str) -> None:
    assert refused(*words).startswith(said)


@pytest.mark.parametrize("words", [["--help"], ["shop", "--help"], ["-h"]])
def test_help_names_every_command_and_every_exit_code(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(f"  {command.name} " in said for command in COMMANDS)
    assert all(code in said for code in ("0 fine", "2 usage", "3 config", "4 nothing found", "130 interrupted"))


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_the_help_of_a_command_has_an_example_that_can_be_typed(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse([command.name, "--help"])
    assert f"example:\n  {command.example}\n" in capsys.readouterr().out
    typed = shlex.split(command.example.split("|")[0])
    assert typed[0] == "odw-tui"
    assert parse(typed[1:]).command == command.name


def test_no_line_of_the_help_is_wider_than_a_common_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], *([command.name, "--help"] for command in COMMANDS)):
        with pytest.raises(SystemExit):
            parse(words)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 120


def test_the_table_for_the_readme_names_what_the_parser_takes() -> None:
    first, *rest = (typed for typed, _ in command_table())
    assert first == "odw-tui [DIR…]"
    assert {typed.split()[1] for typed in rest} == {command.name for command in COMMANDS}
    given = build_parser().parse_args(["status"], namespace=Given())
    assert given.command == "status"
