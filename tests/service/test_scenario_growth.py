"""Scenario batches under the real watcher: what grows in random pieces ends as what is read cold, cache included."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.batch_story import FOLDER
from drivers.live_room import by_name, cold_room, live_room
from odw_core.model.address import Address
from odw_core.model.item import State
from odw_core.service.documents.rows import detail_document

CASES = sorted(folder.name for folder in FOLDER.iterdir())


@pytest.mark.parametrize("case", CASES)
async def test_what_grows_in_random_pieces_ends_as_what_is_read_cold(case: str, tmp_path: Path) -> None:
    place, cache = tmp_path / "place", tmp_path / "index"
    place.mkdir()
    choose = random.Random(case)
    async with live_room(place, cache=cache) as service:
        for number, write in enumerate(in_pieces(FOLDER / case, place, choose)):
            write()
            if number % 3 == 0:
                await service.settle()
        await service.settle()
        items = service.snapshot().items
        grown = {}
        for address in items:
            async with service.detail(address) as feed:
                assert feed.value is not None
                grown[str(address)] = detail_document(feed.value)
    room = cold_room(place)
    assert by_name(items) == by_name(room.snapshot.items)
    assert len(items) == 1
    assert grown == {str(address): detail_document(room.detail(address)) for address in items}
    assert by_name(cold_room(place, cache=cache).snapshot.items) == by_name(items)


def in_pieces(source: Path, place: Path, choose: random.Random) -> Iterator[Callable[[], None]]:
    """Steps that make ``place`` a copy of ``source``, its logs in random cuts."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        data, target = path.read_bytes(), place / path.relative_to(source)
        cuts = sorted(choose.randrange(len(data) + 1) for _ in range(6))
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):

            def write(target: Path = target, piece: bytes = data[start:end]) -> None:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab", buffering=0) as stream:
                    stream.write(piece)

            yield write


def test_a_scenario_is_found_by_its_address_and_its_answer_is_whole() -> None:
    room = cold_room(FOLDER / "read-only-outputs")
    (address,) = room.snapshot.items
    assert room.snapshot.items[address].state is State.FAILED
    source = room.log(Address(address.engine, address.item, ("2",)), None)
    try:
        assert source.lines(0, 1) == ["# Transfer 2"]
    finally:
        source.close()


def test_inspect_has_a_section_of_its_own() -> None:
    (run,) = cold_room(FOLDER / "stopped-early").inspect()["scenario"]["runs"]
    assert (run["last_index"], run["total"], run["stopped_early"]) == (17, 40, True)


def test_a_log_that_goes_takes_its_row_with_it(tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / "logs").mkdir(parents=True)
    source = next((FOLDER / "conflict" / "logs").iterdir())
    copy = place / "logs" / source.name
    copy.write_bytes(source.read_bytes())
    assert len(cold_room(place, cache=tmp_path / "index").snapshot.items) == 1
    copy.unlink()
    assert not cold_room(place, cache=tmp_path / "index").snapshot.items
