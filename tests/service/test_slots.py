"""Slots are shared by every process of the machine, and no death of a holder keeps one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from odw_core.runs.slots import Slots, slot, slot_folder, slot_limit

PATIENCE_S = 30.0
_HOLDER = """
import asyncio, sys
from pathlib import Path
from odw_core.runs.slots import Slots
async def main():
    async with Slots(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).hold(lambda: print("waits", flush=True)):
        print("holds", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@asynccontextmanager
async def _holder(home: str, limit: int, state: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that wants a slot."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HOLDER, home, str(limit), str(state)), stdin=pipe, stdout=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _says(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        return (await process.stdout.readline()).decode().strip()


async def test_as_many_hold_one_as_there_are(tmp_path: Path) -> None:
    slots = Slots("/home/me/.codex", 3, tmp_path)
    at_once, most, told = 0, 0, 0

    def waits() -> None:
        nonlocal told
        told += 1

    async def work() -> None:
        nonlocal at_once, most
        async with slots.hold(waits):
            at_once += 1
            most = max(most, at_once)
            await asyncio.to_thread(lambda: None)
            at_once -= 1

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(work() for _ in range(20)))
    assert most == 3
    assert told == 17, "each who has to wait is told once"


async def test_who_waited_first_comes_first(tmp_path: Path) -> None:
    slots = Slots("home", 1, tmp_path)
    order: list[int] = []
    gate = asyncio.Event()

    async def work(number: int) -> None:
        async with slots.hold():
            order.append(number)
            await gate.wait()

    tasks = [asyncio.create_task(work(number)) for number in range(6)]
    while order != [0]:
        await asyncio.wait(tasks, timeout=0.01)
    gate.set()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*tasks)
    assert order == [0, 1, 2, 3, 4, 5]


async def test_other_processes_share_them_and_kill_9_frees_one(tmp_path: Path) -> None:
    home = str(tmp_path / "codex")
    async with _holder(home, 2, tmp_path) as first, _holder(home, 2, tmp_path) as second:
        assert [await _says(first), await _says(second)] == ["holds", "holds"]
        async with _holder(home, 2, tmp_path) as third:
            assert await _says(third) == "waits"
            waited = asyncio.Event()
            ours = asyncio.create_task(_hold_once(Slots(home, 2, tmp_path), waited))
            async with asyncio.timeout(PATIENCE_S):
                await waited.wait()
            assert not ours.done()
            first.kill()
            second.kill()
            assert await _says(third) == "holds"
            async with asyncio.timeout(PATIENCE_S):
                assert await ours in (0, 1)


async def test_another_home_has_its_own_and_a_link_to_a_home_is_that_home(tmp_path: Path) -> None:
    home = tmp_path / "codex"
    home.mkdir()
    (tmp_path / "link").symlink_to(home)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(Slots(str(home), 1, tmp_path).hold())
        async with asyncio.timeout(PATIENCE_S):
            await stack.enter_async_context(slot(str(tmp_path / "other"), 1, tmp_path))
        waited = asyncio.Event()
        linked = asyncio.create_task(_hold_once(Slots(str(tmp_path / "link"), 1, tmp_path), waited))
        async with asyncio.timeout(PATIENCE_S):
            await waited.wait()
        assert not linked.done()
    async with asyncio.timeout(PATIENCE_S):
        await linked
    assert slot_folder(str(home)) == slot_folder(str(tmp_path / "link"))


async def test_who_is_cancelled_while_it_waits_takes_nobody_s_turn(tmp_path: Path) -> None:
    slots = Slots("home", 1, tmp_path)
    waits = [asyncio.Event(), asyncio.Event()]
    async with slots.hold():
        tasks = [asyncio.create_task(_hold_once(slots, one)) for one in waits]
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(one.wait() for one in waits))
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
    async with asyncio.timeout(PATIENCE_S):
        assert await tasks[1] == 0


async def test_runs_may_count_differently(tmp_path: Path) -> None:
    async with Slots("home", 1, tmp_path).hold() as first, Slots("home", 2, tmp_path).hold() as second:
        assert (first, second) == (0, 1)


def test_a_file_that_is_a_link_is_not_opened(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    folder = tmp_path / "slots" / slot_folder("home")
    folder.mkdir(parents=True)
    (folder / "0").symlink_to(target)

    async def hold() -> None:
        async with Slots("home", 1, tmp_path).hold():
            pass

    with pytest.raises(OSError, match="symbolic links"):
        asyncio.run(hold())
    assert not target.exists()


@pytest.mark.parametrize(
    ("said", "written", "limit"),
    [
        (None, "", 8),
        (None, "agent_slots = 3", 3),
        (None, "agent_slots = 0", 1),
        (None, "agent_slots = 'many'", 8),
        ("2", "agent_slots = 3", 2),
        ("0", "", 1),
        ("many", "agent_slots = 5", 5),
        ("99999", "", 256),
    ],
)
def test_how_many_there_are(tmp_path: Path, said: str | None, written: str, limit: int) -> None:
    file = tmp_path / "odw-tui" / "config.toml"
    file.parent.mkdir()
    file.write_text(written)
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    assert slot_limit(environ if said is None else {**environ, "ODW_TUI_AGENT_SLOTS": said}) == limit


async def _hold_once(slots: Slots, waits: asyncio.Event) -> int:
    async with slots.hold(waits.set) as number:
        return number
