"""Any command as a watched run: both streams whole on disk as they come, exit code, cause, cancel, rerun."""

from __future__ import annotations

from odw_core.model.workflow import COMMAND
from odw_core.runs.workflow import Workflow
from odw_core.workflows.command.given import CommandInput, goal_of
from odw_core.workflows.command.run import run

WORKFLOW = Workflow(COMMAND, CommandInput, run, goal_of, is_heard=False)
