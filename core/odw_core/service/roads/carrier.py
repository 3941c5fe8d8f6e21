"""The seams of what a person wants: who takes a decision, who carries a command out, who begins a run. Does nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from odw_core.errors import NotFound, OdwError, Refused
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import (
    Adopt,
    Archive,
    Cancel,
    Commit,
    Decide,
    Fork,
    Interrupt,
    Pin,
    Receipt,
    Rename,
    Repeat,
    Rerun,
    Resume,
    Say,
    Start,
)
from odw_core.model.item import Item
from odw_core.model.question import Question

Carried = Adopt | Archive | Cancel | Commit | Fork | Interrupt | Pin | Rename | Repeat | Rerun | Resume | Say
"""Commands about something that is there."""

Begin = Callable[[Start], Awaitable[Receipt]]
"""Begins a run of ours. Raises ``OdwError`` with a sentence when it cannot be begun."""


class Driver(Protocol):
    """A road that decisions travel. What cannot be done is raised as ``OdwError``."""

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Send a decision. ``sent``, or what is known at once."""

    async def outcome(self, command_id: str) -> Receipt | None:
        """What became of it by now; None while nothing is known."""


class Carrier(Protocol):
    """Carries commands out. What cannot be done is raised as ``OdwError``."""

    async def carry(self, command: Carried) -> Receipt:
        """Do it, or send it on its way."""

    async def outcome(self, command_id: str) -> Receipt | None:
        """What became of it by now; None while nothing is known."""


def shown_item(snapshot: Snapshot, address: Address) -> Item:
    """What is shown there. Raises ``NotFound`` when nothing is."""
    item = snapshot.items.get(address.root)
    if item is None:
        raise NotFound(f"{address.root} was not started by odw-tui here, and is not in this room any more.")
    return item


def as_wished(start: Start, command: Adopt | Repeat | Rerun) -> Start:
    """``start`` with what the command changes of its input, under the id of the command."""
    return replace(start, given={**start.given, **command.changed}, id=command.id)


def cannot(command: Carried) -> OdwError:
    """Why nobody carries it out."""
    root = command.address.root
    if isinstance(command, Rerun):
        return Refused(f"{root} was not started by odw-tui here, so nobody knows what to repeat.")
    if isinstance(command, Commit | Pin) or root.engine == "odw":
        return Refused(f"{root} was not started by odw-tui here; it can only be watched.")
    return NotFound(f"{root} can only be watched from here.")
