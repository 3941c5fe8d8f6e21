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
class ServerWord:
    """What a server that has a session loaded says of it at this moment. It outranks locks and transcripts."""

    is_active: bool
    """A turn is going on."""
    is_asking: bool = False
    """That turn waits for a person."""
    is_broken: bool = False
    """The last turn failed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true at this moment and stands in no file: ``alive`` is the word of the operating system on the owner."""

    now: float
    alive: bool | None = None
    """None where liveness cannot be known."""
    silent_after_s: float = 900.0
    name: str | None = None
    """What a person called it, as a file of the place says that speaks of many units."""
    server: ServerWord | None = None
    """None where no server says anything, or nobody asked one."""


@dataclass(frozen=True, slots=True)
class ProcessOwner:
    """A process by its number, believed only if command line and start time fit."""

    pid: int
    """0 when nobody could be alive."""
    names: tuple[str, ...]
    """Words its command line may have."""
    started_at: float | None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Whoever holds the advisory lock on a file. The lock itself is never tried."""

    path: str
    folder: str
    """Where such locks lie; while that folder does not exist nothing is known."""


@dataclass(frozen=True, slots=True)
class CommandOwner:
    """Any process that runs these words in that working folder."""

    words: tuple[str, ...]
    """The program, as a file, a script or a module, and words among its arguments."""
    folder: str
    began_after: float
    """Unix seconds: an older or much younger process owns something else."""
    began_before: float


Owner = ProcessOwner | LockOwner | CommandOwner
"""Who must be alive for a unit to be at work."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything needed to go on folding after a restart. ``acc`` is the engine's own dump."""

    address: Address
    fold_version: int
    cursors: tuple[tuple[str, Cursor], ...]
    acc: bytes
