"""Visit: what happened while nobody looked at the room, and what of it nobody has looked at yet.

One small file of the user's remembers it. Losing that costs a line and some marks, so nothing here ever fails.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_tui.present.since import happened_since, since_line

FILE_NAME = "seen.json"
_KEPT = 500


class Visit:
    """Told when the person comes, looks at a row and leaves; without a ``folder`` nothing is remembered."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._left_at: float | None = None
        self.line = ""
        """``since 22:10: 4 done, 1 failed, 2 wait``; empty when there is no news."""
        self.unseen: set[Address] = set()
        """Rows that are news, and on which the cursor has not been since."""
        self._load()

    @property
    def is_away(self) -> bool:
        """Whether the person left, or was never here."""
        return self._left_at is not None

    def arrive(self, rows: Iterable[Item], now: float) -> None:
        """The person looks again."""
        if self._left_at is None:
            return
        rows = [*rows]
        self.line = since_line(rows, self._left_at, now)
        there = {item.address for item in rows}
        self.unseen = (self.unseen & there) | {item.address for item in happened_since(rows, self._left_at)}
        self._left_at = None

    def look_at(self, address: Address) -> bool:
        """The cursor is on that row; True if it was news."""
        was_news = address in self.unseen
        self.unseen.discard(address)
        return was_news

    def leave(self, now: float) -> None:
        """The person looks elsewhere, or goes."""
        if self._left_at is None:
            self._left_at = now
            self._save()

    def _load(self) -> None:
        if self._folder is None:
            return
        try:
            told = json.loads((self._folder / FILE_NAME).read_bytes())
            self.unseen = {Address.parse(text) for text in told["unseen"]}
            self._left_at = float(told["left_at"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.unseen = set()

    def _save(self) -> None:
        if self._folder is None:
            return
        told = {"left_at": self._left_at, "unseen": sorted(map(str, self.unseen))[:_KEPT]}
        with contextlib.suppress(OSError, UnicodeError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = self._folder / f".{FILE_NAME}.{os.getpid()}"
            new.write_text(json.dumps(told), encoding="utf-8")
            new.replace(self._folder / FILE_NAME)
