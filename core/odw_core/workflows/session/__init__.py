"""One Codex session: a prompt, its follow-ups, and whatever it asks on the way."""

from __future__ import annotations

from odw_core.model.workflow import SESSION
from odw_core.runs.workflow import Workflow
from odw_core.workflows.session.given import SessionInput, goal_of
from odw_core.workflows.session.run import run

WORKFLOW = Workflow(SESSION, SessionInput, run, goal_of)
