"""Manifest: which stories the demo plays, checked by pydantic. Starts nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from odw_core.demo.player import RECORDINGS


class Story(BaseModel):
    """One process that plays one recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    shows: str
    """What a newcomer can watch, in a sentence."""
    program: Literal["odw", "pandacode", "converge", "codex", "orchestrator"]
    recording: str
    pace: float = Field(gt=0)
    starts_after_s: float = Field(ge=0)
    stays: bool = False
    murmurs_every_s: float = Field(default=10.0, gt=0)
    murmurs: tuple[str, ...] = ()
    again_after_s: float | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1)

    @field_validator("recording")
    @classmethod
    def _is_here(cls, name: str) -> str:
        if not (RECORDINGS / name).is_dir():
            raise ValueError(f"there is no recording {name!r}")
        return name

    def arguments(self, workspace: Path, pace: float) -> list[str]:
        """What its stand-in is called with."""
        action = {"odw": "exec", "converge": "coordinate"}.get(self.program, "run")
        given = [action, "--path", str(workspace), "--recording", self.recording, "--pace", str(self.pace * pace)]
        if self.stays:
            given += ["--stays", "--murmur-every", str(self.murmurs_every_s)]
            given += [part for murmur in self.murmurs for part in ("--murmur", murmur)]
        return given


class Manifest(BaseModel):
    """All stories."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    story: tuple[Story, ...]


STORIES = Path(__file__).with_name("stories.toml")


def read_stories(manifest: Path = STORIES) -> tuple[Story, ...]:
    """The stories of the demo. Raises pydantic's ``ValidationError`` when the manifest is wrong."""
    return Manifest.model_validate(tomllib.loads(manifest.read_text("utf-8"))).story
