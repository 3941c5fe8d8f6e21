"""The input of ``odw-exec``: a script of upstream, what it is given, and how it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_RUN = r"^(latest|odw-exec-(resume-)?\d{1,15}-\d{1,9})$"


class OdwExecInput(BaseModel):
    """One ``odw exec``."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    script: str | None = None
    """The workflow script, as a path; what the resumed run had when left out."""
    input: str | dict[str, object] | list[object] | None = None
    """What the script is given: text, or JSON."""
    input_file: str | None = None
    """A file that holds it."""
    resume: Annotated[str | None, Field(pattern=_RUN)] = None
    """An earlier run of odw to go on with: its id, or latest."""
    backend: Literal["pandacode", "mock"] = "pandacode"
    """Who runs the agents."""
    provider: str | None = None
    """Provider of the models; what odw takes by itself when left out."""
    model: str | None = None
    """The model; what odw takes by itself when left out."""
    effort: str | None = None
    """How much the agents think."""
    timeout_s: Annotated[int | None, Field(gt=0)] = None
    """Seconds each agent may take; odw's own when left out."""
    holds_questions: bool = True
    """Whether questions of agents wait for a person; otherwise odw answers them by itself."""
    odw: str | None = None
    """The odw program; the one on PATH when left out."""
    pandacode: str | None = None
    """The pandacode program; the one on PATH when left out."""

    @model_validator(mode="after")
    def _has_something_to_run(self) -> OdwExecInput:
        if self.script is None and self.resume is None:
            raise ValueError("name a script, or a run to resume")
        if self.input is not None and self.input_file is not None:
            raise ValueError("give input or input_file, not both")
        return self


def goal_of(given: OdwExecInput) -> str:
    """What is run, in one line."""
    name = Path(given.script).name if given.script else ""
    if given.resume:
        return f"odw exec {name} --resume {given.resume}".replace("  ", " ")
    return f"odw exec {name}"
