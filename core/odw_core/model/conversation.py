"""Conversation: what was said and done in one session, entry by entry; bodies are read when they are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EntryKind(StrEnum):
    """What an entry is."""

    TURN = "turn"
    """A turn began; ``head`` says what set it off."""
    USER = "user"
    AGENT = "agent"
    REASONING = "reasoning"
    COMMAND = "command"
    PATCH = "patch"
    TOOL = "tool"
    QUESTION = "question"
    ANSWER = "answer"
    COMPACTION = "compaction"
    NOTICE = "notice"
    """Settings that changed, goals, warnings."""
    END = "end"
    """A turn ended; ``is_error`` when it failed or was interrupted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Everything in it is foreign text; the body lies in the file at ``offset``."""

    kind: EntryKind
    at: float | None
    head: str
    """One line: the first line of a message, the command, the files of a patch."""
    offset: int
    length: int
    """Bytes of the line (or lines) it comes from."""
    exit_code: int | None = None
    duration_s: float | None = None
    line_count: int | None = None
    """Lines of its body; None while nobody counted."""
    is_error: bool = False
    is_pending: bool = False
    """Begun, and no end of it was written yet."""
    note: str = ""
    """``inferred``, model, ``+18 -7``."""


class Conversation(Protocol):
    """Entries in the order in which they happened. May be read by a worker thread; never raises on odd bytes."""

    @property
    def count(self) -> int:
        """Entries known so far."""

    @property
    def is_complete(self) -> bool:
        """Whether the whole file was looked through."""

    def refresh(self) -> bool:
        """Look through what was written since, at most some 20 ms of work; True when there are more entries."""

    def entries(self, first: int, last: int) -> tuple[Entry, ...]:
        """Entries ``first`` to ``last`` (not included)."""

    def body(self, entry: Entry) -> str:
        """The whole text of an entry: message, output, patch. Raises ``OSError`` when the file is gone."""

    def close(self) -> None:
        """Give the file back."""
