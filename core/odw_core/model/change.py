"""Change and Snapshot: what the room is, and how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_core.model.problem import Problem
from odw_core.model.question import Question


@dataclass(frozen=True, slots=True)
class Change:
    """One address became another item. ``before`` is None for a new one, ``after`` for one that is gone."""

    seq: int
    address: Address
    before: Item | None
    after: Item | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The room at sequence number ``seq``. Never mutated; ``items`` is keyed by address."""

    seq: int
    items: Mapping[Address, Item]
    questions: tuple[Question, ...]
    """Open ones, oldest first."""
    places: tuple[str, ...]
    """Everything that is watched."""
    problems: tuple[Problem, ...]
    complete: bool
    """False while the first full look at the disk is still going on."""
    counts: Mapping[State, int] | None = None
    """Rows of each state while ``items`` is only a first page of them; None when the items say it themselves."""
    lent: Mapping[str, Address] = field(default_factory=dict)
    """Those of ``places`` that nobody named: repositories of a campaign that is not over, which is their value."""
