"""Converge runs under the real watcher: what grows in random pieces ends as what is read cold, cache included."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.converge_story import NAMES, lay, read
from drivers.live_room import by_name, cold_room, live_room
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.model.address import Address
from odw_core.model.evidence import Facts
from odw_core.model.item import Item, Kind, State
from odw_core.service.documents.rows import detail_document
from odw_core.state.kinship import Kinship

RUN = "20261121T001244464186Z"


@pytest.mark.parametrize("name", NAMES)
async def test_what_grows_in_random_pieces_ends_as_what_is_read_cold(name: str, tmp_path: Path) -> None:
    source = lay(name, tmp_path / "source")
    place, cache = tmp_path / "place", tmp_path / "index"
    (place / ".converge").mkdir(parents=True)
    choose = random.Random(name)
    async with live_room(place, cache=cache) as service:
        for number, write in enumerate(in_pieces(source, place, choose)):
            write()
            if number % 9 == 0:
                await service.settle()
        await service.settle()
        items = service.snapshot().items
        grown = {}
        for address in items:
            async with service.detail(address) as feed:
                assert feed.value is not None
                grown[str(address)] = detail_document(feed.value)
        problems = service.snapshot().problems
    room = cold_room(place)
    assert by_name(items) == by_name(room.snapshot.items)
    assert problems == room.snapshot.problems == ()
    assert grown == {str(address): detail_document(room.detail(address)) for address in items}
    assert by_name(cold_room(place, cache=cache).snapshot.items) == by_name(items)


def in_pieces(source: Path, place: Path, choose: random.Random) -> Iterator[Callable[[], None]]:
    """Steps that make ``place`` a copy of ``source``: every folder, and every file in random cuts, in any order."""
    folders = sorted(path for path in source.rglob("*") if path.is_dir())
    files = sorted(path for path in source.rglob("*") if path.is_file())
    choose.shuffle(files)
    for folder in folders:
        yield lambda folder=folder: (place / folder.relative_to(source)).mkdir(parents=True, exist_ok=True)  # type: ignore[misc]
    for path in files:
        data, target = path.read_bytes(), place / path.relative_to(source)
        cuts = sorted(choose.randrange(len(data) + 1) for _ in range(2))
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):

            def write(target: Path = target, piece: bytes = data[start:end]) -> None:
                with target.open("ab", buffering=0) as stream:
                    stream.write(piece)

            yield write


def test_a_repo_is_found_by_its_address_and_its_prompt_is_whole(tmp_path: Path) -> None:
    room = cold_room(lay("codex-fail-fallback", tmp_path / "place"))
    source = room.log(Address("converge", RUN, ("src/converge",)), "prompt")
    try:
        assert source.lines(0, 1) == ["# Codex Planning Task"]
    finally:
        source.close()


def test_every_file_of_a_run_can_be_opened_by_its_name(tmp_path: Path) -> None:
    place = lay("codex-fail-fallback", tmp_path / "place")
    room = cold_room(place)
    folder = place / ".converge" / "runs" / RUN
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    for name in names:
        source = room.log(Address("converge", RUN), name)
        try:
            assert source.last_lines(1) == (folder / name).read_text().rstrip("\n").split("\n")[-1:]
        finally:
            source.close()


def test_inspect_has_a_section_of_its_own(tmp_path: Path) -> None:
    section = cold_room(lay("interrupt-resumed", tmp_path / "place")).inspect()["converge"]
    assert [run["state"] for run in section["runs"]] == ["complete", "empty"]
    assert section["checkpoint"]["newest_step"] == 7


def test_a_run_folder_that_goes_takes_its_row_with_it(tmp_path: Path) -> None:
    place = lay("crash-empty-run", tmp_path / "place")
    cache = tmp_path / "index"
    assert len(cold_room(place, cache=cache).snapshot.items) == 1
    (place / ".converge" / "runs" / "20261121T001252856766Z").rmdir()
    assert not cold_room(place, cache=cache).snapshot.items


async def test_a_row_that_leaves_the_queue_leaves_the_room(tmp_path: Path) -> None:
    place = lay("interrupt-resumed", tmp_path / "place")
    task = "converge:task-eec5598d-423d-4800-b972-6d92d2d15872"
    async with live_room(place) as service:
        assert service.snapshot().items[Address.parse(task)].state is State.WAITING
        with sqlite3.connect(place / "converge.db") as database:
            database.execute("UPDATE tasks SET status = 'CANCELLED'")
        database.close()
        await service.settle()
        assert {item.state for item in service.snapshot().items.values()} == {State.IDLE}
        with sqlite3.connect(place / "converge.db") as database:
            database.execute("DELETE FROM tasks")
        database.close()
        await service.settle()
        assert task not in by_name(service.snapshot().items)


async def test_a_task_that_comes_into_the_queue_comes_into_the_room(tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / ".converge").mkdir(parents=True)
    async with live_room(place) as service:
        assert not service.snapshot().items
        lay("queue-conditional-resolve", place)
        await service.settle()
        assert len(service.snapshot().items) == 3
        with sqlite3.connect(place / "converge.db") as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "INSERT INTO tasks (id, status, created_at, updated_at, attempts, request_json) "
                "VALUES ('new', 'RUNNING', '2026-11-22 00:00:00', '2026-11-22 00:00:00', 0, '{}')"
            )
            database.commit()
            await service.settle()
            assert Address("converge", "task-new") in service.snapshot().items
        database.close()


def test_codex_sessions_that_began_in_its_repos_meanwhile_are_its_children(tmp_path: Path) -> None:
    place = lay("converged-codex-json", tmp_path / "place")
    ((_, acc),) = read(place).values()
    run = ConvergeEngine().item(acc, Facts(4e9))
    kinship = Kinship()
    kinship.take(run)
    for folder, late_s, is_child in (
        ("api", 0.5, True),
        ("web", 1.0, True),
        ("api", 60.0, False),
        ("other", 0.5, False),
    ):
        session = Item(
            Address("codex", f"{folder}-{late_s}"),
            None,
            Kind.SESSION,
            "/home",
            "x",
            State.DONE,
            "",
            "",
            folder=str(place / folder),
            started_at=(run.started_at or 0.0) + late_s,
        )
        assert (kinship.parent_of(session) == run.address) is is_child


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_run_without_a_file_lives_as_long_as_its_process(tmp_path: Path) -> None:
    place, program = tmp_path / "place", tmp_path / "converge"
    program.write_text("import sys\nprint('up', flush=True)\nsys.stdin.read()\n")
    place.mkdir()
    command = [sys.executable, str(program), "coordinate", "--repos", "api"]
    with subprocess.Popen(command, cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z"
        (place / ".converge" / "runs" / stamp).mkdir(parents=True)
        assert cold_room(place).snapshot.items[Address("converge", stamp)].state is State.RUNNING
        process.communicate()
    (item,) = cold_room(place).snapshot.items.values()
    assert (item.state, item.raw_state, item.is_inferred) == (State.STALE, "empty", True)
