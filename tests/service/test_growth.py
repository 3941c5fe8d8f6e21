"""Every recording reads as its expectation says, and reads the same when it grows under the real watcher."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.live_room import by_name, cold_room, live_room
from drivers.reading import metered_reads
from drivers.subset import missing
from odw_core.engines.odw.records import encode_line, script_stream
from odw_core.model.address import Address
from odw_core.service.documents.rows import detail_document

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "odw"
CASES = sorted(folder.name for folder in RECORDINGS.iterdir() if folder.is_dir())
PROJECTS = [*((case, "project") for case in CASES), ("d", "project-parked")]


@pytest.mark.parametrize("case", CASES)
def test_inspect_says_what_the_recording_expects(case: str) -> None:
    expected = json.loads((RECORDINGS / case / "expected.json").read_text())
    found = cold_room(RECORDINGS / case / "project").inspect()["odw"]
    wanted = {key: expected[key] for key in ("runs", "sessions", "latest_run_id") if key in expected}
    assert not [*missing(wanted, found)]


def test_inspect_says_what_a_parked_session_waits_for() -> None:
    expected = json.loads((RECORDINGS / "d" / "expected.json").read_text())
    found = cold_room(RECORDINGS / "d" / "project-parked").inspect()["odw"]
    assert not [*missing({"sessions": expected["parked_sessions"]}, found)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("case", "project"), PROJECTS)
async def test_what_grows_in_random_chunks_ends_as_what_is_read_cold(
    case: str, project: str, seed: int, tmp_path: Path
) -> None:
    source, place = RECORDINGS / case / project, tmp_path / "place"
    place.mkdir()
    choose = random.Random(f"{case}{project}{seed}")
    async with live_room(place, cache=tmp_path / "cache" / "index") as service:
        for number, write in enumerate(in_pieces(source, place, choose)):
            write()
            if number % 7 == 0:
                await service.settle()
        await service.settle()
        snapshot = service.snapshot()
        grown = {}
        for address in snapshot.items:
            async with service.detail(address) as feed:
                assert feed.value is not None
                grown[str(address)] = detail_document(feed.value)
    room = cold_room(place)
    assert by_name(snapshot.items) == by_name(room.snapshot.items)
    assert snapshot.questions == room.snapshot.questions
    assert grown == {str(address): detail_document(room.detail(address)) for address in room.snapshot.items}
    again = cold_room(place, cache=tmp_path / "cache" / "index")
    assert by_name(again.snapshot.items) == by_name(room.snapshot.items)
    assert again.snapshot.questions == room.snapshot.questions


def in_pieces(source: Path, place: Path, choose: random.Random) -> Iterator[object]:
    """Steps that make ``place`` a copy of ``source``: journals in random cuts, records torn and then whole."""
    queues = [[*steps(path, place / path.relative_to(source), choose)] for path in files_of(source)]
    while queues := [queue for queue in queues if queue]:
        yield choose.choice(queues).pop(0)


def files_of(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*") if path.is_file())


def steps(path: Path, target: Path, choose: random.Random) -> Iterator[object]:
    data = path.read_bytes()

    def put(piece: bytes, *, append: bool) -> object:
        def write() -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab" if append else "wb", buffering=0) as stream:
                stream.write(piece)

        return write

    if path.suffix == ".jsonl":
        cuts = sorted(choose.randrange(len(data) + 1) for _ in range(choose.randrange(1, 12)))
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            yield put(data[start:end], append=True)
    elif path.suffix == ".json" and "report" not in path.name:
        yield put(data[: choose.randrange(len(data) + 1)], append=False)
        yield put(data, append=False)
    else:
        # Prompts, inputs and reports are there before anything speaks of them, and are never written again.
        yield put(data, append=False)


async def test_a_room_restarts_from_its_cache_without_reading_journals_again(tmp_path: Path) -> None:
    place, cache = tmp_path / "place", tmp_path / "index"
    shutil.copytree(RECORDINGS / "b" / "project", place)
    async with live_room(place, cache=cache) as service:
        before = by_name(service.snapshot().items)
    journal = next((place / ".odw" / "runs").glob("odw-*/events.jsonl"))
    line = encode_line(script_stream({"type": "log", "message": "late"}, "[log] late", 1_795_219_701_999))
    with journal.open("ab") as stream:
        stream.write(line)
    with metered_reads() as meter:
        async with live_room(place, cache=cache) as service:
            after = by_name(service.snapshot().items)
    assert meter.read <= len(line) + 4096
    (run,) = (name for name in after if name.startswith("odw:"))
    assert after[run].last_words == "late"
    assert after[run].tokens == before[run].tokens


@pytest.mark.parametrize("lines", [10, 100_000])
async def test_one_appended_line_reads_that_line_whatever_the_size_of_the_journal(lines: int, tmp_path: Path) -> None:
    place = tmp_path / "place"
    shutil.copytree(RECORDINGS / "b" / "project", place)
    journal = next((place / ".odw" / "runs").glob("odw-*/events.jsonl"))
    filler = encode_line(script_stream({"type": "log", "message": "filler"}, "[log] filler", 1_795_219_701_998))
    with journal.open("ab") as stream:
        stream.write(filler * lines)
    late = encode_line(script_stream({"type": "log", "message": "late"}, "[log] late", 1_795_219_701_999))
    address = Address("odw", journal.parent.name)
    async with live_room(place, cache=tmp_path / "index") as service, service.detail(address) as feed:
        while feed.value is None:
            await feed.changed()
        with metered_reads() as meter:
            with journal.open("ab") as stream:
                stream.write(late)
            while service.snapshot().items[address].last_words != "late":
                await feed.changed()
        # The line, and the byte before it that shows the journal is still the same one.
        assert meter.read == len(late) + 1
