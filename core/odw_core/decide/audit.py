"""Audit: one line for each decision and command, appended to a file in the state folder that only its owner reads.

Keeps what was decided, by whom and what came of it; never what was typed into a field, and no secret of known shape.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.errors import Refused
from odw_core.text.ansi import one_line

FILE_NAME = "audit.jsonl"
_LONGEST = {
    "who": 200,
    "command": 100,
    "address": 300,
    "question": 100,
    "digest": 100,
    "verdict": 100,
    "outcome": 100,
    "reason": 500,
}
"""What is written as words, in the order of a line, and how many letters of each are kept."""
_READ_AT_MOST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. One that is made without a time is of now."""

    who: str
    command: str
    """The command's id."""
    address: str
    digest: str
    verdict: str
    """A word such as ``accept``, ``start``, ``interrupt``; answers do not belong here."""
    outcome: str
    question: str = ""
    reason: str = ""
    at: float = field(default_factory=SystemClock().now)
    """Unix seconds."""


def who(where: str) -> str:
    """Who decides, and from where: ``login@host (screen)``."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError, ImportError):
        login = str(os.getuid())
    return one_line(f"{login}@{socket.gethostname()} ({where})", 200)


def record(state: Path, entry: Entry) -> None:
    """Append one line below ``state``. Raises ``OSError`` when that is not possible, ``Refused`` when the file is
    somebody else's or no file at all: then nothing that was to be recorded may be done."""
    line = {
        "at": entry.at,
        **{name: one_line(getattr(entry, name), longest) for name, longest in _LONGEST.items()},
    }
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state / FILE_NAME
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            raise Refused(f"{path} is not a file of yours, so nothing is decided; move it away.")
        if found.st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        # One write, so that lines of two rooms never mix.
        file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")


def entries(state: Path) -> Iterator[Entry]:
    """What was recorded, the oldest first; lines that are none are passed over. Empty when there is no such file."""
    try:
        descriptor = os.open(state / FILE_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return
        for line in file.read(_READ_AT_MOST).splitlines():
            if (entry := _entry(line)) is not None:
                yield entry


def _entry(line: bytes) -> Entry | None:
    try:
        told = json.loads(line)
        texts = {name: told.get(name, "") for name in _LONGEST}
        if not all(isinstance(text, str) for text in texts.values()):
            return None
        return Entry(at=float(told["at"]), **texts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
