"""Preflight: what stands against a start, before it is one. Looks only; each workflow adds its own in ``starts``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.model.command import Start
from odw_core.service.starting import checked
from odw_core.service.starts.starter import Surroundings
from odw_core.service.starts.table import starter


async def preflight(start: Start, around: Surroundings) -> tuple[Check, ...]:
    """One check for each thing a start needs, in the order in which a person would ask. What has the level ``fail``
    keeps the start from working."""
    common = await asyncio.to_thread(lambda: (_input(start.workflow, start.given), _folder(start.workspace)))
    return (*common, *await starter(start.workflow).checks(start, around))


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
