"""Texts of any size in pieces that fit in memory, and the lines of them worth a look. Pure; opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from odw_core.text.ansi import unmasked

_PIECE = 4 << 20
_AHEAD = 64 << 10
_EDGE = 256 << 10
_LONGEST_LINE = 32 << 20

_IN_LINE = (b"ERROR", b"WARN", b"Codex planning", b"Codex CLI not found")
_AT_START = re.compile(
    rb"\n(?:\x1b\[[\d;]*m)*(?=Error|error:|warning:|\{|Not inside a trusted|Failed to read output|Output schema)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One text to be explained, with the name its lines are shown under."""

    name: str
    text: bytes | str | Iterable[bytes]
    """All of it, or its chunks in order; those are read once."""


@dataclass(slots=True)
class Piece:
    """A part of a source that begins with a line. Lines from ``stop`` on are only there to look ahead."""

    data: bytes
    stop: int
    first_line: int


@dataclass(slots=True)
class Edges:
    """The beginning and the end of a source, kept for a second look."""

    pieces: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take the next piece."""
        data = piece.data[: piece.stop]
        if not self.pieces:
            self.pieces.append(Piece(data[:_EDGE], min(_EDGE, len(data)), piece.first_line))
            skipped = data[_EDGE:]
            start = len(data) - min(len(skipped), _EDGE)
        else:
            start = max(0, len(data) - _EDGE)
        if start < len(data):
            # Begins with a line, except with the rest of one that the beginning has cut.
            start = data.rfind(b"\n", 0, start) + 1
            self.pieces[1:] = [Piece(data[start:], len(data) - start, piece.first_line + data.count(b"\n", 0, start))]


def pieces(source: Source) -> Iterator[Piece]:
    """The source cut where lines end; a line is only cut if it is longer than anybody can use."""
    waiting = bytearray()
    line = 1
    for chunk in _chunks(source):
        waiting += chunk
        while len(waiting) >= _PIECE + _AHEAD:
            stop = waiting.rfind(b"\n", 0, len(waiting) - _AHEAD) + 1
            if stop == 0:
                if len(waiting) < _LONGEST_LINE:
                    break
                stop = len(waiting) - _AHEAD
            data = bytes(waiting)
            yield Piece(data, stop, line)
            line += data.count(b"\n", 0, stop)
            del waiting[:stop]
    if waiting:
        yield Piece(bytes(waiting), len(waiting), line)


def telling_lines(piece: Piece) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of every line that may say something about a failure."""
    data, stop = piece.data, piece.stop
    starts = {0}
    for words in _IN_LINE:
        position = data.find(words, 0, stop)
        while position >= 0:
            starts.add(data.rfind(b"\n", 0, position) + 1)
            end = data.find(b"\n", position, stop)
            position = data.find(words, end, stop) if end >= 0 else -1
    starts.update(match.start() + 1 for match in _AT_START.finditer(data, 0, stop))
    number, counted = piece.first_line, 0
    for start in sorted(starts):
        number += data.count(b"\n", counted, start)
        counted = start
        end = data.find(b"\n", start)
        yield number, start, len(data) if end < 0 else end


def all_lines(piece: Piece) -> Iterator[tuple[int, str]]:
    """Every line of it with its number, plain."""
    lines = piece.data[: piece.stop].split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=piece.first_line):
        yield number, shown_text(line)


def lines_after(data: bytes, end: int, most: int) -> list[str]:
    """Up to ``most`` lines after the one that ends at ``end``, plain."""
    return [shown_text(line) for line in data[end + 1 : end + 1 + 4096].split(b"\n")[:most]]


def shown_text(line: bytes) -> str:
    """A line as it is matched and shown."""
    return unmasked(line.decode("utf-8", "replace")).removeprefix("<feff>")


def _chunks(source: Source) -> Iterator[bytes]:
    text = source.text
    if isinstance(text, str):
        text = text.encode("utf-8", "replace")
    if isinstance(text, bytes):
        for start in range(0, len(text), _PIECE):
            yield text[start : start + _PIECE]
    else:
        yield from text
