"""Hit: one place where words were found, and how far a search has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from odw_core.model.address import Address


class Body(NamedTuple):
    """One whole text of a unit that is worth searching."""

    stream: str
    """What ``open_log`` calls it; ``conversation`` for a transcript."""
    path: str
    """Absolute path."""
    parts: tuple[str, ...] = ()
    """Task and attempt it belongs to, as they stand in an address; empty for the unit itself."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that has all the words (or the phrase)."""

    address: Address
    """The run, task or session it lies in."""
    field: str
    """What it was found in: ``goal``, ``prompt``, ``blocker``, ``question``, ``message``, ``cause``, ``stderr`` …"""
    text: str
    """Some words around it; foreign text."""
    file: str | None = None
    """Absolute path for a body that was scanned."""
    line: int | None = None
    """From 1, where lines were counted."""
    offset: int | None = None
    """Byte in ``file``."""
    at: float | None = None
    """When the item it belongs to last changed, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much was looked through so far. Comes between hits; the last one of a search has ``is_over``."""

    items: int
    of_items: int
    bytes: int
    of_bytes: int
    is_over: bool = False


Found = Hit | Progress
