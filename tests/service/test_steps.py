"""Steps in a real journal: what finished is told and never done again, whatever the journal had to mask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from odw_core.clock import SystemClock
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.journal import Journal
from odw_core.runs.steps import Steps, fingerprint
from odw_core.runs.workspace import RunPlace

SECRET = "sk-abcdefghijklmnop0123456789"


class Run:
    """One run's journal and steps; ``again`` is what a supervisor does that takes it up."""

    def __init__(self, base: Path, run_id: str = "odw-exec-1795219696047-5105") -> None:
        self.folder = RunFolder(base / "state", run_id)
        private_chain(self.folder.root)
        (base / "shop").mkdir(exist_ok=True)
        self._place = RunPlace(str(base / "shop"), run_id)
        self.done: list[str] = []
        self.again()

    def again(self) -> None:
        self.journal = Journal(self._place, self.folder.mirror, SystemClock())
        self.blobs = Blobs(self.folder.root)
        self.steps = Steps(self.journal.emit_durably, [*self.journal.lines()], self.blobs)

    async def step(self, key: str, print_: str, value: dict[str, object]) -> dict[str, object]:
        async def work() -> dict[str, object]:
            self.done.append(key)
            return value

        return await self.steps.step(key, "agent", print_, work)

    def statuses(self) -> list[tuple[object, object]]:
        events = [line.event or {} for line in self.journal.lines()]
        return [(event["key"], event["status"]) for event in events if event.get("type") == "step"]


async def test_a_finished_step_is_told_and_never_done_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    value: dict[str, object] = {"text": "done", "list": [1, {"deep": None}], "big": "x" * 9000}
    assert await run.step("clamp-core", "f1", value) == value
    assert await run.step("clamp-core", "f1", {}) == value
    run.again()
    assert run.steps.result("clamp-core", "f1") == value
    assert await run.step("clamp-core", "f1", {}) == value
    assert run.done == ["clamp-core"]
    begun = [("clamp-core", status) for status in ("begun", "done", "reused", "reused")]
    assert run.statuses() == begun
    assert "x" * 9000 not in run.folder.mirror.read_text()


async def test_another_fingerprint_or_key_is_another_step(tmp_path: Path) -> None:
    run = Run(tmp_path)
    await run.step("a", "f1", {"n": 1})
    assert run.steps.result("a", "f2") is None
    assert run.steps.result("b", "f1") is None
    assert await run.step("a", "f2", {"n": 2}) == {"n": 2}
    run.again()
    assert [run.steps.result("a", one) for one in ("f1", "f2")] == [{"n": 1}, {"n": 2}]


async def test_what_the_journal_masks_comes_back_exactly(tmp_path: Path) -> None:
    run = Run(tmp_path)
    value: dict[str, object] = {"diff": f"+token = {SECRET}", "surrogate": "\udcff"}
    await run.step(f"task-{SECRET}", fingerprint("prompt", SECRET), value)
    assert SECRET not in run.folder.mirror.read_text()
    run.again()
    assert await run.step(f"task-{SECRET}", fingerprint("prompt", SECRET), {}) == value
    assert run.done == [f"task-{SECRET}"]


async def test_a_failed_step_is_told_and_done_again(tmp_path: Path) -> None:
    run = Run(tmp_path)

    async def fails() -> dict[str, object]:
        raise ValueError("no model answers")

    with pytest.raises(ValueError, match="no model answers"):
        await run.steps.step("a", "agent", "f1", fails)
    run.again()
    assert await run.step("a", "f1", {"n": 1}) == {"n": 1}
    assert run.statuses() == [("a", "begun"), ("a", "failed"), ("a", "begun"), ("a", "done")]


async def test_a_stopped_step_stays_begun_and_is_done_by_the_next_supervisor(tmp_path: Path) -> None:
    run = Run(tmp_path)
    begun = asyncio.Event()

    async def hangs() -> dict[str, object]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    task = asyncio.create_task(run.steps.step("a", "agent", "f1", hangs))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert run.statuses() == [("a", "begun")]
    run.again()
    assert await run.step("a", "f1", {"n": 1}) == {"n": 1}


async def test_a_result_that_was_damaged_is_made_anew(tmp_path: Path) -> None:
    run = Run(tmp_path)
    await run.step("a", "f1", {"n": 1})
    for path in (run.folder.root / "blobs").iterdir():
        path.write_bytes(b"{}")
    run.again()
    assert run.steps.result("a", "f1") is None
    assert await run.step("a", "f1", {"n": 2}) == {"n": 2}


async def test_a_rerun_takes_over_what_went_well_in_the_run_before(tmp_path: Path) -> None:
    first = Run(tmp_path)
    await first.step("a", "f1", {"n": 1})
    await first.step("b", "f1", {"n": 1})
    second = Run(tmp_path, "odw-exec-1795219696048-5106")
    await second.step("b", "f1", {"n": 2})
    second.steps.inherit(first.folder.run_id, [*first.journal.lines()], first.blobs)
    assert await second.step("a", "f1", {}) == {"n": 1}
    assert await second.step("b", "f1", {}) == {"n": 2}
    assert second.done == ["b"]
    # The rerun has it for itself from now on, also when the run before is cleared away.
    second.again()
    assert second.steps.result("a", "f1") == {"n": 1}


def test_a_fingerprint_depends_on_content_alone() -> None:
    assert fingerprint({"a": 1, "b": [2]}, b"bytes") == fingerprint({"b": [2], "a": 1}, b"bytes")
    assert (
        len({fingerprint(*one) for one in ((), ("a",), ("a", "b"), (["a", "b"],), (b"a",), (None,), ("\udcff",))}) == 7
    )
