"""What became of a campaign's repositories, read from the private folders of its runs wherever they work, known to the
room or not. Writes nothing."""

from __future__ import annotations

from pathlib import Path

from odw_core.engines.loose import Json, mapping, objects, text, texts
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.workflow import CAMPAIGN
from odw_core.service.campaign_table import CampaignRow


def campaign_rows(state: Path, address: Address) -> tuple[CampaignRow, ...]:
    """The repositories of a campaign in their order; empty for everything else."""
    from odw_core.runs.folders import RunFolder
    from odw_core.runs.past import journal_of
    from odw_core.runs.spec import read_spec

    if address.engine != "odw":
        return ()
    try:
        folder = RunFolder(state, address.root.item)
        if read_spec(folder).workflow != CAMPAIGN:
            return ()
    except OdwError:
        return ()
    events = [line.event for line in journal_of(folder) if line.event is not None]
    begun = next((one for one in events if text(one, "type") == "campaign"), {})
    done = next((mapping(one, "result") for one in events if text(one, "type") == "workflow_done"), {})
    last = {text(one, "repo"): one for one in events if text(one, "type") == "campaign_repo"}
    results = {text(one, "repo"): one for one in objects(done, "repos")}
    repos = [text(one, "repo") for one in objects(begun, "repos")]
    return tuple(_row(state, repo, last.get(repo, {}), results.get(repo, {})) for repo in repos)


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
