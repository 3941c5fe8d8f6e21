"""A session that is put away is the same session, seen at once in its new folder: with a cache and without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from drivers.live_room import live_room, until
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.service.live import LiveService
from odw_core.service.oneshot import open_room

HOME = Path(__file__).parents[1] / "fixtures" / "codex" / "mini_home"


def a_home(folder: Path) -> Path:
    home = folder / "home"
    shutil.copytree(HOME, home)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return home


def put_away(home: Path) -> Address:
    rollout = min(home.glob("sessions/*/*/*/rollout-*.jsonl"))
    away = home / "archived_sessions"
    away.mkdir(exist_ok=True)
    rollout.rename(away / rollout.name)
    return Address("codex", rollout.stem[-36:])


def is_put_away(service: LiveService, address: Address) -> bool:
    item = service.snapshot().items.get(address)
    return item is not None and item.is_archived


@pytest.mark.parametrize("has_cache", [False, True])
async def test_a_session_that_is_put_away_is_seen_there(tmp_path: Path, has_cache: bool) -> None:
    home = a_home(tmp_path)
    async with live_room(home, cache=tmp_path / "index.sqlite3" if has_cache else None) as service:
        before = len(service.snapshot().items)
        address = put_away(home)
        await until(service, lambda: is_put_away(service, address))
        assert len(service.snapshot().items) == before


async def test_one_that_was_put_away_while_nobody_looked_is_found_at_the_next_start(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    async with live_room(home, cache=tmp_path / "index.sqlite3") as service:
        before = len(service.snapshot().items)
    address = put_away(home)
    async with live_room(home, cache=tmp_path / "index.sqlite3") as service:
        await service.settle()
        assert is_put_away(service, address)
        assert len(service.snapshot().items) == before


def test_a_command_after_it_was_put_away_finds_it_there_too(tmp_path: Path) -> None:
    home, cache = a_home(tmp_path), tmp_path / "index.sqlite3"
    room = open_room((str(home),), Config(), cache=cache)
    before = len(room.snapshot.items)
    room.close()
    address = put_away(home)
    room = open_room((str(home),), Config(), cache=cache)
    assert room.snapshot.items[address].is_archived
    assert len(room.snapshot.items) == before
    room.close()
