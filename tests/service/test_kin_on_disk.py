"""Sessions that belong to a run are its children, told from files alone: by name, by folder and time, in any order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.converge_story import lay as lay_converge
from drivers.live_room import cold_room, live_room
from odw_core.engines.odw.records import JournalLine, RunRecord, encode_line, encode_run, exit_line, script_stream
from odw_core.model.address import Address
from odw_core.model.item import Item

FIXTURES = Path(__file__).parents[1] / "fixtures"
ODW_RUN = Address("odw", "odw-exec-1795219808125-7095")
PANDACODE = Address("pandacode", "codex:odw-exec-1795219808125-7095-draft-note-1")
OUR_RUN = Address("odw", "odw-exec-1795219696047-5105")
CONVERGE_RUN = Address("converge", "20261121T001242044561Z")
BEGAN = 1_795_219_962.044561
"""When the Converge run began."""


def thread(number: int) -> str:
    return f"01a1d925-a135-7121-9e9f-{number:012}"


def session(number: int) -> Address:
    """The address of a session laid down here."""
    return Address("codex", thread(number))


def lay_session(home: Path, number: int, cwd: str, began: float, total: int) -> None:
    """A short session that ended well."""

    def line(second: float, kind: str, payload: dict[str, object]) -> str:
        at = datetime.fromtimestamp(began + second, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"timestamp": at, "type": kind, "payload": payload}) + "\n"

    used = {"total_tokens": total, "input_tokens": total - 10, "cached_input_tokens": 5, "output_tokens": 10}
    meta: dict[str, object] = {"id": thread(number), "cwd": cwd, "cli_version": "0.169.0", "source": "exec"}
    meta["timestamp"] = datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    usage = used | {"reasoning_output_tokens": 2}
    day = home / "sessions" / "2026" / "11" / "21"
    day.mkdir(parents=True, exist_ok=True)
    (day / f"rollout-2026-11-21T00-12-42-{thread(number)}.jsonl").write_text(
        line(0, "session_meta", meta)
        + line(0, "event_msg", {"type": "user_message", "message": f"Plan {number}"})
        + line(0, "event_msg", {"type": "task_started", "turn_id": "t"})
        + line(0.01, "event_msg", {"type": "token_count", "info": {"total_token_usage": usage}})
        + line(0.02, "event_msg", {"type": "task_complete", "turn_id": "t", "last_agent_message": "Planned."})
    )


def lay_home(folder: Path) -> None:
    """Sessions that somebody's records name, sessions that fit by folder and time, and strangers."""
    home, converge = folder / "home", folder / "converge"
    lay_session(home, 1, "/srv/elsewhere", 1_795_219_809.0, 100)
    lay_session(home, 2, "/srv/elsewhere", 1_795_219_700.0, 200)
    lay_session(home, 3, str(converge / "api"), BEGAN + 0.3, 300)
    lay_session(home, 4, str(converge / "web"), BEGAN + 0.9, 400)
    lay_session(home, 5, str(converge / "api"), BEGAN + 3600, 500)
    lay_session(home, 6, str(folder / "other" / "api"), BEGAN + 0.3, 600)
    lay_session(home, 7, "/srv/elsewhere", 1_795_219_809.0, 700)


