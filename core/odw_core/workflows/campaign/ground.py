"""Ground: what a campaign stands on: its repositories, their runs, how far each of them is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from odw_core.engines.loose import text
from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.runs.context import Context
from odw_core.workflows.campaign.children import Reader
from odw_core.workflows.campaign.given import CampaignInput
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.campaign.standing import State
from odw_core.workflows.coordinate.issues import Issue

_STATES = {one.value: one for one in State}


class Stopped(Exception):
    """A person ended the campaign at a card, before anything was started."""

    category = STOPPED_BY_OWNER


@dataclass(slots=True)
class Ground:
    """Grows while the campaign goes on; made anew, from the same steps, by every supervisor."""

    context: Context
    given: CampaignInput
    goal: str
    wanted: tuple[Wanted, ...]
    readers: dict[str, Reader] = field(default_factory=dict)
    """Repository to its run, once it was started."""
    stands: dict[str, tuple[State, str]] = field(default_factory=dict)
    """Repository to its state and why."""
    starting: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Repository to what leads to its start: contracts, a person, the start itself."""
    launching: set[asyncio.Future[str]] = field(default_factory=set)
    """Starts under way, which are not broken off."""
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)
    known_issues: set[tuple[str, str, str]] = field(default_factory=set)
    """Mismatches of contracts that were there before, or that a person let be."""
    released: set[str] = field(default_factory=set)
    barred: dict[str, str] = field(default_factory=dict)
    """Runs that may land, and those that must not, with why."""
    is_stopped: bool = False
    """Whether a person stopped it at a card: nothing more starts."""
    left: set[str] = field(default_factory=set)
    """Repositories that a person goes on without."""
    asking: asyncio.Task[None] | None = None
    """The card about landings that is open."""

    def tell(self, kind: str, summary: str, /, **fields: object) -> None:
        """Say what came of something; a resumed campaign says it again only if the journal does not have it."""
        self.context.emit_once({"type": kind, **fields}, summary)

    def state(self, repo: str) -> State:
        """Where a repository is."""
        return self.stands[repo][0]

    def name(self, repo: str) -> str:
        """Its short name."""
        return next(one.base for one in self.wanted if one.repo == repo)

    def stand(self, one: Wanted, state: State, why: str = "") -> None:
        """Where a repository is from now on; said only when that is new."""
        if self.stands.get(one.repo) == (state, why):
            return
        self.stands[one.repo] = (state, why)
        run = self.readers[one.repo].run_id if one.repo in self.readers else ""
        event: dict[str, object] = {"type": "campaign_repo", "repo": one.repo, "run": run}
        said = f"{one.base}: {state.value}" + (f", {why}" if why else "")
        self.context.emit({**event, "state": state.value, "why": why}, said)

    def remember(self) -> None:
        """Take over what an earlier supervisor said last of each repository."""
        for line in self.context.told:
            event: Mapping[str, object] = line.event or {}
            if text(event, "type") == "campaign_repo" and (state := _STATES.get(text(event, "state"))) is not None:
                self.stands[text(event, "repo")] = (state, text(event, "why"))


def issue_key(issue: Issue) -> tuple[str, str, str]:
    """What makes a mismatch the same one at another time: not the lines it stands in."""
    return issue.kind, issue.id, issue.text
