"""PandaCode sessions that wait are answered: by the control file of a live turn, through codexctl, by a new turn."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from drivers.pandacode import MOOD, Sessions, install, live_turn
from drivers.runs_world import Room, RunsWorld, world
from odw_core.decide import audit
from odw_core.errors import Refused, Stale
from odw_core.model.address import Address
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.decision import Decision
from odw_core.model.item import State
from odw_core.model.question import Question, Road
from odw_core.process.groups import bearers
from odw_core.service import pandacode
from odw_core.service.pandacode_command import MARKER

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SESSION = Address("pandacode", "codex:ask")
WAIT_S = 20.0
MODULE = {"id": "module", "header": "Module", "question": "Which name?", "options": [{"label": "a"}, {"label": "b"}]}
STYLE = {"id": "style", "header": "Style", "question": "Which style?", "isOther": True, "options": [{"label": "ESM"}]}
KEY = {"id": "key", "header": "Key", "question": "Which key?", "isSecret": True}

Turn = Callable[..., Popen[bytes]]


@pytest.fixture
def sessions(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Records in the workspace, and the stand-in on the PATH."""
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return Sessions(world.workspace)


@pytest.fixture
def turn(world: RunsWorld, sessions: Sessions, tmp_path: Path) -> Iterator[Turn]:
    """Starts a live turn that asks."""
    turns: list[Popen[bytes]] = []

    def start(*questions: dict[str, Any]) -> Popen[bytes]:
        turns.append(live_turn(tmp_path / "bin" / "pandacode", world.workspace, "ask", *questions))
        return turns[-1]

    yield start
    for one in turns:
        one.kill()
        one.communicate()


async def asked(room: Room, road: Road = Road.PANDACODE_ANSWER) -> Question:
    return await room.question(SESSION, lambda one: one.road is road)


async def decide(room: Room, question: Question, **values: str) -> tuple[Receipt, Receipt]:
    """What was said at once, and in the end."""
    given = tuple((name, (value,)) for name, value in values.items())
    command = Decide(Decision(question.id, question.digest, "answer", given))
    return await room.service.submit(command), await room.service.outcome(command.id, WAIT_S)


def answers(**values: str) -> str:
    return json.dumps({"answers": {name: {"answers": [value]} for name, value in values.items()}}, sort_keys=True)


async def test_a_live_turn_takes_all_its_answers_from_one_file(
    world: RunsWorld, sessions: Sessions, turn: Turn
) -> None:
    process = turn(MODULE, STYLE)
    async with world.room() as room:
        question = await asked(room, Road.PANDACODE_FILE)
        at_once, in_the_end = await decide(room, question, module="b", style="plain")
        assert (at_once.outcome, in_the_end.outcome) == (Outcome.SENT, Outcome.ACCEPTED)
        assert process.wait(WAIT_S) == 0
        assert sessions.word("ask") == f"Continued with the answer {answers(module='b', style='plain')}"
        await room.item(SESSION, State.DONE)
    assert [*sessions.control.iterdir()] == []


async def test_an_answer_is_sent_and_not_accepted_until_it_is_taken(
    world: RunsWorld, sessions: Sessions, turn: Turn
) -> None:
    process = turn(KEY)
    async with world.room() as room:
        question = await asked(room, Road.PANDACODE_FILE)
        os.kill(process.pid, 19)
        command = Decide(Decision(question.id, question.digest, "answer", (("key", ("hunter2",)),)))
        assert (await room.service.submit(command)).outcome is Outcome.SENT
        assert (await room.service.outcome(command.id, 0.0)).outcome is Outcome.UNCONFIRMED
        (lying,) = sessions.control.iterdir()
        assert (lying.name, stat.S_IMODE(lying.stat().st_mode)) == ("ask.answer.json", 0o600)
        os.kill(process.pid, 18)
        assert (await room.service.outcome(command.id, WAIT_S)).outcome is Outcome.ACCEPTED
    kept = [path for path in world.state.rglob("*") if path.is_file()]
    assert not any(b"hunter2" in path.read_bytes() for path in kept)


