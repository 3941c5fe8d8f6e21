"""What a run takes from the layers above it, which know runs: its workflow, and how a whole run is told. The one place
that imports by name; nobody pays for a workflow that is not asked for."""

from __future__ import annotations

import importlib
from pathlib import Path


def workflow_above(name: str) -> object:
    """``WORKFLOW`` of the package that has the name of the workflow."""
    workflow: object = importlib.import_module(f"odw_core.workflows.{name.replace('-', '_')}").WORKFLOW
    return workflow


def report_above(state: Path, workspace: str, run_id: str) -> bytes:
    """The run as a whole HTML document; empty when nothing can be read."""
    html: bytes = importlib.import_module("odw_core.service.run_report").run_report(state, workspace, run_id)
    return html
