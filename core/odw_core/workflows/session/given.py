"""The input of ``session``: what to say to Codex, and how it may work."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from odw_core.text.ansi import one_line
from odw_core.workflows.absolute import AbsolutePath

_THREAD = r"^[0-9A-Za-z][0-9A-Za-z-]{7,63}$"


class SessionInput(BaseModel):
    """One session."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    prompt: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    """What Codex is asked to do."""
    model: str | None = None
    """The model; what Codex is configured for when left out."""
    effort: str | None = None
    """How much it thinks: low, medium, high and what else the model offers."""
    sandbox: Literal["read-only", "workspace-write", "danger-full-access"] = "workspace-write"
    """What its commands may touch without asking."""
    approval_policy: Literal["untrusted", "on-request", "never"] = "on-request"
    """When it asks before it runs a command."""
    mode: Literal["default", "plan"] = "default"
    """In plan mode it thinks and asks, and changes nothing."""
    cwd: AbsolutePath | None = None
    """The folder it works in; the workspace when left out."""
    thread: Annotated[str | None, Field(pattern=_THREAD)] = None
    """An earlier session to go on with."""
    fork: bool = False
    """Go on in a copy of that session, which stays as it is."""
    silence_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """Seconds without progress after which the turn is ended: Codex waits for a dead network without end."""

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt.strip():
            raise ValueError("a session begins with a prompt")
        return prompt

    @field_validator("model", "effort")
    @classmethod
    def _is_named(cls, name: str | None) -> str | None:
        if name is not None and not name.strip():
            raise ValueError("is empty; leave it out to take what Codex is configured for")
        return name

    @model_validator(mode="after")
    def _forks_something(self) -> SessionInput:
        if self.fork and self.thread is None:
            raise ValueError("fork needs the thread that is copied")
        return self


def goal_of(given: SessionInput) -> str:
    """The prompt's first line."""
    return one_line(given.prompt, 200)
