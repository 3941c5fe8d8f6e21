"""Search over real folders: indexed texts first, whole texts after them, growing, going, hostile."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from drivers.command import project
from drivers.live_room import live_room
from odw_core.config import Config
from odw_core.index import text
from odw_core.model.search import Hit, Progress
from odw_core.service.live import LiveService
from odw_core.service.oneshot import Room, open_room
from odw_core.service.search_bodies import Scanner, finder
from odw_core.text.query import parse_query


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A recorded workspace of one's own."""
    return Path(shutil.copytree(project("b"), tmp_path / "shop"))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "cache/index.sqlite3"


def run_of(shop: Path) -> Path:
    return next(entry for entry in sorted((shop / ".odw/runs").iterdir()) if entry.is_dir())


def add_output(shop: Path, output: str) -> Path:
    """One more record in the journal of the run."""
    journal = run_of(shop) / "events.jsonl"
    record = {"ts_ms": 1795219999000, "type": "script_stream", "stream": "stderr", "summary": "", "raw": output}
    with journal.open("ab") as file:
        file.write(json.dumps(record).encode() + b"\n")
    return journal


async def searched(service: LiveService, words: str) -> tuple[list[Hit], list[Hit], Progress]:
    """Hits before and after the first progress, and the last one."""
    texts: list[Hit] = []
    whole: list[Hit] = []
    last: Progress | None = None
    async for one in service.search(words):
        if isinstance(one, Progress):
            last = one
        else:
            (texts if last is None else whole).append(one)
    assert last is not None
    return texts, whole, last


def once(room: Room, words: str) -> list[Hit]:
    with closing(room):
        return [one for one in room.search(words) if isinstance(one, Hit)]


async def test_short_texts_come_first_and_whole_ones_after_them(shop: Path, index: Path) -> None:
    async with live_room(shop, cache=index) as service:
        texts, whole, last = await searched(service, "clamp")
        assert {hit.field for hit in texts} >= {"goal", "blocker", "message"}
        assert {hit.field for hit in whole} >= {"journal"}
        assert all(hit.file is not None and hit.line is not None for hit in whole)
        assert last.is_over
        assert (last.items, last.bytes) == (last.of_items, last.of_bytes)


async def test_a_word_once_in_the_middle_of_a_large_output(shop: Path, index: Path) -> None:
    filler = "ordinary line of output, nothing to see\n" * 130_000
    journal = add_output(shop, f'{filler}the zqneedle is "here"\n{filler}')
    assert journal.stat().st_size > 10_000_000
    async with live_room(shop, cache=index) as service:
        _, (hit,), _ = await searched(service, "zqneedle")
        assert hit.text == 'the zqneedle is "here"'
        assert hit.file == str(journal)
        data = journal.read_bytes()
        assert hit.offset == data.index(b"zqneedle")
        assert hit.line == data[: hit.offset].count(b"\n") + 1


async def test_what_is_written_while_the_room_is_open_is_found(shop: Path, index: Path) -> None:
    async with live_room(shop, cache=index) as service:
        assert (await searched(service, "zqlate"))[:2] == ([], [])
        add_output(shop, "zqlate came")
        await service.settle()
        texts, whole, _ = await searched(service, "zqlate")
        assert [hit.text for hit in whole] == ["zqlate came"]
        assert [hit.field for hit in texts] == ["stderr"]


async def test_what_went_is_not_found_any_more_and_leaves_no_text(shop: Path, index: Path) -> None:
    async with live_room(shop, cache=index) as service:
        assert (await searched(service, "clamp"))[0]
        shutil.rmtree(shop / ".odw/runs")
        await service.settle()
        texts, whole, _ = await searched(service, "clamp")
        assert [hit for hit in (*texts, *whole) if hit.address.engine == "odw"] == []
    with closing(sqlite3.connect(index)) as connection:
        assert connection.execute("SELECT count(*) FROM text WHERE address LIKE 'odw:%'").fetchone() == (0,)
        assert connection.execute("SELECT rowid FROM word WHERE word MATCH 'ignores'").fetchall() == []


