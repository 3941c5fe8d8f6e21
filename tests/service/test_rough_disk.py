"""The disk as it is on a bad day: bursts, deletions, pipes, links, torn files. Everything is seen and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from drivers.live_room import by_name, cold_room, live_room, until
from odw_core.model.address import Address
from odw_core.model.item import State
from odw_core.service.live import LiveService

RECORDING = Path(__file__).parents[1] / "fixtures" / "odw" / "b" / "project"
RUN = "odw-exec-1795219696047-5105"


def make_run(place: Path, number: int) -> str:
    """A finished run in a folder of its own, with nested files, as upstream leaves it."""
    name = f"odw-exec-{1_795_000_000_000 + number}-{number + 10}"
    folder = place / ".odw" / "runs" / name
    shutil.copytree(RECORDING / ".odw" / "runs" / RUN, folder)
    (folder / "worktrees" / "core-1" / "src").mkdir(parents=True)
    (folder / "worktrees" / "core-1" / "src" / "clamp.js").write_text("x")
    return f"odw:{name}"


def seen(service: LiveService) -> set[str]:
    return {name for name in by_name(service.snapshot().items) if name.startswith("odw:")}


async def test_two_hundred_runs_made_in_one_burst_are_all_seen_without_asking(tmp_path: Path) -> None:
    async with live_room(tmp_path) as service:
        made = {make_run(tmp_path, number) for number in range(200)}
        await until(service, lambda: seen(service) == made)


async def test_a_root_that_is_deleted_and_made_again_is_seen_again(tmp_path: Path) -> None:
    first = make_run(tmp_path, 1)
    async with live_room(tmp_path) as service:
        assert seen(service) == {first}
        shutil.rmtree(tmp_path / ".odw")
        await until(service, lambda: not seen(service))
        second = make_run(tmp_path, 2)
        await until(service, lambda: seen(service) == {second})


async def test_a_run_pruned_while_open_stays_readable_and_says_so(tmp_path: Path) -> None:
    kept, pruned = make_run(tmp_path, 1), make_run(tmp_path, 2)
    async with live_room(tmp_path) as service, service.detail(Address.parse(pruned)) as feed:
        while feed.value is None:
            await feed.changed()
        shutil.rmtree(tmp_path / ".odw" / "runs" / pruned.removeprefix("odw:"))
        while not feed.is_gone:
            await feed.changed()
        assert feed.value.item.state is State.DONE
        assert seen(service) == {kept}


@pytest.mark.parametrize("name", ["events.jsonl", "run.json"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "device"])
async def test_what_is_no_regular_file_is_named_and_never_opened(name: str, kind: str, tmp_path: Path) -> None:
    good, bad = make_run(tmp_path, 1), make_run(tmp_path, 2)
    path = tmp_path / ".odw" / "runs" / bad.removeprefix("odw:") / name
    path.unlink()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(RECORDING / ".odw" / "runs" / RUN / name)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
    async with live_room(tmp_path) as service:
        assert by_name(service.snapshot().items)[good].state is State.DONE
        assert [problem.path for problem in service.snapshot().problems] == [str(path)]
    assert [problem.path for problem in cold_room(tmp_path).snapshot.problems] == [str(path)]


async def test_a_workspace_that_is_a_link_leads_nowhere(tmp_path: Path) -> None:
    outside, place = tmp_path / "outside", tmp_path / "place"
    make_run(outside, 1)
    place.mkdir()
    (place / ".odw").symlink_to(outside / ".odw")
    async with live_room(place) as service:
        assert not seen(service)


async def test_a_process_of_another_program_does_not_keep_a_run_alive(tmp_path: Path) -> None:
    recording = RECORDING.parents[1] / "f" / "project" / ".odw" / "runs" / "odw-exec-1795219879046-8868"
    folder = tmp_path / ".odw" / "runs" / f"odw-exec-1795219879046-{os.getpid()}"
    shutil.copytree(recording, folder)
    async with live_room(tmp_path) as service:
        (item,) = service.snapshot().items.values()
        assert (item.state, item.raw_state) == (State.STALE, "orphaned")


async def test_a_run_turns_stale_the_moment_its_owner_ends(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "odw"
    script.parent.mkdir()
    script.write_text("import sys\nprint(flush=True)\nsys.stdin.read()\n")
    owner = await asyncio.create_subprocess_exec(sys.executable, script, stdin=PIPE, stdout=PIPE)
    assert owner.stdin is not None and owner.stdout is not None
    await owner.stdout.readline()
    recording = RECORDING.parents[1] / "f" / "project" / ".odw" / "runs" / "odw-exec-1795219879046-8868"
    run_id = f"odw-exec-{int(time.time() * 1000)}-{owner.pid}"
    shutil.copytree(recording, tmp_path / "place" / ".odw" / "runs" / run_id)
    address = Address("odw", run_id)
    async with live_room(tmp_path / "place") as service:
        assert service.snapshot().items[address].raw_state == "running"
        owner.stdin.close()
        await owner.wait()
        await until(service, lambda: service.snapshot().items[address].state is State.STALE)


@pytest.mark.parametrize("damage", [b"not a database at all", b"SQLite format 3\0" + bytes(4096)])
async def test_a_damaged_cache_is_built_anew(damage: bytes, tmp_path: Path) -> None:
    place, cache = tmp_path / "place", tmp_path / "index"
    run = make_run(place, 1)
    cache.write_bytes(damage)
    assert run in by_name(cold_room(place, cache=cache).snapshot.items)
    async with live_room(place, cache=cache) as service:
        assert seen(service) == {run}
        assert not service.snapshot().problems
    async with live_room(place, cache=cache) as service:
        assert seen(service) == {run}


def test_a_full_disk_costs_the_cache_and_nothing_else(tmp_path: Path) -> None:
    make_run(tmp_path / "place", 1)
    program = """
import asyncio, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from drivers.live_room import live_room
async def main():
    async with live_room(Path(sys.argv[1]), cache=Path(sys.argv[2])) as service:
        await service.settle()

        print(len(service.snapshot().items), [problem.reason for problem in service.snapshot().problems])
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
asyncio.run(main())
"""
    drivers = str(Path(__file__).parents[1])
    argv = [sys.executable, "-c", program, str(tmp_path / "place"), str(tmp_path / "index"), drivers]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1 ['the cache cannot be written")
    assert "the room goes on" in done.stdout
