"""Again: what an earlier campaign left for the next: plans as they were approved, what has landed, which mismatches
were known. Reads private folders only; starts and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import Json, objects, parse_object, sequence, text
from odw_core.errors import NotFound, OdwError, Refused
from odw_core.model.workflow import CAMPAIGN, REVIEW_APPLY
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.past import journal_of, run_ids
from odw_core.runs.reuse import FINISHED
from odw_core.runs.spec import RunSpec, read_spec
from odw_core.workflows.campaign.children import Reader, children_of
from odw_core.workflows.campaign.ground import IssueKey, issue_key
from odw_core.workflows.campaign.order import Wanted, wanted_of
from odw_core.workflows.campaign.standing import HAS_LANDED
from odw_core.workflows.coordinate.issues import issue_of

PLANS, CARRIED = "plans", "carried"
"""Keys of the steps that settle what is carried out: as it was found, and as it was approved."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A campaign that is over, as the next one begins with it."""

    run: str
    """Its run id."""
    wanted: tuple[Wanted, ...]
    """With specs as they were approved."""
    landed: Mapping[str, str]
    """Repository to the run that landed it."""
    tried: Mapping[str, str]
    """Repository to the newest run that did not."""
    issues: frozenset[IssueKey]
    """Mismatches that were there before it, or that a person let be."""
    goal: str
    by: str
    source: str
    """Address of the run that made the plans, as text; empty without one."""
    unverified: Mapping[str, str]
    """Repository to the run that landed it and whose verification failed."""


def repeated(spec: RunSpec) -> str:
    """The campaign of which ``spec`` runs again what did not land; empty for a campaign of its own."""
    return spec.parent or "" if spec.reuse == FINISHED else ""


def read_earlier(state: Path, run_id: str, own: str = "") -> Earlier | None:
    """What that campaign left; None when it ended before its plans were approved, so that there is nothing to keep.
    ``own`` is the run that goes on with it, once it is one.

    Raises ``OdwError`` with a sentence when it cannot be gone on with.
    """
    folder = RunFolder(state, run_id)
    if not folder.spec.is_file():
        raise NotFound(f"odw:{run_id} was not started by odw-tui on this machine, so what it landed is not known here.")
    if read_spec(folder).workflow != CAMPAIGN:
        raise Refused(f"odw:{run_id} is no campaign.")
    families = _Families(state, own)
    campaigns = families.campaigns(run_id)
    steps = _Steps(folder)
    settled, carried = steps.value(PLANS), steps.value(CARRIED)
    wanted = tuple(wanted_of(one) for one in objects(carried, "wanted"))
    if not wanted:
        return None
    # Runs may be cleared away by now; then their campaign's word counts.
    said = [_last_words(RunFolder(state, one)) for one in campaigns]
    landed = {repo: run for told in said for repo, (run, where) in told.items() if run and where in HAS_LANDED}
    tried: dict[str, str] = {}
    begun = [children_of(state, one) for one in campaigns]
    for one in wanted:
        for run in families.runs(one.repo, [runs[one.repo] for runs in begun if one.repo in runs]):
            if Reader(state, run).look().has_landed:
                landed[one.repo] = run
            else:
                tried[one.repo] = run
                if landed.get(one.repo) == run:
                    # Taken back after its campaign had said so.
                    del landed[one.repo]
    return Earlier(
        run=run_id,
        wanted=wanted,
        landed=landed,
        tried={repo: run for repo, run in tried.items() if repo not in landed},
        issues=frozenset({*issue_keys(settled), *steps.known_issues()}),
        goal=text(settled, "goal"),
        by=text(carried, "by"),
        source=text(settled, "run"),
        unverified={repo: run for repo, run in landed.items() if _is_unverified(state, run)},
    )


def _is_unverified(state: Path, run: str) -> bool:
    """Whether it landed and its verification failed; a run that is cleared away says nothing."""
    story = Reader(state, run).look()
    return story.has_landed and story.is_over and not story.is_ok


def _last_words(folder: RunFolder) -> dict[str, tuple[str, str]]:
    """Repository to its run and its state, as the campaign said last."""
    events = (line.event or {} for line in journal_of(folder))
    told = (one for one in events if text(one, "type") == "campaign_repo")
    return {text(one, "repo"): (text(one, "run"), text(one, "state")) for one in told}


def issue_values(issues: Sequence[IssueKey]) -> list[list[str]]:
    """Known mismatches as a step keeps them."""
    return sorted([*one] for one in issues)


def issue_keys(settled: Json) -> Iterator[IssueKey]:
    """What ``issue_values`` said."""
    for one in sequence(settled, "issues"):
        if isinstance(one, list) and len(one) == 3:
            yield str(one[0]), str(one[1]), str(one[2])


class _Families:
    """Runs by the run that they run again, whoever wanted that: a later campaign, or a person by hand."""

    def __init__(self, state: Path, own: str) -> None:
        self._state = state
        self._again: dict[str, list[RunSpec]] = {}
        for name in sorted({*run_ids(state)} - {own}):
            with suppress(OdwError):
                spec = read_spec(RunFolder(state, name))
                if spec.parent and spec.workflow in (REVIEW_APPLY, CAMPAIGN):
                    self._again.setdefault(spec.parent, []).append(spec)

    def campaigns(self, run: str) -> list[str]:
        """A campaign and those that ran again what it had not landed, the oldest first.

        Raises ``Refused`` when one of them is still at work.
        """
        return self._all([run], lambda spec: spec.workflow == CAMPAIGN and spec.reuse == FINISHED)

    def runs(self, repo: str, runs: Sequence[str]) -> list[str]:
        """Runs of a repository and everything that ran them again there, the oldest first. Raises ``Refused``."""
        return self._all(runs, lambda spec: spec.workflow == REVIEW_APPLY and spec.workspace == repo)

    def _all(self, runs: Sequence[str], is_one: Callable[[RunSpec], bool]) -> list[str]:
        found = [*dict.fromkeys(runs)]
        for run in found:
            if not is_over(RunFolder(self._state, run)):
                raise Refused(f"odw:{run} is not over; what did not land can be run again once it is.")
            found += [one.run_id for one in self._again.get(run, ()) if is_one(one) and one.run_id not in found]
        return found


class _Steps:
    """What a campaign's steps came to, by their keys."""

    def __init__(self, folder: RunFolder) -> None:
        self._blobs = Blobs(folder.root)
        self._found: dict[str, str] = {}
        for line in journal_of(folder):
            event = line.event or {}
            if text(event, "type") == "step" and text(event, "blob"):
                self._found[text(event, "key")] = text(event, "blob")

    def value(self, key: str) -> Json:
        """The result of a step; empty when it was never finished."""
        try:
            return parse_object(self._blobs.get(self._found.get(key, ""))) or {}
        except (OdwError, ValueError):
            return {}

    def known_issues(self) -> Iterator[IssueKey]:
        """What did not fit before anything landed, and what a person let be."""
        accepted = [
            key.replace("mismatch-", "contracts-", 1)
            for key in self._found
            if key.startswith("mismatch-") and text(self.value(key), "verdict") == "accept"
        ]
        for key in ("contracts-before", *accepted):
            yield from (issue_key(issue_of(one)) for one in objects(self.value(key), "issues"))
