"""What a campaign of ours says of itself in its private journal: over which repositories it goes, how far each is.

Believes no workspace; writes nothing. Loads what knows runs of ours, so who needs it imports it late.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from odw_core.engines.loose import Json, mapping, objects, text
from odw_core.model.workflow import CAMPAIGN
from odw_core.runs.folders import RunFolder
from odw_core.runs.past import journal_of
from odw_core.runs.spec import read_spec


class CampaignJournal(NamedTuple):
    """As far as it is written."""

    repos: tuple[str, ...] | None
    """In its order; None until it has said them."""
    said: Mapping[str, Json]
    """By repository, the last that was said of it."""
    results: Mapping[str, Json]
    """By repository, what came of it; empty until all is over."""


def campaign_journal(state: Path, run_id: str) -> CampaignJournal | None:
    """That of a run below the state folder ``state``; None when it is no campaign. Raises ``OdwError`` when it was not
    started here."""
    folder = RunFolder(state, run_id)
    if read_spec(folder).workflow != CAMPAIGN:
        return None
    events = [line.event for line in journal_of(folder) if line.event is not None]
    begun = next((one for one in events if text(one, "type") == "campaign"), None)
    done = next((mapping(one, "result") for one in events if text(one, "type") == "workflow_done"), {})
    return CampaignJournal(
        None if begun is None else tuple(text(one, "repo") for one in objects(begun, "repos")),
        {text(one, "repo"): one for one in events if text(one, "type") == "campaign_repo"},
        {text(one, "repo"): one for one in objects(done, "repos")},
    )
