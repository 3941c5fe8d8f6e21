"""RunsWorld: a workspace, a state folder and rooms over them, in which real supervisors drive real commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Decide, Outcome, Receipt, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item, State
from odw_core.model.question import Question
from odw_core.process.groups import bearers
from odw_core.runs.folders import RunFolder
from odw_core.service.live import LiveService
from odw_core.service.submit import Submitter

MARKER = "ODW_TUI_TEST_WORLD"
PATIENCE_S = 30.0
ENDING_S = 8.0


class Room:
    """One screen's worth of the core: a live service that can act."""

    def __init__(self, world: RunsWorld, *, read_only: bool = False) -> None:
        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return Submitter(world.state, Config(), read_only=read_only, snapshot=snapshot, where="test")

        places = (str(world.workspace),)
        self.service = LiveService(
            places, Config(), cache=None, submitter=submitter, reads_only=read_only, state=world.state
        )

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """The room as soon as that is so."""
        async with asyncio.timeout(PATIENCE_S):
            async for _ in self.service.changes():
                snapshot = self.service.snapshot()
                if holds(snapshot):
                    return snapshot
        raise AssertionError("changes never end")

    async def item(self, address: Address, *states: State, where: Callable[[Item], bool] | None = None) -> Item:
        """The row of a run as soon as it is in one of these states."""

        def holds(snapshot: Snapshot) -> bool:
            item = snapshot.items.get(address)
            return item is not None and item.state in states and (where is None or where(item))

        return (await self.until(holds)).items[address]

    async def question(self, address: Address, where: Callable[[Question], bool] | None = None) -> Question:
        """What a run asks, as soon as it does."""

        def asked(snapshot: Snapshot) -> list[Question]:
            own = [one for one in snapshot.questions if one.address.root == address]
            return [one for one in own if where is None or where(one)]

        return asked(await self.until(lambda snapshot: bool(asked(snapshot))))[0]

    async def start(self, world: RunsWorld, *argv: str) -> Address:
        """Start a command; its address."""
        receipt = await self.service.submit(Start("command", {"argv": [*argv]}, str(world.workspace)))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        assert receipt.address is not None
        return receipt.address

    async def answer(self, question: Question, picked: str) -> tuple[str, Receipt]:
        """Pick an option of the only field; the command's id, and what was said at once."""
        values = ((question.fields[0].id, (picked,)),)
        command = Decide(Decision(question.id, question.digest, question.decisions[0], values))
        return command.id, await self.service.submit(command)


class RunsWorld:
    """Where the runs of one test lie."""

    def __init__(self, base: Path) -> None:
        self.workspace, self.state = base / "shop", base / "state" / "odw-tui"
        self.workspace.mkdir(parents=True)

    @contextlib.asynccontextmanager
    async def room(self, *, read_only: bool = False) -> AsyncIterator[Room]:
        """A room that watches while the block runs."""
        room = Room(self, read_only=read_only)
        watching = asyncio.create_task(room.service.run())
        try:
            yield room
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def folder(self, address: Address) -> RunFolder:
        """What a run keeps in the state folder."""
        return RunFolder(self.state, address.item)

    def run(self, address: Address) -> Path:
        """What a run keeps in the workspace."""
        return self.workspace / ".odw" / "runs" / address.item

    def journal(self, address: Address) -> list[dict[str, object]]:
        """Every line as the mirror has it, but for one that is still being written."""
        whole, _, _ = self.folder(address).mirror.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def events(self, address: Address, kind: str) -> list[dict[str, object]]:
        """The runner's events of one kind."""
        raws = [line.get("raw") for line in self.journal(address)]
        return [raw for raw in raws if isinstance(raw, dict) and raw.get("type") == kind]

    def supervisor(self, address: Address) -> int:
        """Process id of the supervisor that has the run now."""
        pid = json.loads(self.folder(address).epoch.read_text())["pid"]
        assert isinstance(pid, int)
        return pid

    def until(self, holds: Callable[[], object]) -> None:
        """Until a file says so that no room looks at; looks again whenever the kernel says that little time went by."""
        ends_at = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_at, "it never held"
            select.select([], [], [], 0.02)

    def leaves(self, address: Address) -> None:
        """Wait for the end of the supervisor: it does a few things more once the run is over."""
        assert _ends(self.supervisor(address)), "its supervisor does not end"

    def kept(self, address: Address, name: str, attempt: int = 1) -> bytes:
        """A stream of the command."""
        return (self.run(address) / "attempts" / f"command-{attempt}" / name).read_bytes()

    def gate(self, name: str) -> Path:
        """A pipe a command can wait at, until somebody opens it."""
        path = self.workspace / name
        os.mkfifo(path)
        return path


def open_gate(path: Path) -> None:
    """Let who waits there go on."""
    path.write_bytes(b"go\n")


def _ends(pid: int) -> bool:
    """Whether it ends by itself, without being told."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], ENDING_S)[0])
    finally:
        os.close(descriptor)


@pytest.fixture
def world(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunsWorld]:
    """A world of which no process is left when the test is over."""
    marker = uuid.uuid4().hex
    monkeypatch.setenv(MARKER, marker)
    yield RunsWorld(tmp_path)
    # A supervisor writes that its run is over a moment before it is gone itself.
    left = [pid for pid in bearers(f"{MARKER}={marker}") if not _ends(pid)]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert left == [], "processes outlived the test"
