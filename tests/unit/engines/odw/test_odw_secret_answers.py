"""What a person answered to a secret question of a PandaCode session is told by no search and no log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.config import Config
from odw_core.engines.odw.secret_answers import SecretAnswers
from odw_core.model.address import Address
from odw_core.model.search import Hit
from odw_core.service.oneshot import Room, open_room
from odw_core.text.hidden import blanked
from odw_tui.headless.logs import plain_log, raw_log

SECRET = 'plum "orchard" 77'
TYPED = "quince-4471"
ASKED: list[dict[str, Any]] = [{"id": "db", "question": "Which?"}, {"id": "key", "question": "Key?", "isSecret": True}]
OPEN: list[dict[str, Any]] = [{"id": "db", "question": "Which?"}]
SAID = f"Logged in to the orchard with {SECRET}."


def line(direction: str, msg: object) -> bytes:
    return json.dumps({"dir": direction, "ms": 1795219759397, "msg": msg}, separators=(",", ":")).encode() + b"\n"


def asked(number: int, questions: list[dict[str, Any]]) -> bytes:
    params = {"itemId": "q", "questions": questions, "threadId": "t1", "turnId": "u1"}
    return line("in", {"id": number, "method": "item/tool/requestUserInput", "params": params})


def answered(number: int, **said: str) -> bytes:
    return line("out", {"id": number, "result": {"answers": {name: {"answers": [one]} for name, one in said.items()}}})


def turn(words: str) -> bytes:
    given = [{"text": words, "text_elements": [], "type": "text"}]
    return line("out", {"id": 3, "method": "turn/start", "params": {"input": given, "threadId": "t1"}})


TRACE = (
    turn("Choose a database.")
    + asked(9001, ASKED)
    + answered(9001, db="SQLite of the orchard", key=SECRET)
    + line("in", {"method": "item/completed", "params": {"item": {"text": SAID, "type": "agentMessage"}}})
    + line("stderr", f"WARN login with {json.dumps(SECRET)}")
    + turn("Go on with the orchard.")
    + asked(9001, OPEN)
    + answered(9001, db="PostgreSQL")
    + asked(9001, ASKED)
    + turn(f"The answer is {TYPED}.")
    + turn("Harvest it.")
)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    folder = tmp_path / "shop" / ".pandacode"
    (folder / "sessions" / "codex").mkdir(parents=True)
    (folder / "codex" / "logs").mkdir(parents=True)
    record = {
        "runtime": "codex",
        "session": "ask",
        "thread_id": "t1",
        "artifacts": {"status": "completed", "last_agent_message": SAID, "pending_questions": None},
        "updated_ms": 1795219759803,
    }
    (folder / "sessions" / "codex" / "ask.json").write_text(json.dumps(record, indent=2))
    file = folder / "codex" / "logs" / "ask.jsonl"
    file.write_bytes(TRACE)
    return file


@pytest.fixture
def room(trace: Path) -> Iterator[Room]:
    room = open_room([str(trace.parents[3])], Config(), cache=None)
    yield room
    room.close()


def bodies(room: Room, words: str) -> list[str]:
    return [hit.text for hit in room.search(words) if isinstance(hit, Hit) and hit.file is not None]


def log(room: Room, stream: str) -> str:
    address = Address("pandacode", "codex:ask")
    plain = "".join(plain_log(room.log(address, stream), None))
    raw = b"".join(raw_log(room.log(address, stream), None)).decode()
    return plain + raw


def test_a_search_does_not_find_a_secret_answer(room: Room) -> None:
    assert bodies(room, "plum") == []
    assert bodies(room, TYPED) == []


def test_a_search_finds_what_stands_around_it_without_it(room: Room) -> None:
    assert bodies(room, "PostgreSQL"), "an answer that is no secret is found, though its request has the same number"
    assert bodies(room, "Harvest"), "a turn after the one that answered is found"
    told = bodies(room, "orchard")
    assert told
    assert not any("plum" in text for text in told)


def test_no_log_tells_a_secret_answer(room: Room) -> None:
    journal = log(room, "journal")
    assert "PostgreSQL" in journal
    assert "Choose a database" in journal
    for text in (journal, log(room, "stderr"), log(room, "stdout")):
        assert "plum" not in text
        assert TYPED not in text
        assert "SQLite" not in text, "it stands beside the secret"
    assert "Logged in to the orchard" in log(room, "stdout")
    assert "login" in log(room, "stderr")


def test_every_line_stays_one_of_json(trace: Path) -> None:
    hidden = blanked(TRACE, 0, SecretAnswers(str(trace)).ranges())
    assert len(hidden) == len(TRACE)
    for told in hidden.splitlines():
        assert json.loads(told)["ms"]


def test_an_answer_is_out_of_sight_while_it_is_being_written(trace: Path) -> None:
    answers = SecretAnswers(str(trace))
    for words in (b"plum", TYPED.encode()):
        at = TRACE.index(words)
        for length in range(at - 40, at + 60):
            trace.write_bytes(TRACE[:length])
            assert words not in blanked(TRACE[:length], 0, answers.ranges())


@given(st.lists(st.integers(0, len(TRACE)), max_size=5))
def test_looking_at_pieces_finds_what_one_look_finds(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    file = tmp_path_factory.mktemp("pieces") / "ask.jsonl"
    answers = SecretAnswers(str(file))
    for end in (*sorted(cuts), len(TRACE)):
        file.write_bytes(TRACE[:end])
        found = answers.ranges()
    assert sorted(found) == sorted(SecretAnswers(str(file)).ranges())
    assert b"plum" not in blanked(TRACE, 0, found)


@given(st.binary(max_size=400))
def test_any_bytes_are_looked_through(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "ask.jsonl"
    file.write_bytes(asked(1, ASKED) + b'{"answers"' + data + b'\n{"turn/start""input"' + data)
    SecretAnswers(str(file)).ranges()
