"""The queue's databases on a real disk: read while others write, believed in nothing, nothing left behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from drivers.converge_story import lay, marks
from drivers.live_room import live_room, until
from odw_core.config import Config
from odw_core.engines.converge.database import Databases, Queue
from odw_core.service.oneshot import open_room

TASK = "eec5598d-423d-4800-b972-6d92d2d15872"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return lay("interrupt-resumed", tmp_path / "place")


def queue(place: Path) -> Queue:
    return Databases().queue(str(place))


@contextmanager
def writing(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        yield connection


def test_reading_leaves_nothing_behind(place: Path) -> None:
    before = marks(place)
    assert [*queue(place).tasks] == [TASK]
    assert marks(place) == before


def test_a_database_in_wal_mode_without_its_log_leaves_nothing_behind(place: Path) -> None:
    with writing(place / "converge.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE tasks SET status = 'RUNNING'")
    before = marks(place)
    assert queue(place).tasks[TASK].status == "RUNNING"
    assert marks(place) == before


def test_rows_in_the_log_of_a_living_writer_are_seen(place: Path) -> None:
    with writing(place / "converge.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE tasks SET status = 'SUCCEEDED'")
        before = marks(place)
        found = queue(place)
        assert (found.tasks[TASK].status, found.problems) == ("SUCCEEDED", [])
        assert marks(place) == before


def test_a_log_that_a_dead_writer_left_is_never_made_whole(place: Path, tmp_path: Path) -> None:
    with writing(place / "converge.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE tasks SET status = 'SUCCEEDED'")
        copy = tmp_path / "copy"
        (copy / ".converge").mkdir(parents=True)
        for ending in ("", "-wal"):
            shutil.copy(place / f"converge.db{ending}", copy / f"converge.db{ending}")
    before = marks(copy)
    found = queue(copy)
    assert marks(copy) == before
    assert found.tasks[TASK].status == "HITL_REQUIRED"
    assert found.problems == [
        (str(copy / "converge.db"), "its -wal lost its index, so what stands only there is not shown")
    ]


def test_a_locked_database_is_a_problem_and_what_was_known_stays(place: Path) -> None:
    databases = Databases()
    assert [*databases.queue(str(place)).tasks] == [TASK]
    with writing(place / "converge.db") as connection:
        connection.execute("UPDATE tasks SET attempts = 1")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("UPDATE tasks SET attempts = 2")
        found = databases.queue(str(place))
        assert ([*found.tasks], found.is_busy) == ([TASK], True)
        assert found.problems[0][1] == "it is locked by another program; it is read again soon"
    assert Databases().queue(str(place)).tasks[TASK].attempts == 1


@pytest.mark.parametrize("damage", [b"", b"no database at all", b"SQLite format 3\0" + bytes(2_000)])
def test_a_damaged_database_is_a_problem(place: Path, damage: bytes) -> None:
    (place / "converge.db").write_bytes(damage)
    found = queue(place)
    assert not found.tasks
    assert [path for path, _ in found.problems] == [str(place / "converge.db")]


def test_another_shape_is_a_problem(place: Path) -> None:
    (place / "converge.db").unlink()
    with writing(place / "converge.db") as connection:
        connection.execute("CREATE TABLE tasks (name TEXT)")
    assert queue(place).problems == [(str(place / "converge.db"), "its task table has another shape")]


def test_a_view_that_computes_for_ever_is_not_asked(place: Path) -> None:
    (place / "converge.db").unlink()
    with writing(place / "converge.db") as connection:
        connection.execute(
            "CREATE VIEW tasks AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, 'HITL_REQUIRED' AS status FROM n"
        )
    assert not queue(place).tasks


def test_cells_of_any_type_are_read(place: Path) -> None:
    with writing(place / "converge.db") as connection:
        connection.execute("UPDATE tasks SET request_json = x'ff00', status = 7, attempts = 'many', source = 1.5")
    row = queue(place).tasks[TASK]
    assert (row.status, row.attempts, row.source) == ("7", 0, "1.5")


def test_a_link_or_a_pipe_is_no_database(place: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.db"
    shutil.move(place / "converge.db", outside)
    (place / "converge.db").symlink_to(outside)
    assert not queue(place).tasks
    (place / "converge.db").unlink()
    os.mkfifo(place / "converge.db")
    assert not queue(place).tasks


def test_a_log_that_is_a_link_is_not_followed(place: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside-wal"
    outside.write_bytes(bytes(64))
    (place / "converge.db-wal").symlink_to(outside)
    found = queue(place)
    assert not found.tasks
    assert "no regular file" in found.problems[0][1]


def test_a_folder_called_sqlite_holds_a_database_too(place: Path) -> None:
    (place / "sqlite:").mkdir()
    shutil.move(place / "checkpoints.db", place / "sqlite:" / "converge.db")
    newest = queue(place).newest_checkpoint
    assert newest is not None
    assert (newest.thread, newest.step, newest.is_pending, newest.is_resumed) == (TASK, 7, False, True)


def test_a_pause_is_pending_until_it_is_answered(place: Path) -> None:
    with writing(place / "checkpoints.db") as connection:
        connection.execute("DELETE FROM checkpoints WHERE json_extract(CAST(metadata AS TEXT), '$.step') > 5")
        connection.execute("DELETE FROM writes WHERE channel = '__resume__'")
    newest = queue(place).newest_checkpoint
    assert newest is not None
    assert (newest.step, newest.is_pending, newest.is_resumed) == (5, True, False)


def test_the_newest_tasks_come_first(place: Path) -> None:
    with writing(place / "converge.db") as connection:
        connection.execute(
            "INSERT INTO tasks (id, status, created_at, updated_at, attempts, request_json) "
            "VALUES ('newer', 'PENDING', '2026-11-22 00:00:00', '2026-11-22 00:00:00', 0, '{}')"
        )
    assert [*queue(place).tasks] == ["newer", TASK]


def test_nothing_is_read_again_while_nothing_changed(place: Path) -> None:
    databases = Databases()
    settle_stamps(place)
    assert databases.queue(str(place)) is databases.queue(str(place))


def settle_stamps(place: Path) -> None:
    for path in place.glob("*.db"):
        os.utime(path, (1_795_000_000, 1_795_000_000))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A place whose queue cannot be read, and nothing else in it."""
    place = tmp_path / "bare"
    (place / ".converge").mkdir(parents=True)
    (place / "converge.db").write_bytes(b"no database at all")
    return place


def test_a_damaged_database_of_a_place_without_runs_is_told_after_every_start(bare: Path, tmp_path: Path) -> None:
    cache = tmp_path / "index.db"
    for _ in range(3):
        with closing(open_room([str(bare)], Config(), cache=cache)) as room:
            (problem,) = room.snapshot.problems
            assert (problem.path, problem.reason) == (
                str(bare / "converge.db"),
                "cannot be read: file is not a database",
            )


def test_a_damaged_database_is_told_once_whatever_runs_there_are(place: Path) -> None:
    (place / "converge.db").write_bytes(b"no database at all")
    with closing(open_room([str(place)], Config(), cache=None)) as room:
        assert [problem.path for problem in room.snapshot.problems] == [str(place / "converge.db")]


async def test_a_database_that_is_repaired_is_no_problem_any_more(bare: Path, place: Path) -> None:
    async with live_room(bare) as service:
        assert len(service.snapshot().problems) == 1
        shutil.copy(place / "converge.db", bare / "repaired")
        (bare / "repaired").replace(bare / "converge.db")
        await until(service, lambda: not service.snapshot().problems)
        await service.settle()
        assert service.snapshot().items
