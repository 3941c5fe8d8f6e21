"""RecordLines: the lines of text that lie in some records of a JSONL file. Parses what is asked for, keeps offsets."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from odw_core.files.growing_file import GrowingFile, Growth
from odw_core.files.pacing import paced
from odw_core.text.needle import Needle

_SLICE = 256 * 1024
_TAIL_REACH = 16 * _SLICE

LineOf = Callable[[dict[str, Any]], str | None]
"""The text of a record, None when it has none."""


class RecordLines:
    """A ``LineSource`` over the records of ``path`` for which ``line_of`` has a text, one line each.

    Only lines of the file that hold the bytes ``mark`` are parsed. An unfinished record waits for its end.
    """

    def __init__(
        self,
        path: str | Path,
        mark: bytes,
        line_of: LineOf,
        title: str | None = None,
        opened: Callable[[str | Path], GrowingFile] = GrowingFile,
    ) -> None:
        self._file = opened(path)
        self._title = self._file.path if title is None else title
        self._mark = mark
        self._line_of = line_of
        self._generation = 0
        self._forget()

    def _forget(self) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._indexed = 0
        self._looked_at = 0

    @property
    def title(self) -> str:
        return self._title

    @property
    def is_counted(self) -> bool:
        return self._looked_at == self._file.size

    @property
    def line_count(self) -> int:
        return len(self._starts)

    @property
    def generation(self) -> int:
        return self._generation

    def count_more(self) -> bool:
        fresh = self._file.read(self._looked_at, _SLICE)
        if not fresh:
            return False
        if (end := fresh.rfind(b"\n") + 1) > 0:
            unfinished = self._file.read(self._indexed, self._looked_at - self._indexed)
            for start, stop in self._marked(unfinished + fresh[:end]):
                self._starts.append(self._indexed + start)
                self._ends.append(self._indexed + stop)
            self._indexed = self._looked_at + end
        self._looked_at += len(fresh)
        return not self.is_counted

    def _marked(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of the lines of ``data`` that have a text."""
        position = data.find(self._mark)
        while position >= 0:
            start = data.rfind(b"\n", 0, position) + 1
            stop = data.find(b"\n", position)
            if stop < 0:
                return
            if self._text(data[start:stop]) is not None:
                yield start, stop
            position = data.find(self._mark, stop)

    def _text(self, line: bytes) -> str | None:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return None
        return self._line_of(record) if isinstance(record, dict) else None

    def refresh(self) -> bool:
        before = (self._generation, self.line_count)
        match self._file.refresh():
            case Growth.NONE:
                return False
            case Growth.REPLACED:
                self._forget()
                self._generation += 1
            case Growth.GROWN:
                pass
        more = self.count_more()
        return more or before != (self._generation, self.line_count)

    def lines(self, start: int, stop: int) -> list[str]:
        return [self._at(line) for line in range(max(0, start), min(stop, self.line_count))]

    def _at(self, line: int) -> str:
        start = self._starts[line]
        return self._text(self._file.read(start, self._ends[line] - start)) or ""

    def last_lines(self, count: int) -> list[str]:
        if self.is_counted:
            return self.lines(self.line_count - count, self.line_count)
        reach = _SLICE
        while True:
            start = max(0, self._file.size - reach)
            data = self._file.read(start, reach)
            if start > 0:
                # The first line began before what was read.
                data = data[data.find(b"\n") + 1 :]
            texts = [self._text(data[first:stop]) for first, stop in self._marked(data)]
            if start == 0 or len(texts) >= count or reach >= _TAIL_REACH:
                return [text or "" for text in texts[max(0, len(texts) - count) :]]
            reach *= 4

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        while not self.is_counted and self.count_more():
            yield None
        start = max(0, start)
        order = range(start, self.line_count) if forward else range(min(start, self.line_count) - 1, -1, -1)
        yield from paced(needle, order, self._at)

    def close(self) -> None:
        self._file.close()
        self._forget()
