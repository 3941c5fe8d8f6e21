"""The input of ``parallel-review-apply``: what is wanted, by how many, under whose eyes. The one door with pydantic."""

from __future__ import annotations

import shlex
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from odw_core.text.ansi import one_line
from odw_core.workflows.absolute import AbsolutePath
from odw_core.workflows.agent_input import AgentsInput
from odw_core.workflows.parallel_review_apply.inherited import Candidate, InheritedBlocker, InheritedQuestion
from odw_core.workflows.parallel_review_apply.rounds import PLANNER_ATTEMPTS, REVIEWER_ATTEMPTS, REVIEWERS
from odw_core.workflows.parallel_review_apply.task import Task

_LONGEST = 1_000_000
_REVIEWER = r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,58}[^\s\x00-\x1f\x7f])?$"
Reviewer = Annotated[str, Field(pattern=_REVIEWER)]


class TaskInput(BaseModel):
    """One task as given. What is wrong with it is said by the preflight, all of it at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: str = ""
    """Its name, of its own in the run."""
    files: list[str] = []
    """The files it owns, from the root of the repository."""
    prompt: Annotated[str, Field(max_length=_LONGEST)] = ""
    """What its agent is asked to do."""
    model: str | None = None
    """The model; that of the run when left out."""
    effort: str | None = None
    """How much it thinks; as the run says when left out."""


class ReviewApplyInput(AgentsInput, BaseModel):
    """One run."""

    request: Annotated[str | None, Field(max_length=_LONGEST)] = None
    """What is wanted, in a sentence or more; a planner makes tasks of it."""
    spec: Annotated[str | None, Field(max_length=_LONGEST)] = None
    """What is wanted, as a written specification; a planner makes tasks of it."""
    goal: Annotated[str | None, Field(max_length=_LONGEST)] = None
    """What shall be true in the end; a planner makes tasks of it."""
    tasks: list[TaskInput] = []
    """The tasks themselves; then nobody plans, and a request, spec or goal is what all of them are told."""
    repo: AbsolutePath | None = None
    """The repository; the workspace when left out."""
    reviewers: Annotated[list[Reviewer], Field(min_length=1, max_length=8)] = list(REVIEWERS)
    """Who reviews each candidate; the name says what it looks for."""
    max_review_rounds: int | None = None
    """Most rounds of review, 1 to 4; when left out 2 for up to two tasks, 3 for three, 4 for more."""
    gate: Literal["auto", "ask", "ask-on-risk"] = "ask"
    """Who lets an approved candidate land: nobody is asked, a person, or a person where there is a risk."""
    hold_after_planning: bool = False
    """Show the tasks to a person, who may change them, before any agent starts on them."""
    verify: list[str] | None = None
    """The command that must pass on what landed; a reading agent looks at it when left out."""
    auto_answer: Literal["never", "first"] = "never"
    """Whether questions of agents are answered with their first choice instead of waiting for a person."""
    planner_attempts: int = PLANNER_ATTEMPTS
    """How often the planner is asked for a plan that can be used, 1 to 4."""
    reviewer_attempts: int = REVIEWER_ATTEMPTS
    """How often a reviewer is asked for an answer that can be read, 1 to 4."""
    allow_undeclared_task_files: bool = False
    """Take tasks that own no file."""
    allow_duplicate_task_files: bool = False
    """Take tasks that own the same file."""
    allow_dirty_task_files: bool = False
    """Take tasks that own files with changes that are not committed; agents do not see those changes."""
    strict_task_file_boundaries: bool = True
    """Block a candidate that touches files its task does not own."""
    candidates: list[Candidate] = []
    """What tasks had changed when the run stopped that this one goes on with."""
    blockers: list[InheritedBlocker] = []
    """What that run's reviewers found last."""
    questions: list[InheritedQuestion] = []
    """What that run could not go on without."""

    @field_validator("request", "spec", "goal")
    @classmethod
    def _says_something(cls, text: str | None) -> str | None:
        if text is not None and not text.strip():
            raise ValueError("is empty; leave it out or say what is wanted")
        return text

    @field_validator("verify")
    @classmethod
    def _has_words(cls, words: list[str] | None) -> list[str] | None:
        # One line as a person types it; no shell reads it.
        words = shlex.split(words[0]) if words is not None and len(words) == 1 else words
        if words is not None and (not words or not words[0] or any("\0" in word for word in words)):
            raise ValueError("a command begins with the name of a program")
        return words

    @field_validator("reviewers")
    @classmethod
    def _are_different(cls, reviewers: list[str]) -> list[str]:
        if len({name.casefold() for name in reviewers}) < len(reviewers):
            raise ValueError("names a reviewer twice")
        return reviewers

    @model_validator(mode="after")
    def _wants_something(self) -> ReviewApplyInput:
        said = [text for text in (self.request, self.spec, self.goal) if text is not None]
        if len(said) > 1:
            raise ValueError("give one of request, spec and goal")
        if not said and not self.tasks:
            raise ValueError("say what is wanted: request, spec, goal or tasks")
        inherited = [candidate.task for candidate in self.candidates]
        if len(set(inherited)) < len(inherited) or not set(inherited) <= {task.id for task in self.tasks}:
            raise ValueError("candidates belong to one of the tasks each, and no task has two")
        return self


def wanted_text(given: ReviewApplyInput) -> str:
    """The request, spec or goal as given; empty when there are only tasks."""
    return given.request or given.spec or given.goal or ""


def goal_of(given: ReviewApplyInput) -> str:
    """In one line what the run is for."""
    if wanted := wanted_text(given):
        head, _, rest = wanted.partition("\n")
        # A plan of several begins with the path of its repository, which every row says already.
        wanted = rest if head.startswith("# /") and rest.strip() else wanted
        return one_line(wanted, 200)
    number = len(given.tasks)
    names = ", ".join(task.id for task in given.tasks)
    return one_line(f"{number} {'task' if number == 1 else 'tasks'}: {names}", 200)


def given_tasks(given: ReviewApplyInput) -> tuple[Task, ...]:
    """The tasks as given, with the run's model and effort where they have none; empty when a planner makes them."""
    return tuple(
        Task(one.id, tuple(one.files), one.prompt, one.model or given.model, one.effort or given.effort)
        for one in given.tasks
    )
