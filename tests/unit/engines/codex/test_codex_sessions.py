"""Every recorded session reads as recorded, and its row says why it stands where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.subset import missing
from odw_core.engines.base import Read
from odw_core.engines.codex.acc import SessionAcc
from odw_core.engines.codex.engine import CodexEngine
from odw_core.model.address import Address
from odw_core.model.detail import How, SessionDetail
from odw_core.model.evidence import Appended, Facts, LockOwner, Unit
from odw_core.model.item import Item, State

FIXTURES = Path(__file__).parents[3] / "fixtures" / "codex"
HOME = FIXTURES / "mini_home"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FIXTURES / "expected_mini_home.json").read_text(encoding="utf-8"))
LISTED = "The folder has been listed."
OLD = {
    "rollout_0.20.0.jsonl": {"format": "bare", "tokens_total": None, "model": None, "cwd": None},
    "rollout_0.80.0.jsonl": {
        "format": "legacy",
        "tokens_total": 2480,
        "model": "gpt-5.5",
        "cwd": "/home/dev/work/proj",
    },
    "rollout_0.120.0.jsonl": {"format": "legacy", "tokens_total": 2480, "model": "gpt-5.5", "cli_version": "0.120.0"},
    "rollout_0.169_legacy.jsonl": {"format": "legacy", "tokens_total": 2480, "history_mode": "legacy"},
}
ENGINE = CodexEngine()


def read(root: Path, place: Path = HOME, thread: str = "") -> Read:
    unit = Unit(Address("codex", thread or root.name[-42:-6]), str(place), str(root))
    acc = ENGINE.fold(ENGINE.start(unit), Appended("", 0, root.read_bytes(), False))
    return Read(unit, acc, None)


def session(label: str) -> SessionAcc:
    acc = read(HOME / EXPECTED[label]["path"]).acc
    assert isinstance(acc, SessionAcc)
    return acc


def row(label: str, alive: bool | None = True, age_s: float = 60.0, name: str | None = None) -> Item:
    acc = session(label)
    return ENGINE.item(acc, Facts((acc.last_ms or 0) / 1000 + age_s, alive, name=name))


def inspected(label: str) -> dict[str, Any]:
    unit = read(HOME / EXPECTED[label]["path"])
    document: Any = ENGINE.inspection([unit], [str(HOME)])
    return dict(document["codex"]["sessions"][0])


@pytest.mark.parametrize("label", EXPECTED)
def test_every_recorded_session_reads_as_recorded(label: str) -> None:
    assert [*missing(EXPECTED[label], inspected(label))] == []


@pytest.mark.parametrize("name", OLD)
def test_rollouts_of_old_versions_read_alike(name: str) -> None:
    root = FIXTURES / "old_formats" / name
    document: Any = ENGINE.inspection([read(root, root.parent, thread="old")], [])
    common = {"status": "done", "turns": 1, "commands": 1, "failed_commands": 0, "last_message": LISTED}
    assert [*missing(common | OLD[name], document["codex"]["sessions"][0])] == []


def test_a_home_holds_all_its_sessions_once_archived_ones_included() -> None:
    found = {unit.address.item: unit for unit in ENGINE.discover(str(HOME))}
    assert sorted(found) == sorted(expected["id"] for expected in EXPECTED.values())
    archived = EXPECTED["archived_done"]
    assert found[archived["id"]].root == str(HOME / archived["path"])
    assert row("archived_done").is_archived
    assert not row("hello_done").is_archived


@pytest.mark.parametrize("label", [label for label, expected in EXPECTED.items() if "status_if_no_writer" in expected])
def test_an_open_turn_without_a_writer_is_stale_and_asks_nothing(label: str) -> None:
    item = row(label, alive=False)
    assert (item.state, item.raw_state) == (State.STALE, "stale")
    assert item.why == f"its writer is gone (killed); resume it with codex exec resume {EXPECTED[label]['id']}"
    assert item.questions == 0
    assert item.ended_at is None


@pytest.mark.parametrize(
    ("label", "state", "stage"),
    [
        ("hello_done", State.DONE, "done"),
        ("failed_rate_limit", State.FAILED, "failed"),
        ("interrupted", State.IDLE, "interrupted"),
        ("waiting_approval_exec", State.WAITING, "approve a command"),
        ("waiting_approval_patch", State.WAITING, "approve a patch"),
        ("waiting_user_input", State.WAITING, "2 questions"),
        ("stale_no_end_marker", State.RUNNING, "thinking"),
    ],
)
def test_a_row_says_where_a_session_with_a_writer_stands(label: str, state: State, stage: str) -> None:
    item = row(label)
    assert (item.state, item.stage) == (state, stage)


def test_a_running_command_is_named() -> None:
    assert row("running_command").stage.startswith("running for i in 1 2 3")


def test_a_model_that_fell_silent_is_told_apart_from_one_that_thinks() -> None:
    item = row("stale_no_end_marker", age_s=3600)
    assert (item.state, item.stage) == (State.STALE, "silent")
    assert item.why.startswith("silent for more than 15 min")


def test_an_inferred_wait_is_believed_for_ever_only_while_its_writer_lives() -> None:
    week = 7 * 86_400
    assert row("waiting_approval_exec", alive=True, age_s=week).state is State.WAITING
    assert row("waiting_user_input", alive=None, age_s=week).state is State.WAITING
    young = row("waiting_approval_exec", alive=None)
    assert young.state is State.WAITING
    assert young.is_inferred
    assert young.next_deadline is not None
    assert row("waiting_approval_exec", alive=None, age_s=week).state is State.STALE


def test_a_session_is_called_what_a_person_called_it() -> None:
    assert row("waiting_approval_exec", name="deploy preview").title == "deploy preview"
    assert row("waiting_approval_exec").title == "[[script:approve_exec]] Deploy the preview"


def test_names_come_from_the_index_and_the_last_line_wins() -> None:
    lines = (HOME / "session_index.jsonl").read_bytes()
    named = EXPECTED["exec_then_resume_patch"]["id"]
    assert ENGINE.names(lines)[named] == "login page notes"
    again = json.dumps({"id": named, "thread_name": "another name"}).encode()
    assert ENGINE.names(lines + b"no json\n" + again + b"\n")[named] == "another name"
    assert named not in ENGINE.names(lines + json.dumps({"id": named, "thread_name": ""}).encode() + b"\n")
    assert ENGINE.names_file(str(HOME)) == str(HOME / "session_index.jsonl")


def test_tokens_are_five_numbers() -> None:
    tokens = row("hello_done").tokens
    assert tokens is not None
    assert (tokens.total, tokens.input, tokens.cached, tokens.output, tokens.reasoning) == (4181, 4120, 3072, 61, 24)
    assert row("failed_empty_model").tokens is None


def test_a_failure_is_explained_by_its_cause_and_the_line_that_says_so() -> None:
    item, detail = row("failed_empty_model"), ENGINE.detail(session("failed_empty_model"), Facts(0.0))
    assert isinstance(detail, SessionDetail)
    assert [cause.kind for cause in detail.causes] == ["model_empty"]
    assert item.cause == detail.causes[0].sentence
    assert detail.cause == ("The '' model is not supported when using Codex with a ChatGPT account.",)
    proof = detail.causes[0].proof
    assert proof is not None
    lines = Path(proof.file).read_text(encoding="utf-8").splitlines()
    assert "task_complete" in lines[proof.line - 1]


def test_a_detail_says_what_was_counted_and_where_each_figure_stands() -> None:
    acc = session("compacted")
    detail = ENGINE.detail(acc, Facts((acc.last_ms or 0) / 1000))
    assert isinstance(detail, SessionDetail)
    assert (detail.turns, detail.commands, detail.compactions, detail.context_window) == (3, 1, 1, 258_400)
    assert (detail.sandbox, detail.approval_policy, detail.mode) == ("workspace-write", "on-request", "default")
    data = Path(acc.root).read_bytes()
    kinds = {origin.figure: json.loads(data[origin.offset :].split(b"\n", 1)[0]) for origin in detail.origins}
    assert kinds["tokens"]["type"] == "token_usage_record"
    assert kinds["model"]["type"] == "turn_context"
    assert kinds["started"]["type"] == "session_meta"
    assert kinds["state"]["payload"]["type"] == "task_complete"
    assert kinds["title"]["payload"]["item"]["type"] == "UserMessage"


def test_what_is_guessed_is_said_to_be_guessed() -> None:
    acc = session("waiting_approval_exec")
    detail = ENGINE.detail(acc, Facts((acc.last_ms or 0) / 1000, True))
    assert {origin.how for origin in detail.origins if origin.figure in ("state", "questions")} == {How.INFERRED}
    assert any("inferred" in notice.text for notice in detail.notices)


def test_a_writer_is_looked_for_by_its_lock_while_a_turn_is_open() -> None:
    reading = read(HOME / EXPECTED["running_command"]["path"])
    assert isinstance(reading.acc, SessionAcc)
    folder = f"{HOME}/thread-writer-locks"
    expected = LockOwner(f"{folder}/{reading.unit.address.item}.lock", folder)
    assert ENGINE.owner(reading.unit, reading.acc) == expected
    assert ENGINE.owner(reading.unit, session("hello_done")) is None


def test_a_home_is_told_by_its_folders_and_no_link_is_followed(tmp_path: Path) -> None:
    assert ENGINE.is_place(str(HOME))
    assert not ENGINE.is_place(str(tmp_path))
    (tmp_path / "sessions" / "2026").mkdir(parents=True)
    (tmp_path / "sessions" / "2026" / "11").symlink_to(HOME / "sessions" / "2026" / "11")
    (tmp_path / "archived_sessions").symlink_to(HOME / "archived_sessions")
    assert [*ENGINE.discover(str(tmp_path))] == []
    watched = ENGINE.watched_folders(str(HOME))
    assert f"{HOME}/sessions/2026/11/20" in watched
    assert {f"{HOME}/sessions", f"{HOME}/archived_sessions", f"{HOME}/thread-writer-locks"} <= {*watched}


def test_search_finds_prompts_messages_questions_and_errors() -> None:
    def fields(label: str) -> dict[str, str]:
        return dict(ENGINE.texts(session(label), Facts(0.0)))

    assert fields("hello_done")["message"] == "All good: the greeting works."
    assert "Name: What should the new module be called?" in fields("waiting_user_input")["question"]
    assert "Too Many Requests" in fields("failed_rate_limit")["cause"]
    reading = read(HOME / EXPECTED["hello_done"]["path"])
    assert isinstance(reading.acc, SessionAcc)
    assert [body.path for body in ENGINE.bodies(reading.unit, reading.acc)] == [reading.unit.root]
