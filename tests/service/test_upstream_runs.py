"""Upstream's odw driven as a watched child: its run linked, its questions held for a person, cancel, resume."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.odw import install
from drivers.runs_world import PATIENCE_S, Room, RunsWorld, open_gate, world
from odw_core.errors import NotFound, Refused
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Cancel, Outcome, Rerun, Resume, Start
from odw_core.model.detail import RunDetail
from odw_core.model.item import Item, State
from odw_core.model.question import Road
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER
from odw_core.runs.held import folder_of_held, waiting
from odw_core.runs.holding import ANSWERING
from odw_core.service.upstream.by_hand import surroundings
from odw_core.service.upstream.odw_again import odw_again
from odw_core.state.driving import Wish, why_not

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

COLOUR = {"id": "c", "header": "Colour", "question": "Which colour?", "options": [{"label": "red"}, {"label": "blue"}]}


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-ins on the PATH."""
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return tmp_path / "bin"


def script(world: RunsWorld, *nodes: dict[str, object], **more: object) -> str:
    path = world.workspace / "flow.js"
    path.write_text(json.dumps({"name": "flow", "nodes": [*nodes], **more}))
    return str(path)


async def start(room: Room, world: RunsWorld, **given: object) -> Address:
    receipt = await room.service.submit(Start("odw-exec", {**given}, str(world.workspace)))
    assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert receipt.address is not None
    return receipt.address


async def upstream_of(room: Room, run: Address) -> Address:
    """The run of odw that a run of ours began."""
    snapshot = await room.until(lambda snapshot: any(one.parent == run for one in runs_in(snapshot)))
    return next(one.address for one in runs_in(snapshot) if one.parent == run)


def runs_in(snapshot: Snapshot) -> list[Item]:
    return [one for one in snapshot.items.values() if one.address.engine == "odw"]


async def test_a_run_of_odw_is_started_linked_and_shown_once(world: RunsWorld, bin_folder: Path) -> None:
    async with world.room() as room:
        run = await start(room, world, script=script(world, {"key": "one"}), input={"goal": "nice colours"})
        item = await room.item(run, State.DONE)
        upstream = await upstream_of(room, run)
        theirs = await room.item(upstream, State.DONE)
    assert item.goal == "odw exec flow.js"
    assert theirs.parent == run
    folder = world.workspace / ".odw" / "runs" / upstream.item
    assert json.loads((folder / "input.raw").read_text()) == {"goal": "nice colours"}
    surroundings = json.loads((folder / "surroundings").read_text())
    assert surroundings == {"PANDACODE_STATE_DIR": f"{world.workspace}/.pandacode", "ODW_RUNS_KEEP": "0"}


async def test_an_answer_of_the_runner_waits_until_a_person_decides(world: RunsWorld, bin_folder: Path) -> None:
    async with world.room() as room:
        run = await start(room, world, script=script(world, {"key": "paint", "asks": [COLOUR]}))
        question = await room.question(run, lambda one: one.road is Road.SUPERVISOR)
        assert (question.title, question.body) == ("Colour", "Which colour?")
        item = await room.item(run, State.WAITING)
        assert "Colour" in item.why
        # Its session asks the same, and there is one card.
        assert [one.id for one in room.service.snapshot().questions] == [question.id]
        command_id, receipt = await room.answer(question, "blue")
        assert receipt.outcome is Outcome.SENT
        assert (await room.service.outcome(command_id, 10)).outcome is Outcome.ACCEPTED
        await room.item(run, State.DONE)
        upstream = await upstream_of(room, run)
    journal = (world.workspace / ".odw" / "runs" / upstream.item / "events.jsonl").read_text()
    assert "went on with blue" in journal
    assert "do what you think is best" not in journal


