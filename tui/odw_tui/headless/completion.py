"""Shell completion: what the parser takes, told to the scripts of the shells; what only a room knows they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator

from odw_core.service.documents.plain_values import Document
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import SCREEN, build_parser
from odw_tui.headless.commands import COMMANDS
from odw_tui.headless.completion_scripts import SCRIPTS, Kind, Option, Place, Verb
from odw_tui.headless.drawing import Look, words
from odw_tui.headless.options import ASKED_BY_SHELLS, STREAMS
from odw_tui.present.spans import Spans

_SCHEMA = 1


_KINDS = {"DIR": Kind.FOLDERS, "FILE": Kind.FILES, "F": Kind.FILES, "ADDRESS": Kind.ADDRESSES, "RUN": Kind.ADDRESSES}


def command_line() -> tuple[Verb, tuple[Verb, ...]]:
    """What the parser takes without a command, and every command."""
    parser = build_parser()
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    everywhere = {name: option for option in _options(parser) for name in option.names}
    bare = Verb("", "", tuple(_options(parser)), Place(Kind.FOLDERS))
    verbs = tuple(
        Verb(
            command.name, command.summary, tuple(_told(_options(one), everywhere)), _operand(one, command.takes_folders)
        )
        for command in COMMANDS
        if command.name != SCREEN and (one := commands.choices[command.name])
    )
    return bare, verbs


def script(shell: str) -> Answer:
    """The script of one shell."""
    text = SCRIPTS[shell](*command_line())

    def document() -> Document:
        return {"schema": _SCHEMA, "shell": shell, "script": text}

    return Answer(document, lambda look: _lines(text.splitlines(), look))


def candidates(found: Iterable[str]) -> Answer:
    """What the scripts ask for, one a line; what a shell would have to quote is left out."""
    kept = [one for one in found if one.isprintable() and not set(one) & set(" \t'\"\\$`;&|<>()*?[]{}!#~")]
    return Answer(lambda: {"schema": _SCHEMA, "words": kept}, lambda look: _lines(kept, look))


def _lines(texts: Iterable[str], look: Look) -> Iterator[Spans]:
    return (words(text) for text in texts)


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:
        if action.option_strings:
            said = "" if action.help in (None, argparse.SUPPRESS) else str(action.help)
            yield Option(tuple(action.option_strings), said.split(" (")[0], _value(action))


def _told(options: Iterable[Option], everywhere: dict[str, Option]) -> Iterator[Option]:
    """Options with the help that they have elsewhere, where it is not repeated."""
    for one in options:
        known = everywhere.get(one.names[0])
        yield one._replace(help=known.help) if known and not one.help else one


def _value(action: argparse.Action) -> Place:
    if action.nargs == 0:
        return Place(Kind.NOTHING)
    if action.choices is not None:
        return Place(Kind.WORDS, tuple(str(one) for one in action.choices if one not in ASKED_BY_SHELLS))
    match action.dest:
        case "stream":
            return Place(Kind.WORDS, STREAMS)
        case "theme":
            return Place(Kind.THEMES)
    return Place(_KINDS.get(str(action.metavar), Kind.ANYTHING))


def _operand(parser: argparse.ArgumentParser, takes_folders: bool) -> Place:
    for action in parser._actions:
        if not action.option_strings:
            return _value(action)
    return Place(Kind.FOLDERS if takes_folders else Kind.ANYTHING)
