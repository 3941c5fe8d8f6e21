"""The input of ``campaign``: which plans, in which order, under whose eyes. The one door with pydantic."""

from __future__ import annotations

import json
import shlex
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from odw_core.text.ansi import one_line
from odw_core.workflows.absolute import AbsolutePath
from odw_core.workflows.agent_input import AgentsInput
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput, Reviewer
from odw_core.workflows.parallel_review_apply.rounds import REVIEWERS

_LONGEST = 1_000_000
_MOST_REPOS = 200
Words = Annotated[str, Field(max_length=_LONGEST)]
_HANDED_ON = (
    "gate", "hold_after_planning", "reviewers", "max_review_rounds", "verify", "auto_answer", "agent", "script",
    "model", "effort", "concurrency", "budget_tokens", "deadline_s",
)  # fmt: skip


class RepoInput(BaseModel):
    """One repository."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    repo: str
    """The repository: a folder, absolute or from the workspace; of an earlier run also its short name."""
    spec: Words | None = None
    """What it does, as text; the plan of ``from_run`` when left out."""
    after: list[str] = []
    """Repositories that have to land first."""
    verify: list[str] | None = None
    """The command that must pass on what landed; that of the campaign when left out."""
    script: AbsolutePath | None = None
    """What the scripted agent plays; that of the campaign when left out."""


class CampaignInput(AgentsInput, BaseModel):
    """One campaign."""

    from_run: str | None = None
    """The run whose plans are carried out: a coordinate run (odw:…), or a run of Converge (converge:…)."""
    repos: Annotated[list[RepoInput], Field(max_length=_MOST_REPOS)] = []
    """The repositories with their specs; with from_run only these of its plans."""
    after: dict[str, list[str]] = {}
    """Repository to those that have to land before it starts: web=api,lib."""
    hold_landings: bool = False
    """Nothing lands before every repository is approved; with an order, every one that can be at work by then."""
    goal: Words | None = None
    """What it is for; the goal of from_run when left out."""
    gate: Literal["auto", "ask", "ask-on-risk"] = "ask"
    """Who lets an approved candidate land: nobody is asked, a person, or a person where there is a risk."""
    hold_after_planning: bool = False
    """Show the tasks of each repository to a person before any agent starts on them."""
    reviewers: Annotated[list[Reviewer], Field(min_length=1, max_length=8)] = list(REVIEWERS)
    """Who reviews each candidate; the name says what it looks for."""
    max_review_rounds: int | None = None
    """Most rounds of review in each repository, 1 to 4."""
    verify: list[str] | None = None
    """The command that must pass on what landed in each repository; a reading agent looks at it when left out."""
    auto_answer: Literal["never", "first"] = "never"
    """Whether questions of agents are answered with their first choice instead of waiting for a person."""

    @field_validator("repos", mode="before")
    @classmethod
    def _may_be_names(cls, repos: object) -> object:
        # With from_run a name says all that has to be said.
        if isinstance(repos, list):
            return [{"repo": one} if isinstance(one, str) else one for one in repos]
        return repos

    @field_validator("after", mode="before")
    @classmethod
    def _may_be_words(cls, after: object) -> object:
        """``web=api,lib``, several of them, or JSON."""
        said = [after] if isinstance(after, str) else after
        if not isinstance(said, list):
            return said
        words = [word for one in map(str, said) for word in ([one] if one.lstrip()[:1] == "{" else shlex.split(one))]
        found: dict[str, list[str]] = {}
        for word in words:
            repo, equals, others = word.partition("=")
            if word.lstrip().startswith("{"):
                found |= json.loads(word)
            elif repo and equals and others:
                found.setdefault(repo, []).extend(one for one in others.split(",") if one)
            else:
                raise ValueError(f"{one_line(word, 100)!r} is no order; write web=api,lib")
        return found

    @model_validator(mode="after")
    def _has_its_script(self) -> Self:
        # Every repository may have its own.
        has_all = bool(self.repos) and all(one.script is not None for one in self.repos)
        if self.agent == "scripted" and self.script is None and not has_all:
            raise ValueError("the scripted agent needs its script; --script or the key script names it")
        return self

    @model_validator(mode="after")
    def _has_plans(self) -> CampaignInput:
        if self.from_run is None and not self.repos:
            raise ValueError("say whose plans are carried out: from_run, or repos with their specs")
        missing = [one.repo for one in self.repos if one.spec is None or not one.spec.strip()]
        if self.from_run is None and missing:
            raise ValueError(f"{one_line(missing[0], 200)} has no spec; give one, or from_run")
        # What the runs of the repositories would refuse is refused before the first of them starts.
        ReviewApplyInput.model_validate(child_input(self, "anything", None))
        return self


def child_input(given: CampaignInput, spec: str, repo: RepoInput | None) -> dict[str, object]:
    """The input of the run of one repository, as plain JSON."""
    said = given.model_dump(mode="json", include=set(_HANDED_ON))
    said["spec"] = spec
    if repo is not None and repo.verify is not None:
        said["verify"] = [*repo.verify]
    if repo is not None and repo.script is not None:
        said["script"] = repo.script
    if said["agent"] == "scripted" and said["script"] is None:
        # Every repository has its own.
        said["script"] = next((one.script for one in given.repos if one.script), None)
    return said


def goal_of(given: CampaignInput) -> str:
    """In one line what the campaign is for."""
    if given.goal:
        return one_line(given.goal, 200)
    named = ", ".join(one.repo.rstrip("/").rpartition("/")[2] for one in given.repos)
    if given.from_run:
        return one_line(f"the plans of {given.from_run}" + (f": {named}" if named else ""), 200)
    count = len(given.repos)
    return one_line(f"{count} {'repository' if count == 1 else 'repositories'}: {named}", 200)