async def test_odw_answers_by_itself_where_nobody_wants_to_be_asked(world: RunsWorld, bin_folder: Path) -> None:
    async with world.room() as room:
        flow = script(world, {"key": "paint", "asks": [COLOUR]})
        run = await start(room, world, script=flow, holds_questions=False)
        await room.item(run, State.DONE)
        upstream = await upstream_of(room, run)
    journal = (world.workspace / ".odw" / "runs" / upstream.item / "events.jsonl").read_text()
    assert "went on with do what you think is best" in journal


async def test_cancel_interrupts_the_group_and_odw_writes_down_how_it_ended(world: RunsWorld, bin_folder: Path) -> None:
    world.gate("gate")
    flow = script(world, {"key": "slow", "waits_for": str(world.workspace / "gate")})
    async with world.room() as room:
        run = await start(room, world, script=flow)
        upstream = await upstream_of(room, run)
        await room.item(upstream, State.RUNNING, where=lambda one: one.tasks is not None)
        command = Cancel(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        assert (await room.item(run, State.IDLE)).why == "you cancelled it"
        theirs = await room.item(upstream, State.FAILED, State.IDLE)
    assert theirs.raw_state == "interrupted"
    record = json.loads((world.workspace / ".odw" / "runs" / upstream.item / "run.json").read_text())
    assert record["status"] == "failed"
    assert bearers(f"{MARKER}={run.item}") == []


async def test_cancel_takes_a_held_question_back(world: RunsWorld, bin_folder: Path) -> None:
    async with world.room() as room:
        run = await start(room, world, script=script(world, {"key": "paint", "asks": [COLOUR]}))
        await room.question(run)
        command = Cancel(run)
        await room.service.submit(command)
        assert (await room.service.outcome(command.id, 20)).outcome is Outcome.ACCEPTED
        await room.item(run, State.IDLE)
    assert bearers(f"{MARKER}={run.item}") == []
    assert not (world.folder(run).root / "held").exists()


async def test_a_run_whose_supervisor_was_killed_goes_on_with_odws_own_resume(
    world: RunsWorld, bin_folder: Path
) -> None:
    gate = world.gate("gate")
    flow = script(world, {"key": "one"}, {"key": "two", "waits_for": str(gate)})
    async with world.room() as room:
        run = await start(room, world, script=flow)
        first = await upstream_of(room, run)
        await room.item(first, State.RUNNING, where=lambda one: one.tasks is not None and one.tasks.total == 2)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        await room.until(lambda snapshot: sum(one.parent == run for one in runs_in(snapshot)) == 2)
        open_gate(gate)
        await room.item(run, State.DONE)
    links = [event["thread"] for event in world.events(run, "agent_session")]
    assert len(links) == 2 and str(links[1]).startswith("odw-exec-resume-")
    journal = (world.workspace / ".odw" / "runs" / str(links[1]) / "events.jsonl").read_text()
    assert '"reason": "cached"' in journal


async def test_a_failed_run_of_odw_says_in_its_own_words_why(world: RunsWorld, bin_folder: Path) -> None:
    async with world.room() as room:
        flow = script(world, {"key": "one", "fails": True}, result={"ok": False, "error": "build_failed"})
        run = await start(room, world, script=flow)
        item = await room.item(run, State.FAILED)
    assert item.why.startswith("failed: build_failed")


async def test_without_odw_one_sentence_says_what_to_do(
    world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    async with world.room() as room:
        run = await start(room, world, script=script(world, {"key": "one"}))
        item = await room.item(run, State.FAILED)
    assert item.why == "odw is not on your PATH; install ODW, or name it with --set odw=/path/to/odw."


async def test_a_run_typed_by_hand_waits_for_a_person_too(
    world: RunsWorld, bin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.room() as room:
        flow = script(world, {"key": "paint", "asks": [COLOUR]})
        odw = by_hand(world, bin_folder, flow, tmp_path)
        question = (await room.until(lambda snapshot: any(one.fields for one in snapshot.questions))).questions[0]
        assert (question.body, question.address.engine) == ("Which colour?", "pandacode")
        await held_in(world)
        command_id, receipt = await room.answer(question, "red")
        assert (receipt.outcome, receipt.reason) == (Outcome.SENT, "")
        told = await room.service.outcome(command_id, 20)
        assert (told.outcome, told.reason) == (Outcome.ACCEPTED, "odw went on with the answer.")
        assert await asyncio.to_thread(odw.wait) == 0
        (run,) = runs_in(room.service.snapshot())
        await room.item(run.address, State.DONE)
    assert "went on with red" in (world.workspace / ".odw" / "runs" / run.address.item / "events.jsonl").read_text()
    assert [*(world.state / "held").iterdir()] == []


def test_a_call_of_a_person_is_not_held(world: RunsWorld, bin_folder: Path) -> None:
    environ = {**os.environ, **surroundings(world.state, str(world.workspace), os.environ)}
    base = ["--cd", str(world.workspace), "--session", "s", "--json"]
    asks = ["run", *base, "--task", json.dumps([COLOUR])]
    subprocess.run([environ["ODW_PANDACODE_BIN"], *asks], env=environ, check=True, stdout=subprocess.DEVNULL)
    mine = {**environ, ANSWERING: "1"}
    done = subprocess.run(
        [environ["ODW_PANDACODE_BIN"], "answer", *base, "--choice", "1"], env=mine, check=True, stdout=subprocess.PIPE
    )
    assert json.loads(done.stdout)["summary"] == "went on with red"


async def test_a_run_typed_by_hand_is_cancelled_by_an_interrupt_to_its_group(
    world: RunsWorld, bin_folder: Path, tmp_path: Path
) -> None:
    gate = world.gate("gate")
    flow = script(world, {"key": "slow", "waits_for": str(gate)})
    async with world.room() as room:
        odw = by_hand(world, bin_folder, flow, tmp_path)
        snapshot = await room.until(lambda snapshot: any(one.tasks is not None for one in runs_in(snapshot)))
        (run,) = runs_in(snapshot)
        receipt = await room.service.submit(Cancel(run.address))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "odw was told; its run says how it ends.")
        assert await asyncio.to_thread(odw.wait) == 1
        item = await room.item(run.address, State.IDLE, State.FAILED)
        assert item.raw_state == "interrupted"
        again = await room.service.submit(Cancel(run.address))
        assert again.outcome is Outcome.REFUSED


async def test_a_run_that_shares_a_terminal_is_left_to_it(world: RunsWorld, bin_folder: Path, tmp_path: Path) -> None:
    gate = world.gate("gate")
    flow = script(world, {"key": "slow", "waits_for": str(gate)})
    async with world.room() as room:
        odw = by_hand(world, bin_folder, flow, tmp_path, is_leader=False)
        snapshot = await room.until(lambda snapshot: any(one.tasks is not None for one in runs_in(snapshot)))
        (run,) = runs_in(snapshot)
        receipt = await room.service.submit(Cancel(run.address))
        assert (receipt.outcome, receipt.reason) == (
            Outcome.REFUSED,
            f"{run.address} runs in somebody's terminal; ctrl+c there ends it.",
        )
        open_gate(gate)
        assert await asyncio.to_thread(odw.wait) == 0


async def test_a_run_of_odw_that_lost_its_owner_is_resumed_by_odw(
    world: RunsWorld, bin_folder: Path, tmp_path: Path
) -> None:
    gate = world.gate("gate")
    flow = script(world, {"key": "one"}, {"key": "two", "waits_for": str(gate)})
    async with world.room() as room:
        odw = by_hand(world, bin_folder, flow, tmp_path)
        both = await room.until(lambda snapshot: any(one.tasks and one.tasks.total == 2 for one in runs_in(snapshot)))
        (run,) = runs_in(both)
        os.killpg(odw.pid, signal.SIGKILL)
        await asyncio.to_thread(odw.wait)
        await room.item(run.address, State.STALE)
        receipt = await room.service.submit(Resume(run.address))
        assert receipt.outcome is Outcome.ACCEPTED and receipt.address is not None
        upstream = await upstream_of(room, receipt.address)
        assert upstream.item.startswith("odw-exec-resume-")
        open_gate(gate)
        await room.item(receipt.address, State.DONE)


async def test_a_run_typed_by_hand_is_run_again_by_odw_with_the_same_input_or_another(
    world: RunsWorld, bin_folder: Path, tmp_path: Path
) -> None:
    flow = script(world, {"key": "one"})
    async with world.room() as room:
        odw = by_hand(world, bin_folder, flow, tmp_path)
        assert await asyncio.to_thread(odw.wait) == 0
        (run,) = runs_in(await room.until(lambda snapshot: any(one.state is State.DONE for one in runs_in(snapshot))))
        assert why_not(Wish.RERUN, run) is None
        (world.workspace / ".odw" / "runs" / run.address.item / "input.raw").write_text("nice colours")
        for changed, given in (({}, "nice colours"), ({"input": "none"}, "none")):
            receipt = await room.service.submit(Rerun(run.address, dict(changed)))
            assert receipt.reason == f"odw runs {flow} again."
            assert receipt.address is not None
            await room.item(receipt.address, State.DONE)
            upstream = await upstream_of(room, receipt.address)
            assert (world.workspace / ".odw" / "runs" / upstream.item / "input.raw").read_text() == given
            assert (await detail_of(room, receipt.address)).resumed_from == run.address.item


async def detail_of(room: Room, run: Address) -> RunDetail:
    async with room.service.detail(run) as feed:
        while not isinstance(feed.value, RunDetail):
            await feed.changed()
        return feed.value


def test_what_does_not_say_which_script_it_was_is_not_run_again(world: RunsWorld) -> None:
    folder = world.workspace / ".odw" / "runs" / "odw-exec-1-1"
    folder.mkdir(parents=True)
    with pytest.raises(Refused, match="does not say which script"):
        odw_again(Address("odw", folder.name), str(world.workspace), {})
    (folder / "events.jsonl").write_text(json.dumps({"type": "launch", "script": "odw-tui:coordinate"}) + "\n")
    with pytest.raises(Refused, match="was started by odw-tui elsewhere"):
        odw_again(Address("odw", folder.name), str(world.workspace), {})
    with pytest.raises(NotFound):
        odw_again(Address("odw", "odw-exec-2-2"), str(world.workspace), {})


async def test_without_odw_only_adopting_is_offered(
    world: RunsWorld, bin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.room() as room:
        odw = by_hand(world, bin_folder, script(world, {"key": "one", "fails": True}), tmp_path)
        assert await asyncio.to_thread(odw.wait) == 1
        (run,) = runs_in(await room.until(lambda snapshot: any(one.state is State.FAILED for one in runs_in(snapshot))))
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        receipt = await room.service.submit(Resume(run.address))
    assert receipt.reason == (
        f"odw is not on your PATH, and it alone resumes its runs; odw-tui adopt {run.address} goes on without it."
    )


def by_hand(
    world: RunsWorld, bin_folder: Path, flow: str, out: Path, *, is_leader: bool = True
) -> subprocess.Popen[bytes]:
    """``odw exec`` in a shell that has read ``odw-tui env``."""
    environ = {**os.environ, **surroundings(world.state, str(world.workspace), os.environ)}
    argv = [str(bin_folder / "odw"), "exec", "--path", str(world.workspace), "--script", flow]
    command = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", *argv, "--backend", "pandacode"]
    with (out / "by-hand").open("wb") as stream:
        return subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=stream, start_new_session=is_leader
        )


async def held_in(world: RunsWorld) -> None:
    """As soon as a call of a run typed by hand is held."""
    async with asyncio.timeout(PATIENCE_S):
        while not waiting(folder_of_held(world.state)):  # noqa: ASYNC110
            await asyncio.sleep(0)
