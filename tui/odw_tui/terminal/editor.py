"""The person's own editor on one file: its command line, and the terminal lent to it. Opens nothing else.

A path is followed through links first, so that nothing but a regular file below a watched place is ever handed over.
"""

from __future__ import annotations

import shlex
import stat
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from odw_core.text.ansi import one_line

_SHOWN = 300
_VARIABLES = ("VISUAL", "EDITOR")
_READ_ONLY = {
    "vi": "-R",
    "vim": "-R",
    "nvim": "-R",
    "view": "-R",
    "nano": "-v",
    "kak": "-ro",
    "micro": "-readonly=true",
}
_PLUS = {
    "vi",
    "vim",
    "nvim",
    "view",
    "nano",
    "emacs",
    "emacsclient",
    "kak",
    "micro",
    "joe",
    "mg",
    "ne",
    "pico",
    "ed",
    "ex",
}
_COLON = {"hx", "helix", "subl", "zed"}
_GOTO = {"code", "codium", "code-insiders", "cursor"}


class CannotEdit(Exception):
    """Why the editor was not opened, as a sentence."""


@dataclass(frozen=True, slots=True)
class Editing:
    """An editor that is to be opened. ``is_read_only`` when it was asked not to write."""

    argv: tuple[str, ...]
    name: str
    path: str
    line: int
    is_read_only: bool

    @property
    def words(self) -> str:
        """What was done, as a sentence."""
        kept = "; read-only, since a run wrote it" if self.is_read_only else ""
        return f"Back from {self.name}: {one_line(self.path, _SHOWN)}:{self.line}{kept}."


def editing(
    path: str, line: int, places: Iterable[str], environment: Mapping[str, str], *, wrote_a_run: bool
) -> Editing:
    """How ``path`` is opened at ``line`` (from 1). Raises ``CannotEdit`` when it must not be, or nobody says with what.

    A file that a run wrote is opened read-only where the editor knows how.
    """
    real = _checked(path, places)
    command = next((environment[name] for name in _VARIABLES if environment.get(name, "").strip()), "")
    if not command:
        raise CannotEdit(f"No editor is set; export EDITOR and try again. The file is {one_line(real, _SHOWN)}")
    try:
        given = shlex.split(command)
    except ValueError:
        raise CannotEdit(f"The editor command {command!r} cannot be understood; check VISUAL and EDITOR.") from None
    name = Path(given[0]).name.removesuffix(".exe")
    guard = _READ_ONLY.get(name, "") if wrote_a_run else ""
    return Editing(
        argv=(*given, *([guard] if guard else ()), *_at(name, real, max(1, line))),
        name=name,
        path=real,
        line=max(1, line),
        is_read_only=bool(guard),
    )


def _at(name: str, path: str, line: int) -> tuple[str, ...]:
    if name in _GOTO:
        return ("--goto", f"{path}:{line}")
    if name in _COLON:
        return (f"{path}:{line}",)
    return (f"+{line}", path) if name in _PLUS else (path,)


def _checked(path: str, places: Iterable[str]) -> str:
    if "\0" in path or not Path(path).is_absolute():
        raise CannotEdit("This text is no file of its own, so there is nothing to open.")
    try:
        real = Path(path).resolve()
        if not any(real.is_relative_to(Path(place).resolve()) for place in places if place):
            raise CannotEdit("Not opened: that file lies outside of every place this room watches.")
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links go round"
        raise CannotEdit(f"{one_line(path, _SHOWN)} cannot be opened: {reason}") from None
    if not stat.S_ISREG(mode):
        raise CannotEdit(f"{one_line(path, _SHOWN)} is no regular file, so it is not opened.")
    return str(real)


def edit(what: Editing, lend: Callable[[], AbstractContextManager[None]]) -> str:
    """Give the terminal away with ``lend``, wait for the editor, and say what happened."""
    with lend():
        try:
            code = subprocess.run(what.argv, check=False).returncode
        except OSError as error:
            raise CannotEdit(f"{what.name} cannot be started: {error.strerror or error}") from None
    return (
        what.words
        if code == 0
        else f"{what.name} ended with exit code {code}: {one_line(what.path, _SHOWN)}:{what.line}"
    )
