"""``logs``: the whole text of a stream, and on request what is added to it. Never cuts; prints nothing.

A file is read byte by byte, since a line view may shorten what nobody could read; other texts are read by lines.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from odw_core.files.line_source import LineSource
from odw_core.text.ansi import plain

Wait = Callable[[], bool]
"""Waits a moment for more to come; False when nobody wants more."""

_BYTES = 256 * 1024
_LINES = 4096


@runtime_checkable
class ByteSource(Protocol):
    """A text that can also give its bytes."""

    @property
    def generation(self) -> int: ...
    def refresh(self) -> bool: ...
    def raw(self, offset: int, length: int) -> bytes: ...


def raw_log(source: LineSource, wait: Wait | None) -> Iterator[bytes]:
    """The bytes as they are; with ``wait`` also those that are added, until it says False."""
    if isinstance(source, ByteSource):
        yield from (piece for piece in _bytes(source, wait) if piece)
        return
    for lines in _lines(source, wait):
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def plain_log(source: LineSource, wait: Wait | None) -> Iterator[str]:
    """The text made safe to show; a last line without its end is given once nothing follows it for a moment."""
    if not isinstance(source, ByteSource):
        for lines in _lines(source, wait):
            yield "".join(f"{plain(line)}\n" for line in lines)
        return
    decode = getincrementaldecoder("utf-8")("replace").decode
    unfinished = ""
    for piece in _bytes(source, wait):
        if not piece:
            yield plain(unfinished)
            unfinished = ""
            continue
        text = unfinished + decode(piece)
        end = text.rfind("\n") + 1
        unfinished = text[end:]
        yield plain(text[:end])
    yield plain(unfinished + decode(b"", True))


def _bytes(source: ByteSource, wait: Wait | None) -> Iterator[bytes]:
    """Pieces of the file in order; an empty one whenever there is nothing more for now."""
    offset, generation, last = 0, source.generation, b"\n"
    while True:
        while piece := source.raw(offset, _BYTES):
            offset += len(piece)
            last = piece[-1:]
            yield piece
        if wait is None:
            return
        yield b""
        while not source.refresh():
            if not wait():
                return
        if source.generation != generation:
            # Cut or exchanged: what is there now is another text, told from its start and on a line of its own.
            offset, generation = 0, source.generation
            if last != b"\n":
                yield b"\n"


def _lines(source: LineSource, wait: Wait | None) -> Iterator[list[str]]:
    told, generation = 0, source.generation
    while True:
        while source.count_more() or told < source.line_count:
            if lines := source.lines(told, told + _LINES):
                told += len(lines)
                yield lines
        if wait is None:
            return
        while not source.refresh():
            if not wait():
                return
        if source.generation != generation:
            told, generation = 0, source.generation
