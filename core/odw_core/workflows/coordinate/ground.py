"""Ground: what every round of one run stands on: repositories, agents, what people answered and accepted so far."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from odw_core.agents.choose import agent_for, codex_home
from odw_core.agents.crew import Crew
from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.errors import UsageError
from odw_core.runs.context import Context
from odw_core.runs.slots import Slots, slot_limit
from odw_core.workflows.coordinate.decision import Reason, Route
from odw_core.workflows.coordinate.given import CoordinateInput, PlanInput, absolute
from odw_core.workflows.coordinate.issues import Analysis
from odw_core.workflows.coordinate.projected import bases_of
from odw_core.workflows.coordinate.repo_plan import GIVEN, HITL, OK, RepoPlan
from odw_core.workflows.coordinate.rounds import Answer, Round

_AT_ONCE = 8
_LONGEST = 50
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


class Stopped(Exception):
    """A person ended the run at a card."""

    category = STOPPED_BY_OWNER


@dataclass(slots=True)
class Ground:
    """Grows while the run goes on; made anew, from the same steps, by every supervisor."""

    context: Context
    given: CoordinateInput
    crew: Crew
    repos: tuple[str, ...]
    """Absolute paths, in the order in which they were given."""
    bases: dict[str, str]
    """Repository to the name of its files."""
    keys: dict[str, str]
    """Repository to what its planner's calls are named by."""
    max_rounds: int
    """As it stands: an answer grants another round."""
    answers: list[Answer]
    earlier: tuple[RepoPlan, ...]
    """Plans of the round before; before the first those the run was given."""
    accepted: list[Reason] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    flaws: dict[str, str] = field(default_factory=dict)
    """Repository to what was wrong with its last call although an answer came."""
    prompts: dict[str, str] = field(default_factory=dict)
    """Key of a planner or splitter, without its round, to what it was told when it last answered."""
    retries: bool = False
    """Whether planners that gave no answer are asked again whatever the cause was: a person wants it."""
    paused: list[int] = field(default_factory=list)
    """Rounds after which a person was asked."""
    ways: dict[int, list[Route]] = field(default_factory=dict)
    """Round to where it went and why: when it was decided, and once more after people had said something."""
    contracts: Analysis = field(default_factory=Analysis)
    """How what the repositories declare and consume fits together, as of the newest look."""
    looks: int = 0
    """How often the repositories were looked at."""
    pauses: int = 0
    """How often a person was asked."""

    def phase(self, title: str, detail: str = "") -> None:
        """Say which stage begins."""
        self.context.emit_once({"type": "phase", "title": title, "detail": detail}, title)

    def tell(self, kind: str, summary: str, /, **fields: object) -> None:
        """Say what came of something; a resumed run says it again only if the journal does not have it."""
        self.context.emit_once({"type": kind, **fields}, summary)


def ground_of(context: Context, given: CoordinateInput) -> Ground:
    """The ground of a run that begins or goes on. Raises ``OdwError`` when nobody can work or two repositories are
    one."""
    workspace = context.spec.workspace
    repos = tuple(absolute(one, workspace) for one in given.repos)
    if len(set(repos)) < len(repos):
        raise UsageError("Two of the repositories are the same folder; name each once.")
    crew = Crew(
        context,
        agent_for(given.agent, context.spec, context.environ, script=given.script),
        given.agent,
        slots=Slots(codex_home(context.spec, context.environ), slot_limit(context.environ), context.state),
        concurrency=given.concurrency or _AT_ONCE,
        budget=given.budget_tokens,
        tells_calls=True,
    )
    answers = [
        Answer(one.question, one.text, absolute(one.repo, workspace) if one.repo else None) for one in given.answers
    ]
    known = {absolute(one.repo, workspace): one for one in given.plans}
    earlier = tuple(_given_plan(repo, known[repo]) for repo in repos if repo in known)
    bases = bases_of(repos)
    return Ground(context, given, crew, repos, bases, _keys(bases), given.max_rounds, answers, earlier)


def _keys(bases: Mapping[str, str]) -> dict[str, str]:
    """The base itself where it can be part of a file's name as it is; else what is left of it and a digest."""
    found: dict[str, str] = {}
    for repo, base in bases.items():
        plain = _STRANGE.sub("-", base)[:_LONGEST]
        is_same = plain == base and not plain.startswith((".", "-"))
        found[repo] = plain if is_same else f"{plain.lstrip('.-')}-{hashlib.sha256(base.encode()).hexdigest()[:8]}"
    return found


def _given_plan(repo: str, one: PlanInput) -> RepoPlan:
    status = HITL if one.questions else OK
    return RepoPlan(repo, status, one.summary, tuple(one.changes), tuple(one.questions), GIVEN)
