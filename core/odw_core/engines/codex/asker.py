"""Who asks a person something about a session, and how an answer gets there: what the thing asked does not say."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.address import Address
from odw_core.model.question import Road


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a card stands and how its answer travels."""

    address: Address
    subject: str
    witness: str
    answer_via: str
    road: Road
    why_not: str | None = None
    workspace: str = ""
    """The folder that the session may change without asking; empty when nobody knows."""
    occurrence: str = ""
    """Tells two requests apart that say the same, where the request itself names no call."""
