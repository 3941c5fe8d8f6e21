"""What can be typed after ``odw-tui``: the parser, made from the table of commands. Imports no screen, runs nothing."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from itertools import filterfalse
from typing import NoReturn

from odw_core import __version__
from odw_core.errors import UsageError
from odw_tui.headless.commands import COMMANDS, Command
from odw_tui.headless.options import add_folders

SCREEN = "room"
"""Name of the command that is meant when none is named."""

_BY_NAME = {command.name: command for command in COMMANDS}

_USAGE = """odw-tui [OPTION…] [DIR…]
       odw-tui COMMAND [OPTION…]"""

_COMMAND_LIST = "\n".join(f"  {command.name:<18}{command.summary}" for command in COMMANDS)

_DESCRIPTION = f"""\
The control room for coding agents that work in parallel. Without a command it opens the screen.

commands:
{_COMMAND_LIST}"""

_EPILOG = """\
addresses:
  odw:RUN[/TASK[/ATTEMPT]], converge:RUN[/REPO], scenario:LOG[/NUMBER], codex:SESSION,
  pandacode:RUNTIME:SESSION, question:ID; any unique beginning will do;
  latest is the newest run, latest/TASK a task of it

exit codes:
  0 fine, 1 failure, 2 usage, 3 config, 4 nothing found, 5 something waits for a person (status -q),
  6 the decision was stale, 7 refused, 130 interrupted; a broken pipe ends quietly

output and files:
  stdout is data, stderr is narration; no colour in a pipe, with NO_COLOR or with TERM=dumb
  $XDG_CONFIG_HOME/odw-tui/config.toml is yours, unless --config or $ODW_TUI_CONFIG names another one;
  $XDG_CACHE_HOME/odw-tui may be deleted at any time

examples:
  odw-tui ~/work/shop               the room of one workspace
  odw-tui demo                      how it works: a live run with agents that play
  odw-tui list --state failed       what broke
  odw-tui logs latest -f            follow the newest run
  odw-tui approve 3f9a --yes        let happen what question 3f9a… asks about"""


class Given(argparse.Namespace):
    """Everything that was typed, with what holds when it was not."""

    command: str = SCREEN
    folders: Sequence[str] = ()
    root: list[str] | None = None
    root_after: list[str] | None = None
    config: str | None = None
    is_ascii: bool = False
    no_cache: bool = False
    codex_homes: list[str] | None = None
    codex_homes_after: list[str] | None = None
    no_codex: bool = False
    theme: str | None = None
    open_address: str | None = None
    stream: str | None = None
    as_json: bool = False
    quiet: bool = False
    states: list[str] | None = None
    engine: str | None = None
    address: str = ""
    words: Sequence[str] = ()
    limit: int = 200
    titles_only: bool = False
    files: Sequence[str] = ()
    stdout: str | None = None
    exit_code: int | None = None
    expect_json: bool = False
    follow: bool = False
    raw: bool = False
    report: str | None = None
    force: bool = False
    initial: bool = False
    notify: bool = False
    about: str = ""
    shell: str | None = None
    has_origin: bool = False
    has_origins: bool = False
    replay: bool = False
    keep: str | None = None
    headless: bool = False
    pace: float = 1.0
    read_only: bool = False
    workflow: str = ""
    input: str | None = None
    sets: Sequence[str] = ()
    argv: Sequence[str] = ()
    """What stands behind ``--``: a command, word by word."""
    agent: str | None = None
    script: str | None = None
    after: str | None = None
    failed_only: bool = False
    from_step: str | None = None
    branch: str | None = None
    message: str | None = None
    is_off: bool = False
    is_cleaning: bool = False
    foreground: bool = False
    is_check: bool = False
    is_after_current: bool = False
    text: str | None = None
    question: str = ""
    choice: int | None = None
    json_file: str | None = None
    """Where the answers of a form lie."""
    verdict: str | None = None
    reason: str | None = None
    digest: str | None = None
    confirm: str | None = None
    is_sure: bool = False
    is_dry_run: bool = False

    @property
    def roots(self) -> list[str]:
        """Every folder that was named, as an option or by itself."""
        return [*(self.root or ()), *(self.root_after or ()), *self.folders]

    @property
    def codex_home(self) -> list[str]:
        """Every Codex home that was named, before or after the command."""
        return [*(self.codex_homes or ()), *(self.codex_homes_after or ())]


class Parser(argparse.ArgumentParser):
    """Raises ``UsageError`` where argparse would print and exit, and never guesses an abbreviated option."""

    def __init__(
        self,
        prog: str | None = None,
        usage: str | None = None,
        description: str | None = None,
        epilog: str | None = None,
        color: bool = False,
    ) -> None:
        super().__init__(
            prog, usage, description, epilog, formatter_class=_Formatter, allow_abbrev=False, add_help=False
        )
        # From Python 3.14 on argparse colours what it knows, which is only half of this help.
        self.color = color
        self.add_argument("-h", "--help", action="help", help="show this help")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help.")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=20, width=110)


def build_parser() -> Parser:
    """The whole command line; ``parse`` puts in the name of the screen's command where none was typed."""
    parser = Parser("odw-tui", _USAGE, _DESCRIPTION, _EPILOG)
    parser.add_argument("--version", action="version", version=f"odw-tui {__version__}", help="show the version")
    _add_everywhere(parser.add_argument_group("everywhere, before or after a command"), "root", "codex_homes")
    _add_screen(parser.add_argument_group("for the screen"))
    names = parser.add_subparsers(dest="command", prog="odw-tui", parser_class=Parser, help=argparse.SUPPRESS)
    for command in COMMANDS:
        one = names.add_parser(
            command.name,
            usage=f"odw-tui {command.usage}",
            description=_describe(command),
            epilog=f"example:\n  {command.example}\n\nOptions that work everywhere: odw-tui --help",
        )
        if command.takes_folders:
            add_folders(one)
        command.add_arguments(one)
        _add_everywhere(one, "root_after", "codex_homes_after", is_hidden=True)
    room = names.add_parser(SCREEN, usage=_USAGE)
    add_folders(room)
    _add_screen(room)
    _add_everywhere(room, "root_after", "codex_homes_after", is_hidden=True)
    return parser


