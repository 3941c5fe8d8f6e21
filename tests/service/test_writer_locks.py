"""A session works as long as somebody holds its writer lock: real locks, held and lost by real processes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.command import odw_tui
from drivers.live_room import cold_room, live_room, until
from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_core.service.watching import lookout

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

THREAD = "01a1d925-a135-7121-9e9f-98c84875f09b"
OTHER = "01a1d925-a135-7121-9e9f-98c84875f09c"
SESSION = Address("codex", THREAD)
LONGEST_S = 30.0
_HOLDER = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""

Line = tuple[str, dict[str, Any]]
STARTED: Line = ("event_msg", {"type": "task_started", "turn_id": "t1"})
COMMAND: Line = (
    "response_item",
    {"type": "function_call", "name": "exec_command", "call_id": "c1", "arguments": '{"cmd": "make test"}'},
)
QUESTION: Line = (
    "response_item",
    {
        "type": "function_call",
        "name": "request_user_input",
        "call_id": "c1",
        "arguments": '{"questions": [{"id": "q", "header": "Q", "question": "Which one?", "options": []}]}',
    },
)
COMPLETE: Line = ("event_msg", {"type": "task_complete", "turn_id": "t1", "last_agent_message": "Done."})


def lay(home: Path, *lines: Line, thread: str = THREAD) -> Path:
    """A rollout whose last line was written a moment ago."""
    now = datetime.now(UTC)
    day = home / "sessions" / f"{now:%Y/%m/%d}"
    day.mkdir(parents=True, exist_ok=True)
    (home / "thread-writer-locks").mkdir(exist_ok=True)
    meta: Line = ("session_meta", {"id": thread, "cwd": "/srv/shop", "cli_version": "0.169.0", "source": "exec"})
    prompt: Line = ("event_msg", {"type": "user_message", "message": "Do it."})
    text = ""
    for number, (kind, payload) in enumerate((meta, prompt, *lines)):
        at = (now + timedelta(seconds=number - len(lines) - 2)).isoformat(timespec="milliseconds")
        text += json.dumps({"timestamp": at.replace("+00:00", "Z"), "type": kind, "payload": payload}) + "\n"
    path = day / f"rollout-{now:%Y-%m-%dT%H-%M-%S}-{thread}.jsonl"
    path.write_text(text)
    return path


@contextmanager
def held(home: Path, thread: str = THREAD) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of a session, until the block ends or it is killed."""
    lock = home / "thread-writer-locks" / f"{thread}.lock"
    command = [sys.executable, "-c", _HOLDER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def only(home: Path) -> Item:
    """The session as a command sees it."""
    return cold_room(home).snapshot.items[SESSION]


@pytest.mark.parametrize(
    ("lines", "with_writer"),
    [
        ((STARTED,), State.RUNNING),
        ((STARTED, COMMAND), State.RUNNING),
        ((STARTED, QUESTION), State.WAITING),
        ((STARTED, COMPLETE), State.DONE),
    ],
    ids=["thinking", "in a command", "asking", "over"],
)
def test_an_open_turn_lives_as_long_as_its_writer(lines: tuple[Line, ...], with_writer: State, tmp_path: Path) -> None:
    lay(tmp_path, *lines)
    with held(tmp_path):
        assert only(tmp_path).state is with_writer
    item = only(tmp_path)
    if with_writer is State.DONE:
        assert item.state is State.DONE
    else:
        assert item.state is State.STALE
        assert item.why.startswith("its writer is gone (killed)")
        assert item.questions == 0


def test_a_lock_that_nobody_holds_any_more_is_left_behind_and_means_nothing(tmp_path: Path) -> None:
    lay(tmp_path, STARTED)
    (tmp_path / "thread-writer-locks" / f"{THREAD}.lock").touch()
    assert only(tmp_path).state is State.STALE


def test_the_lock_of_another_session_proves_nothing(tmp_path: Path) -> None:
    lay(tmp_path, STARTED)
    lay(tmp_path, STARTED, thread=OTHER)
    with held(tmp_path, OTHER):
        items = cold_room(tmp_path).snapshot.items
        assert items[Address("codex", OTHER)].state is State.RUNNING
        assert items[SESSION].state is State.STALE


def test_where_no_session_ever_had_a_lock_nobody_is_called_dead(tmp_path: Path) -> None:
    lay(tmp_path, STARTED)
    (tmp_path / "thread-writer-locks").rmdir()
    assert only(tmp_path).state is State.RUNNING


@pytest.mark.parametrize("kill", [subprocess.Popen.kill, subprocess.Popen.terminate], ids=["killed", "ended"])
async def test_a_room_hears_of_the_end_of_a_writer_though_no_file_changes(
    kill: Callable[[subprocess.Popen[str]], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing but the end itself can tell it.
    monkeypatch.setattr(lookout, "SWEEP_S", 10 * LONGEST_S)
    lay(tmp_path, STARTED, COMMAND)
    with held(tmp_path) as writer:
        async with live_room(tmp_path) as service:
            assert service.snapshot().items[SESSION].state is State.RUNNING
            kill(writer)
            async with asyncio.timeout(LONGEST_S):
                await until(service, lambda: service.snapshot().items[SESSION].state is State.STALE)
            assert service.snapshot().items[SESSION].why.startswith("its writer is gone (killed)")


async def test_a_question_leaves_the_inbox_with_its_writer_and_comes_back_with_another(tmp_path: Path) -> None:
    lay(tmp_path, STARTED, QUESTION)
    async with live_room(tmp_path) as service:

        async def asked() -> list[Address]:
            await service.settle()
            return [question.address.root for question in service.snapshot().questions]

        assert await asked() == []
        for _ in range(2):
            with held(tmp_path):
                assert await asked() == [SESSION]
                assert service.snapshot().items[SESSION].state is State.WAITING
            assert await asked() == []
            assert service.snapshot().items[SESSION].state is State.STALE


def test_the_cache_is_not_believed_about_who_lives(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lay(home, STARTED, COMMAND)

    def state() -> str:
        told = odw_tui("--codex-home", str(home), "list", "--json").document
        (item,) = told["items"]
        return str(item["state"])

    with held(home):
        assert state() == state() == "running"
    assert state() == state() == "stale"
    with held(home):
        assert state() == "running"
