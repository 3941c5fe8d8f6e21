"""Coordination: one goal over many repositories; a split, a plan for each, contracts held together, rounds."""

from __future__ import annotations

from odw_core.model.workflow import COORDINATE
from odw_core.runs.workflow import Workflow
from odw_core.workflows.coordinate.given import CoordinateInput, goal_of
from odw_core.workflows.coordinate.run import run

WORKFLOW = Workflow(COORDINATE, CoordinateInput, run, goal_of, is_heard=False)