async def test_a_second_answer_never_replaces_one_that_is_not_taken_yet(
    world: RunsWorld, sessions: Sessions, turn: Turn
) -> None:
    process = turn(MODULE)
    async with world.room() as room:
        question = await asked(room, Road.PANDACODE_FILE)
        os.kill(process.pid, 19)
        first = Decide(Decision(question.id, question.digest, "answer", (("module", ("a",)),)))
        second = Decide(Decision(question.id, question.digest, "answer", (("module", ("b",)),)))
        assert (await room.service.submit(first)).outcome is Outcome.SENT
        assert (await room.service.submit(second)).outcome is Outcome.STALE
        os.kill(process.pid, 18)
        assert (await room.service.outcome(first.id, WAIT_S)).outcome is Outcome.ACCEPTED
    assert sessions.word("ask").endswith(answers(module="a"))


async def test_when_the_turn_dies_before_it_takes_the_answer_nothing_is_left_lying(
    world: RunsWorld, sessions: Sessions, turn: Turn
) -> None:
    process = turn(MODULE)
    async with world.room() as room:
        question = await asked(room, Road.PANDACODE_FILE)
        os.kill(process.pid, 19)
        command = Decide(Decision(question.id, question.digest, "answer", (("module", ("a",)),)))
        assert (await room.service.submit(command)).outcome is Outcome.SENT
        process.kill()
        process.wait()
        receipt = await room.service.outcome(command.id, WAIT_S)
        assert (receipt.outcome, "taken back" in receipt.reason) == (Outcome.REFUSED, True)
        assert [*sessions.control.iterdir()] == []
        again = await asked(room, Road.PANDACODE_ANSWER)
        assert "starts a new turn" in again.answer_via
        _, in_the_end = await decide(room, again, module="a")
        assert in_the_end.outcome is Outcome.ACCEPTED
        await room.item(SESSION, State.DONE)
    assert sessions.word("ask") == "New turn: a"


