"""AttemptFolder: everything one attempt of an agent or command left, whole and masked, below the run's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from odw_core.engines.odw.names import DIFF_FILE, PROMPT_FILE, PROTOCOL_FILE, STDERR_FILE, STDOUT_FILE, attempt_folder
from odw_core.runs.masking import MaskedStream
from odw_core.runs.workspace import RunPlace, open_new, write_whole
from odw_core.text.secrets import masked


class AttemptFolder:
    """``attempts/<key>-<number>/`` of a run. What goes in is masked on its way."""

    def __init__(self, place: RunPlace, key: str, number: int) -> None:
        self._place = place
        self.key, self.number = key, number
        self._names = ("attempts", attempt_folder(key, number))
        self._streams: dict[str, MaskedStream] = {}

    @property
    def path(self) -> Path:
        """Where it lies, to be named; never opened by this path."""
        return self._place.path.joinpath(*self._names)

    def prompt(self, text: str) -> None:
        """What the agent was asked, whole."""
        self._write(PROMPT_FILE, text)

    def diff(self, text: str) -> None:
        """The change so far; replaces the one before."""
        self._write(DIFF_FILE, text)

    def result(self, fields: Mapping[str, object]) -> None:
        """What came of it."""
        self._write("result.json", json.dumps(fields, ensure_ascii=False, indent=2))

    def stdout(self, data: bytes) -> None:
        """What was said and printed, as it comes."""
        self.stream(STDOUT_FILE).write(data)

    def stderr(self, data: bytes) -> None:
        """What was printed on stderr, as it comes."""
        self.stream(STDERR_FILE).write(data)

    def protocol(self, line: str) -> None:
        """One line of the talk with a server, as it comes."""
        self.stream(PROTOCOL_FILE).write(line.rstrip("\n").encode("utf-8", "backslashreplace") + b"\n")

    def stream(self, name: str) -> MaskedStream:
        """A file that grows; one that is there goes on where it ended. Raises ``OSError`` when it cannot be opened."""
        found = self._streams.get(name)
        if found is None:
            folder = self._place.open(*self._names)
            try:
                found = self._streams[name] = MaskedStream(open_new(folder, name, appends=True))
            finally:
                os.close(folder)
        return found

    def flush(self) -> None:
        """What is held back goes to disk as far as it can no longer become a secret."""
        for stream in self._streams.values():
            stream.flush()

    def close(self) -> None:
        """Everything to disk."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()

    def _write(self, name: str, text: str) -> None:
        folder = self._place.open(*self._names)
        try:
            write_whole(folder, name, masked(text).encode("utf-8", "backslashreplace"))
        finally:
            os.close(folder)
