"""The examination: every section of checks in turn, so that whoever waits can be told which one runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from odw_core.diagnose.doctor import homes, machine, models, reading, remains, servers, workshop
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.world import World


class Section(NamedTuple):
    """Checks of one kind. ``title`` completes *looking at*."""

    title: str
    look: Callable[[World], Iterable[Check]]


SECTIONS = (
    Section("what could not be read", reading.problem_checks),
    Section("workspaces", reading.place_checks),
    Section("Codex homes", homes.home_checks),
    Section("model names", models.model_checks),
    Section("scenario batches", workshop.scenario_checks),
    Section("Converge", workshop.converge_checks),
    Section("daemons", servers.daemon_checks),
    Section("left-over agents", servers.left_over_checks),
    Section("worktrees", remains.worktree_checks),
    Section("locks", remains.lock_checks),
    Section("programs", workshop.program_checks),
    Section("watch limits", reading.watch_checks),
    Section("disk space", machine.disk_checks),
    Section("the terminal", machine.terminal_checks),
    Section("the clock", machine.clock_checks),
    Section("our own folders", machine.own_checks),
)


def examined(section: Section, world: World) -> list[Check]:
    """The checks of one section. That it could not look at something is a check as well."""
    found: list[Check] = []
    try:
        found.extend(section.look(world))
    except OSError as error:
        title = section.title[0].upper() + section.title[1:]
        detail = f"{title} could not be looked at: {error.strerror or error}."
        found.append(Check("not_examined", "not examined", Level.WARN, detail, subject=section.title))
    return found


def examine(world: World) -> list[Check]:
    """All checks, section by section."""
    return [check for section in SECTIONS for check in examined(section, world)]
