"""Upstream's ``odw exec`` as a watched child: its run seen live, its questions held for a person, cancel, resume."""

from __future__ import annotations

from odw_core.model.workflow import ODW_EXEC
from odw_core.runs.workflow import Workflow
from odw_core.workflows.odw_exec.given import OdwExecInput, goal_of
from odw_core.workflows.odw_exec.run import run

WORKFLOW = Workflow(ODW_EXEC, OdwExecInput, run, goal_of, is_heard=False)