async def test_leaving_a_search_ends_it(shop: Path, index: Path) -> None:
    async with live_room(shop, cache=index) as service:
        async with aclosing(service.search("clamp")) as found:
            assert isinstance(await anext(found), Hit)
        assert (await searched(service, "clamp"))[0]


async def test_without_a_cache_everything_is_read_anew(shop: Path) -> None:
    async with live_room(shop) as service:
        texts, whole, last = await searched(service, "clamp")
        assert texts == []
        assert {hit.field for hit in whole} >= {"goal", "blocker", "journal"}
        assert last.is_over


def test_one_look_finds_the_same_cold_and_warm(shop: Path, index: Path) -> None:
    def look(cache: Path | None) -> set[tuple[str, str, str]]:
        hits = once(open_room([str(shop)], Config(), cache=cache), "clamp")
        return {(str(hit.address), hit.field, hit.text) for hit in hits}

    cold = look(None)
    assert cold
    assert look(index) == look(index) == cold
    with closing(sqlite3.connect(index)) as connection:
        assert connection.execute("SELECT count(*) FROM text").fetchone()[0] > 0


def test_without_full_text_search_the_same_is_found(shop: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_words = once(open_room([str(shop)], Config(), cache=index), "clamp blocker:ignores")
    index.unlink()
    monkeypatch.setattr(text, "has_words", lambda: False)
    assert once(open_room([str(shop)], Config(), cache=index), "clamp blocker:ignores") == with_words
    assert once(open_room([str(shop)], Config(), cache=index), "clamp blocker:ignores") == with_words


def test_a_damaged_index_finds_the_same(shop: Path, index: Path) -> None:
    whole = once(open_room([str(shop)], Config(), cache=None), "clamp")
    index.parent.mkdir()
    index.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    assert once(open_room([str(shop)], Config(), cache=index), "clamp") == whole


def test_secrets_are_neither_in_the_index_nor_in_a_hit(shop: Path, index: Path) -> None:
    add_output(shop, "export OPENAI_API_KEY=sk-canarycanarycanary zqword")
    hits = once(open_room([str(shop)], Config(), cache=index), "zqword")
    assert hits
    assert not [hit for hit in hits if "canary" in hit.text]
    with closing(sqlite3.connect(index)) as connection:
        (bodies,) = zip(*connection.execute("SELECT body FROM text").fetchall(), strict=True)
    assert not [body for body in bodies if "canary" in body]


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "real.log").write_text("zqword\n")
    (tmp_path / "link.log").symlink_to(tmp_path / "real.log")
    for found in (finder(), None):
        scanner = Scanner(parse_query("zqword"), lambda: False, found)
        names = ("pipe.log", "link.log", "gone.log", "\udcff.log")
        assert [part for name in names for part in scanner.scan(str(tmp_path / name), "log")] == []
        paths = [str(tmp_path / name) for name in ("pipe.log", "link.log", "gone.log", "real.log")]
        assert scanner.holding(paths) in ({str(tmp_path / "real.log")}, None)


@pytest.mark.parametrize("word", ["zqword", "Größe", "проверка", "->", '\\"'])
def test_a_word_at_every_border_of_a_slice(tmp_path: Path, word: str) -> None:
    path = tmp_path / "long.log"
    typed = word.replace('"', "").replace("\\", "") or "zq"
    for before in range(256 * 1024 - 40, 256 * 1024 + 4, 3):
        path.write_bytes(b"x" * before + b"\n" + typed.encode() + b"\nlast\n")
        scanner = Scanner(parse_query(typed), lambda: False)
        places = [part.place for part in scanner.scan(str(path), "log") if part.place is not None]
        assert [(place.text, place.line) for place in places] == [(typed, 2)], before


def test_a_search_that_is_stopped_ends_early(shop: Path) -> None:
    with closing(open_room([str(shop)], Config(), cache=None)) as room:
        found = list(room.search("clamp", lambda: True))
        assert not [one for one in found if isinstance(one, Progress) and one.is_over]
