"""What was found on disk, in the order in which it happened: the input of every fold."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.address import Address


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one file was read. ``offset`` is the end of the last whole line (or of the whole file)."""

    inode: int
    size: int
    mtime_ns: int
    offset: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One run or session on disk, found by its name alone."""

    address: Address
    place: str
    """Absolute path of the workspace."""
    root: str
    """Absolute path of the run folder, or of the session record."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Whole new lines of a growing file (or none), and whether unfinished bytes follow them."""

    file: str
    offset: int
    """Where ``data`` begins in the file."""
    data: bytes
    torn: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """The present content of a small file that is rewritten as a whole."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that was there is no more."""

    file: str


Evidence = Appended | Replaced | Gone


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true at this moment and stands in no file: ``alive`` is the word of the operating system on the owner."""

    now: float
    alive: bool | None = None
    """None where liveness cannot be known."""
    silent_after_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything needed to go on folding after a restart. ``acc`` is the engine's own dump."""

    address: Address
    fold_version: int
    cursors: tuple[tuple[str, Cursor], ...]
    acc: bytes
