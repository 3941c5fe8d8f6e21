"""Campaign: approved plans carried out, one run of parallel-review-apply for each repository, told as one."""

from __future__ import annotations

from odw_core.model.workflow import CAMPAIGN
from odw_core.runs.workflow import Workflow
from odw_core.workflows.campaign.given import CampaignInput, goal_of
from odw_core.workflows.campaign.run import run

WORKFLOW = Workflow(CAMPAIGN, CampaignInput, run, goal_of, is_heard=False)
