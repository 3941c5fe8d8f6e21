"""Writes the index. The long-lived service writes through aiosqlite; a one-shot command saves once and is gone."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.index import schema, text
from odw_core.index.rows import Row, is_storable
from odw_core.model.evidence import Unit

if TYPE_CHECKING:
    import aiosqlite


class IndexUnavailable(Exception):
    """The cache cannot be written; the sentence says why. Nothing but speed is lost."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction saves."""

    rows: Sequence[Row] = ()
    gone: Sequence[Unit] = ()
    folders: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone or self.folders)

    def statements(self) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
        """Statements with the values of each."""
        yield schema.SAVE_ITEM, [row.item for row in self.rows]
        yield schema.SAVE_ACC, [row.acc for row in self.rows]
        gone = [(str(unit.address), unit.place) for unit in self.gone if is_storable(unit.place)]
        yield schema.FORGET_ITEM, [*gone]
        yield schema.FORGET_ACC, [*gone]
        found = [(*row.acc[:2], row.found) for row in self.rows if row.found is not None]
        yield from text.statements(found, gone)
        yield schema.SAVE_FOLDER, [(path, *stamp) for path, stamp in self.folders.items() if is_storable(path)]


def remove_index(path: Path) -> None:
    """Delete the cache and what SQLite keeps beside it."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with contextlib.suppress(OSError):
            name.unlink()


def _prepare(path: Path) -> None:
    # What agents were asked is nobody else's business.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)


def save_once(path: Path, batch: Batch) -> None:
    """Write and close. Raises ``IndexUnavailable``."""
    try:
        _prepare(path)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            for statement in (*schema.PRAGMAS, *schema.TABLES, *text.tables()):
                connection.execute(statement)
            with connection:
                for statement, values in batch.statements():
                    connection.executemany(statement, values)
    except (OSError, sqlite3.Error) as error:
        raise IndexUnavailable(_words(error)) from error


class IndexWriter:
    """The one writer of a long-lived service. Batches only; ``save`` is never on the way to the screen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None

    async def open(self) -> None:
        """Create what is missing. A damaged file is replaced by an empty one. Raises ``IndexUnavailable``."""
        try:
            _prepare(self._path)
            try:
                self._connection = await self._connect_whole()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                remove_index(self._path)
                _prepare(self._path)
                self._connection = await self._connect_whole()
        except (OSError, sqlite3.Error) as error:
            raise IndexUnavailable(_words(error)) from error

    async def _connect_whole(self) -> aiosqlite.Connection:
        """Connect, or leave nothing behind: the driver's thread would outlive a connection given up half-way."""
        # Imported here: a one-shot command that saves has no event loop and should not pay for one.
        import asyncio

        connecting = asyncio.ensure_future(self._connect())
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            with contextlib.suppress(sqlite3.Error):
                await (await connecting).close()
            raise

    async def _connect(self) -> aiosqlite.Connection:
        # Imported late: nothing that is needed for the first paint may wait for it.
        import aiosqlite

        connection = await aiosqlite.connect(self._path)
        try:
            for statement in (*schema.PRAGMAS, *schema.TABLES, *text.tables()):
                await connection.execute(statement)
            await connection.commit()
        except BaseException:
            await connection.close()
            raise
        return connection

    async def save(self, batch: Batch) -> None:
        """One batch, one transaction. Raises ``IndexUnavailable``."""
        if self._connection is None:
            return
        try:
            for statement, values in batch.statements():
                await self._connection.executemany(statement, values)
            await self._connection.commit()
        except sqlite3.Error as error:
            raise IndexUnavailable(_words(error)) from error

    async def close(self) -> None:
        """Close the file; what was saved is on it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(sqlite3.Error):
                await connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or 'it cannot be written'} ({error.filename})"
    return str(error)
