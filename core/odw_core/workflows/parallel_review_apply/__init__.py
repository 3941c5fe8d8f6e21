"""Parallel work on one repository: plan, implement in worktrees, review, repair, land, verify."""

from __future__ import annotations

from odw_core.runs.workflow import Workflow
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput, goal_of
from odw_core.workflows.parallel_review_apply.run import run

WORKFLOW = Workflow("parallel-review-apply", ReviewApplyInput, run, goal_of, is_heard=False)
