"""The command line: opens the room, prints, and turns every error into its exit code. Nothing else does either.

Loads neither Textual nor asyncio, pydantic, aiosqlite or watchfiles before a command needs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from odw_core.errors import OdwError
from odw_tui.cli.invocation import FAILURE, FINE, INTERRUPTED, Invocation, configuration
from odw_tui.cli.printing import narrate
from odw_tui.headless.arguments import SCREEN, build_parser, parse
from odw_tui.headless.commands import command_table

__all__ = ["build_parser", "command_table", "main"]

_DRIVING = frozenset(
    ("start", "resume", "rerun", "cancel", "adopt", "repeat", "pin", "commit", "answer", "approve", "reject")
)
"""Commands that want something of a run."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the value is the exit code."""
    _prepare_streams()
    try:
        try:
            return _run(sys.argv[1:] if words is None else words)
        finally:
            # What goes wrong with stdout must come up here, not when the interpreter ends.
            sys.stdout.flush()
    except OdwError as error:
        narrate(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return FINE
    except OSError as error:
        _drop_stdout()
        narrate(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
        return FAILURE


def _run(words: Sequence[str]) -> int:
    given = parse(words)
    if given.command in ("config", "completion"):
        from odw_tui.cli import settings

        return settings.config(given) if given.command == "config" else settings.completion(given)
    return _does(given.command)(Invocation(given, configuration(given)))


def _does(command: str) -> Callable[[Invocation], int]:
    """What carries it out; only its own part of the program is loaded."""
    match command:
        case name if name in _DRIVING:
            from odw_tui.cli import driving

            return driving.COMMANDS[command]
        case "demo":
            from odw_tui.cli.demo import demo

            return demo
        case name if name == SCREEN:
            from odw_tui.cli.screen import screen

            return screen
        case _:
            from odw_tui.cli import looking

            return looking.COMMANDS.get(command, looking.answer)


def _prepare_streams() -> None:
    """A stream that was closed takes everything and keeps nothing; one with few letters spells out the others."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """Let what is still buffered go nowhere, quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
