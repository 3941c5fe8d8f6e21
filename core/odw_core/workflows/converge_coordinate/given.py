"""The input of ``converge-coordinate``: what upstream's ``converge coordinate`` takes, and who is to run it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from odw_core.text.ansi import one_line


class ConvergeInput(BaseModel):
    """One ``converge coordinate``."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    goal: str
    """What the repositories are to reach together."""
    repos: Annotated[list[str], Field(min_length=1)]
    """The repositories, as paths; relative ones start at the workspace."""
    max_rounds: Annotated[int, Field(ge=1, le=100)] = 2
    """How many rounds of planning there are at most."""
    mode: Literal["conditional", "interrupt"] = "conditional"
    """What happens when a person is needed: conditional plans again; interrupt pauses, and its pause is lost."""
    through: Literal["process", "server"] = "process"
    """Who runs it: a process of its own, or a worker behind the Converge server."""
    server: str | None = None
    """Address of that server on this machine; the configured one when left out."""
    coding_agent: Literal["codex", "copilot"] | None = None
    """Who plans; what Converge takes by itself when left out."""
    planner_model: str | None = None
    """The model that plans; what Converge takes by itself when left out."""
    model: str | None = None
    """The model that splits the work; what Converge takes by itself when left out."""
    no_llm: bool = False
    """Split the work by rule of thumb, without a model."""
    tracing: bool = False
    """Whether Converge sends traces over the network."""
    converge: str | None = None
    """The converge program; the one on PATH when left out."""
    from_run: str | None = None
    """The run that this one repeats, as an address."""

    @field_validator("goal")
    @classmethod
    def _says_something(cls, goal: str) -> str:
        if not goal.strip():
            raise ValueError("say what is to be reached")
        return goal

    @field_validator("repos")
    @classmethod
    def _are_different(cls, repos: list[str]) -> list[str]:
        if any(not repo.strip() or "\0" in repo for repo in repos):
            raise ValueError("a repository has no path")
        if len(set(repos)) < len(repos):
            raise ValueError("a repository is named twice; Converge refuses that")
        return repos

    @model_validator(mode="after")
    def _fits_the_server(self) -> ConvergeInput:
        if self.through == "server" and self.mode == "interrupt":
            raise ValueError("the mode of a task is its worker's (CONVERGE_HIL_MODE); leave it conditional")
        return self


def goal_of(given: ConvergeInput) -> str:
    """What is run, in one line."""
    return one_line(given.goal, 200)
