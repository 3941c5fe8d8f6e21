"""Which program a command line runs: a file, a script, or a module of Python. Pure, never raises."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

_PYTHON = re.compile(r"(python|pypy)[\d.]*w?(\.exe)?")
_WITH_VALUE = "XWc"
"""Options of Python that take the next word, unless a value follows in the same one."""


def runs(command: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the program is the first of ``words`` and all others are among its arguments."""
    name, arguments = program_of(command)
    return bool(words) and name == words[0] and all(word in arguments for word in words[1:])


def program_of(command: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Name and arguments of what runs; the name is empty for code given as a word (``python -c``)."""
    if not command:
        return "", ()
    name = os.path.basename(command[0])  # noqa: PTH119
    return _of_python(command[1:]) if _PYTHON.fullmatch(name) else (name, command[1:])


def _of_python(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if not word.startswith("-") or word == "-":
            return _script(word), words[at:]
        if word.startswith("--"):
            continue
        option, value = _with_value(word)
        if option == "m":
            module, rest = (value, words[at:]) if value else (next(iter(words[at:]), ""), words[at + 1 :])
            return module.partition(".")[0], rest
        if option == "c":
            break
        if option and not value:
            at += 1
    return "", ()


def _with_value(word: str) -> tuple[str, str]:
    """The first option of ``-uXdev`` that takes a value, and that value: ``("X", "dev")``."""
    found = re.search(f"[m{_WITH_VALUE}]", word[1:])
    return ("", "") if found is None else (found[0], word[1 + found.end() :])


def _script(path: str) -> str:
    """The name of a script, or of the folder that is run as a whole."""
    folder, name = os.path.split(path.rstrip("/"))
    if name == "__main__.py":
        name = os.path.basename(folder)  # noqa: PTH119
    return name.removesuffix(".py")
