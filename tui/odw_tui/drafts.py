"""Drafts: half-written answers, one small file of the user's for each question. Never holds what a secret field holds.

Losing one costs some typing, so nothing here ever fails; nothing here ever sends one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

_KEPT = 200
_LONGEST = 1_000_000

Kept = Mapping[str, tuple[str, str]]
"""Field id to what is picked and what is typed; either may be empty."""


class Drafts:
    """Without a ``folder`` drafts are kept only until the program ends."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, dict[str, tuple[str, str]]] = {}

    def of(self, question_id: str) -> Kept:
        """What was written so far."""
        if question_id not in self._kept:
            self._kept[question_id] = self._load(question_id)
        return self._kept[question_id]

    def keep(self, question_id: str, values: Kept) -> None:
        """Keep these instead; empty ones are forgotten."""
        written = {field: pair for field, pair in values.items() if any(pair)}
        if written == self.of(question_id):
            return
        if not written:
            self.forget(question_id)
            return
        self._kept[question_id] = written
        self._save(question_id, written)

    def forget(self, question_id: str) -> None:
        """It was answered, or is not asked any more."""
        self._kept[question_id] = {}
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._path(self._folder, question_id).unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, question_id: str) -> Path:
        # The id is foreign text, so it is no file name.
        return folder / f"{hashlib.sha256(question_id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"

    def _load(self, question_id: str) -> dict[str, tuple[str, str]]:
        if self._folder is None:
            return {}
        try:
            descriptor = os.open(
                self._path(self._folder, question_id), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            with os.fdopen(descriptor, "rb") as file:
                told = json.loads(file.read(_LONGEST))
            if told["question"] != question_id:
                return {}
            return {str(field): (str(picked), str(typed)) for field, (picked, typed) in told["fields"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}

    def _save(self, question_id: str, written: Kept) -> None:
        folder = self._folder
        if folder is None:
            return
        with contextlib.suppress(OSError, ValueError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(folder, question_id)
            new = path.with_name(f".{path.name}.{os.getpid()}")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(
                    {"question": question_id, "fields": {field: list(pair) for field, pair in written.items()}}, file
                )
            new.replace(path)
            self._thin_out(folder)

    @staticmethod
    def _thin_out(folder: Path) -> None:
        found = [path for path in folder.iterdir() if path.suffix == ".json"]
        if len(found) > _KEPT:
            found.sort(key=lambda path: path.stat().st_mtime)
            for path in found[: len(found) - _KEPT]:
                path.unlink(missing_ok=True)
