"""FileLines: lines [a:b] of a regular file of any size. Holds a sparse index and a few blocks, never the file."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from odw_core.files.growing_file import GrowingFile, Growth
from odw_core.files.pacing import paced
from odw_core.text.needle import Needle

_BLOCK = 64 * 1024
_COUNT_SLICE = 16 * _BLOCK
_PAUSE_BLOCKS = 32
_TAIL_REACH = 128 * _BLOCK
_KEPT_BLOCKS = 16
_LINE_LIMIT = 1024 * 1024


class FileLines:
    """A ``LineSource`` over the file at ``path``. Raises ``OSError`` when that cannot be opened.

    The index is the number of newlines before each block. A line longer than ``line_limit`` bytes is cut and says so.
    ``opened`` gives the file, so that a dialect may keep something of it out of sight.
    """

    def __init__(
        self,
        path: str | Path,
        title: str | None = None,
        line_limit: int = _LINE_LIMIT,
        opened: Callable[[str | Path], GrowingFile] = GrowingFile,
    ) -> None:
        self._file = opened(path)
        self._title = self._file.path if title is None else title
        self._line_limit = line_limit
        self._generation = 0
        self._forget()

    def _forget(self) -> None:
        self._newlines_before = array("q")
        self._newlines = 0
        self._counted = 0
        self._is_torn = False
        # Bytes of a block split at its newlines: the first piece continues the block before.
        self._pieces: OrderedDict[int, list[bytes]] = OrderedDict()

    @property
    def title(self) -> str:
        return self._title

    @property
    def path(self) -> str:
        """Absolute path of the file, every line of which is a line here."""
        return self._file.path

    @property
    def is_counted(self) -> bool:
        return self._counted == self._file.size

    @property
    def line_count(self) -> int:
        return self._newlines + (self._is_torn and self.is_counted)

    @property
    def generation(self) -> int:
        return self._generation

    def count_more(self) -> bool:
        start = self._counted
        # The first slice ends where a block does, so that all others are whole blocks.
        data = self._file.read(start, _COUNT_SLICE - start % _BLOCK)
        if not data:
            return False
        self._continue_block(start, data)
        position = 0
        while position < len(data):
            block, inside = divmod(start + position, _BLOCK)
            end = min(len(data), position + _BLOCK - inside)
            if inside == 0:
                self._newlines_before.append(self._newlines)
                if end == len(data):
                    # What is at the end will be looked at next, or continued by growth: it need not be read again.
                    self._keep(block, data[position:end].split(b"\n"))
            self._newlines += data.count(b"\n", position, end)
            position = end
        self._counted = start + len(data)
        self._is_torn = not data.endswith(b"\n")
        return not self.is_counted

    def _continue_block(self, start: int, data: bytes) -> None:
        block, inside = divmod(start, _BLOCK)
        if inside and block in self._pieces:
            first, *others = data[: _BLOCK - inside].split(b"\n")
            self._pieces[block][-1] += first
            self._pieces[block].extend(others)

    def _keep(self, block: int, pieces: list[bytes]) -> None:
        self._pieces[block] = pieces
        if len(self._pieces) > _KEPT_BLOCKS:
            self._pieces.popitem(last=False)

    def refresh(self) -> bool:
        match self._file.refresh():
            case Growth.NONE:
                return False
            case Growth.REPLACED:
                self._forget()
                self._generation += 1
            case Growth.GROWN:
                pass
        # One slice at once: whoever follows a log has its new lines without another round.
        self.count_more()
        return True

    def lines(self, start: int, stop: int) -> list[str]:
        start = max(0, start)
        return list(islice(self._from(start), max(0, min(stop, self.line_count) - start)))

    def _from(self, line: int) -> Iterator[str]:
        """Lines from ``line`` on, joined over the borders of blocks."""
        block, size = self._block_of(line), 0
        carried: list[bytes] = []
        skipped = line - self._newlines_before[block] if self._newlines_before else 0
        while block < len(self._newlines_before):
            first, *others = self._read_pieces(block)[skipped:] or [b""]
            skipped = 0
            carried.append(first)
            size += len(first)
            if not others and size <= self._line_limit:
                block += 1
                continue
            if not others:
                # Jump to the end of a line that is longer than anybody could read.
                block = self._block_of(line + 1)
                continued = line < self._newlines
                yield self._decode(b"".join(carried), is_cut=True)
                if not continued:
                    return
                others = self._read_pieces(block)[1:] or [b""]
            else:
                yield self._decode(b"".join(carried))
            *whole, last = others
            for piece in whole:
                yield self._decode(piece)
            line += 1 + len(whole)
            carried, size = [last], len(last)
            block += 1
        yield self._decode(b"".join(carried))

    def _block_of(self, line: int) -> int:
        """The block in which ``line`` starts, or in whose last byte the newline before it lies."""
        return max(0, bisect_left(self._newlines_before, line) - 1)

    def _read_pieces(self, block: int) -> list[bytes]:
        pieces = self._pieces.get(block)
        if pieces is None:
            offset = block * _BLOCK
            pieces = self._file.read(offset, min(_BLOCK, self._counted - offset)).split(b"\n")
            self._keep(block, pieces)
        else:
            self._pieces.move_to_end(block)
        return pieces

    def _decode(self, line: bytes, *, is_cut: bool = False) -> str:
        if is_cut or len(line) > self._line_limit:
            text = line[: self._line_limit].decode("utf-8", "replace")
            return f"{text} … cut here: the line is longer than {self._line_limit:,} bytes"
        return line.removesuffix(b"\r").decode("utf-8", "replace")

    def raw(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset`` as they are in the file, nothing beyond what the last look found."""
        return self._file.read(offset, length)

    def last_lines(self, count: int) -> list[str]:
        if self.is_counted:
            return self.lines(self.line_count - count, self.line_count)
        reach = _BLOCK
        while True:
            start = max(0, self._file.size - reach)
            lines = self._file.read(start, reach).split(b"\n")
            if not lines[-1]:
                lines.pop()
            if start == 0 or len(lines) > count or reach >= _TAIL_REACH:
                break
            reach *= 4
        if start > 0 and len(lines) > 1:
            # The first one began before what was read.
            lines = lines[1:]
        return [self._decode(line) for line in lines[max(0, len(lines) - count) :]]

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        while not self.is_counted and self.count_more():
            yield None
        candidates = self._candidates(needle, start, forward)
        if needle.is_certain:
            yield from candidates
        else:
            yield from paced(needle, candidates, lambda line: self.lines(line, line + 1)[0])

    def _candidates(self, needle: Needle, start: int, forward: bool) -> Iterator[int | None]:
        """Lines whose bytes hold a word of ``needle``; None now and then."""
        first = self._block_of(start)
        previous = -1
        for block in range(first, len(self._newlines_before)) if forward else range(first, -1, -1):
            found = self._in_block(needle, block)
            for line in found if forward else reversed(found):
                if (line >= start) is forward and line != previous:
                    yield line
                    previous = line
            if block % _PAUSE_BLOCKS == 0:
                yield None

    def _in_block(self, needle: Needle, block: int) -> list[int]:
        if block >= len(self._newlines_before):
            return []
        data = self._file.read(block * _BLOCK, _BLOCK + needle.reach)
        line, counted, found = self._newlines_before[block], 0, []
        for position in needle.candidates(data, _BLOCK):
            line += data.count(b"\n", counted, position)
            counted = position
            found.append(line)
        return found

    def close(self) -> None:
        self._file.close()
        self._forget()
