"""What a person answered to a secret question is told by no search, no log and no conversation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.config import Config
from odw_core.engines.codex.secret_answers import SecretAnswers
from odw_core.model.address import Address
from odw_core.model.search import Hit
from odw_core.service.oneshot import Room, open_room
from odw_core.text.hidden import blanked
from odw_tui.headless.logs import plain_log, raw_log

THREAD = "01a1d925-a135-7121-9e9f-98c84875f09b"
SECRET = 'plum "orchard" 77'
ASKED = [{"id": "db", "question": "Which?"}, {"id": "key", "question": "Key?", "isSecret": True}]

KEPT = [{"question": "Key?", "answer": f"None of the above\nuser_note: {SECRET}"}]
"""As Codex 0.169.0 writes it, a line before the answer."""


def line(kind: str, **payload: Any) -> bytes:
    return json.dumps({"timestamp": "2026-11-14T08:21:24.000Z", "type": kind, "payload": payload}).encode() + b"\n"


def call(call_id: str, name: str, **arguments: Any) -> bytes:
    return line("response_item", type="function_call", name=name, call_id=call_id, arguments=json.dumps(arguments))


def output(call_id: str, said: str) -> bytes:
    return line("response_item", type="function_call_output", call_id=call_id, output=said)


def answered(call_id: str, **answers: str) -> bytes:
    return output(call_id, json.dumps({"answers": {name: {"answers": [said]} for name, said in answers.items()}}))


ROLLOUT = (
    line("session_meta", id=THREAD, cwd="/home/ada/shop", cli_version="0.169.0", source="cli")
    + line("event_msg", type="task_started", turn_id="t1")
    + call("c1", "request_user_input", questions=ASKED)
    + line("retained_context", type="verified_answer", call_id="c1", questions=KEPT)
    + answered("c1", db="SQLite of the orchard", key=SECRET)
    + line("retained_context", answers=[{"question": "Key?", "answer": SECRET}])
    + call("c2", "exec_command", cmd=f"login --with {json.dumps(SECRET)}")
    + output("c2", "Exit code: 0\nOutput:\nwelcome to the orchard\n")
    + call("c3", "request_user_input", questions=ASKED[:1])
    + answered("c3", db="PostgreSQL")
)


@pytest.fixture
def rollout(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "sessions" / "2026" / "11" / "14"
    folder.mkdir(parents=True)
    file = folder / f"rollout-2026-11-14T08-21-24-{THREAD}.jsonl"
    file.write_bytes(ROLLOUT)
    return file


@pytest.fixture
def room(rollout: Path) -> Iterator[Room]:
    room = open_room([str(rollout.parents[4])], Config(), cache=None)
    yield room
    room.close()


def bodies(room: Room, words: str) -> list[str]:
    return [hit.text for hit in room.search(words) if isinstance(hit, Hit) and hit.file is not None]


def test_a_search_does_not_find_a_secret_answer(room: Room) -> None:
    assert bodies(room, "plum") == []
    assert bodies(room, "77") == []


def test_a_search_finds_what_stands_around_it_without_it(room: Room) -> None:
    assert bodies(room, "welcome") == ["welcome to the orchard"]
    assert len(bodies(room, "PostgreSQL")) == 1, "an answer that is no secret is found"
    told = bodies(room, "login")
    assert told
    assert not any("plum" in text for text in told)


@pytest.mark.parametrize("stream", ["transcript", "conversation"])
def test_no_log_tells_a_secret_answer(room: Room, stream: str) -> None:
    address = Address("codex", THREAD)
    plain = "".join(plain_log(room.log(address, stream), None))
    raw = b"".join(raw_log(room.log(address, stream), None))
    assert "PostgreSQL" in plain or stream == "conversation"
    for text in (plain, raw.decode()):
        assert "plum" not in text
        assert "SQLite" not in text, "it stands beside the secret"
    if stream == "transcript":
        assert len(raw) == len(ROLLOUT), "nothing moves"


def test_an_answer_is_out_of_sight_while_it_is_being_written(rollout: Path) -> None:
    at = ROLLOUT.index(b"plum")
    answers = SecretAnswers(str(rollout))
    for length in range(at - 40, at + 60):
        rollout.write_bytes(ROLLOUT[:length])
        assert b"plum" not in blanked(ROLLOUT[:length], 0, answers.ranges())


@given(st.lists(st.integers(0, len(ROLLOUT)), max_size=5))
def test_looking_at_pieces_finds_what_one_look_finds(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    file = tmp_path_factory.mktemp("pieces") / "rollout.jsonl"
    answers = SecretAnswers(str(file))
    for end in (*sorted(cuts), len(ROLLOUT)):
        file.write_bytes(ROLLOUT[:end])
        found = answers.ranges()
    assert found == SecretAnswers(str(file)).ranges()
    assert b"plum" not in blanked(ROLLOUT, 0, found)


@given(st.binary(max_size=400))
def test_any_bytes_are_looked_through(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "rollout.jsonl"
    file.write_bytes(call("c1", "request_user_input", questions=ASKED) + data)
    SecretAnswers(str(file)).ranges()


def test_a_file_that_is_gone_hides_nothing(tmp_path: Path) -> None:
    assert SecretAnswers(str(tmp_path / "gone.jsonl")).ranges() == ()
