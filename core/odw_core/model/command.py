"""Command: a wish of a person. Receipt: how far it came. Files say what happened in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from odw_core.model.address import Address
from odw_core.model.decision import Decision

WAIT_S = 10.0
"""Seconds after which a command that nobody confirmed is called that."""


def new_command_id() -> str:
    """An id that nobody else has; also a file name."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Decide:
    """Answer, approve or reject what is asked."""

    decision: Decision
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a run of a workflow."""

    workflow: str
    """``session``, ``command`` …"""
    given: dict[str, object]
    """The workflow's input, not yet validated."""
    workspace: str
    """Absolute path; the run's folder lies below its ``.odw``."""
    parent: Address | None = None
    """The run that this one repeats or continues."""
    home: str | None = None
    """The Codex home; None for the user's own."""
    after: Address | None = None
    """The run that has to land first."""
    reuse: str = ""
    """Which finished steps of ``parent`` are not done again: a mode of ``odw_core.runs.reuse``; empty for none."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Say:
    """Say something to an agent at work: into the running turn, or queued until it is over."""

    address: Address
    text: str
    waits: bool = False
    """Whether it waits until the running turn is over."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop the running turn and every command it left running; the session stays."""

    address: Address
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a run: its agents, its server, its supervisor."""

    address: Address
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a run whose supervisor is gone, or with a session that ended."""

    address: Address
    text: str = ""
    """What to say to the session; empty to only take up what was going on."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Rerun:
    """Start again what a run did, perhaps with another prompt or other settings."""

    address: Address
    changed: dict[str, object]
    """Keys of the input that differ."""
    reuse: str = ""
    """As in ``Start``."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Fork:
    """A new session that begins with everything said in this one."""

    address: Address
    text: str
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a session a name."""

    address: Address
    name: str
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Archive:
    """Put a session away, or take it back."""

    address: Address
    is_back: bool = False
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Commit:
    """Put exactly what a run landed into git."""

    address: Address
    message: str = ""
    """Empty for the drafted one."""
    branch: str | None = None
    """A new branch; None for the present one."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep a run for ever, or no longer."""

    address: Address
    is_off: bool | None = False
    """None for the other of both."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Clean:
    """Take away what runs of ours with dead owners left behind."""

    names: tuple[str, ...]
    """What ``odw_core.service.leftovers`` calls them."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Adopt:
    """Go on natively with what a run of upstream left."""

    address: Address
    changed: dict[str, object] = field(default_factory=dict)
    """Keys of the new run's input that differ from what was left."""
    id: str = field(default_factory=new_command_id)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Make one call once more whose output was cut: read-only, with everything kept that it says."""

    address: Address
    """A plan: ``converge:<run>/<repo>``."""
    changed: dict[str, object] = field(default_factory=dict)
    """Keys of the input that differ from the recorded call."""
    id: str = field(default_factory=new_command_id)


Command = (
    Decide
    | Start
    | Say
    | Interrupt
    | Cancel
    | Resume
    | Rerun
    | Fork
    | Rename
    | Archive
    | Commit
    | Pin
    | Clean
    | Adopt
    | Repeat
)


class Outcome(StrEnum):
    """How far a command came."""

    SENT = "sent"
    """It lies where its executor looks; nothing says yet that it was seen."""
    ACCEPTED = "accepted"
    STALE = "stale"
    """What it decides about changed or is gone."""
    REFUSED = "refused"
    """Not allowed, or not possible; ``reason`` says why and what to do."""
    UNCONFIRMED = "unconfirmed"
    """Sent, and nobody said anything in time."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command so far."""

    command_id: str
    outcome: Outcome
    reason: str = ""
    """One sentence with the next step; empty when there is nothing to say."""
    address: Address | None = None
    """What was started or continued."""
