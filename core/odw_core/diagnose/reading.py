"""Reads the texts of one run into findings: records, log lines, transcripts, in any mixture. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from odw_core.diagnose.causes import PLANNING
from odw_core.diagnose.findings import Findings, Place
from odw_core.diagnose.matching import is_harmless, parts_in
from odw_core.diagnose.records import End, read_record
from odw_core.diagnose.sources import Edges, Piece, Source, all_lines, lines_after, pieces, shown_text, telling_lines
from odw_core.diagnose.stderr import BANNER, MOST_MORE, Level, Line, continues, level_of, transcript_lines

_LONGEST_TAIL = 64 << 10
_LONGEST_RECORD = 4 << 20
_BRACE = ord("{")
_BANNER_LINE = re.compile(rb"^" + BANNER.encode(), re.MULTILINE)

_LOG_LEVEL = re.compile(rb"^.{10,60}?(?:ERROR|WARN)")
"""In a line that begins with a time; what follows on others may belong to it."""


def read(source: Source, findings: Findings) -> tuple[str, Edges]:
    """Take everything that ``source`` says; its name and its edges are for a second look."""
    edges = Edges()
    parts = pieces(source)
    first = next(parts, None)
    if first is None:
        return source.name, edges
    if _is_transcript(first):
        _read_transcript(source.name, chain((first,), parts), findings)
        return source.name, edges
    for piece in chain((first,), parts):
        edges.add(piece)
        _read_piece(source.name, piece, findings)
    return source.name, edges


def _is_transcript(first: Piece) -> bool:
    begun = first.data[: 64 << 10]
    banner = _BANNER_LINE.search(begun)
    # The log of somebody else may quote one.
    return banner is not None and b"Codex planning" not in begun[: banner.start()] and not _has_records(first)


def _has_records(piece: Piece) -> bool:
    first = piece.data.lstrip()[:_LONGEST_RECORD].split(b"\n", 1)[0]
    return first.startswith(b"{") and read_record(first) is not None


def _read_piece(name: str, piece: Piece, findings: Findings) -> None:
    data = piece.data
    lines = list(telling_lines(piece))
    # Nearly all lines of a large log name nothing that is known, so they are asked together.
    parts = parts_in(b"\n".join(_text_bytes(data, start, end) for _, start, end in lines if data[start] != _BRACE))
    unknown: list[tuple[int, int, int]] = []
    for number, start, end in lines:
        if data.startswith(b"{", start) and (record := read_record(data[start:end])) is not None:
            findings.take_record(record, name, number, _head(data, start, end))
            continue
        raw = _text_bytes(data, start, end)
        if _LOG_LEVEL.search(raw) and not any(part in raw for part in parts):
            unknown.append((number, start, end))
            continue
        text = shown_text(raw)
        if "Codex planning " in text or "Codex CLI not found" in text:
            findings.take_all(Place(name, number, text, (text, *_tail(data, end)), PLANNING))
            continue
        level = level_of(text)
        if level in (Level.ERROR, Level.WARNING):
            findings.take_line(Line(number, text, level, _more(data, end, text)), name)
    _take_last_loud(name, data, unknown, findings)


def _take_last_loud(name: str, data: bytes, lines: Sequence[tuple[int, int, int]], findings: Findings) -> None:
    for number, start, end in reversed(lines):
        text = shown_text(_text_bytes(data, start, end))
        if level_of(text) is Level.ERROR and not is_harmless(text):
            findings.take_loud(Place(name, number, text, (text,)))
            return


def _text_bytes(data: bytes, start: int, end: int) -> bytes:
    return data[start : min(end, start + _LONGEST_TAIL)]


def _head(data: bytes, start: int, end: int) -> str:
    return data[start : min(end, start + _LONGEST_RECORD)].decode("utf-8", "replace")


def _more(data: bytes, end: int, text: str) -> list[str]:
    if not text.startswith(("Error", "ERROR", "error:")):
        return []
    more: list[str] = []
    for line in lines_after(data, end, MOST_MORE):
        if not continues(line) or level_of(line) is not None:
            break
        more.append(line)
    return more


def _tail(data: bytes, end: int) -> Iterator[str]:
    """The lines after a message of Converge that belong to it: all up to the next one with a time."""
    for line in data[end + 1 : end + 1 + _LONGEST_TAIL].split(b"\n"):
        text = shown_text(line)
        if text[:4].isdigit() and " - " in text and level_of(text) is not None:
            return
        yield text


def _read_transcript(name: str, whole: Iterable[Piece], findings: Findings) -> None:
    last = ["", "", "", ""]
    findings.end = End.OPEN

    def lines() -> Iterator[tuple[int, str]]:
        for piece in whole:
            for number, text in all_lines(piece):
                if text.strip():
                    last[:] = [*last[1:], text]
                yield number, text

    for line in transcript_lines(lines()):
        findings.take_line(line, name)
    if any("tokens used" in text for text in last):
        findings.end = End.COMPLETED


def read_stdout(source: Source, findings: Findings) -> None:
    """``exec --json``, or else the last message and nothing more."""
    kept = Edges()
    is_json: bool | None = None
    for piece in pieces(source):
        is_json = _has_records(piece) if is_json is None else is_json
        if is_json:
            _read_piece(source.name, piece, findings)
        else:
            kept.add(piece)
    if is_json is False:
        text = b"".join(piece.data[: piece.stop] for piece in kept.pieces).decode("utf-8", "replace").strip()
        findings.final_message = Place(source.name, 1, text.split("\n", 1)[0], (text,))


def look_everywhere(seen: Sequence[tuple[str, Edges]], findings: Findings) -> None:
    """A text without any word of a level may be the bare message itself."""
    for name, edges in seen:
        for piece in edges.pieces:
            numbered = [(number, text) for number, text in all_lines(piece) if level_of(text) is not Level.QUIET]
            for number, text in numbered:
                if not text.startswith("{") and text.strip() and not is_harmless(text):
                    place = Place(name, number, text, (text,))
                    findings.take_all(place)
                    findings.last_line = place
