"""Reads the headers of a patch: where each file begins and how it is called. Pure, and never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_RENAMES = (b"rename from ", b"rename to ", b"copy to ")


def headers(patch: bytes) -> Iterator[tuple[int, Literal["begin", "name"], bytes]]:
    """Where each file begins (what follows ``diff --git``) and the names its header says, with their positions.

    Lines of a hunk are counted, so that a removed line "-- a/x" is not taken for a header.
    """
    position, old, new = 0, 0, 0
    is_header = False
    lines = patch.split(b"\n")
    for number, line in enumerate(lines):
        start, position = position, position + len(line) + 1
        mark = line[:1]
        if old > 0 or new > 0:
            if mark in (b" ", b"-", b"+", b"\\", b""):
                old -= mark in (b" ", b"-", b"")
                new -= mark in (b" ", b"+", b"")
                continue
            old = new = 0
        if line.startswith(b"diff --git "):
            is_header = True
            yield start, "begin", line[11:]
        elif line.startswith(b"--- ") and lines[number + 1 : number + 2][:1] and lines[number + 1].startswith(b"+++ "):
            if not is_header:
                yield start, "begin", b""
            is_header = True
            yield from _named(start, line[4:])
        elif is_header and line.startswith(b"+++ "):
            yield from _named(start, line[4:])
        elif is_header and line.startswith(_RENAMES):
            yield start, "name", _unquoted(line.partition(b" ")[2].partition(b" ")[2])
        elif hunk := _HUNK.match(line):
            is_header = False
            old, new = (_count(group) for group in hunk.groups())


def _count(digits: bytes | None) -> int:
    # A number of any length is not worth turning into an integer.
    return 1 if digits is None else int(digits[:18])


def _named(start: int, value: bytes) -> Iterator[tuple[int, Literal["name"], bytes]]:
    """The name of a "---" or "+++" line, without its first folder; nothing for /dev/null."""
    name = _unquoted(value) if value.startswith(b'"') else value.partition(b"\t")[0]
    if name != b"/dev/null":
        yield start, "name", _without_prefix(name)


def both_names(value: bytes) -> list[bytes]:
    """The names of a "diff --git" line, for a file whose header names it nowhere else: then both are the same."""
    if value.startswith(b'"'):
        first, end = _quoted(value)
        return [_without_prefix(name) for name in (first, _unquoted(value[end:].lstrip(b" "))) if name]
    middle = len(value) // 2
    halves = value[:middle], value[middle + 1 :]
    if value[middle : middle + 1] == b" " and _without_prefix(halves[0]) == _without_prefix(halves[1]):
        return [_without_prefix(halves[0])]
    first, _, second = value.partition(b" b/")
    return [_without_prefix(first), second] if second else []


def _without_prefix(name: bytes) -> bytes:
    first, slash, rest = name.partition(b"/")
    return rest if slash else first


def _unquoted(value: bytes) -> bytes:
    return _quoted(value)[0] if value.startswith(b'"') else value


def _quoted(value: bytes) -> tuple[bytes, int]:
    """The name in quotes that ``value`` begins with, and where it ends."""
    name = bytearray()
    at = 1
    while at < len(value):
        mark = value[at : at + 1]
        if mark == b'"':
            return bytes(name), at + 1
        if mark != b"\\":
            name += mark
            at += 1
            continue
        octal = value[at + 1 : at + 4]
        following = value[at + 1 : at + 2]
        if following in _ESCAPES:
            name.append(_ESCAPES[following])
            at += 2
        elif re.fullmatch(rb"[0-3][0-7]{2}", octal):
            name.append(int(octal, 8))
            at += 4
        else:
            name += mark
            at += 1
    return bytes(name), len(value)