def parse(words: Sequence[str]) -> Given:
    """What ``words`` ask for. Raises ``UsageError``; ends the program for ``--help`` and ``--version``."""
    known, argv = _split(_with_command(list(words)))
    given, rest = build_parser().parse_known_args(known, namespace=Given())
    given.argv = argv
    if given.command in _BY_NAME and _BY_NAME[given.command].takes_files:
        given.files, rest = [*given.files, *filter(_is_no_option, rest)], [*filterfalse(_is_no_option, rest)]
    for word in rest:
        if word.startswith("-"):
            raise UsageError(_unknown_option(word, given.command))
        if given.command in _BY_NAME and not _BY_NAME[given.command].takes_folders:
            raise UsageError(f"odw-tui {given.command} takes no {word!r} here; see odw-tui {given.command} --help.")
    # argparse leaves over the folders that stand behind an option.
    given.folders = [*given.folders, *rest]
    return given


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and the command behind ``--``, of which no word is read here. Only ``start`` takes one."""
    if "--" in words and "start" in words[: words.index("--")]:
        at = words.index("--")
        return words[:at], words[at + 1 :]
    return words, []


def _is_no_option(word: str) -> bool:
    return word == "-" or not word.startswith("-")


def _describe(command: Command) -> str:
    summary = command.summary[0].upper() + command.summary[1:] + "."
    return f"{summary}\n{command.notes}" if command.notes else summary


def _add_everywhere(group: argparse._ActionsContainer, roots: str, homes: str, *, is_hidden: bool = False) -> None:
    """Options taken before and after a command; ``roots`` and ``homes`` keep both places apart: argparse does not add
    them."""

    def words(text: str) -> str:
        return argparse.SUPPRESS if is_hidden else text

    add, omitted = group.add_argument, argparse.SUPPRESS
    add(
        "--root",
        action="append",
        metavar="DIR",
        dest=roots,
        default=omitted,
        help=words("workspace to look at, repeatable (default: this folder and the configured places)"),
    )
    add("--config", metavar="FILE", default=omitted, help=words("read this configuration instead of your own"))
    add("--ascii", dest="is_ascii", action="store_true", default=omitted, help=words("draw with ASCII only"))
    add("--no-cache", action="store_true", default=omitted, help=words("read everything anew and keep nothing"))
    add("--read-only", action="store_true", default=omitted, help=words("send, start and write nothing"))
    add(
        "--codex-home",
        action="append",
        metavar="DIR",
        dest=homes,
        default=omitted,
        help=words("Codex home, repeatable (default: $CODEX_HOME, else ~/.codex)"),
    )
    add("--no-codex", action="store_true", default=omitted, help=words("leave Codex homes alone"))


def _add_screen(group: argparse._ActionsContainer) -> None:
    add, omitted = group.add_argument, argparse.SUPPRESS
    add("--open", metavar="ADDRESS", dest="open_address", default=omitted, help="start on this run, task or session")
    add("--stream", metavar="S", default=omitted, help="with --open: start in this output of it")
    add("--theme", metavar="NAME", default=omitted, help="colour theme")


_ANSWERED_AT_ONCE = ("-h", "--help", "--version")
_OF_SCREEN = {"--open", "--stream", "--theme"}
_WITH_VALUE = {"--root", "--config", "--codex-home"} | _OF_SCREEN


def _with_command(words: list[str]) -> list[str]:
    """``words`` with the name of the screen's command in front when they name none."""
    place, of_screen = 0, ""
    while place < len(words) and words[place].startswith("-") and words[place] not in ("-", "--"):
        option = words[place].partition("=")[0]
        if option in _ANSWERED_AT_ONCE:
            return [option]
        if option in _OF_SCREEN:
            of_screen = option
        place += 2 if words[place] in _WITH_VALUE else 1
    first = words[place] if place < len(words) else ""
    if first not in _BY_NAME:
        return [word for word in words if word in _ANSWERED_AT_ONCE][:1] or [SCREEN, *words]
    if of_screen:
        raise UsageError(f"{of_screen} before {first} means the screen, which {first} does not open; leave one out.")
    return words


def _unknown_option(word: str, command: str) -> str:
    from difflib import get_close_matches

    where = f"odw-tui {command}" if command in _BY_NAME else "odw-tui"
    known = build_parser().format_help()
    if command in _BY_NAME:
        own = Parser()
        _BY_NAME[command].add_arguments(own)
        known += own.format_help()
    near = get_close_matches(word.partition("=")[0], sorted(set(re.findall(r"--[a-z-]+", known))), n=1)
    return f"{where} has no option {word}{f'; did you mean {near[0]}?' if near else f'; see {where} --help.'}"
