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
from odw_core.workflows.campaign.standing import HAS_LANDED, State
from odw_core.workflows.coordinate.issues import Issue

_STARTS = 4
_IS_STOPPED = "is_stopped"
IssueKey = tuple[str, str, str]
"""What makes a mismatch the same one at another time: its kind, its id, its text."""
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
    again: str = ""
    """The campaign whose repositories that have not landed this one runs again."""
    landed_before: Mapping[str, str] = field(default_factory=dict)
    """Repository to the run that landed it in that campaign; it is not run again."""
    tried: Mapping[str, str] = field(default_factory=dict)
    """Repository to the run that did not land there."""
    readers: dict[str, Reader] = field(default_factory=dict)
    """Repository to its run, once it was started."""
    stands: dict[str, tuple[State, str]] = field(default_factory=dict)
    """Repository to its state and why."""
    starting: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Repository to what leads to its start: contracts, a person, the start itself."""
    launching: set[asyncio.Future[str]] = field(default_factory=set)
    """Starts under way, which are not broken off."""
    starts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_STARTS))
    """So many begin at once: each loads a program, and says in time that it began."""
    looks_at: float = 0.0
    """When to look next whether a person ran something again; in seconds of the loop."""
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)
    known_issues: set[IssueKey] = field(default_factory=set)
    """Mismatches of contracts that were there before, or that a person let be."""
    released: set[str] = field(default_factory=set)
    barred: dict[str, str] = field(default_factory=dict)
    """Runs that may land, and those that must not, with why."""
    is_stopped: bool = False
    """Whether a person stopped it: nothing more starts."""
    given_up: set[str] = field(default_factory=set)
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

    def stop(self) -> None:
        """Nothing more starts, whoever drives it next."""
        self.is_stopped = True
        self.context.keep(_IS_STOPPED, True)

    def has_come(self, one: Wanted) -> bool:
        """Whether everything that it waits for has landed, and is as it should be."""
        return all(
            self.state(repo) is State.VERIFIED or (repo in self.landed_before and self.state(repo) in HAS_LANDED)
            for repo in one.after
        )

    @property
    def landed(self) -> list[Wanted]:
        """Those whose change is in their tree."""
        return [one for one in self.wanted if self.state(one.repo) in HAS_LANDED]

    def stand(self, one: Wanted, state: State, why: str = "", *, is_left: bool = False, asks: str = "") -> None:
        """Where a repository is from now on; said only when that is new. ``is_left``: nobody drives its run, ``asks``:
        what that asks a person."""
        if self.stands.get(one.repo) == (state, why):
            return
        self.stands[one.repo] = (state, why)
        run = self.readers[one.repo].run_id if one.repo in self.readers else ""
        event: dict[str, object] = {"type": "campaign_repo", "repo": one.repo, "run": run}
        event |= {"state": state.value, "why": why} | ({"is_left": True} if is_left else {})
        event |= {"asks": asks} if asks else {}
        said = f"{one.base}: {state.value}" + (f", {why}" if why else "")
        self.context.emit(event, said)

    def remember(self) -> None:
        """Take over what an earlier supervisor said last of each repository, and whether a person stopped it."""
        self.is_stopped = self.context.kept(_IS_STOPPED) is True
        for line in self.context.told:
            event: Mapping[str, object] = line.event or {}
            if text(event, "type") == "campaign_repo" and (state := _STATES.get(text(event, "state"))) is not None:
                self.stands[text(event, "repo")] = (state, text(event, "why"))


def issue_key(issue: Issue) -> IssueKey:
    """Its key: not the lines it stands in."""
    return issue.kind, issue.id, issue.text
