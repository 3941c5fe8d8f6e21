"""The input of ``command``: what to run, and where."""

from __future__ import annotations

import shlex
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from odw_core.workflows.absolute import AbsolutePath


class CommandInput(BaseModel):
    """One command, as a list of words: no shell reads them."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    argv: Annotated[list[str], Field(min_length=1)]
    """The program and its arguments."""
    cwd: AbsolutePath | None = None
    """The folder it works in; the workspace when left out."""

    @field_validator("argv")
    @classmethod
    def _has_words(cls, argv: list[str]) -> list[str]:
        if not argv[0] or any("\0" in word for word in argv):
            raise ValueError("a command begins with the name of a program")
        return argv


def goal_of(given: CommandInput) -> str:
    """The command as one would type it."""
    return shlex.join(given.argv)
