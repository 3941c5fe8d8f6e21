"""The index's tables and statements. One file for each schema version, so that two versions never share one."""

from __future__ import annotations

SCHEMA_VERSION = 1

FILE_NAME = f"index-{SCHEMA_VERSION}.sqlite3"

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A lost tail of the cache after a power cut is read again; waiting for the disk on every batch is not worth it.
    "PRAGMA synchronous=OFF",
    "PRAGMA busy_timeout=1000",
    "PRAGMA trusted_schema=OFF",
)

TABLES = (
    """CREATE TABLE IF NOT EXISTS item (
        address TEXT PRIMARY KEY,
        place TEXT NOT NULL,
        root TEXT NOT NULL,
        parent TEXT,
        state TEXT NOT NULL,
        rank INTEGER NOT NULL,
        started REAL NOT NULL,
        fold_version INTEGER NOT NULL,
        item TEXT NOT NULL,
        cursors TEXT NOT NULL,
        alive INTEGER,
        acc BLOB
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS item_order ON item (place, rank, started DESC)",
)

SAVE = (
    "INSERT OR REPLACE INTO item (address, place, root, parent, state, rank, started, fold_version, item, cursors,"
    " alive, acc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

FORGET = "DELETE FROM item WHERE address = ?"

# A session is a row of its own only where its run is not (pruned), or where it waits and its run does not.
IS_ROW = (
    "(c.parent IS NULL OR p.address IS NULL OR (c.state = 'waiting' AND p.state <> 'waiting'))"
    " AND c.place IN ({places})"
)

COUNTS = f"SELECT c.state, count(*) FROM item c LEFT JOIN item p ON p.address = c.parent WHERE {IS_ROW} GROUP BY 1"

FIRST_PAGE = (
    f"SELECT c.item FROM item c LEFT JOIN item p ON p.address = c.parent WHERE {IS_ROW}"
    " ORDER BY c.rank, c.started DESC LIMIT ?"
)

ALL = "SELECT address, place, root, fold_version, item, cursors, alive FROM item WHERE place IN ({places})"

ACC = "SELECT acc FROM item WHERE address = ? AND fold_version = ?"
