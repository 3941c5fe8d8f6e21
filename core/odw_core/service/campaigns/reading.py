"""What became of a campaign's repositories, read from the private folders of its runs wherever they work, known to the
room or not. Writes nothing."""

from __future__ import annotations

from pathlib import Path

from odw_core.engines.loose import Json, text, texts
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.service.campaigns.table import CampaignRow


def campaign_rows(state: Path, address: Address) -> tuple[CampaignRow, ...]:
    """The repositories of a campaign in their order; empty for everything else."""
    if address.engine != "odw":
        return ()
    # Imported late: most runs are no campaign of ours.
    from odw_core.service.campaigns.journal import campaign_journal

    try:
        journal = campaign_journal(state, address.root.item)
    except OdwError:
        return ()
    if journal is None:
        return ()
    said, results = journal.said, journal.results
    return tuple(_row(state, repo, said.get(repo, {}), results.get(repo, {})) for repo in journal.repos or ())


def _row(state: Path, repo: str, said: Json, result: Json) -> CampaignRow:
    from odw_core.workflows.campaign.children import Reader
    from odw_core.workflows.campaign.standing import Story

    run = text(said, "run")
    try:
        story = Reader(state, run).look() if run else None
    except OdwError:
        story = None
    if story is None:
        story = Story()
    files = story.files or tuple(texts(result, "files"))
    asked = [f"{title}: {how}" for title, how in story.questions]
    asked += [f"{title}: open" for title in story.asked.values()]
    commit = " on ".join(filter(None, (story.commit, story.branch))) or ("not committed" if files else "")
    address = f"odw:{run}" if run else ""
    return CampaignRow(
        repo, address, text(said, "state"), commit, files, story.verification, tuple(asked), text(said, "why")
    )
