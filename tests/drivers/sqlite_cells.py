"""Every cell of a database of ours as bytes, packed texts unpacked, so that a test can look through all of it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path


def cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name of the table, and what one cell of it holds."""
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from ((f"table {table}", _unpacked(cell)) for cell in row)


def _unpacked(cell: object) -> bytes:
    if not isinstance(cell, bytes):
        return str(cell).encode("utf-8", "replace")
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell
