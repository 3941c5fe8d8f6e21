"""Scans whole texts for words: files are only opened safely, read in slices, and judged where a needle stands.

``rg``, where there is one, says beforehand which files of a batch hold the needle at all; it never decides a hit.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from odw_core.files.safe_open import open_regular
from odw_core.text.hidden import Ranges, blanked
from odw_core.text.hits import REACH, Window, judge
from odw_core.text.query import Query

Stopped = Callable[[], bool]

Hidden = Callable[[], Ranges]
"""What must not be told of a file."""

_SLICE = 256 * 1024
"""Reading lets other threads have their turn: one slice is a fraction of a millisecond of searching."""
_POLL_S = 0.02


def nothing_hidden() -> Ranges:
    """Most files hold nothing that must not be told."""
    return ()


class Place(NamedTuple):
    """Where something was found in a file."""

    text: str
    offset: int
    line: int
    """From 1."""


class Part(NamedTuple):
    """A step of a scan: bytes that were looked through, and what was found last."""

    bytes: int
    place: Place | None = None


class Scanner:
    """Scans files for one query. ``is_possible`` is False for words too short to look for in large files."""

    def __init__(self, query: Query, stopped: Stopped, finder: str | None = None) -> None:
        """``finder`` is the path of ``rg``."""
        self._query, self._stopped, self._finder = query, stopped, finder
        self._needles = tuple(needle.encode("utf-8", "replace").lower() for needle in query.needles)
        self._all = tuple(needle.encode() for needle in query.all_needles)
        self._reach = max(map(len, self._needles), default=1) - 1

    @property
    def is_possible(self) -> bool:
        return bool(self._needles)

    def scan(self, path: str, field: str, hidden: Hidden = nothing_hidden) -> Iterator[Part]:
        """Everything that matches in one file, in order. A file that is gone or no regular one has nothing.

        ``hidden`` is only asked once there is something to tell: what it names neither matches nor is shown.
        """
        try:
            descriptor = open_regular(path)
        except (OSError, ValueError):
            return
        try:
            yield from self._scan(descriptor, field, hidden, is_json=path.endswith((".json", ".jsonl")))
        except OSError:
            return
        finally:
            os.close(descriptor)

    def _scan(self, descriptor: int, field: str, hidden: Hidden, *, is_json: bool) -> Iterator[Part]:
        counter = _Lines(descriptor)
        offset = go_on = known_to = 0
        ranges: Ranges = ()
        while not self._stopped() and (data := os.pread(descriptor, _SLICE + self._reach, offset)):
            lowered = data.lower()
            at = max(0, go_on - offset)
            while (at := self._next(lowered, at)) >= 0:
                if self._stopped():
                    return
                if not self._may_match(lowered, at):
                    at += 1
                    continue
                start = max(0, offset + at - REACH)
                window = Window(os.pread(descriptor, 2 * REACH, start), offset + at - start, is_json)
                judged = judge(window, self._query, field)
                if judged.text and start + len(window.data) > known_to:
                    known_to, ranges = os.fstat(descriptor).st_size, hidden()
                if judged.text and ranges:
                    judged = judge(window._replace(data=blanked(window.data, start, ranges)), self._query, field)
                if judged.text:
                    yield Part(0, Place(judged.text, offset + at, counter.line_of(offset + at)))
                go_on = start + judged.end
                at = go_on - offset
            step = min(len(data), _SLICE)
            yield Part(step)
            offset += step

    def _may_match(self, lowered: bytes, at: int) -> bool:
        """Whether everything that is wanted is near a place; at the edges of a slice nobody can say."""
        start, end = at - REACH, at + REACH
        return start < 0 or end > len(lowered) or all(lowered.find(one, start, end) >= 0 for one in self._all)

    def _next(self, lowered: bytes, at: int) -> int:
        """The first place from ``at`` on that begins in this slice; -1 when there is none."""
        end = _SLICE + self._reach
        found = [place for needle in self._needles if (place := lowered.find(needle, at, end)) >= 0]
        first = min(found, default=-1)
        return first if first < _SLICE else -1

    def holding(self, paths: Sequence[str]) -> set[str] | None:
        """Those of the files that hold a needle, found by ``rg``; None when nobody could say."""
        if self._finder is None:
            return None
        with contextlib.ExitStack() as stack:
            opened: dict[str, str] = {}
            for path in paths:
                with contextlib.suppress(OSError, ValueError):
                    descriptor = open_regular(path)
                    stack.callback(os.close, descriptor)
                    # By its number, so that what is read is what was looked at.
                    opened[f"/dev/fd/{descriptor}"] = path
            if not opened:
                return set()
            options = ["--no-config", "--files-with-matches", "--text", "--ignore-case", "--fixed-strings"]
            needles = [word for needle in self._query.needles for word in ("-e", needle)]
            numbers = tuple(int(name.rpartition("/")[2]) for name in opened)
            told = self._ask([self._finder, *options, *needles, "--", *opened], numbers)
        return None if told is None else {path for name, path in opened.items() if name in told}

    def _ask(self, command: list[str], descriptors: tuple[int, ...]) -> set[str] | None:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=descriptors,
                cwd="/",
            )
        except (OSError, ValueError):
            return None
        with process:
            while True:
                try:
                    out, _ = process.communicate(timeout=_POLL_S)
                except subprocess.TimeoutExpired:
                    if self._stopped():
                        process.kill()
                    continue
                break
        # 1 says that there is none; 2 that some file could not be read, so that nothing is certain.
        return set(out.decode("utf-8", "replace").splitlines()) if process.returncode in (0, 1) else None


class _Lines:
    """Counts lines up to places that come in order; nothing is read before somebody asks."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._offset = self._newlines = 0

    def line_of(self, offset: int) -> int:
        while self._offset < offset:
            data = os.pread(self._descriptor, min(_SLICE, offset - self._offset), self._offset)
            if not data:
                break
            self._newlines += data.count(b"\n")
            self._offset += len(data)
        return self._newlines + 1


def finder() -> str | None:
    """``rg``, from a folder of PATH that does not depend on where this program was started."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if Path(folder).is_absolute()]
    return shutil.which("rg", path=os.pathsep.join(folders)) if folders and Path("/dev/fd").exists() else None
