"""Scenario batches: one agent call a scenario of a Markdown list, a file each, and a log that keeps every answer."""

from __future__ import annotations

from odw_core.model.workflow import SCENARIO_BATCH
from odw_core.runs.workflow import Workflow
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput, goal_of
from odw_core.workflows.scenario_batch.run import run

WORKFLOW = Workflow(SCENARIO_BATCH, ScenarioBatchInput, run, goal_of, is_heard=False)
