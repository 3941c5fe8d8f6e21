"""Parallel work on one repository: plan, implement in worktrees, review, repair, land, verify."""

from __future__ import annotations

from odw_core.model.workflow import REVIEW_APPLY
from odw_core.runs.workflow import Workflow
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput, goal_of
from odw_core.workflows.parallel_review_apply.run import run

WORKFLOW = Workflow(REVIEW_APPLY, ReviewApplyInput, run, goal_of, is_heard=False)
