"""The input of ``converge-repeat``: which plan of which run, and with what it is asked for once more."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from odw_core.text.ansi import one_line

DEADLINE_S = 300
"""What Converge itself allows one call."""
_STAMP = r"^\d{8}T\d{12}Z$"


class RepeatInput(BaseModel):
    """One call of ``codex exec`` for one repository."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    run: Annotated[str, Field(pattern=_STAMP)]
    """The run of Converge: the name of its folder."""
    repo: Annotated[str, Field(min_length=1)]
    """The repository, as the run names it."""
    round: Annotated[int, Field(ge=1)] = 1
    """The round whose call is repeated: only the last one left its prompt."""
    model: str | None = None
    """The model; Codex's own when left out."""
    deadline_s: Annotated[float, Field(gt=0, le=86_400)] = DEADLINE_S
    """Seconds after which it is ended."""
    codex: str | None = None
    """The Codex program; the one on PATH when left out."""


def goal_of(given: RepeatInput) -> str:
    """What is run, in one line."""
    return f"repeated: {one_line(given.repo, 80)}, round {given.round} of converge:{given.run}"