async def test_an_exited_session_gets_a_new_turn_and_its_streams_are_kept(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks("ask", MODULE)
    async with world.room() as room:
        _, in_the_end = await decide(room, await asked(room), module="b")
        assert in_the_end.outcome is Outcome.ACCEPTED
        await room.item(SESSION, State.DONE)
    assert sessions.word("ask") == "New turn: b"
    (folder,) = (world.state / "answers").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["stderr.log", "stdout.log"]
    verdicts = [(entry.verdict, entry.outcome) for entry in audit.entries(world.state)]
    assert verdicts == [("answer", "sent"), ("answer", "accepted")]


async def test_a_codexctl_session_gets_a_map_under_its_own_question_id(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks_by_codexctl("ask", "q-7", "Which?")
    async with world.room() as room:
        _, in_the_end = await decide(room, await asked(room), **{"q-7": "$(touch x); -- it's"})
        assert in_the_end.outcome is Outcome.ACCEPTED
        item = await room.item(SESSION, State.DONE)
    assert item.last_words == f"Continued with the answer {answers(**{'q-7': '$(touch x); -- it' + chr(39) + 's'})}"
    assert not (world.workspace / "x").exists()


async def test_a_turn_that_asks_the_same_again_took_the_answer(
    world: RunsWorld, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MOOD, "asks again")
    sessions.asks("ask", MODULE)
    async with world.room() as room:
        question = await asked(room)
        _, in_the_end = await decide(room, question, module="b")
        assert in_the_end.outcome is Outcome.ACCEPTED
        anew = await room.question(SESSION, lambda one: one.digest != question.digest)
        assert anew.id == question.id


@pytest.mark.parametrize(
    ("mood", "words"), [("fails", "thread not found"), ("breaks", "Error: app server is gone"), ("hangs", "in time")]
)
async def test_what_changes_nothing_in_the_record_is_refused_whatever_it_exits_with(
    world: RunsWorld, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, mood: str, words: str
) -> None:
    monkeypatch.setenv(MOOD, mood)
    monkeypatch.setattr(pandacode, "DEADLINE_S", 0.5)
    sessions.asks("ask", MODULE)
    async with world.room() as room:
        _, in_the_end = await decide(room, await asked(room), module="b")
        assert (in_the_end.outcome, words in in_the_end.reason) == (Outcome.REFUSED, True), in_the_end
        assert str(world.state / "answers") in in_the_end.reason
        (folder,) = (world.state / "answers").iterdir()
        assert bearers(f"{MARKER}={folder.name}") == []


async def test_what_changed_between_looking_and_sending_is_stale(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks("ask", MODULE)
    async with world.room() as room:
        question = await asked(room)
        driver = pandacode.PandaCodeAnswers(world.state, room.service.snapshot)
        command = Decide(Decision(question.id, question.digest, "answer", (("module", ("b",)),)))
        for change in (
            lambda: sessions.asks("ask", {**MODULE, "question": "Which other name?"}),
            lambda: sessions.asks("ask", STYLE),
            lambda: sessions.write("ask", {"status": "completed"}),
            lambda: sessions.path("ask").unlink(),
        ):
            change()
            with pytest.raises(Stale):
                await driver.decide(command, question)
    assert not (world.state / "answers").exists()


async def test_without_the_program_it_is_refused_with_what_to_do(
    world: RunsWorld, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.asks("ask", MODULE)
    async with world.room() as room:
        question = await asked(room)
        monkeypatch.setenv("ODW_PANDACODE_BIN", "no-such-program")
        at_once, _ = await decide(room, question, module="b")
    assert (at_once.outcome, "install it" in at_once.reason) == (Outcome.REFUSED, True)


async def test_a_read_only_room_writes_no_file_and_starts_nothing(
    world: RunsWorld, sessions: Sessions, turn: Turn
) -> None:
    turn(MODULE)
    async with world.room(read_only=True) as room:
        question = await asked(room, Road.PANDACODE_FILE)
        decision = Decision(question.id, question.digest, "answer", (("module", ("b",)),))
        assert (await room.service.submit(Decide(decision))).outcome is Outcome.REFUSED
    assert [*sessions.control.iterdir()] == []
    assert not world.state.exists()


@pytest.mark.parametrize("linked", [".pandacode/codex/control", ".pandacode/codex", ".pandacode"])
def test_an_answer_never_follows_a_link_out_of_the_session(tmp_path: Path, linked: str) -> None:
    from odw_core.engines.odw.drive import leave_answer

    outside, link = tmp_path / "outside", tmp_path / "shop" / linked
    (outside / "codex" / "control").mkdir(parents=True)
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    with pytest.raises(Refused):
        leave_answer(str(tmp_path / "shop"), "codex", "ask", {"answers": {}})
    assert not any(path.is_file() for path in outside.rglob("*"))


@pytest.mark.parametrize("name", ["..", "a/b", "", "../../../x"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    from odw_core.engines.odw.drive import leave_answer

    (tmp_path / ".pandacode").mkdir()
    with pytest.raises(Refused):
        leave_answer(str(tmp_path), "codex", name, {"answers": {}})
    with pytest.raises(Refused):
        leave_answer(str(tmp_path), name, "ask", {"answers": {}})


def test_a_link_in_place_of_the_answer_is_left_alone(tmp_path: Path) -> None:
    from odw_core.engines.odw.drive import leave_answer

    control = Sessions(tmp_path).control
    control.mkdir(parents=True)
    (control / "ask.answer.json").symlink_to(tmp_path / "target")
    with pytest.raises(Stale):
        leave_answer(str(tmp_path), "codex", "ask", {"answers": {}})
    assert not (tmp_path / "target").exists()
