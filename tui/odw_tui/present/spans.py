"""Spans: pieces of one line of text, each with the tone it is said in. Cuts, pads and wraps by cells. Knows no colour.

What stands in a span is shown as it is: foreign text has to be made plain before it gets here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"

_SPACES = re.compile("( +)")


class Span(NamedTuple):
    """A piece of text. ``tone``: empty for plain words, a state, or ``strong``, ``quiet``, ``faint``, ``accent``."""

    text: str
    tone: str = ""


Spans = tuple[Span, ...]


class Line(NamedTuple):
    """Words on the left, words on the right. The left ones wrap into at most ``most`` rows, or are cut."""

    left: Spans = ()
    right: Spans = ()
    most: int = 1
    hang: int = 0
    """Cells that every row but the first is indented by."""


def spans(*parts: Span | str) -> Spans:
    """``parts`` without those that say nothing; a bare string is a span of plain words."""
    made = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(part for part in made if part.text)


def cells(text: str) -> int:
    """How many cells ``text`` takes."""
    return len(text) if text.isascii() else cell_len(text)


def width_of(line: Iterable[Span]) -> int:
    """How many cells ``line`` takes."""
    return sum(cells(text) for text, _ in line)


def cut_text(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """``text`` in at most ``width`` cells, ending in an ellipsis if something was left out."""
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ellipsis if width > 0 else ""


def left(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """``text`` in exactly ``width`` cells, on the left."""
    text = cut_text(text, width, ellipsis)
    return text + " " * (width - cells(text))


def right(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """``text`` in exactly ``width`` cells, on the right."""
    text = cut_text(text, width, ellipsis)
    return " " * (width - cells(text)) + text


def cut(line: Iterable[Span], width: int, ellipsis: str = ELLIPSIS) -> Spans:
    """As much of ``line`` as ``width`` cells hold, ending in an ellipsis if something was left out."""
    given = tuple(line)
    if width_of(given) <= width:
        return given
    kept: list[Span] = []
    free = width
    for text, tone in given:
        size = cells(text)
        if size >= free:
            # The space makes sure that something is left out, so that the ellipsis is there.
            kept.append(Span(cut_text(text + " ", free, ellipsis), tone))
            break
        kept.append(Span(text, tone))
        free -= size
    return spans(*kept)


def fit(line: Iterable[Span], width: int, ellipsis: str = ELLIPSIS) -> Spans:
    """``line`` in exactly ``width`` cells."""
    kept = cut(line, width, ellipsis)
    space = width - width_of(kept)
    return (*kept, Span(" " * space)) if space > 0 else kept


def wrap(line: Sequence[Span], width: int, most: int = 1, hang: int = 0, ellipsis: str = ELLIPSIS) -> list[Spans]:
    """``line`` in at most ``most`` rows (one at least), broken at spaces; a word that is too long breaks anywhere."""
    if most <= 1 or width_of(line) <= width:
        return [cut(line, width, ellipsis)]
    rows: list[Spans] = []
    row: list[Span] = []
    used = 0
    waiting = deque(_words(line))
    while waiting:
        word = waiting.popleft()
        size = width_of(word)
        if used + size <= width:
            row.extend(word)
            used += size
        elif len(rows) == most - 1:
            left_over = (*row, *word, *(piece for later in waiting for piece in later))
            return [*rows, cut(left_over, width, ellipsis)]
        elif word[0].text.isspace():
            continue
        elif used > (hang if rows else 0):
            rows.append(_joined(row))
            row, used = _indented(hang)
            waiting.appendleft(word)
        else:
            head, rest = _broken(word, width - used)
            rows.append(_joined([*row, *head]))
            row, used = _indented(hang)
            waiting.appendleft(rest)
    if row:
        rows.append(_joined(row))
    return rows


def _indented(hang: int) -> tuple[list[Span], int]:
    return ([Span(" " * hang)] if hang else []), hang


def _words(line: Iterable[Span]) -> list[list[Span]]:
    """Words and the spaces between them. A word may change its tone in the middle; it stays one word."""
    words: list[list[Span]] = []
    for text, tone in line:
        for piece in _SPACES.split(text):
            if not piece:
                continue
            is_space = piece[0] == " "
            if words and not is_space and words[-1][0].text[0] != " ":
                words[-1].append(Span(piece, tone))
            else:
                words.append([Span(piece, tone)])
    return words


def _broken(word: Sequence[Span], width: int) -> tuple[list[Span], list[Span]]:
    """As much of ``word`` as fits (one character at least), and the rest."""
    head: list[Span] = []
    free = width
    for place, (text, tone) in enumerate(word):
        size = cells(text)
        if size <= free:
            head.append(Span(text, tone))
            free -= size
            continue
        start = _head(text, free, least=0 if head else 1)
        return [*head, Span(start, tone)], [Span(text[len(start) :], tone), *word[place + 1 :]]
    return head, []


def _joined(row: list[Span]) -> Spans:
    """Neighbours of one tone as one span, without spaces at the end."""
    joined: list[Span] = []
    for text, tone in row:
        if joined and joined[-1].tone == tone:
            joined[-1] = Span(joined[-1].text + text, tone)
        else:
            joined.append(Span(text, tone))
    while joined and not joined[-1].text.strip():
        joined.pop()
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(" "), joined[-1].tone)
    return tuple(joined)


def _head(word: str, width: int, least: int) -> str:
    """As many characters of ``word`` as fit, at least ``least``."""
    size = 0
    for place, character in enumerate(word):
        size += cells(character)
        if size > width:
            return word[: max(least, place)]
    return word


def laid(line: Line, width: int) -> list[Spans]:
    """The rows that ``line`` takes in ``width`` cells: right words keep their place, left ones wrap or are cut."""
    right = cut(line.right, width)
    taken = width_of(right)
    left = wrap(line.left, width - taken - 2 if taken else width, line.most, line.hang)
    if not taken:
        return left
    gap = width - width_of(left[0]) - taken
    return [(*left[0], Span(" " * gap), *right), *left[1:]]


def height_of(lines: Iterable[Line], width: int) -> int:
    """How many rows they take together in ``width`` cells."""
    return sum(len(laid(line, width)) for line in lines)
