"""What a native run takes over from a run of upstream: the part of its input that ``adopted`` fills in. Does no I/O."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Candidate(BaseModel):
    """What one task had changed when the other run stopped.

    Its task is not implemented: the patch counts as what its first attempt changed, against what is HEAD now. A task
    without one is implemented in round 1 as always. One that does not apply any more is no error: it is the structured
    blocker of a preflight, as in any round.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    task: Annotated[str, Field(min_length=1)]
    """Id of one of ``tasks``; no task has two."""
    patch: Annotated[str, Field(min_length=1, repr=False)]
    """The whole captured diff as text: ``patch.encode("utf-8", "surrogateescape")`` is what git applies."""


class InheritedBlocker(BaseModel):
    """A finding of the last review that nobody answered.

    With any of them the first thing done is a repair: they are the blockers of a rejected round 1 (``repair.select``
    picks the tasks, the blockers are their feedback, every other candidate is retained), and the first review is that
    of round 2. Without any, the first review is that of round 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    text: Annotated[str, Field(min_length=1)]
    """As the reviewer wrote it; paths stand in the text."""
    reviewer: str | None = None
    """Who said it, as far as known."""
    round: Annotated[int, Field(ge=1)] = 1
    """The review round of the other run."""


class InheritedQuestion(BaseModel):
    """What the other run could not go on without.

    It is put before a person before anything else is done, one card each (kind ``question``); the answers go into every
    prompt.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    text: Annotated[str, Field(min_length=1)]
    """The question, whole."""
    options: list[str] = []
    """What may be picked; empty when any text is an answer. With options, other texts are answers too."""
    task: str | None = None
    """Id of the task whose agent asked; None when a reviewer left it to the owner."""
