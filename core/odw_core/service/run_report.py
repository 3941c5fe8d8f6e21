"""The report that a run of ours leaves beside its journal, as upstream leaves one. Reads one run; writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odw_core.engines.base import Engine
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.engines.scenario.names import file_of
from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_core.model.evidence import Unit
from odw_core.service.batches.log import log_of, with_log
from odw_core.service.campaigns.reading import campaign_rows
from odw_core.service.report.walkthrough import report
from odw_core.service.watching.mirrors import Mirrors
from odw_core.service.watching.unit_reader import Settings, UnitReader

_SLICES = 16


def run_report(state: Path, workspace: str, run_id: str) -> bytes:
    """The whole HTML document; empty when nothing can be read. ``state`` is the state folder of odw-tui."""
    unit = Unit(Address("odw", run_id), workspace, str(Path(workspace, ".odw", "runs", run_id)))
    detail = _detail(OdwEngine(), unit, state)
    if detail is None:
        return b""
    if (log := log_of(detail)) is not None:
        of_log = Unit(log, workspace, str(Path(workspace, file_of(log.item))))
        detail = with_log(detail, _detail(ScenarioEngine(), of_log, state))
    return report(detail, ".html", campaign_rows(state, unit.address)).encode("utf-8", "backslashreplace")


def _detail(engine: Engine[Any], unit: Unit, state: Path) -> Detail | None:
    reader = UnitReader(engine, unit, Settings(mirrors=Mirrors(state)))
    while reader.advance(_SLICES):
        pass
    return reader.detail()
