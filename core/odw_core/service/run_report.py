"""The report that a run of ours leaves beside its journal, as upstream leaves one. Reads one run; writes nothing."""

from __future__ import annotations

from pathlib import Path

from odw_core.engines.odw.engine import OdwEngine
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.service.campaign_reading import campaign_rows
from odw_core.service.mirrors import Mirrors
from odw_core.service.report.walkthrough import report
from odw_core.service.unit_reader import Settings, UnitReader

_SLICES = 16


def run_report(state: Path, workspace: str, run_id: str) -> bytes:
    """The whole HTML document; empty when nothing can be read. ``state`` is the state folder of odw-tui."""
    unit = Unit(Address("odw", run_id), workspace, str(Path(workspace, ".odw", "runs", run_id)))
    reader = UnitReader(OdwEngine(), unit, Settings(mirrors=Mirrors(state)))
    while reader.advance(_SLICES):
        pass
    detail = reader.detail()
    if detail is None:
        return b""
    return report(detail, ".html", campaign_rows(state, unit.address)).encode("utf-8", "backslashreplace")
