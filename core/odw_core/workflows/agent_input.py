"""Who works in a run, with what and for how long: what the inputs of several workflows share. Looks at the text alone,
never at a disk."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from odw_core.workflows.absolute import AbsolutePath


class AgentInput(BaseModel):
    """Who does each piece of work."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    agent: Literal["codex", "scripted"] = "codex"
    """Who works."""
    script: AbsolutePath | None = None
    """What the scripted agent plays: a file."""
    model: str | None = None
    """The model; what the agent is configured for when left out."""
    deadline_s: Annotated[float | None, Field(gt=0, le=86_400)] = None
    """Seconds after which one call of an agent is ended."""

    @field_validator("model", "effort", check_fields=False)
    @classmethod
    def _is_named(cls, name: str | None) -> str | None:
        if name is not None and not name.strip():
            raise ValueError("is empty; leave it out to take what the agent is configured for")
        return name

    @model_validator(mode="after")
    def _has_its_script(self) -> Self:
        if self.agent == "scripted" and self.script is None:
            raise ValueError("the scripted agent needs its script; --script or the key script names it")
        return self


class AgentsInput(AgentInput):
    """Who does the work of a run in which several are at work at once."""

    effort: str | None = None
    """How much it thinks."""
    concurrency: Annotated[int | None, Field(ge=1, le=64)] = None
    """Most agents at once; of a campaign in each repository."""
    budget_tokens: Annotated[int | None, Field(gt=0)] = None
    """Tokens after which no further agent starts; of a campaign in each repository."""
