"""Question: one thing that waits for a person, with everything needed to decide it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.address import Address


class Road(StrEnum):
    """How an answer gets to whoever asked."""

    NONE = "none"
    SUPERVISOR = "supervisor"
    """A control file for the supervisor of a run of ours."""
    RESUME = "resume"
    """The run's supervisor is gone: answering starts it again, then sends."""
    SERVER = "server"
    """The app server that has the thread loaded."""
    PANDACODE_FILE = "pandacode file"
    """The control file of a live PandaCode turn."""
    PANDACODE_ANSWER = "pandacode answer"
    """The command ``pandacode answer``."""
    CONVERGE = "converge"
    """A native run that plans with the answer, or Converge's own server."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option a person may pick."""

    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a question: a pick among ``choices``, free text, or both when ``allows_other``."""

    id: str
    label: str
    choices: tuple[Choice, ...] = ()
    allows_other: bool = False
    is_secret: bool = False
    is_optional: bool = False
    takes_several: bool = False
    """Whether more than one of the choices may be picked."""
    default: str = ""
    """The text that stands in it before anybody types."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question. ``id`` derives from what is asked, so that several witnesses of it merge into one."""

    id: str
    address: Address
    """The run, task or session that asks."""
    kind: str
    """``question``, ``approval``, ``gate`` …"""
    asked_at: float | None
    title: str
    body: str
    subject: str
    """Who or what asks, in words (task, session)."""
    fields: tuple[Field, ...]
    decisions: tuple[str, ...]
    risk: str | None
    digest: str
    """SHA-256 over everything that decides; an answer to another digest is refused."""
    witnesses: tuple[str, ...]
    """What told us about it: ``journal``, ``session record`` …"""
    inferred: bool
    answer_via: str
    """Who can answer it and how, as a sentence."""
    why_not: str | None
    """Why it cannot be answered from here; None when it can."""
    road: Road = Road.NONE
    """How an answer travels; ``NONE`` exactly when ``why_not`` says why."""
    details: tuple[tuple[str, str], ...] = ()
    """What is decided about, whole and in parts: (label, text), such as ``command``, ``folder``, ``reason``, ``patch``,
    ``always allow``. Plain text, never cut."""
    confirm: str | None = None
    """A word that must be typed before a verdict that lets it happen; None where the verdict alone is enough."""
    is_sent: bool = False
    """A decision is on its way, from whichever room, and nothing says yet that it was seen; or an answer is kept
    until a run takes it up."""
