"""What Converge left for a person goes on natively: its goal, repos, plans and the person's answers are round 1."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from drivers.converge import PLAYS, install
from drivers.runs_world import Room, RunsWorld, world
from odw_core.errors import NotFound, Refused, UsageError
from odw_core.model.address import Address
from odw_core.model.command import Adopt, Cancel, Decide, Outcome, Receipt, Rerun, Start
from odw_core.model.decision import Decision
from odw_core.model.detail import RunDetail
from odw_core.model.item import Item, State
from odw_core.model.question import Question, Road
from odw_core.runs.folders import RunFolder
from odw_core.runs.spec import read_spec
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.service.upstream.converge import adoption, converge_again

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

FIXTURES = Path(__file__).parents[1] / "fixtures" / "converge"
FINE = {"summary": "done", "proposed_changes": ["add it"], "questions_for_hitl": []}


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CONVERGE_NO_LLM", "true")


@pytest.fixture
def agents(world: RunsWorld, tmp_path: Path) -> dict[str, object]:
    """Scripted planners who agree at once."""
    script = tmp_path / "agents.json"
    script.write_text(json.dumps({"entry": [{"key": "plan-*", "result": FINE}]}))
    return {"agent": "scripted", "script": str(script), "split": "heuristic"}


async def left(room: Room, world: RunsWorld, **questions: str) -> Address:
    """A run of Converge that needs a person; repo to what its plan asks."""
    for name, asked in questions.items():
        folder = world.workspace / name
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text("{}")
        plan = {**FINE, "summary": f"plan of {name}", "questions_for_hitl": [asked] if asked else []}
        (folder / PLAYS).write_text(json.dumps({"plan": plan}))
    given: dict[str, object] = {"goal": "coupons\nfor all", "repos": [*questions], "max_rounds": 1}
    receipt = await room.service.submit(Start("converge-coordinate", given, str(world.workspace)))
    assert receipt.address is not None, receipt.reason
    await room.item(receipt.address, State.BLOCKED)
    return await theirs(room)


async def theirs(room: Room) -> Address:
    """The one run of Converge, as soon as it waits."""

    def waits(one: Item) -> bool:
        return one.address.engine == "converge" and one.state is State.WAITING

    snapshot = await room.until(lambda snapshot: any(map(waits, snapshot.items.values())))
    return next(one.address for one in snapshot.items.values() if waits(one))


def files(world: RunsWorld, run: Address) -> dict[Path, bytes]:
    folder = world.workspace / ".converge" / "runs" / run.item
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def runs_of(world: RunsWorld) -> list[str]:
    """The runs of ours that were ever begun in the workspace."""
    return [one.name for one in (world.workspace / ".odw" / "runs").iterdir() if one.is_dir()]


def given_of(world: RunsWorld, receipt: Receipt) -> dict[str, object]:
    assert receipt.address is not None, receipt.reason
    spec = read_spec(RunFolder(world.state, receipt.address.item))
    assert spec.workflow == "coordinate"
    return dict(spec.given)


async def test_answers_are_round_1_of_a_native_run_that_ends_converged(
    world: RunsWorld, agents: dict[str, object]
) -> None:
    async with world.room() as room:
        run = await left(room, world, api="Which currency?", web="")
        before = files(world, run)
        receipt = await room.service.submit(Adopt(run, {**agents, "answers": ["euros"]}))
        assert receipt.reason == f"The new run goes on with 2 repos, 2 plans, 1 answer of {run.item}."
        assert receipt.address is not None
        await room.item(receipt.address, State.DONE)
        # Who is gone on with asks nobody any more.
        item = await room.item(run, State.IDLE)
        assert item.why == f"{receipt.address} goes on with it; nobody is asked here any more"
        await room.until(lambda snapshot: not snapshot.questions)
    given = given_of(world, receipt)
    assert (given["goal"], given["repos"], given["from_run"]) == ("coupons\nfor all", ["api", "web"], str(run))
    assert given["answers"] == [{"question": "Which currency?", "repo": "api", "text": "euros"}]
    (answered,) = world.events(receipt.address, "coordination_answered")
    assert answered["round"] == 0
    assert "euros" in str(answered["answers"])
    assert world.events(receipt.address, "coordination")[0]["from_run"] == str(run)
    assert files(world, run) == before


def decide(question: Question, text: str) -> Decide:
    return Decide(Decision(question.id, question.digest, "answer", (("answer", (text,)),)))


async def test_answers_on_cards_are_kept_and_start_nothing_until_the_run_is_adopted(
    world: RunsWorld, agents: dict[str, object]
) -> None:
    async with world.room() as room:
        run = await left(room, world, api="Which currency?", web="Which colour?")
        snapshot = await room.until(lambda snapshot: len(snapshot.questions) == 2)
        first, second = snapshot.questions
        assert first.road is Road.CONVERGE and first.why_not is None
        how = f"odw-tui adopt {run} starts a native run with what is kept."
        receipt = await room.service.submit(decide(first, "dollars"))
        assert receipt.outcome is Outcome.ACCEPTED
        assert receipt.reason == f"Kept; 1 question more of {run} waits for one. {how}"
        await room.until(lambda snapshot: [one.id for one in snapshot.questions if one.is_sent] == [first.id])
        # Nothing has begun, so it can be said anew.
        assert (await room.service.submit(decide(first, "euros"))).outcome is Outcome.ACCEPTED
        receipt = await room.service.submit(decide(second, "red"))
        assert receipt.reason == f"Kept; all of its questions have one now. {how}"
        snapshot = await room.until(lambda snapshot: all(one.is_sent for one in snapshot.questions))
        assert len(runs_of(world)) == 1
        receipt = await room.service.submit(Adopt(run, agents))
        assert receipt.reason == f"The new run goes on with 2 repos, 2 plans, 2 answers of {run.item}."
        given = given_of(world, receipt)
        assert receipt.address is not None
        await room.item(receipt.address, State.DONE)
    answers = given["answers"]
    assert isinstance(answers, list)
    assert {(one["repo"], one["text"]) for one in answers} == {("api", "euros"), ("web", "red")}
    assert not [*(world.state / "converge-answers").iterdir()]


async def test_what_is_kept_goes_along_when_it_is_adopted_early(world: RunsWorld, agents: dict[str, object]) -> None:
    async with world.room() as room:
        run = await left(room, world, api="Which currency?", web="Which colour?")
        snapshot = await room.until(lambda snapshot: len(snapshot.questions) == 2)
        await room.service.submit(decide(next(one for one in snapshot.questions if "api" in str(one.address)), "euros"))
        receipt = await room.service.submit(Adopt(run, agents))
        assert receipt.address is not None
        await room.item(receipt.address, State.DONE)
    assert given_of(world, receipt)["answers"] == [{"question": "Which currency?", "repo": "api", "text": "euros"}]


async def test_an_empty_answer_decides_nothing(world: RunsWorld) -> None:
    async with world.room() as room:
        await left(room, world, api="Which currency?")
        (question,) = (await room.until(lambda snapshot: len(snapshot.questions) == 1)).questions
        receipt = await room.service.submit(decide(question, "  "))
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, "The answer is empty; say something.")


async def test_converge_itself_can_be_asked_once_more(world: RunsWorld) -> None:
    (run,) = recorded(world.workspace, "codex-fail-fallback")
    async with world.room() as room:
        await room.item(run, State.WAITING)
        receipt = await room.service.submit(Rerun(run, {"goal": "another goal", "max_rounds": 1}))
        assert receipt.address is not None, receipt.reason
        item = await room.item(receipt.address, State.BLOCKED)
        async with room.service.detail(receipt.address) as feed:
            while feed.value is None:
                await feed.changed()
    assert isinstance(feed.value, RunDetail) and feed.value.resumed_from == str(run)
    assert item.goal == "another goal"
    spec = read_spec(RunFolder(world.state, receipt.address.item))
    assert spec.workflow == "converge-coordinate"
    assert (spec.given["repos"], spec.given["from_run"]) == (["src/converge", "src/frontend"], str(run))


def recorded(place: Path, name: str) -> list[Address]:
    shutil.copytree(FIXTURES / name / "project", place, dirs_exist_ok=True)
    for log in (FIXTURES / name).glob("*.log"):
        shutil.copy(log, place)
    for empty in (FIXTURES / name).glob("EMPTY_DIRS.txt"):
        for line in empty.read_text().splitlines():
            if ".converge/runs/" in line:
                (place / line.strip().removeprefix("project/")).mkdir(parents=True, exist_ok=True)
    return [Address("converge", one.name) for one in sorted((place / ".converge" / "runs").iterdir())]


async def test_a_run_that_was_over_long_ago_shows_that_it_is_gone_on_with(
    world: RunsWorld, agents: dict[str, object]
) -> None:
    (run,) = recorded(world.workspace, "codex-fail-fallback")
    async with world.room() as room:
        await room.item(run, State.WAITING, where=lambda one: one.ended_at is not None)
        receipt = await room.service.submit(Adopt(run, {**agents, "answers": ["it is Rust"]}))
        assert receipt.address is not None, receipt.reason
        await room.item(receipt.address, State.DONE)
        await room.item(run, State.IDLE)
        await room.until(lambda snapshot: not snapshot.questions)


async def test_what_a_run_of_ours_goes_on_with_already_is_not_adopted_again_unasked(
    world: RunsWorld, agents: dict[str, object]
) -> None:
    (run,) = recorded(world.workspace, "codex-fail-fallback")
    async with world.room() as room:
        await room.item(run, State.WAITING)
        first = await room.service.submit(Adopt(run, {**agents, "mode": "interrupt"}))
        assert first.address is not None, first.reason
        refused = await room.service.submit(Adopt(run, agents))
        assert refused.outcome is Outcome.REFUSED
        assert refused.reason.startswith(f"{first.address} goes on with it already; odw-tui show {first.address}")
        ours = first.address
        await room.service.submit(Cancel(ours))
        await room.until(lambda snapshot: ours in snapshot.items and snapshot.items[ours].ended_at is not None)
        world.leaves(ours)
        later = await room.service.submit(Adopt(run, agents))
        assert later.outcome is Outcome.REFUSED
        assert f"{first.address} went on with it already and is over; odw-tui rerun {first.address}" in later.reason
        forced = await room.service.submit(Adopt(run, {**agents, "force": True, "answers": ["it is Rust"]}))
        assert forced.address is not None, forced.reason
        await room.item(forced.address, State.DONE)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("codex-fail-fallback", "goes on with 2 repos of {}; 2 by rule of thumb left out"),
        ("contract-blockers", "goes on with 2 repos of {}; 2 by rule of thumb left out"),
        ("legacy-layout", None),
        ("missing-repo", None),
        ("interrupt-cli-empty", "goes on with 2 repos of {}"),
        ("crash-empty-run", "goes on with 2 repos of {}"),
    ],
)
def test_every_recorded_run_that_needs_a_person_can_go_on(tmp_path: Path, name: str, note: str | None) -> None:
    run = recorded(tmp_path, name)[-1]
    start, said = adoption(run, str(tmp_path))
    assert note is None or said == note.format(run.item)
    assert start.parent == run
    checked_input(load_workflow("coordinate"), start.given)
    again = converge_again(run, str(tmp_path))
    checked_input(load_workflow("converge-coordinate"), again.given)
    assert again.given["repos"] == start.given["repos"]


def test_what_converged_is_over(tmp_path: Path) -> None:
    run = recorded(tmp_path, "converged-codex-json")[-1]
    with pytest.raises(Refused, match="converged"):
        adoption(run, str(tmp_path))
    with pytest.raises(NotFound):
        adoption(Address("converge", "20200101T000000000000Z"), str(tmp_path))


@pytest.mark.parametrize("typed", [["a", "b", "c"], ["{broken"], [3]])
def test_answers_that_fit_nothing_are_refused(tmp_path: Path, typed: object) -> None:
    run = recorded(tmp_path, "codex-fail-fallback")[-1]
    with pytest.raises(UsageError):
        adoption(run, str(tmp_path), (), typed)
