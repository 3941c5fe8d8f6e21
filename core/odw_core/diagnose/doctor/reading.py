"""Checks of what is read: problems, workspaces, and how many folders the kernel lets us watch."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import folders_in, is_chain, is_file, is_folder, is_mine, names_in
from odw_core.diagnose.doctor.wording import command, counted
from odw_core.diagnose.doctor.world import World
from odw_core.process.inotify import Watches, watch_limits, watches_in_use

_TOLD_PROBLEMS = 20
_DENIED = "permission denied"
_RUNTIMES = ("codex", "claude", "bamboo")

_PER_PLACE, _PER_HOME, _AT_WORK = 16, 16, 64
"""Folders that are watched for each workspace, for each Codex home, and for what is at work just now."""
_INSTANCES = 2
"""While folders change, the old watch ends after the new one began."""
_ENOUGH_WATCHES, _ENOUGH_INSTANCES = 524_288, 512


def problem_checks(world: World) -> Iterator[Check]:
    """What the room could not read."""
    # A place that cannot be read has a row of its own.
    problems = [problem for problem in world.problems if problem.path not in world.places]
    if not problems:
        rest = "else " if world.problems else ""
        yield Check("problems", "readable files", Level.PASS, f"Everything {rest}that was found could be read.")
    for problem in problems[:_TOLD_PROBLEMS]:
        where = f" from byte {problem.offset:,}" if problem.offset else ""
        is_denied = _DENIED in problem.reason.lower()
        fix = (
            "Make it readable for yourself." if is_denied else "It is left out and the rest is shown; look at the file."
        )
        yield Check(
            "problems",
            "unreadable",
            Level.WARN,
            f"{world.short(problem.path)}{where}: {problem.reason.rstrip('.')}.",
            fix,
            opening(problem.path, world) if is_denied else command("ls", "-la", problem.path),
            subject=problem.path,
        )
    more = len(problems) - _TOLD_PROBLEMS
    if more > 0:
        detail = f"{counted(more, 'more file')} could not be read."
        yield Check("problems", "unreadable", Level.WARN, detail, "status --json lists them all.", subject="more")


def place_checks(world: World) -> Iterator[Check]:
    """What lies in each workspace, and whether it can be read."""
    for place in world.places:
        yield _place_check(place, world)


def _place_check(place: str, world: World) -> Check:
    def check(level: Level, detail: str, fix: str = "", do: str | None = None) -> Check:
        return Check("place", "workspace", level, f"{world.short(place)} {detail}", fix, do, subject=place)

    try:
        is_there = stat.S_ISDIR(Path(place).stat().st_mode)
    except OSError as error:
        fix = "Name another folder, or take it out of the places in config.toml."
        return check(Level.WARN, f"cannot be looked at: {error.strerror or error}.", fix)
    if not is_there:
        return check(Level.WARN, "is no folder.", "Name the folder that holds .odw, .pandacode or .converge.")
    closed = [path for path in _folders_read(place) if not world.may(path, os.R_OK | os.X_OK)]
    if closed:
        names = ", ".join(world.short(path) for path in closed)
        return check(
            Level.FAIL, f"cannot be read: {names}.", "Make it readable for yourself.", opening(closed[0], world)
        )
    found = contents_of(place)
    if not found:
        return check(Level.INFO, "holds no runs.", "A run shows up here as soon as it starts; nothing is to be done.")
    return check(Level.PASS, f"holds {', '.join(found)}.")


def contents_of(place: str) -> list[str]:
    """What lies in a workspace, each kind with its number, from names alone."""
    odw = len(folders_in(f"{place}/.odw/runs")) if is_chain(place, ".odw/runs") else 0
    converge = 0
    if is_folder(f"{place}/.converge"):
        above = f"{place}/.converge/runs"
        converge = len(folders_in(above)) if is_folder(above) else 0
    sessions = sum(
        sum(name.endswith(".json") and name != "latest.json" for name in names_in(f"{place}/{below}"))
        for below in (f".pandacode/sessions/{runtime}" for runtime in _RUNTIMES)
        if is_chain(place, below)
    )
    in_logs = names_in(f"{place}/logs") if is_folder(f"{place}/logs") else []
    logs = [name for name in in_logs if name.startswith("run-") and name.endswith(".log")]
    batches = sum(is_file(f"{place}/logs/{name}") for name in logs)
    counts = (
        (odw, "ODW run", ""),
        (sessions, "PandaCode session", ""),
        (converge, "Converge run", ""),
        (batches, "scenario batch", "scenario batches"),
    )
    return [counted(number, one, many) for number, one, many in counts if number]


def _folders_read(place: str) -> Iterator[str]:
    yield place
    for below in (".odw", ".odw/runs", ".pandacode", ".pandacode/sessions", ".converge", ".converge/runs"):
        if is_chain(place, below):
            yield f"{place}/{below}"


def opening(path: str, world: World) -> str | None:
    """The command that lets this user read ``path``."""
    if is_mine(path, world):
        return command("chmod", "u+rX", path)
    return command("sudo", "setfacl", "-m", f"u:{world.user}:rX", path)


def watch_checks(world: World) -> Iterator[Check]:
    """Whether the kernel grants enough folder watches."""
    limits = watch_limits(world.proc)
    if limits is None:
        detail = "This system does not tell how many folders may be watched."
        yield Check("watch_limits", "folder watches", Level.INFO, detail)
        return
    needed = Watches(_INSTANCES, _PER_PLACE * len(world.places) + _PER_HOME * len(world.codex_homes) + _AT_WORK)
    yield judge_watches(limits, watches_in_use(world.user, world.proc), needed)


def judge_watches(limits: Watches, used: Watches, needed: Watches) -> Check:
    """``used`` is what all programs of this user hold already."""
    free = Watches(limits.instances - used.instances, limits.watches - used.watches)
    said = (
        f"{used.watches:,} of {limits.watches:,} watches and {used.instances} of {limits.instances} instances are in "
        f"use; this room needs about {needed.watches} and {needed.instances}"
    )
    short = []
    if free.watches < needed.watches:
        short.append(f"fs.inotify.max_user_watches={max(_ENOUGH_WATCHES, 2 * limits.watches)}")
    if free.instances < needed.instances:
        short.append(f"fs.inotify.max_user_instances={max(_ENOUGH_INSTANCES, 2 * limits.instances)}")
    if not short:
        return Check("watch_limits", "folder watches", Level.PASS, f"{said}.")
    fix = "Raise the limit until the next start of the machine; without it folders are looked at every second instead."
    detail = f"{said}, so changes are seen late."
    return Check("watch_limits", "folder watches", Level.WARN, detail, fix, command("sudo", "sysctl", *short))
