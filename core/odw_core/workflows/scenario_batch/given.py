"""The input of ``scenario-batch``: which list, which template, how many, by whom. The one door with pydantic."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, Field, field_validator, model_validator

from odw_core.model.batch import scenarios
from odw_core.text.ansi import one_line
from odw_core.workflows.agent_input import AgentInput

_INDEX = Annotated[int, Field(ge=1, le=1_000_000)]
_TAKEN = (".git", ".odw", "logs")
"""What a batch must never clear, whatever it is told."""


class ScenarioBatchInput(AgentInput, BaseModel):
    """One batch. Paths are taken from the root of the repository, which is the folder the run is started for."""

    scenarios: Annotated[str, Field(min_length=1)] = "input/DataTransferScenarioList.md"
    """The Markdown file that lists the scenarios."""
    template: Annotated[str, Field(min_length=1)] = "input/prompt_template.txt"
    """The prompt, with {index} {title} {body} {output_path} {total} in it."""
    model: str | None = None
    """The model of every call; INTERLLM_MODEL of the environment file when left out."""
    max_scenarios: Annotated[int | None, Field(ge=1)] = None
    """Go through the first so many alone."""
    jobs: Annotated[int, Field(ge=1, le=16)] = 1
    """How many scenarios are at work at once."""
    fail_fast: bool = False
    """Begin no other scenario once one has failed."""
    only: list[_INDEX] = []
    """Go through these numbers alone, and clear nothing."""
    smoke: bool = False
    """Let the first scenario go alone; the others begin only if it wrote its file."""
    clears: bool = False
    """Clear the outputs even where files in them are newer than the last batch."""
    force: bool = False
    """Start in spite of checks that fail; the log says so."""
    outputs: Annotated[str, Field(min_length=1)] = "outputs"
    """The folder of the files that are written; it is cleared at the start."""
    baseline: Annotated[str, Field(min_length=1)] = "src/prompt_template_base.txt"
    """The template as it was delivered; the checks say whether the other one differs."""
    env_file: Annotated[str, Field(min_length=1)] = "src/.env"
    """The file that sets INTERLLM_MODEL."""
    repeats: str | None = None
    """The batch that this one goes on with; the log names it."""

    @field_validator("model")
    @classmethod
    def _is_named(cls, name: str | None) -> str | None:
        if name is not None and not name.strip():
            raise ValueError("is empty; leave it out to take INTERLLM_MODEL of the environment file")
        return name

    @field_validator("scenarios", "template", "baseline", "env_file")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if "\0" in path:
            raise ValueError("is no path")
        return path

    @field_validator("outputs")
    @classmethod
    def _lies_below_the_root(cls, path: str) -> str:
        parts = PurePosixPath(path).parts
        if "\0" in path or not parts or parts[0] == "/" or ".." in parts:
            raise ValueError("must be a folder below the root, because it is cleared")
        if parts[0] in _TAKEN:
            raise ValueError(f"must not be {parts[0]}, because it is cleared")
        return str(PurePosixPath(path))

    @field_validator("only")
    @classmethod
    def _are_in_order(cls, only: list[int]) -> list[int]:
        return sorted(set(only))

    @model_validator(mode="after")
    def _fits_together(self) -> ScenarioBatchInput:
        if self.only and self.max_scenarios is not None:
            raise ValueError("give only or max_scenarios, not both")
        return self


def goal_of(given: ScenarioBatchInput) -> str:
    """In one line what the run is for."""
    name = PurePosixPath(given.scenarios).name
    if given.only:
        return one_line(f"{scenarios(given.only)} of {name}", 200)
    first = f"the first {given.max_scenarios} scenarios of " if given.max_scenarios is not None else ""
    return one_line(f"{first}{name}", 200)
