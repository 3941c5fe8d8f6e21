"""Preflight: what stands against a start, before it is one. Looks only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core import __version__
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.model.item import Item, Limit
from odw_core.runs.workflow import parsed_input
from odw_core.service.campaign_checks import NAME as CAMPAIGN
from odw_core.service.coordinate_checks import NAME as COORDINATE
from odw_core.service.coordinate_checks import coordinate_checks
from odw_core.service.starting import checked
from odw_core.service.work_checks import NAME, codex_needed

if TYPE_CHECKING:
    from odw_core.workflows.scenario_batch.checks.place import Asked, Place
    from odw_core.workflows.scenario_batch.given import ScenarioBatchInput

    Ask = Callable[[ScenarioBatchInput, Place], Asked]

UPSTREAM, BATCH = "odw-exec", "scenario-batch"
_NEARLY_USED = 90.0
"""Percent of a rate-limit window from which a start is worth a second thought."""
_ASKING_S = 10.0


def preflight(
    workflow: str,
    given: Mapping[str, object],
    folder: str,
    *,
    program: str | None,
    home: str,
    limits: Iterable[Limit] = (),
    now: float,
    environ: Mapping[str, str] = os.environ,
    ask: Ask | None = None,
) -> tuple[Check, ...]:
    """One check for each thing a start needs, in the order in which a person would ask. ``home`` is the Codex home,
    ``limits`` what its sessions last heard. What has the level ``fail`` keeps the start from working. ``ask`` remembers
    what the executor of a batch said; without it that is asked."""
    found = [_input(workflow, given), _folder(folder)]
    if workflow == BATCH and codex_needed(given):
        found += _limits(limits, now)
    if workflow == "session" or (workflow in (NAME, COORDINATE, CAMPAIGN) and codex_needed(given)):
        found += [_codex(program, environ), _sessions(home, now, environ), *_limits(limits, now)]
    if workflow == UPSTREAM:
        found.append(_odw(given, environ))
    if workflow == COORDINATE:
        found += coordinate_checks(given, folder)
    if workflow == BATCH:
        found += _batch(given, folder, program, home, now, environ, ask)
    if workflow.startswith("converge-"):
        found += _converge(workflow, given, folder, environ)
        if given.get("through") != "server":
            found.append(_sessions(home, now, environ))
    return tuple(found)


def _converge(workflow: str, given: Mapping[str, object], folder: str, environ: Mapping[str, str]) -> Iterable[Check]:
    from odw_core.service.converge_checks import REPEAT, converge_checks, repeat_checks

    return repeat_checks(given, folder) if workflow == REPEAT else converge_checks(given, folder, environ)


def newest_limits(items: Iterable[Item], home: str) -> tuple[Limit, ...]:
    """The rate-limit windows of a home as the session that heard of them last was told."""
    told = (item for item in items if item.limits and item.place == home)
    newest = max(told, key=lambda item: item.limits[0].said_at or 0.0, default=None)
    return () if newest is None else newest.limits


def _input(workflow: str, given: Mapping[str, object]) -> Check:
    try:
        checked(workflow, given)
    except OdwError as error:
        return Check("input", "input", Level.FAIL, str(error))
    return Check("input", "input", Level.PASS, "Everything it needs is there.")


def _folder(folder: str) -> Check:
    path = Path(folder)
    if not folder.startswith("/") or not path.is_dir():
        return Check("folder", "folder", Level.FAIL, f"{folder or 'No folder'} is no folder that is there.")
    if not os.access(path, os.W_OK | os.X_OK):
        return Check("folder", "folder", Level.FAIL, f"{folder} cannot be written; a run keeps its journal there.")
    if any(_is_repository(one / ".git") for one in (path, *path.parents)):
        return Check("folder", "folder", Level.PASS, f"{folder} is in a git repository.")
    return Check("folder", "folder", Level.WARN, f"{folder} is in no git repository, so nothing can be taken back.")


def _is_repository(git: Path) -> bool:
    """Whether git would take it for one: its own folder, or the file of a linked worktree that leads there."""
    return git.is_file() or ((git / "HEAD").is_file() and (git / "objects").is_dir())


def _codex(program: str | None, environ: Mapping[str, str]) -> Check:
    from odw_core.agents.codex_program import native_program

    try:
        return Check("codex", "Codex", Level.PASS, f"Codex is there: {native_program(program, environ)}")
    except OdwError as error:
        return Check("codex", "Codex", Level.FAIL, str(error))


def _odw(given: Mapping[str, object], environ: Mapping[str, str]) -> Check:
    from odw_core.workflows.odw_exec.command import programs
    from odw_core.workflows.odw_exec.given import OdwExecInput

    try:
        # Where the answers are held has nothing to do with what is there.
        found = programs(OdwExecInput.model_validate(given), environ, Path("/"))
    except ValueError:
        return Check("odw", "odw", Level.WARN, "Its input says too little to look for it.")
    except OdwError as error:
        return Check("odw", "odw", Level.FAIL, str(error))
    return Check("odw", "odw", Level.PASS, f"odw is there: {found.odw}")


def _batch(
    given: Mapping[str, object],
    folder: str,
    program: str | None,
    home: str,
    now: float,
    environ: Mapping[str, str],
    ask: Ask | None,
) -> Iterable[Check]:
    """The checks of the run itself; what ``force`` overrides is a warning."""
    from odw_core.workflows.scenario_batch.checks import examined
    from odw_core.workflows.scenario_batch.checks.executor import ask_executor
    from odw_core.workflows.scenario_batch.checks.place import NEVER_FORCED, Place
    from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
    from odw_core.workflows.scenario_batch.sources import read_sources

    wanted = parsed_input(BATCH, given, ScenarioBatchInput)
    if wanted is None or not Path(folder).is_dir():
        # What is wrong with it is said already.
        return
    place = Place(folder, home, program, environ, now)
    for one in examined(wanted, read_sources(wanted, folder, environ), place, ask or ask_executor):
        is_forced = wanted.force and one.level is Level.FAIL and one.id not in NEVER_FORCED
        yield replace(one, level=Level.WARN, fix="It begins all the same: force.") if is_forced else one


def _sessions(home: str, now: float, environ: Mapping[str, str]) -> Check:
    from odw_core.diagnose.doctor.homes import sessions_check
    from odw_core.diagnose.doctor.world import World
    from odw_core.paths import user_paths

    world = World(environ=environ, places=(), codex_homes=(home,), own=user_paths(environ), now=now, user=os.geteuid())
    return sessions_check(home, world)


def _limits(limits: Iterable[Limit], now: float) -> Iterable[Check]:
    for limit in limits:
        if limit.resets_at is not None and limit.resets_at <= now:
            continue
        used = f"{limit.used_percent:.0f} % of the {limit.name} window is used."
        level = Level.WARN if limit.used_percent >= _NEARLY_USED else Level.PASS
        yield Check("limit", f"{limit.name} window", level, used)


async def models_of(program: str | None, home: str, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The models that Codex offers in a home, the default first; empty when it does not say in time."""
    from odw_core.agents.codex_program import native_program
    from odw_core.appserver.client import Client
    from odw_core.appserver.transport import PipeTransport, Transport
    from odw_core.engines.loose import objects, text

    async def connect() -> Transport:
        found = native_program(program, environ)
        return await PipeTransport.start(found, {**environ, "CODEX_HOME": home})

    try:
        async with asyncio.timeout(_ASKING_S), Client(connect, socket="", version=__version__, tries=0) as client:
            listed = objects(await client.call("model/list", {"limit": 100}), "data")
    except (OdwError, TimeoutError):
        return ()
    listed.sort(key=lambda one: one.get("isDefault") is not True)
    return tuple(name for one in listed if (name := text(one, "model") or text(one, "id")) and not one.get("hidden"))
