"""Upstream's ``converge coordinate`` as a watched child, or a task for its server: seen live, linked, ended whole."""

from __future__ import annotations

from odw_core.model.workflow import CONVERGE_COORDINATE
from odw_core.runs.workflow import Workflow
from odw_core.workflows.converge_coordinate.given import ConvergeInput, goal_of
from odw_core.workflows.converge_coordinate.run import run

WORKFLOW = Workflow(CONVERGE_COORDINATE, ConvergeInput, run, goal_of, is_heard=False, grace_s=8.0)
