"""One call of Codex that Converge made, made once more: read-only, and with everything kept that it says."""

from __future__ import annotations

from odw_core.model.workflow import CONVERGE_REPEAT
from odw_core.runs.workflow import Workflow
from odw_core.workflows.converge_repeat.given import RepeatInput, goal_of
from odw_core.workflows.converge_repeat.run import run

WORKFLOW = Workflow(CONVERGE_REPEAT, RepeatInput, run, goal_of, is_heard=False)