def lay_odw(folder: Path) -> None:
    """A run upstream drove, whose agent's record names the first session."""
    shutil.copytree(
        FIXTURES / "odw" / "d" / "project", folder / "odw", copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    for path in [folder / "odw", *(folder / "odw").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    record = folder / "odw" / ".pandacode" / "sessions" / "codex" / f"{PANDACODE.item.partition(':')[2]}.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"thread_id": thread(1)}))


def lay_our_run(folder: Path) -> None:
    """A run that odw-tui drives, whose journal names the second session."""
    run = folder / "ours" / ".odw" / "runs" / OUR_RUN.item
    run.mkdir(parents=True)
    began = 1_795_219_696_047
    events: list[dict[str, object]] = [
        {"type": "workflow_start", "name": "session"},
        {"type": "agent_session", "key": "session", "attempt": 1, "runtime": "codex", "thread": thread(2)},
    ]
    launch = JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:session", "ts_ms": began})
    lines = [launch, *(script_stream(event, "", began + 1) for event in events), exit_line("completed", 0, began + 9)]
    (run / "events.jsonl").write_bytes(b"".join(map(encode_line, lines)))
    record = {"run_id": OUR_RUN.item, "status": "completed", "started_ms": began, "finished_ms": began + 9}
    (run / "run.json").write_bytes(encode_run(RunRecord(record)))


def lay_converge_run(folder: Path) -> None:
    """A run that names nobody: its sessions began in its repos meanwhile."""
    lay_converge("converged-codex-json", folder / "converge")


STEPS: tuple[Callable[[Path], None], ...] = (lay_home, lay_odw, lay_our_run, lay_converge_run)
PARENTS = {1: ODW_RUN, 2: OUR_RUN, 3: CONVERGE_RUN, 4: CONVERGE_RUN, 5: None, 6: None, 7: None}


def places(folder: Path) -> list[Path]:
    """What is watched; the folders are there from the start."""
    found = [folder / name for name in ("home", "odw", "ours", "converge")]
    for place in found:
        place.mkdir(exist_ok=True)
    return found


def parents(items: dict[Address, Item]) -> dict[int, Address | None]:
    """Whose child each session is."""
    return {number: items[session(number)].parent for number in PARENTS}


def test_a_command_finds_the_children_of_every_run(tmp_path: Path) -> None:
    for step in STEPS:
        step(tmp_path)
    items = cold_room(*places(tmp_path)).snapshot.items
    assert parents(dict(items)) == PARENTS
    assert items[PANDACODE].parent == ODW_RUN


def test_a_run_without_tokens_of_its_own_has_those_of_its_children(tmp_path: Path) -> None:
    for step in STEPS:
        step(tmp_path)
    tokens = cold_room(*places(tmp_path)).snapshot.items[CONVERGE_RUN].tokens
    assert tokens is not None
    assert (tokens.total, tokens.input, tokens.cached, tokens.output, tokens.reasoning) == (700, 680, 10, 20, 4)


@pytest.mark.parametrize("first", range(len(STEPS)))
async def test_a_live_room_finds_them_in_whatever_order_they_come(first: int, tmp_path: Path) -> None:
    rooms = places(tmp_path)
    async with live_room(*rooms) as service:
        for step in (*STEPS[first:], *STEPS[:first]):
            step(tmp_path)
            await service.settle()
        live = dict(service.snapshot().items)
        assert parents(live) == PARENTS
        assert live == dict(cold_room(*rooms).snapshot.items)


async def test_a_run_that_goes_leaves_its_sessions_alone_and_one_that_returns_takes_them_back(tmp_path: Path) -> None:
    for step in STEPS:
        step(tmp_path)
    rooms = places(tmp_path)
    async with live_room(*rooms) as service:
        runs, aside = tmp_path / "ours" / ".odw" / "runs" / OUR_RUN.item, tmp_path / "aside"
        runs.rename(aside)
        await service.settle()
        assert parents(dict(service.snapshot().items)) == PARENTS | {2: None}
        aside.rename(runs)
        await service.settle()
        assert parents(dict(service.snapshot().items)) == PARENTS


async def test_a_restart_from_the_cache_knows_them_still(tmp_path: Path) -> None:
    for step in STEPS:
        step(tmp_path)
    rooms, cache = places(tmp_path), tmp_path / "index.sqlite3"
    async with live_room(*rooms, cache=cache) as service:
        before = dict(service.snapshot().items)
    assert parents(before) == PARENTS
    async with live_room(*rooms, cache=cache) as service:
        assert parents(dict(service.snapshot().items)) == PARENTS
    assert parents(dict(cold_room(*rooms, cache=cache).snapshot.items)) == PARENTS
