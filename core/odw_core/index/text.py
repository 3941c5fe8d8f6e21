"""The full-text part of the index: short texts of every unit, and where its whole texts lie. A cache like the rest.

What is written here is plain, its secrets masked; what a person types never becomes part of a statement.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from odw_core.index import schema
from odw_core.model.search import Body
from odw_core.text.ansi import unmasked
from odw_core.text.query import Query
from odw_core.text.secrets import masked

LONGEST = 8 * 1024
"""Characters of one text that are kept."""

_FETCHED = 100
_BETWEEN = "\x1e"
"""Stands between two texts of a unit; in none of them, since it would be shown as a mark there."""

TABLES = (
    # One row a unit: a row for each text would be four times as large, and as slow to write.
    """CREATE TABLE IF NOT EXISTS text (
        id INTEGER PRIMARY KEY,
        address TEXT NOT NULL,
        place TEXT NOT NULL,
        at REAL NOT NULL,
        fields TEXT NOT NULL,
        body TEXT NOT NULL,
        wholes TEXT NOT NULL,
        UNIQUE (address, place)
    )""",
)

# Made only where this SQLite has full-text search; without it every text is looked through, which takes longer.
# Kept up by statements, not by triggers: the index is opened with a schema that is not trusted.
WORD_TABLE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5"
    " (body, content='text', content_rowid='id', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
)

FORGET_WORDS = (
    "INSERT INTO word (word, rowid, body) SELECT 'delete', id, body FROM text WHERE address = ? AND place = ?"
)

FORGET_TEXT = "DELETE FROM text WHERE address = ? AND place = ?"

SAVE_TEXT = "INSERT INTO text (address, place, at, fields, body, wholes) VALUES (?, ?, ?, ?, ?, ?)"

SAVE_WORDS = "INSERT INTO word (rowid, body) SELECT id, body FROM text WHERE address = ? AND place = ?"

_SOME = (
    "SELECT t.address, t.fields, t.body FROM word JOIN text t ON t.id = word.rowid"
    " WHERE word MATCH ? AND t.place IN ({places}) ORDER BY t.at DESC, t.address"
)

_EVERY = "SELECT address, fields, body FROM text WHERE place IN ({places}) ORDER BY at DESC, address"

_WHOLES = "SELECT address, wholes FROM text WHERE place IN ({places})"

Statements = Iterator[tuple[str, list[tuple[object, ...]]]]


@cache
def has_words() -> bool:
    """Whether this SQLite has full-text search."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5 (body)")
        except sqlite3.OperationalError:
            return False
    return True


class Findable(NamedTuple):
    """What is kept of one unit to find it by."""

    at: float
    """When it last changed, Unix seconds."""
    texts: tuple[tuple[str, str], ...]
    """(field, text), plain."""
    bodies: tuple[Body, ...]


def findable(at: float | None, texts: Iterable[tuple[str, str]], bodies: Iterable[Body]) -> Findable:
    """What to keep of ``texts`` as an engine gives them: each once, cut, no secret, nothing that acts or hides."""
    given: dict[str, str] = {}
    for field, text in texts:
        if text and not text.isspace():
            given.setdefault(text[:LONGEST], field)
    # All at once: looking for secrets costs more to begin than to do. Last, since colour may stand inside of one.
    together = masked(_BETWEEN.join(unmasked(text).strip() for text in given))
    safe = together.split(_BETWEEN) if given else ()
    kept: dict[str, str] = {}
    for text, field in zip(safe, given.values(), strict=True):
        kept.setdefault(text, field)
    return Findable(at or 0.0, tuple((field, text) for text, field in kept.items()), tuple(bodies))


def tables() -> tuple[str, ...]:
    """The statements that make the full-text part, as far as this SQLite has one."""
    return (*TABLES, WORD_TABLE) if has_words() else TABLES


def statements(saved: Sequence[tuple[str, str, Findable]], gone: Sequence[tuple[str, str]]) -> Statements:
    """What keeps the texts up: all of one unit (address, place) anew, or none of it any more."""
    units: list[tuple[object, ...]] = [(address, place) for address, place, _ in saved]
    if has_words():
        yield FORGET_WORDS, [*gone, *units]
    yield FORGET_TEXT, [*gone, *units]
    yield SAVE_TEXT, [_values(*one) for one in saved]
    if has_words():
        yield SAVE_WORDS, units


def _values(address: str, place: str, found: Findable) -> tuple[object, ...]:
    fields = ",".join(field for field, _ in found.texts)
    wholes = json.dumps([[body.stream, body.path, *body.parts] for body in found.bodies])
    return address, place, found.at, fields, _BETWEEN.join(text for _, text in found.texts), wholes


class TextReader:
    """Reads texts through a connection of its own, so that a worker thread may. Knows nothing where no index is."""

    def __init__(self, path: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
        with contextlib.suppress(sqlite3.Error):
            if path is not None and path.is_file():
                # Used by one thread after the other, never by two at once.
                self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
                self._connection.execute(schema.SMALL)

    def texts(self, query: Query, places: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Address and texts (field, text) of every unit that may match, the newest first; each has yet to be judged."""
        marks, words = ",".join("?" * len(places)), match_words(query)
        every = self._rows(_EVERY.format(places=marks), places)
        rows = self._rows(_SOME.format(places=marks), (words, *places), instead=every) if words else every
        for address, fields, body in rows:
            yield address, [*zip(fields.split(","), body.split(_BETWEEN), strict=False)]

    def bodies(self, places: Sequence[str]) -> dict[str, tuple[Body, ...]]:
        """The whole texts of everything that was read, by address."""
        found: dict[str, tuple[Body, ...]] = {}
        for address, text in self._rows(_WHOLES.format(places=",".join("?" * len(places))), places):
            with contextlib.suppress(ValueError, TypeError):
                found[address] = tuple(Body(stream, path, tuple(parts)) for stream, path, *parts in json.loads(text))
        return found

    def _rows(self, statement: str, values: Sequence[object], instead: Iterable[Any] = ()) -> Iterator[Any]:
        """Rows, a few at a time; ``instead`` where they cannot be asked for."""
        if self._connection is None:
            return
        try:
            cursor = self._connection.execute(statement, values)
        except (sqlite3.Error, UnicodeEncodeError):
            yield from instead
            return
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            while rows := cursor.fetchmany(_FETCHED):
                yield from rows

    def close(self) -> None:
        """Give the file back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def match_words(query: Query) -> str:
    """The wanted words for FTS5, each one the beginning of a word there; empty when it could not find them all.

    Everything is quoted, so nothing that is typed has a meaning of its own.
    """
    return " AND ".join(f'"{word}"*' for term in query.wanted for word in term.words if _is_indexed(word))


def _is_indexed(word: str) -> bool:
    """Whether the index has words that begin like this one: not where it is signs alone, nor in scripts that put no
    spaces between words."""
    if '"' in word or not word.isprintable():
        return False
    has_letters = any(character.isalnum() for character in word)
    return has_letters and not any(unicodedata.category(character) == "Lo" for character in word)
