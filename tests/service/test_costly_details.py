"""What is open is told in full without holding up the room: a detail costs what there is, a costly one is put off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.batch_panes import LOG, journal
from drivers.live_room import live_room
from odw_core.engines.scenario.acc import RunAcc, TryAcc
from odw_core.engines.scenario.detail import batch_detail
from odw_core.model.detail import RunDetail
from odw_core.model.evidence import Facts
from odw_core.service.watching import reading


class Counted(list[TryAcc]):
    """Counts how often somebody goes through all of them."""

    times = 0

    def __iter__(self) -> Iterator[TryAcc]:
        self.times += 1
        return super().__iter__()


def walks(count: int) -> int:
    """How often the detail of a batch of so many scenarios goes through all of them."""
    tries = Counted(TryAcc(index, 1, status="OK") for index in range(1, count + 1))
    places = {str(one.index): place for place, one in enumerate(tries)}
    raw = [f"{index:03}-1.json" for index in range(1, count + 1)]
    acc = RunAcc(LOG.item, "/work/batch", "ours", tries=tries, newest=places, raw_files=raw)
    tries.times = 0
    assert len(batch_detail(acc, Facts(0.0)).cells) == count
    return tries.times


def test_a_batch_of_ten_times_as_many_scenarios_is_gone_through_as_often() -> None:
    assert walks(20) == walks(200)


async def test_a_costly_detail_is_put_off_and_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CHEAP_S", -1.0)
    monkeypatch.setattr(reading, "_SHARE", 1e12)
    log = tmp_path / "logs" / f"{LOG.item}.log"
    log.parent.mkdir()
    lines = journal().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:2]))
    async with live_room(tmp_path) as room:
        await room.settle()
        async with room.detail(LOG) as feed:
            for count in range(3, len(lines) + 1):
                log.write_bytes(b"".join(lines[:count]))
                await room.settle()
                assert isinstance(feed.value, RunDetail)
            assert feed.value.batch is not None and len(feed.value.batch.scenarios) == 4
