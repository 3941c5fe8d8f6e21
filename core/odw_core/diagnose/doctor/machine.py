"""Checks of the machine around: disk space, the terminal, the clock, and where odw-tui keeps its own things."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import Reach, changed_at, is_mine, nearest_there, reach, size_below
from odw_core.diagnose.doctor.wording import command, size, span_of_time
from odw_core.diagnose.doctor.world import World

_FULL, _TIGHT = 100_000_000, 1_000_000_000
_TIGHT_SHARE = 0.02
_FEW_FILES = 1_000
_AHEAD_S = 60.0
_LEAST_COLUMNS, _LEAST_ROWS = 60, 16


class Space(NamedTuple):
    """What is left on one disk for this user."""

    free: int
    """Bytes."""
    total: int
    files: int | None
    """How many more files it takes; None when it does not count them."""


def disk_checks(world: World) -> Iterator[Check]:
    """Every disk that something of ours lies on, once."""
    seen: set[int] = set()
    for path in (*world.places, *world.codex_homes, str(world.own.cache)):
        try:
            there = nearest_there(path)
            device = Path(there).stat().st_dev
            status = os.statvfs(there)
        except OSError:
            continue
        if device in seen:
            continue
        seen.add(device)
        files = status.f_favail if status.f_files else None
        space = Space(status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize, files)
        yield judge_disk(there, space, world)


def judge_disk(path: str, space: Space, world: World) -> Check:
    """Whether there is room for the transcripts of some hours."""
    said = f"{size(space.free)} of {size(space.total)} are free on the disk of {world.short(path)}"
    fix = "Free some space; old worktrees, node_modules and packages of Codex daemons are the large ones."
    do = command("du", "-xh", "--max-depth=2", path)
    if space.free < _FULL or (space.files is not None and space.files < 1):
        return Check("disk", "disk space", Level.FAIL, f"{said}: transcripts will be cut.", fix, do, path)
    if space.files is not None and space.files < _FEW_FILES:
        detail = f"The disk of {world.short(path)} takes only {space.files} more files."
        return Check("disk", "disk space", Level.WARN, detail, fix, do, path)
    if space.free < _TIGHT or space.free < _TIGHT_SHARE * space.total:
        return Check("disk", "disk space", Level.WARN, f"{said}.", fix, do, path)
    return Check("disk", "disk space", Level.PASS, f"{said}.", subject=path)


def terminal_checks(world: World) -> Iterator[Check]:
    """Colours, letters and size of the terminal."""
    environ = world.environ
    term = environ.get("TERM", "")
    if world.screen is None:
        detail = "There is no terminal here, so odw-tui prints instead of opening the screen."
        yield Check("terminal", "terminal", Level.INFO, detail)
    elif term in ("", "dumb"):
        fix = "Use another terminal, or say what it is."
        detail = f"TERM is {term or 'not set'}, so the screen cannot be drawn."
        yield Check("terminal", "terminal", Level.WARN, detail, fix, "export TERM=xterm-256color")
    else:
        columns, rows = world.screen
        level, fix = Level.PASS, ""
        if columns < _LEAST_COLUMNS or rows < _LEAST_ROWS:
            level, fix = Level.WARN, f"Give it {_LEAST_COLUMNS} columns and {_LEAST_ROWS} rows at least."
        yield Check("terminal", "terminal", level, f"{columns} columns, {rows} rows, {_colours(world)}.", fix)
    yield _letters_check(world)
    yield from _passthrough_check(world)


def _passthrough_check(world: World) -> Iterator[Check]:
    """Within tmux a notification gets to the desktop only if tmux lets it through."""
    said = world.passthrough()
    if said is None:
        return
    if said in ("on", "all", "1"):
        yield Check("tmux", "tmux", Level.PASS, "It hands notifications on to your terminal.")
        return
    detail = "It keeps notifications of questions to itself: allow-passthrough is off."
    fix = "Let it hand them on; the same line without tmux belongs into ~/.tmux.conf."
    do = command("tmux", "set", "-g", "allow-passthrough", "on")
    yield Check("tmux", "tmux", Level.INFO, detail, fix, do)


def _colours(world: World) -> str:
    environ = world.environ
    if environ.get("NO_COLOR"):
        return "no colour, since NO_COLOR is set"
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "all colours"
    return "256 colours" if "256" in environ.get("TERM", "") else "16 colours; the theme ansi fits best"


def _letters_check(world: World) -> Check:
    variable = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if world.environ.get(name)), None)
    value = world.environ.get(variable, "") if variable else ""
    if "utf-8" in value.lower() or "utf8" in value.lower():
        return Check("letters", "letters", Level.PASS, f"{variable} asks for UTF-8.")
    # Python takes these two for UTF-8 by itself; other programs of the same terminal do not.
    if value in ("", "C", "POSIX"):
        detail = "No variable asks for UTF-8; odw-tui writes it all the same, other programs may show other signs."
        return Check("letters", "letters", Level.INFO, detail, "Ask for it, or use --ascii.", "export LANG=C.UTF-8")
    detail = f"{variable} asks for another alphabet than UTF-8, so signs may be replaced."
    return Check("letters", "letters", Level.WARN, detail, "Ask for UTF-8, or use --ascii.", "export LANG=C.UTF-8")


def clock_checks(world: World) -> Iterator[Check]:
    """Whether files come from the future: then every age on the screen is wrong."""
    zone = time.strftime("%Z (UTC%z)", time.localtime(world.now))
    folders = [f"{place}/{below}" for place in world.places for below in (".odw/runs", ".converge/runs", "logs")]
    folders += [f"{home}/sessions" for home in world.codex_homes]
    ahead = [(changed, folder) for folder in folders if (changed := changed_at(folder)) and changed > world.now]
    if ahead and max(ahead)[0] - world.now > _AHEAD_S:
        changed, folder = max(ahead)
        detail = (
            f"{world.short(folder)} was written {span_of_time(changed - world.now)} in the future, so ages are wrong."
        )
        yield Check("clock", "clock", Level.WARN, detail, "Set the clock of this machine, or of the one that wrote it.")
        return
    yield Check("clock", "clock", Level.PASS, f"It fits the files; times are shown in {zone}.")


def own_checks(world: World) -> Iterator[Check]:
    """The folders of odw-tui itself."""
    for name, folder in (("cache", world.own.cache), ("state", world.own.state), ("config", world.own.config)):
        path = str(folder)
        there = nearest_there(path)
        yield judge_own(name, path, reach(there, world), world, is_made=there == path)


def judge_own(name: str, path: str, found: Reach, world: World, *, is_made: bool) -> Check:
    """``found`` is how the folder, or the one it would be made in, can be reached."""
    id_, title, shown = f"own_{name}", f"own {name}", world.short(path)
    if found in (Reach.WRITABLE, Reach.FOREIGN) or (is_made and name == "config"):
        if not is_made:
            return Check(id_, title, Level.PASS, f"{shown} is made as soon as it is needed.", subject=path)
        taken = size_below(path)
        much = " It may be deleted at any time." if name == "cache" else ""
        return Check(id_, title, Level.PASS, f"{shown} holds {size(taken.bytes)}.{much}", subject=path)
    without = {
        "cache": "every start reads everything anew",
        "state": "what you have seen is not remembered",
        "config": "settings cannot be saved from the screen",
    }[name]
    blocking = path if is_made else nearest_there(path)
    is_own = is_mine(blocking, world)
    do = command("chmod", "u+rwx", blocking) if is_own else command("sudo", "chown", str(world.user), blocking)
    if found in (Reach.NO_FOLDER, Reach.READ_ONLY_DISK):
        do = None
    detail = f"{shown} cannot be written, so {without}."
    return Check(id_, title, Level.WARN, detail, "Make it writable.", do, subject=path)
