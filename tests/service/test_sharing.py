"""A second process reads along at a first start: what it reads is as if the room had read it itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from drivers.live_room import cold_room, live_room
from drivers.reading import metered_reads
from odw_core.index.rows import Row
from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.service.watching import reading, sharing
from odw_core.service.watching.schedule import Schedule
from odw_core.service.watching.unit_reader import UnitReader

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "odw"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    for story in "abdfg":
        shutil.copytree(RECORDINGS / story / "project", place, dirs_exist_ok=True)
    return place


@pytest.fixture
def took(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Row | None]]:
    """Everything that came back, in a room that shares from the first byte on."""
    came: list[Row | None] = []

    def watched(
        schedule: Schedule,
        find: Callable[[Address], UnitReader | None],
        took: Callable[[UnitReader, Row | None], None],
    ) -> sharing.Sharing:
        def note(reader: UnitReader, row: Row | None) -> None:
            came.append(row)
            took(reader, row)

        return sharing.Sharing(schedule, find, note, worth_bytes=0)

    monkeypatch.setattr(reading, "Sharing", watched)
    yield came


async def items(place: Path, cache: Path | None = None) -> dict[Address, Item]:
    async with live_room(place, cache=cache) as service:
        return dict(service.snapshot().items)


async def test_what_the_second_process_read_is_what_the_room_reads_alone(
    place: Path, took: list[Row | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = await items(place)
    assert took and any(row is not None for row in took)
    monkeypatch.setattr(reading, "Sharing", partial(sharing.Sharing, worth_bytes=1 << 60))
    assert shared == await items(place)


async def test_what_it_read_is_saved_as_if_the_room_had_read_it(
    place: Path, took: list[Row | None], tmp_path: Path
) -> None:
    first = await items(place, tmp_path / "index")
    assert any(row is not None for row in took)
    with metered_reads() as meter:
        again = cold_room(place, cache=tmp_path / "index")
    assert dict(again.snapshot.items) == first
    assert meter.read < 64 * 1024
    again.close()


@pytest.mark.parametrize("program", ["/bin/false", "/bin/cat", "/no/such/program"])
async def test_a_second_process_that_ends_lies_or_never_starts_costs_nothing_but_time(
    place: Path, took: list[Row | None], monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    alone = partial(sharing.Sharing, worth_bytes=1 << 60)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "Sharing", alone)
        expected = await items(place)
    monkeypatch.setattr(sharing.sys, "executable", program)
    assert await items(place) == expected
    assert not [row for row in took if row is not None]
