"""Hits in bytes: the line around a place where something was found, as a person reads it. Pure, never raises.

A line of JSON holds texts of many lines of its own, escaped, sometimes twice: they are cut at those, and keys and the
words that only machines read are passed over.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from odw_core.text.ansi import unmasked
from odw_core.text.query import Query
from odw_core.text.secrets import masked

REACH = 2 * 1024
"""Bytes on each side of a place that are looked at: a longer line is judged by what is near."""

EXCERPT = 240

_MACHINE = b"type role status phase originator encrypted_content call_id turn_id thread_id timestamp signature"
_MACHINE_KEYS = frozenset(_MACHINE.split())
_SECRET_KEY = re.compile(rb"(?i)key|token|secret|passw|credential|authorization")
_KEY_BEFORE = re.compile(rb'"([A-Za-z0-9_.-]{1,64})"\s{0,4}:\s{0,4}\Z')
_KEY_REACH = 80
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_PLAIN_BEFORE = re.compile(rb"[^\\]{6}(?=[^\\])")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_CODED = re.compile(r"[A-Za-z0-9+/=_-]{160,}")
_MEANS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
_NEWLINE_ONCE = re.compile(rb"(?<!\\)(?:\\\\)*\\n")
_NEWLINE_TWICE = re.compile(rb'(?<!\\)(?:\\\\n|\\\\\\")')


class Window(NamedTuple):
    """Bytes of a file around a place."""

    data: bytes
    at: int
    """The place inside ``data``."""
    is_json: bool
    """Whether lines are records of JSON."""


class Judged(NamedTuple):
    """What there is at a place."""

    text: str
    """Some words of the line that matches: one line, plain, secrets masked; empty when it does not match."""
    end: int
    """Where to go on inside the window; behind the place."""


def judge(window: Window, query: Query, field: str) -> Judged:
    """Whether the line at the place has everything that is wanted. A phrase may run on into the next one."""
    start, end = _record(window, query)
    if window.is_json:
        opened, closed = _quote_before(window.data, start, window.at), _quote_after(window.data, window.at, end)
        end = end if closed is None else closed
        if not _is_for_people(window.data, start, opened, closed):
            return Judged("", max(window.at + 1, end))
        text, at = _decoded(window, _aligned(window, start) if opened is None else opened + 1, end)
    else:
        before = window.data[start : window.at].decode("utf-8", "replace")
        text, at = before + window.data[window.at : end].decode("utf-8", "replace"), len(before)
    go_on = _line_end(window, end)
    for first, last in _lines_at(text, at, query):
        # As it is shown: colour codes stand between letters.
        line = unmasked(text[first:last])
        spans = query.spans(line, field)
        if spans and not _is_coded(line, spans[0]):
            return Judged(excerpt(masked(line), spans), go_on)
    return Judged("", go_on)


def excerpt(line: str, spans: list[tuple[int, int]], limit: int = EXCERPT) -> str:
    """At most ``limit`` characters of one line around what was found, with ``…`` where it was cut."""
    flat = re.sub(r"\s", " ", line)
    first, last = spans[0][0], max(end for _, end in spans)
    if last - first > limit:
        last = spans[0][1]
    start = max(0, min(first - max(0, limit - (last - first)) // 2, len(flat) - limit))
    end = min(len(flat), start + limit)
    return ("…" if flat[:start].strip() else "") + flat[start:end].strip() + ("…" if flat[end:].strip() else "")


def _record(window: Window, query: Query) -> tuple[int, int]:
    """The line of the file that the place is in, as far as the window shows it; all of it where a phrase may run on."""
    if not window.is_json and query.has_phrase:
        return 0, len(window.data)
    start = window.data.rfind(b"\n", 0, window.at) + 1
    end = window.data.find(b"\n", window.at)
    return start, len(window.data) if end < 0 else end


def _is_for_people(data: bytes, start: int, opened: int | None, closed: int | None) -> bool:
    """Whether a string of JSON is neither a key, nor a secret, nor something that only machines read."""
    if closed is not None and data[closed + 1 : closed + 8].lstrip()[:1] == b":":
        return False
    if opened is None:
        return True
    key = _KEY_BEFORE.search(data[max(start, opened - _KEY_REACH) : opened])
    return key is None or not (key[1] in _MACHINE_KEYS or _SECRET_KEY.search(key[1]))


def _quote_before(data: bytes, start: int, at: int) -> int | None:
    place = data.rfind(b'"', start, at)
    while place >= 0 and _is_escaped(data, start, place):
        place = data.rfind(b'"', start, place)
    return None if place < 0 else place


def _quote_after(data: bytes, at: int, end: int) -> int | None:
    place = data.find(b'"', at, end)
    while place >= 0 and _is_escaped(data, 0, place):
        place = data.find(b'"', place + 1, end)
    return None if place < 0 else place


def _is_escaped(data: bytes, start: int, place: int) -> bool:
    """Whether an odd number of backslashes stands before ``place``."""
    before = place
    while before > start and data[before - 1] == 0x5C:
        before -= 1
    return (place - before) % 2 == 1


def _aligned(window: Window, start: int) -> int:
    """A place from ``start`` on that is not inside of an escape."""
    if start > 0:
        return start
    match = _PLAIN_BEFORE.search(window.data, 0, window.at)
    return window.at if match is None else match.end()


def _decoded(window: Window, start: int, end: int) -> tuple[str, int]:
    """The text of a string of JSON, and the place in it."""
    data, at = window.data, window.at
    # The place may be the letter of an escape: what is looked for may begin like ``\nfoo`` does.
    while at > start and data[at - 1] == 0x5C:
        at -= 1
    is_nested = _NEWLINE_TWICE.search(data, start, end) and not _NEWLINE_ONCE.search(data, start, end)
    times = 2 if is_nested else 1
    before = _unescaped(data[start:at].decode("utf-8", "replace"), times)
    return before + _unescaped(data[at:end].decode("utf-8", "replace"), times), len(before)


def _unescaped(text: str, times: int) -> str:
    if "\\" not in text:
        return text
    for _ in range(times):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _MEANS[match[2]], text)
    return _SURROGATES.sub(lambda match: match[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _lines_at(text: str, at: int, query: Query) -> list[tuple[int, int]]:
    """The line around a place; for a phrase also with the lines before and after that its words may reach into."""
    if at < len(text) and text[at] == "\n":
        at += 1
    first, last = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    lines = [(first, len(text) if last < 0 else last)]
    if query.has_phrase:
        for _ in range(max(len(term.words) for term in query.wanted) - 1):
            first = text.rfind("\n", 0, max(0, first - 1)) + 1
            last = -1 if last < 0 else text.find("\n", last + 1)
        lines.append((first, len(text) if last < 0 else last))
    return lines


def _line_end(window: Window, end: int) -> int:
    """Where the next line of the text begins. A line that is longer than the window is looked at in several parts."""
    if not window.is_json:
        end = window.data.find(b"\n", window.at)
    elif (newline := window.data.find(b"\\n", window.at, end)) >= 0:
        end = newline
    if end < 0 or end == len(window.data):
        end = window.at + REACH // 2
    return max(window.at + 1, end)


def _is_coded(line: str, span: tuple[int, int]) -> bool:
    """Whether it was found inside of a long code (an image, a key): there every short word is somewhere."""
    return any(match.start() <= span[0] and span[1] <= match.end() for match in _CODED.finditer(line))
