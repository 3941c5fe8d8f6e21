"""World: everything the doctor may look at, handed in, so that a test can build one. Opens nothing by itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath

from odw_core.diagnose.doctor.wording import at_home
from odw_core.model.problem import Problem
from odw_core.paths import Paths
from odw_core.process.table import PROC
from odw_core.process.tmux import passthrough

_MARKS = (".odw", ".pandacode", ".converge")


@dataclass(frozen=True, slots=True)
class World:
    """One machine at one moment, as one user sees it."""

    environ: Mapping[str, str]
    """Only variables that are known to be harmless are ever repeated."""
    places: tuple[str, ...]
    """Absolute paths of the workspaces."""
    codex_homes: tuple[str, ...]
    own: Paths
    """Where odw-tui keeps its own things."""
    now: float
    """Unix seconds."""
    user: int
    """Effective user id."""
    problems: tuple[Problem, ...] = ()
    """What the room could not read."""
    screen: tuple[int, int] | None = None
    """Columns and rows of the terminal; None when there is none."""
    which: Callable[[str], str | None] = shutil.which
    """Finds a program on PATH."""
    may: Callable[[str, int], bool] = field(default=os.access)
    """Whether the system lets us read, write or enter a path."""
    proc: Path = PROC
    passthrough: Callable[[], str | None] = lambda: None
    """Whether the tmux around hands on what is meant for its terminal; None where there is none to ask."""

    @property
    def home(self) -> str:
        """The home folder, empty when it is not known."""
        return self.environ.get("HOME", "")

    def short(self, path: str) -> str:
        """``path`` as a sentence says it."""
        return at_home(path, self.home)


def is_codex_home(place: str, environ: Mapping[str, str]) -> bool:
    """Whether a place is a Codex home and no workspace, as far as names tell; it need not be there."""
    if place == environ.get("CODEX_HOME") or PurePath(place).name == ".codex":
        return True
    has_runs = any(Path(place, mark).is_dir() for mark in _MARKS)
    return not has_runs and any(Path(place, name).is_dir() for name in ("sessions", "archived_sessions"))


def this_world(
    places: Sequence[str],
    own: Paths,
    *,
    problems: Sequence[Problem] = (),
    screen: tuple[int, int] | None = None,
    environ: Mapping[str, str] = os.environ,
    asks_tmux: bool = True,
) -> World:
    """The machine this runs on, now. ``places`` are workspaces and Codex homes, as the room has them; without
    ``asks_tmux`` no process is started for it."""
    homes = tuple(place for place in places if is_codex_home(place, environ))
    return World(
        environ=environ,
        places=tuple(place for place in places if place not in homes),
        codex_homes=homes,
        own=own,
        now=time.time(),
        user=os.geteuid(),
        problems=tuple(problems),
        screen=screen,
        which=partial(shutil.which, path=environ.get("PATH", os.defpath)),
        passthrough=partial(passthrough, environ) if asks_tmux else lambda: None,
    )
