"""Row 7: where logs and sessions go, and how much the disk still takes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.homes import sessions_check
from odw_core.diagnose.doctor.world import World
from odw_core.paths import user_paths
from odw_core.runs.below import NoFolder, opened
from odw_core.workflows.scenario_batch.checks.place import Place
from odw_core.workflows.scenario_batch.folders import probe
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import FOLDER as LOGS

_LEAST_FREE = 1 << 30


def room_checks(given: ScenarioBatchInput, place: Place) -> Iterator[Check]:
    """Where everything is written."""
    yield _logs(place.root)
    if given.agent == "codex":
        world = World(
            environ=place.environ,
            places=(),
            codex_homes=(place.home,),
            own=user_paths(place.environ),
            now=place.now,
            user=os.geteuid(),
        )
        yield sessions_check(place.home, world)
    free = shutil.disk_usage(place.root).free
    level = Level.WARN if free < _LEAST_FREE else Level.PASS
    fix = "Make room on that disk." if level is Level.WARN else ""
    yield Check("disk", "disk", level, f"{free / (1 << 30):,.1f} GiB are free for {place.root}.", fix)


def _logs(root: str) -> Check:
    try:
        folder = opened(root, LOGS)
    except NoFolder as error:
        if not Path(root, LOGS).exists() and not Path(root, LOGS).is_symlink() and os.access(root, os.W_OK | os.X_OK):
            return Check("logs", "logs", Level.PASS, f"{LOGS}/ is made at the start.")
        return Check("logs", "logs", Level.FAIL, str(error), f"Make {LOGS} a folder that you can write.")
    try:
        probe(folder)
    except OSError as error:
        detail = f"{LOGS}/ cannot be written: {(error.strerror or 'unknown reason').lower()}."
        return Check("logs", "logs", Level.FAIL, detail, "Mend its owner and mode.")
    finally:
        os.close(folder)
    return Check("logs", "logs", Level.PASS, f"{LOGS}/ can be written.")
