"""The index's tables and statements. One file for each schema version, so that two versions never share one."""

from __future__ import annotations

SCHEMA_VERSION = 6

FILE_NAME = f"index-{SCHEMA_VERSION}.sqlite3"

# In KiB: rows are read once and in order, so pages that were read need not be kept.
SMALL = "PRAGMA cache_size=-256"

PRAGMAS = (
    SMALL,
    "PRAGMA journal_mode=WAL",
    # A lost tail of the cache after a power cut is read again; waiting for the disk on every batch is not worth it.
    "PRAGMA synchronous=OFF",
    "PRAGMA busy_timeout=1000",
    "PRAGMA trusted_schema=OFF",
)

TABLES = (
    """CREATE TABLE IF NOT EXISTS item (
        address TEXT NOT NULL,
        place TEXT NOT NULL,
        root TEXT NOT NULL,
        parent TEXT,
        state TEXT NOT NULL,
        rank INTEGER NOT NULL,
        started REAL NOT NULL,
        fold_version INTEGER NOT NULL,
        alive INTEGER,
        is_over INTEGER NOT NULL,
        file TEXT NOT NULL,
        inode INTEGER NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        cursors TEXT NOT NULL,
        asked TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (place, address)
    )""",
    # It holds all that order and counts of the rows depend on, so that neither has to walk through the bodies.
    "CREATE INDEX IF NOT EXISTS item_order ON item (place, rank, started DESC, state, parent, address)",
    # The cursors stand beside the accumulator they belong to: another room may have gone on since the item was loaded.
    # Accumulators are ten times the size of their items and hardly ever asked for, so they lie apart.
    "CREATE TABLE IF NOT EXISTS checkpoint (address TEXT NOT NULL, place TEXT NOT NULL, cursors TEXT NOT NULL,"
    " acc BLOB NOT NULL, PRIMARY KEY (place, address))",
    "CREATE TABLE IF NOT EXISTS folder (path TEXT PRIMARY KEY, inode INTEGER NOT NULL, mtime_ns INTEGER NOT NULL)",
)

SAVE_ITEM = (
    "INSERT OR REPLACE INTO item (address, place, root, parent, state, rank, started, fold_version, alive, is_over,"
    " file, inode, size, mtime_ns, cursors, asked, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

SAVE_ACC = "INSERT OR REPLACE INTO checkpoint (address, place, cursors, acc) VALUES (?, ?, ?, ?)"

SAVE_FOLDER = "INSERT OR REPLACE INTO folder (path, inode, mtime_ns) VALUES (?, ?, ?)"

FORGET_ITEM = "DELETE FROM item WHERE address = ? AND place = ?"

FORGET_ACC = "DELETE FROM checkpoint WHERE address = ? AND place = ?"

# A session is a row of its own only where its run is not (pruned), or where it waits and its run does not.
IS_ROW = (
    "(c.parent IS NULL OR p.address IS NULL OR (c.state = 'waiting' AND p.state <> 'waiting'))"
    " AND c.place IN ({places})"
)

_ROWS = "item c LEFT JOIN item p ON p.place = c.place AND p.address = c.parent"

COUNTS = f"SELECT c.state, count(*) FROM {_ROWS} WHERE {IS_ROW} GROUP BY 1"

FIRST_PAGE = (
    f"SELECT i.body FROM (SELECT c.rowid AS id FROM {_ROWS} WHERE {IS_ROW} ORDER BY c.rank, c.started DESC LIMIT ?) f"
    " JOIN item i ON i.rowid = f.id ORDER BY i.rank, i.started DESC"
)

# Unsorted: in the order of an index every row would be looked up by itself, which takes twice as long.
ALL = (
    "SELECT address, root, fold_version, state, parent, started, alive, is_over, file, inode, size, mtime_ns, rank"
    " FROM item WHERE place = ?"
)

BODIES = "SELECT address, body FROM item WHERE place = ? AND address IN ({addresses})"

SLEEPERS = "SELECT address, cursors, asked, body FROM item WHERE place = ? AND address IN ({addresses})"

ONE = "SELECT body FROM item WHERE address = ? AND place IN ({places})"

UNIT = "SELECT place, root FROM item WHERE address = ? AND place IN ({places})"

ACC = (
    "SELECT c.cursors, c.acc FROM checkpoint c JOIN item i ON i.place = c.place AND i.address = c.address"
    " WHERE c.address = ? AND c.place = ? AND i.fold_version = ?"
)

FOLDERS = "SELECT path, inode, mtime_ns FROM folder"
