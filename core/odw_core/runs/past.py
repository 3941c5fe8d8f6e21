"""What runs of ours left behind them, read from their private folders: journals, landings, commits.

Reads the mirror of the journal, which no agent can write. Runs no git and writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from odw_core.engines.loose import Json, mapping, objects, text, texts
from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.odw.records import JournalLine, decode_line
from odw_core.errors import NotFound, OdwError
from odw_core.files.safe_open import read_regular
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.spec import read_spec
from odw_core.text.lines import whole_lines

_MAX_MIRROR = 1 << 30


@dataclass(frozen=True, slots=True)
class FileWork:
    """One file as a landing found it and left it. Contents are names of blobs, empty where there was no file; modes are
    git's (``100644``)."""

    path: str
    before: str
    after: str
    mode_before: str
    mode_after: str


@dataclass(frozen=True, slots=True)
class LandedWork:
    """Everything that a commit of a landing needs to know."""

    run_id: str
    workspace: str
    goal: str
    files: tuple[FileWork, ...]
    patch: str = ""
    """Blob of the patch; empty where only the contents are kept."""
    tasks: tuple[str, ...] = ()
    is_over: bool = True
    commit: str = ""
    """The commit that holds it by now; empty without one."""
    branch: str = ""
    folder: Path = field(default=Path(), repr=False)
    """The run's private folder, where the contents lie."""

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(one.path for one in self.files)


def journal_of(folder: RunFolder) -> list[JournalLine]:
    """Everything a run wrote down so far; empty when nothing can be read."""
    try:
        data = read_regular(folder.mirror, _MAX_MIRROR)
    except (OSError, ValueError):
        return []
    return [line for _, raw in whole_lines(data)[0] if (line := decode_line(raw)) is not None]


def run_ids(state: Path) -> list[str]:
    """Every run that was started here and is still known."""
    try:
        with os.scandir(state / "runs") as entries:
            return [one.name for one in entries if one.is_dir(follow_symlinks=False) and start_ms_of(one.name)]
    except OSError:
        return []


def landed_by(state: Path, run_id: str) -> LandedWork | None:
    """What a run landed; None when it landed nothing. Raises ``OdwError`` when it was not started here."""
    folder = RunFolder(state, run_id)
    if not folder.spec.is_file():
        raise NotFound(f"{run_id} was not started by odw-tui on this machine, so what it landed is not known here.")
    spec = read_spec(folder)
    events = [line.event for line in journal_of(folder) if line.event is not None]
    landing = _landing(events)
    files = tuple(_file(one) for one in objects(landing, "files"))
    if not files:
        return None
    last = next((one for one in reversed(events) if text(one, "type") == "committed"), {})
    return LandedWork(
        run_id=run_id,
        workspace=spec.workspace,
        goal=next((text(one, "text") for one in events if text(one, "type") == "goal"), ""),
        files=files,
        patch=text(landing, "patch"),
        tasks=_tasks(events),
        is_over=is_over(folder),
        commit=text(last, "commit"),
        branch=text(last, "branch"),
        folder=folder.root,
    )


def uncommitted(state: Path, workspace: str, paths: Sequence[str]) -> Iterator[LandedWork]:
    """Landings of runs that are over in ``workspace``, not committed, that touch one of ``paths``; the newest first."""
    wanted, real = set(paths), os.path.realpath(workspace)
    for run_id in sorted(run_ids(state), key=lambda one: start_ms_of(one) or 0, reverse=True):
        with suppress(OdwError, OSError):
            if os.path.realpath(read_spec(RunFolder(state, run_id)).workspace) != real:
                continue
            found = landed_by(state, run_id)
            if found is not None and found.is_over and not found.commit and wanted & {*found.paths}:
                yield found


def _landing(events: Sequence[Json]) -> Json:
    """The last landing that came to its end."""
    begun: Json = {}
    landed: Json = {}
    for event in events:
        match text(event, "type"):
            case "landing":
                begun = event
            case "landed" if event.get("ok") is not False:
                landed = {**event, **begun}
            case _:
                pass
    return landed


def _file(fields: Json) -> FileWork:
    return FileWork(
        path=text(fields, "path"),
        before=text(mapping(fields, "before"), "blob") or text(fields, "before"),
        after=text(mapping(fields, "after"), "blob") or text(fields, "after"),
        mode_before=text(mapping(fields, "before"), "mode") or text(fields, "mode_before"),
        mode_after=text(mapping(fields, "after"), "mode") or text(fields, "mode_after"),
    )


def _tasks(events: Sequence[Json]) -> tuple[str, ...]:
    """The tasks that the last plan or preparation named."""
    for event in reversed(events):
        if text(event, "type") == "workflow_done" and (named := texts(mapping(event, "result"), "task_ids")):
            return tuple(named)
    keys = (text(one, "key") for one in events if text(one, "type") == "worktree_start")
    return tuple(dict.fromkeys(key for key in keys if key and "-repair-" not in key))
