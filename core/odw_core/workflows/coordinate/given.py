"""The input of ``coordinate``: one goal, the repositories it concerns, how long planners go on. The one door with
pydantic."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from odw_core.text.ansi import one_line
from odw_core.workflows.agent_input import AgentsInput

_LONGEST = 1_000_000
_MOST_REPOS = 200
Words = Annotated[str, Field(max_length=_LONGEST)]


class AnswerInput(BaseModel):
    """What is known from an earlier run: a question and what a person said to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    question: Words = ""
    """What was asked."""
    repo: str | None = None
    """The repository it was asked about; all of them when left out."""
    text: Words
    """The answer."""


class PlanInput(BaseModel):
    """A plan that an earlier run made for one repository."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    repo: str
    """The repository."""
    summary: Words = ""
    """What the plan is, in a sentence."""
    changes: list[Words] = []
    """What it changes."""
    questions: list[Words] = []
    """What it left open."""


class CoordinateInput(AgentsInput, BaseModel):
    """One run."""

    goal: Words
    """What shall be true in the end, over all repositories."""
    repos: Annotated[list[str], Field(min_length=1, max_length=_MOST_REPOS)]
    """The repositories: folders, absolute or from the workspace."""
    max_rounds: Annotated[int, Field(ge=1, le=8)] = 2
    """Most rounds of planning before a person is asked; an answer grants another one."""
    mode: Literal["conditional", "interrupt"] = "conditional"
    """Where plans do not agree: plan again by itself as long as there is news, or ask a person at once."""
    split: Literal["agent", "heuristic"] = "agent"
    """Who proposes what each repository does: an agent, or rules that know its kind and name."""
    approval: Literal["later", "ask"] = "later"
    """When a person approves the plans: when a campaign begins with them, or before this run ends."""
    answers: list[AnswerInput] = []
    """What a person answered in an earlier run; planners are told from the first round on."""
    plans: list[PlanInput] = []
    """Plans of an earlier run; planners begin with them."""
    from_run: str | None = None
    """The run that answers and plans come from."""

    @field_validator("goal")
    @classmethod
    def _says_something(cls, goal: str) -> str:
        if not goal.strip():
            raise ValueError("is empty; say what shall be true in the end")
        return goal

    @field_validator("repos")
    @classmethod
    def _are_folders_once(cls, repos: list[str]) -> list[str]:
        if any(not one.strip() or "\0" in one for one in repos):
            raise ValueError("a repository is a folder")
        if len({os.path.normpath(one) for one in repos}) < len(repos):
            raise ValueError("names a repository twice")
        return repos


def goal_of(given: CoordinateInput) -> str:
    """In one line what the run is for."""
    return one_line(given.goal, 200)


def absolute(path: str, workspace: str) -> str:
    """A repository as given, as an absolute path without steps up and down. No link is looked at."""
    # Not resolved: a repository may be reached through a link, and is called what the person calls it.
    return os.path.normpath(Path(workspace, path))
