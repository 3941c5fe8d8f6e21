"""Codex as a start needs it: its program, its sessions, how much of it is used up, its models. Starts no run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping

from odw_core import __version__
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.model.item import Item, Limit
from odw_core.service.starts.starter import Surroundings

_NEARLY_USED = 90.0
"""Percent of a rate-limit window from which a start is worth a second thought."""
_ASKING_S = 10.0


def codex_checks(around: Surroundings) -> Iterator[Check]:
    """Its program, its sessions, its rate limits."""
    yield _program(around)
    yield sessions_checked(around)
    yield from limit_checks(around)


def sessions_checked(around: Surroundings) -> Check:
    """Whether it can write its sessions down."""
    from odw_core.diagnose.doctor.homes import sessions_check
    from odw_core.diagnose.doctor.world import World
    from odw_core.paths import user_paths

    own, homes = user_paths(around.environ), (around.home,)
    world = World(environ=around.environ, places=(), codex_homes=homes, own=own, now=around.now, user=os.geteuid())
    return sessions_check(around.home, world)


def limit_checks(around: Surroundings) -> Iterator[Check]:
    """Each rate-limit window that is not over."""
    for limit in around.limits:
        if limit.resets_at is not None and limit.resets_at <= around.now:
            continue
        used = f"{limit.used_percent:.0f} % of the {limit.name} window is used."
        level = Level.WARN if limit.used_percent >= _NEARLY_USED else Level.PASS
        yield Check("limit", f"{limit.name} window", level, used)


def newest_limits(items: Iterable[Item], home: str) -> tuple[Limit, ...]:
    """The rate-limit windows of a home as the session that heard of them last was told."""
    told = (item for item in items if item.limits and item.place == home)
    newest = max(told, key=lambda item: item.limits[0].said_at or 0.0, default=None)
    return () if newest is None else newest.limits


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


def _program(around: Surroundings) -> Check:
    from odw_core.agents.codex_program import native_program

    try:
        return Check("codex", "Codex", Level.PASS, f"Codex is there: {native_program(around.program, around.environ)}")
    except OdwError as error:
        return Check("codex", "Codex", Level.FAIL, str(error))
