"""A conversation tells what was said and done, in order, whatever wrote it and however long its lines are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.engines.codex.conversation import RolloutConversation, open_conversation
from odw_core.engines.codex.engine import CodexEngine
from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.evidence import Unit

FIXTURES = Path(__file__).parents[3] / "fixtures" / "codex"
EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected_mini_home.json").read_text(encoding="utf-8"))
OLD = sorted((FIXTURES / "old_formats").glob("rollout_*.jsonl"))
ENGINE = CodexEngine()


def path_of(label: str) -> Path:
    return FIXTURES / "mini_home" / str(EXPECTED[label]["path"])


def read(path: Path) -> tuple[RolloutConversation, tuple[Entry, ...]]:
    conversation = open_conversation(str(path))
    assert conversation is not None
    while not conversation.is_complete:
        conversation.refresh()
    return conversation, conversation.entries(0, conversation.count)


def line(kind: str, **payload: Any) -> str:
    return json.dumps({"timestamp": "2026-11-14T08:21:24.000Z", "type": kind, "payload": payload}) + "\n"


def call(call_id: str, name: str, **arguments: Any) -> str:
    return line("response_item", type="function_call", name=name, call_id=call_id, arguments=json.dumps(arguments))


def output(call_id: str, said: str) -> str:
    return line("response_item", type="function_call_output", call_id=call_id, output=said)


def test_a_command_and_what_became_of_it_are_one_entry() -> None:
    conversation, entries = read(path_of("commands_failed_turn_ok"))
    commands = [entry for entry in entries if entry.kind is EntryKind.COMMAND]
    assert [(entry.exit_code, entry.line_count, entry.is_error) for entry in commands] == [
        (3, 2, True),
        (127, 1, True),
        (1, 1, True),
    ]
    assert commands[1].head == "./does-not-exist --flag"
    assert conversation.body(commands[1]) == "/bin/bash: line 1: ./does-not-exist: No such file or directory\n"
    assert [entry.kind for entry in entries if entry not in commands] == [
        EntryKind.TURN,
        EntryKind.USER,
        EntryKind.AGENT,
        EntryKind.END,
    ]


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
def test_every_version_tells_the_same_conversation(path: Path) -> None:
    conversation, entries = read(path)
    told = [entry for entry in entries if entry.kind not in (EntryKind.TURN, EntryKind.END)]
    assert [entry.kind for entry in told] == [EntryKind.USER, EntryKind.AGENT, EntryKind.COMMAND, EntryKind.AGENT]
    command = told[2]
    assert (command.head, command.exit_code, command.line_count) == ("ls -1 && echo done", 0, 5)
    assert conversation.body(command).endswith("outside.txt\ndone\n")
    assert conversation.body(told[3]) == "The folder has been listed."


def test_turns_say_their_model_their_tokens_and_how_they_ended() -> None:
    _, entries = read(path_of("compacted"))
    turns = [entry for entry in entries if entry.kind is EntryKind.TURN]
    ends = [entry for entry in entries if entry.kind is EntryKind.END]
    assert [turn.note for turn in turns] == ["gpt-5.5"] * 3
    assert [end.note for end in ends] == ["4,181 tokens", "1,240 tokens", "2,480 tokens"]
    assert ends[0].duration_s == 0.107
    assert [entry.kind for entry in entries].count(EntryKind.COMPACTION) == 1
    failed = read(path_of("failed_empty_model"))[1][-1]
    assert failed.is_error
    assert failed.head.startswith("failed: The '' model is not supported")
    aborted = read(path_of("interrupted"))[1][-1]
    assert (aborted.kind, aborted.head, aborted.is_error) == (EntryKind.END, "interrupted", True)


def test_what_waits_is_pending_and_named() -> None:
    conversation, entries = read(path_of("waiting_user_input"))
    assert (entries[-1].kind, entries[-1].is_pending, entries[-1].note) == (EntryKind.QUESTION, True, "2 questions")
    assert "SQLite: No server, single writer." in conversation.body(entries[-1])
    patch = read(path_of("waiting_approval_patch"))[1][-1]
    assert (patch.kind, patch.head, patch.note, patch.is_pending) == (EntryKind.PATCH, "approved.md", "+1 -0", True)
    command = read(path_of("waiting_approval_exec"))[1][-1]
    assert (command.is_pending, command.note) == (True, "asks to leave the sandbox")


def test_a_refused_patch_is_an_error_and_keeps_its_text() -> None:
    conversation, entries = read(path_of("exec_then_resume_patch"))
    patches = [entry for entry in entries if entry.kind is EntryKind.PATCH]
    assert [(entry.note, entry.is_error) for entry in patches] == [("+3 -0", True), ("+1 -1", True)]
    assert conversation.body(patches[0]).startswith("*** Begin Patch\n*** Add File: notes.md")


def test_answers_stand_after_their_questions_and_secret_ones_are_not_told(tmp_path: Path) -> None:
    asked = [{"id": "db", "question": "Which?"}, {"id": "key", "question": "Key?", "isSecret": True}]
    given = json.dumps({"answers": {"db": {"answers": ["SQLite"]}, "key": {"answers": ["hunter2"]}}})
    path = tmp_path / "rollout.jsonl"
    path.write_text(call("c1", "request_user_input", questions=asked) + output("c1", given), encoding="utf-8")
    conversation, entries = read(path)
    assert [entry.kind for entry in entries] == [EntryKind.QUESTION, EntryKind.ANSWER]
    assert not entries[0].is_pending
    assert entries[1].head == "db: SQLite; key: (secret)"
    assert "hunter2" not in "".join(conversation.body(entry) for entry in entries)
    source = ENGINE.open_log(*unit_at(path), None)
    while source.count_more():
        pass
    assert "hunter2" not in "".join(source.lines(0, source.line_count))


def unit_at(path: Path) -> tuple[Unit, Any, Address]:
    unit = Unit(Address("codex", "x"), str(path.parent), str(path))
    return unit, ENGINE.start(unit), unit.address


def test_a_pending_command_ends_when_its_end_is_written(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    path.write_text(call("c1", "exec_command", cmd="make"), encoding="utf-8")
    conversation, entries = read(path)
    assert entries[0].is_pending
    assert not conversation.refresh()
    with path.open("a", encoding="utf-8") as file:
        file.write(output("c1", "Process exited with code 2\nOutput:\nno rule\n"))
    assert conversation.refresh()
    (entry,) = conversation.entries(0, 9)
    assert (entry.is_pending, entry.exit_code, entry.head) == (False, 2, "make")
    assert conversation.body(entry) == "no rule\n"


def test_a_call_that_never_ended_is_not_pending_once_its_turn_is_over(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    path.write_text(
        call("c1", "exec_command", cmd="sleep 9") + line("event_msg", type="turn_aborted", reason="interrupted"),
        encoding="utf-8",
    )
    entry = read(path)[1][0]
    assert (entry.is_pending, entry.note) == (False, "never ended")


def test_a_line_of_many_megabytes_is_known_by_its_ends_until_its_body_is_wanted(tmp_path: Path) -> None:
    item = {
        "type": "CommandExecution",
        "id": "c1",
        "command": ["bash", "-lc", "make"],
        "status": "failed",
        "aggregated_output": "x" * 3_000_000 + "\nthe needle\n",
        "exit_code": 2,
        "duration": {"secs": 7, "nanos": 0},
    }
    times = '"started_at_ms":1,"completed_at_ms":2'
    text = json.dumps(item, separators=(",", ":"))
    big = (
        '{"timestamp":"2026-11-14T08:21:24.000Z","type":"event_msg","payload":'
        f'{{"type":"item_completed","thread_id":"t","turn_id":"t","item":{text},{times}}}}}\n'
    )
    path = tmp_path / "rollout.jsonl"
    path.write_text(call("c1", "exec_command", cmd="make") + big + output("c1", "y" * 2_000_000), encoding="utf-8")
    conversation, entries = read(path)
    assert [(e.kind, e.head, e.exit_code, e.duration_s, e.is_pending) for e in entries] == [
        (EntryKind.COMMAND, "make", 2, 7.0, False)
    ]
    assert conversation.body(entries[0]).endswith("the needle\n")


def test_a_replaced_file_is_told_anew_and_a_body_that_is_gone_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    path.write_text(line("event_msg", type="user_message", message="one " * 99), encoding="utf-8")
    conversation, before = read(path)
    path.write_text(line("event_msg", type="user_message", message="two"), encoding="utf-8")
    assert conversation.refresh()
    assert [entry.head for entry in conversation.entries(0, 9)] == ["two"]
    with pytest.raises(OSError, match="gone"):
        conversation.body(before[0])
    conversation.close()


def test_control_characters_are_marked_in_what_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    path.write_text(line("event_msg", type="agent_message", message="a\x1b]0;x\x07\u202eb"), encoding="utf-8")
    assert read(path)[1][0].head == "a␛]0;x␇<202e>b"


@given(st.binary(max_size=300), st.sampled_from(sorted(EXPECTED)), st.integers(0, 40_000))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, junk: bytes, label: str, place: int) -> None:
    data = path_of(label).read_bytes()
    cut = place % (len(data) + 1)
    path = tmp_path_factory.mktemp("any") / "rollout.jsonl"
    path.write_bytes(data[:cut] + junk + data[cut:])
    conversation, entries = read(path)
    for entry in entries:
        conversation.body(entry)
    conversation.close()


def test_the_log_of_a_session_is_its_conversation_or_the_file_as_it_is() -> None:
    unit, acc, address = unit_at(path_of("commands_failed_turn_ok"))
    source = ENGINE.open_log(unit, acc, address, None)
    while source.count_more():
        pass
    lines = source.lines(0, source.line_count)
    assert any(row.endswith("agent       Three commands failed (exit 3, 127, 1).") for row in lines)
    raw = ENGINE.open_log(unit, acc, address, "transcript")
    while raw.count_more():
        pass
    assert raw.line_count == 29
    with pytest.raises(NotFound, match="conversation, transcript"):
        ENGINE.open_log(unit, acc, address, "stderr")
    with pytest.raises(NotFound, match="no parts"):
        ENGINE.open_log(unit, acc, address.child("call_1"), None)
