"""RunSpec: what a run was asked to be. Written once, before its supervisor starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from odw_core.engines.loose import flag, mapping, text, text_or_none
from odw_core.errors import OdwError
from odw_core.runs.folders import RunFolder, read_object, write_private


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything a supervisor needs. ``given`` is the workflow's input as plain JSON, already checked."""

    run_id: str
    workflow: str
    given: dict[str, object] = field(repr=False)
    workspace: str
    """Absolute path; the run's folder lies below its ``.odw``."""
    codex: str | None = None
    """The Codex program; None for the one on PATH."""
    codex_home: str | None = None
    parent: str | None = None
    """Run id of the run that this one repeats."""
    origin: str | None = None
    """Address of what it repeats or goes on with, where that is no run of odw: one of Converge, a batch, a session."""
    started_by: str = ""
    """``login@host (screen)``."""
    after: str | None = None
    """Run id of the run that has to land before this one begins."""
    reuse: str = ""
    """Which finished steps of ``parent`` are taken over: a mode of ``odw_core.runs.reuse``; empty for none."""
    campaign: str | None = None
    """Run id of the campaign that started this one."""
    is_held: bool = False
    """Whether it lands only once its campaign says so (``odw_core.runs.release``)."""


def write_spec(folder: RunFolder, spec: RunSpec) -> None:
    """Lay it down for the supervisor."""
    write_private(folder.spec, asdict(spec))


def read_spec(folder: RunFolder) -> RunSpec:
    """What was laid down. Raises ``OdwError`` when it cannot be read."""
    fields = read_object(folder.spec)
    if fields is None or not text(fields, "workspace").startswith("/"):
        raise OdwError(f"{folder.run_id} left no readable {folder.spec.name}; start it anew.")
    return RunSpec(
        run_id=folder.run_id,
        workflow=text(fields, "workflow"),
        given=dict(mapping(fields, "given")),
        workspace=text(fields, "workspace"),
        codex=text_or_none(fields, "codex"),
        codex_home=text_or_none(fields, "codex_home"),
        parent=text_or_none(fields, "parent"),
        origin=text_or_none(fields, "origin"),
        started_by=text(fields, "started_by"),
        after=text_or_none(fields, "after"),
        reuse=text(fields, "reuse"),
        campaign=text_or_none(fields, "campaign"),
        is_held=flag(fields, "is_held") is True,
    )
