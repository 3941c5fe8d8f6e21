"""Screens: which rooms are open, and whether anybody can see one. Asks tmux and the process table, changes neither."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import NamedTuple

from odw_core.process.spawn import started_mark
from odw_core.runs.folders import private_chain, read_object, write_private

FOLDER = "screens"
_PANE = re.compile(r"^%\d{1,9}$")
_PATIENCE_S = 2.0
_NOT_RUNNING = "TtZXx"
"""States of a process that was stopped, as by ctrl+z, or is over."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One room, as it says of itself."""

    pid: int
    started: str | None
    """When its process began; see ``started_mark``."""
    tty: str = ""
    socket: str = ""
    """Of the tmux server it is in; empty outside of tmux."""
    pane: str = ""
    places: tuple[str, ...] = ()
    has_focus: bool = True
    """Whether its terminal has the focus, as far as the terminal says so."""

    def shows(self, place: str) -> bool:
        """Whether what happens in ``place`` is shown there; an unknown place may be."""
        return not place or any(PurePath(place).is_relative_to(one) for one in self.places)


class _View(NamedTuple):
    is_seen: bool
    """Whether its terminal is in front of anybody."""
    is_in_front: bool
    """Whether it is what that person has in front of them there."""


def this_screen(places: Iterable[str], environ: Mapping[str, str], tty: str) -> Screen:
    """The room in this process."""
    socket, pane = environ.get("TMUX", "").rsplit(",", 2)[0], environ.get("TMUX_PANE", "")
    is_in_tmux = bool(socket) and _PANE.match(pane) is not None
    return Screen(
        os.getpid(),
        started_mark(os.getpid()),
        tty,
        socket if is_in_tmux else "",
        pane if is_in_tmux else "",
        tuple(places),
    )


def announce(state: Path, screen: Screen) -> None:
    """Say that it is open. Raises ``OSError`` or ``OdwError`` when that cannot be written."""
    write_private(private_chain(state, FOLDER) / str(screen.pid), asdict(screen))


def withdraw(state: Path, screen: Screen) -> None:
    """Say that it is closed."""
    with suppress(OSError):
        (state / FOLDER / str(screen.pid)).unlink(missing_ok=True)


def can_be_seen(state: Path, place: str) -> bool:
    """Whether an open room shows ``place`` to anybody. A tmux without a client shows nothing."""
    return any(_view(one).is_seen for one in open_screens(state) if one.shows(place))


def is_looked_at(screen: Screen) -> bool:
    """Whether a person has that room in front of them, with the focus on it."""
    return screen.has_focus and _view(screen).is_in_front


def anybody_looks(state: Path, place: str) -> bool:
    """Whether any open room that shows ``place`` is looked at."""
    return any(is_looked_at(one) for one in open_screens(state) if one.shows(place))


def open_screens(state: Path) -> Iterator[Screen]:
    """Every room whose process runs; what a dead one left behind is cleared away."""
    try:
        with os.scandir(state / FOLDER) as entries:
            names = sorted(entry.name for entry in entries if entry.name.isdecimal())
    except OSError:
        return
    for name in names:
        screen = _read(state / FOLDER / name)
        if screen is None or str(screen.pid) != name:
            continue
        match _is_running(screen):
            case True:
                yield screen
            case None:
                withdraw(state, screen)


def _read(path: Path) -> Screen | None:
    said = read_object(path)
    try:
        made = Screen(**said) if said is not None else None  # type: ignore[arg-type]
        is_right = made is not None and isinstance(made.pid, int) and isinstance(made.socket, str)
        return replace(made, places=tuple(map(str, made.places))) if made is not None and is_right else None
    except TypeError:
        return None


def _is_running(screen: Screen) -> bool | None:
    """None when its process is gone."""
    if screen.started is None:
        try:
            os.kill(screen.pid, 0)
        except ProcessLookupError:
            return None
        except OSError:
            return False
        return True
    if started_mark(screen.pid) != screen.started:
        return None
    try:
        stat = Path(f"/proc/{screen.pid}/stat").read_bytes()
    except OSError:
        return None
    return stat.rpartition(b")")[2].split()[0].decode("ascii", "replace") not in _NOT_RUNNING


def _view(screen: Screen) -> _View:
    if not screen.socket or not _PANE.match(screen.pane):
        return _View(True, True)
    asked = "#{session_attached} #{window_active} #{pane_active}"
    argv = ["tmux", "-S", screen.socket, "display-message", "-p", "-t", screen.pane, asked]
    try:
        told = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        return _View(False, False)
    except OSError:
        # Without the program nobody can tell.
        return _View(True, True)
    numbers = told.stdout.split()
    is_seen = told.returncode == 0 and len(numbers) == 3 and numbers[0] != b"0"
    return _View(is_seen, is_seen and b"0" not in numbers)
